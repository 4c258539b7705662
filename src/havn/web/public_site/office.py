# SPDX-License-Identifier: Apache-2.0
"""An office's answer for the national report, by the link in the mail and without an account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy

from havn.domain.reporting import selectors, services
from havn.lib.http import FORM
from havn.web.frame.bodies import takes
from havn.web.public_site.by_link import AnswerForm, Answering, answered
from havn.web.public_site.fields import PlainTextField
from havn.web.public_site.origin import from_our_own_page

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse

    from havn.domain.reporting.selectors import AskForAnswer

MOST_TEXT = 20_000
MOST_LINE = 300


@takes(FORM)
@from_our_own_page
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Show what an office is asked, and take its answer; a wrong link is not found, and an old one says so."""
    return answered(request, token, _ANSWERING)


def _find(token: str, at: datetime) -> AskForAnswer:
    return selectors.ask_for_answer(token=token, at=at)


def _take(token: str, cleaned: dict[str, Any], at: datetime) -> None:
    found = services.NewAnswer(
        figure=cleaned.get("figure"),
        text=cleaned["text"],
        source=cleaned["source"],
        stated_by=cleaned["stated_by"],
        known_on=cleaned["known_on"],
    )
    services.answer_ask(token=token, answer_id=cleaned["answer_id"], answer=found, at=at)


class OfficeAnswerForm(AnswerForm):
    """A figure or a paragraph, with its source, who says it, and the day that it speaks of."""

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

    def ask_for(self, asked: AskForAnswer) -> None:
        """Ask for a figure with words if wanted, or for a paragraph alone."""
        text = self.fields["text"]
        if asked.wants == "figure":
            text.label = gettext_lazy("A remark on it (if you like)")
        else:
            del self.fields["figure"]
            text.required = True


_ANSWERING = Answering(
    name="ask",
    form=OfficeAnswerForm,
    find=_find,
    take=_take,
    page="public_site/office/answer.html",
    thanks="public_site/office/answered.html",
)
