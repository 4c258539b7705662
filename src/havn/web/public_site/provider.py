# SPDX-License-Identifier: Apache-2.0
"""A provider's answer to a notice, by the link in the mail and without an account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from havn.domain.takedown import selectors, services
from havn.lib.http import FORM
from havn.web.frame.bodies import takes
from havn.web.frame.forms import HintedRadios
from havn.web.public_site.by_link import AnswerForm, Answering, answered
from havn.web.public_site.fields import PlainTextField
from havn.web.public_site.origin import from_our_own_page

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse

    from havn.domain.takedown.selectors import NoticeForAnswer

MOST_TEXT = 4000


@takes(FORM)
@from_our_own_page
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Show the notice that the link belongs to, and take an answer; a wrong or old link is not found."""
    return answered(request, token, _ANSWERING)


def _find(token: str, at: datetime) -> NoticeForAnswer:
    return selectors.notice_for_answer(token=token, at=at)


def _take(token: str, cleaned: dict[str, Any], at: datetime) -> None:
    services.record_answer(token=token, at=at, **cleaned)


class ProviderAnswerForm(AnswerForm):
    """What a provider answers to a notice."""

    KINDS: ClassVar[dict[str, object]] = {
        "removed": gettext_lazy("We have removed it"),
        "not_ours": gettext_lazy("It is not ours"),
        "need_more": gettext_lazy("We need more from you"),
        "disagree": gettext_lazy("We disagree"),
    }
    kind = forms.ChoiceField(
        label=gettext_lazy("Your answer"),
        choices=list(KINDS.items()),
        widget=HintedRadios(
            hints={
                "removed": gettext_lazy(
                    "Say below when. We look again within minutes; the answer alone closes nothing."
                ),
                "not_ours": gettext_lazy(
                    "Say below whose it is, or where you passed the notice on to."
                ),
                "need_more": gettext_lazy("Say below what you need."),
                "disagree": gettext_lazy("Say below why."),
            }
        ),
        error_messages={
            "required": gettext_lazy("Choose one of the answers."),
            "invalid_choice": gettext_lazy("Choose one of the answers on this page."),
        },
    )
    removed_at = forms.DateTimeField(
        required=False,
        label=gettext_lazy("When was it removed? (UTC; only if you removed it)"),
        help_text=gettext_lazy("Year-month-day hour:minute, for example 2026-03-31 14:05."),
        input_formats=["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d"],
        widget=forms.TextInput(attrs={"class": "govuk-input--width-20", "autocomplete": "off"}),
        error_messages={
            "invalid": gettext_lazy(
                "We cannot read this time. Write it like 2026-03-31 14:05, in UTC."
            )
        },
    )
    text = PlainTextField(
        most=MOST_TEXT,
        required=False,
        label=gettext_lazy("Your words"),
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for the time of a removal, and for words with every other answer."""
        cleaned = super().clean() or {}
        kind = cleaned.get("kind")
        if kind == "removed" and not cleaned.get("removed_at") and "removed_at" not in self.errors:
            self.add_error(
                "removed_at", ValidationError(_("Say when it was removed; the day is enough."))
            )
        if (
            kind in {"not_ours", "need_more", "disagree"}
            and not cleaned.get("text")
            and "text" not in self.errors
        ):
            self.add_error(
                "text",
                ValidationError(
                    _("Say it in a sentence or two, so that we know what to do next.")
                ),
            )
        return cleaned


_ANSWERING = Answering(
    name="notice",
    form=ProviderAnswerForm,
    find=_find,
    take=_take,
    page="public_site/answer.html",
    thanks="public_site/answered.html",
)
