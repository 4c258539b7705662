# SPDX-License-Identifier: Apache-2.0
"""An answer by the link in a mail and without an account: found, taken, shown again with what was written."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from havn.domain.errors import RefusedError
from havn.lib import clock
from havn.lib.encoding import uuid4
from havn.web.frame import errors
from havn.web.frame.forms import FrameForm

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse

logger = logging.getLogger(__name__)

NOT_SAVED = gettext_lazy(
    "Nothing was saved. This is our fault, not yours. What you wrote is still here: send it again in a few minutes."
)


class AnswerForm(FrameForm):
    """What every answer has: its own number, so that pressing twice is one answer."""

    answer_id = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def clean_answer_id(self) -> UUID:
        """Give an answer that came without its number a new one."""
        found: UUID | None = self.cleaned_data["answer_id"]
        return found or uuid4()

    def ask_for(self, asked: Any) -> None:
        """Ask for what the found question or notice wants; for all fields unless told."""


@dataclass(frozen=True, slots=True)
class Answering:
    """One kind of answer: what its link finds, who takes it, and its two pages."""

    name: str  # of what was found, in the templates
    form: type[AnswerForm]
    find: Callable[
        [str, datetime], Any
    ]  # raises NotFoundError for a wrong link, RefusedError for one that is over
    take: Callable[[str, dict[str, Any], datetime], None]  # raises RefusedError
    page: str
    thanks: str


def answered(request: HttpRequest, token: str, kind: Answering) -> HttpResponse:
    """Show what the link asks, and take its answer; what was written stays where it cannot be saved.

    Of a link that is over the page says so, and keeps what was typed into a page that was open too long.
    """
    stays = request.POST.get("move") == "stay"  # the same page in another language
    typed = request.POST.dict() if stays else {"answer_id": uuid4()}
    form = kind.form(None if stays else request.POST or None, initial=typed)
    found, trouble, status = None, "", HTTPStatus.OK
    try:
        found = kind.find(token, clock.now())
        form.ask_for(found)
        if request.method == "POST" and form.is_valid() and _is_taken(token, form, kind):
            return render(request, kind.thanks, {kind.name: found})
    except RefusedError as over:
        if request.method != "POST":
            title = _("This link no longer opens the question")
            return errors.error_page(request, HTTPStatus.GONE, title=title, sentences=[str(over)])
        trouble, status = str(over), HTTPStatus.GONE
    except errors.CANNOT_SAVE:
        if request.method != "POST":
            raise
        logger.exception("an answer could not be saved")
        # Perhaps nothing was found where the database does not answer.
        trouble, status = str(NOT_SAVED), HTTPStatus.SERVICE_UNAVAILABLE
    shown = {kind.name: found, "form": form, "trouble": trouble}
    return render(request, kind.page, shown, status=status)


def _is_taken(token: str, form: AnswerForm, kind: Answering) -> bool:
    try:
        kind.take(token, form.cleaned_data, clock.now())
    except RefusedError as error:
        form.add_error(None, str(error))
        return False
    return True
