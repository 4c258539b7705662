# SPDX-License-Identifier: Apache-2.0
"""An office's answer for the national report, by the link in the mail and without an account."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING
from uuid import UUID

from django import forms
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from havn.domain.errors import RefusedError
from havn.domain.reporting import selectors, services
from havn.lib import clock
from havn.lib.encoding import uuid4
from havn.lib.http import FORM
from havn.web.frame import errors
from havn.web.frame.bodies import takes
from havn.web.frame.forms import FrameForm
from havn.web.public_site.fields import PlainTextField
from havn.web.public_site.origin import from_our_own_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from havn.domain.reporting.selectors import AskForAnswer

logger = logging.getLogger(__name__)

MOST_TEXT = 20_000
MOST_LINE = 300
NOT_SAVED = gettext_lazy(
    "Nothing was saved. This is our fault, not yours. What you wrote is still here: send it again in a few minutes."
)


@takes(FORM)
@from_our_own_page
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Show what an office is asked, and take its answer; a wrong link is not found.

    Of an old or withdrawn one the page says so, and keeps what was typed into a page that was open too long.
    """
    stays = request.POST.get("move") == "stay"  # the same page in another language
    typed = request.POST.dict() if stays else {"answer_id": uuid4()}
    form = OfficeAnswerForm(None if stays else request.POST or None, initial=typed)
    found = None
    try:
        found = selectors.ask_for_answer(token=token, at=clock.now())
        form.ask_for(found.wants)
        if request.method == "POST" and form.is_valid() and _is_taken(token, form):
            return render(request, "public_site/office/answered.html", {"ask": found})
    except RefusedError as over:
        if request.method == "POST":
            return _show(request, form, trouble=str(over), status=HTTPStatus.GONE)
        title = _("This link no longer opens the question")
        return errors.error_page(request, HTTPStatus.GONE, title=title, sentences=[str(over)])
    except errors.CANNOT_SAVE:
        if request.method != "POST":
            raise
        logger.exception("an office's answer could not be saved")
        status = HTTPStatus.SERVICE_UNAVAILABLE
        return _show(request, form, ask=found, trouble=str(NOT_SAVED), status=status)
    return _show(request, form, ask=found)


def _is_taken(token: str, form: OfficeAnswerForm) -> bool:
    cleaned = form.cleaned_data
    try:
        services.answer_ask(
            token=token,
            answer_id=cleaned["answer_id"],
            answer=services.NewAnswer(
                figure=cleaned.get("figure"),
                text=cleaned["text"],
                source=cleaned["source"],
                stated_by=cleaned["stated_by"],
                known_on=cleaned["known_on"],
            ),
            at=clock.now(),
        )
    except RefusedError as error:
        form.add_error(None, str(error))
        return False
    return True


def _show(
    request: HttpRequest,
    form: OfficeAnswerForm,
    *,
    ask: AskForAnswer | None = None,
    trouble: str = "",
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    """Show the form with what was written; without the question where the database or the link does not give it."""
    context = {"ask": ask, "form": form, "trouble": trouble}
    return render(request, "public_site/office/answer.html", context, status=status)


class OfficeAnswerForm(FrameForm):
    """A figure or a paragraph, with its source, who says it, and the day that it speaks of."""

    answer_id = forms.UUIDField(
        widget=forms.HiddenInput, required=False
    )  # pressing twice is one answer
    figure = forms.DecimalField(
        label=gettext_lazy("The figure"),
        help_text=gettext_lazy("Only the number, for example 412 or 3.5."),
        max_digits=15,
        decimal_places=6,
        widget=forms.TextInput(
            attrs={
                "class": "govuk-input--width-10",
                "autocomplete": "off",
                "inputmode": "decimal",
            }
        ),
        error_messages={
            "required": gettext_lazy("Write the figure. If there is none, write why below."),
            "invalid": gettext_lazy("This is not a number. Write only digits, for example 412."),
            "max_digits": gettext_lazy("This number is too long. Check it."),
            "max_decimal_places": gettext_lazy("Write at most six digits behind the point."),
            "max_whole_digits": gettext_lazy("This number is too large. Check it."),
        },
    )
    text = PlainTextField(
        most=MOST_TEXT,
        required=False,
        label=gettext_lazy("Your paragraph"),
        widget=forms.Textarea(attrs={"rows": 8}),
        missing=gettext_lazy("Write your paragraph."),
    )
    source = PlainTextField(
        most=MOST_LINE,
        label=gettext_lazy("Where does it come from?"),
        help_text=gettext_lazy("For example a register or a published table. It is published."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        missing=gettext_lazy("Say where it comes from. Without a source it is not taken."),
    )
    known_on = forms.DateField(
        label=gettext_lazy("Which day does the source speak of?"),
        help_text=gettext_lazy("Year-month-day, for example 2026-12-31."),
        input_formats=["%Y-%m-%d"],
        widget=forms.TextInput(attrs={"class": "govuk-input--width-10", "autocomplete": "off"}),
        error_messages={
            "required": gettext_lazy("Write the day, for example 2026-12-31."),
            "invalid": gettext_lazy("We cannot read this day. Write it like 2026-12-31."),
        },
    )
    stated_by = PlainTextField(
        most=120,
        label=gettext_lazy("Who answers?"),
        help_text=gettext_lazy("Your function is enough, for example head of statistics."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        missing=gettext_lazy("Say who answers; your function is enough."),
    )

    def ask_for(self, wants: str) -> None:
        """Ask for a figure with words if wanted, or for a paragraph alone."""
        text = self.fields["text"]
        if wants == "figure":
            text.label = gettext_lazy("A remark on it (if you like)")
        else:
            del self.fields["figure"]
            text.required = True

    def clean_answer_id(self) -> UUID:
        """Give an answer that came without its number a new one."""
        found: UUID | None = self.cleaned_data["answer_id"]
        return found or uuid4()
