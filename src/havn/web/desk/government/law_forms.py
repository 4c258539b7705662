# SPDX-License-Identifier: Apache-2.0
"""Forms about law: what was typed becomes an answer, and what is wrong gets a sentence beside its field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from havn.domain.legislation import rules
from havn.domain.legislation.rules import (
    MOST_ARTICLE,
    MOST_LAW,
    MOST_TEXT,
    MOST_URL,
    Criterion,
    Fault,
    NewAnswer,
    Value,
    Verdict,
)
from havn.domain.legislation.services import SENTENCES
from havn.web.frame import law as words
from havn.web.frame.forms import FrameForm

_NOT_A_DAY = _("Write the day as year, month and day, for example 2014-01-31.")


class Day(forms.DateField):
    """A day, written as 2014-01-31."""

    def __init__(self, **given: Any) -> None:
        super().__init__(
            input_formats=["%Y-%m-%d"],
            error_messages={"invalid": _NOT_A_DAY, "required": _NOT_A_DAY},
            widget=forms.TextInput(
                attrs={"class": "govuk-input--width-10", "inputmode": "numeric"}
            ),
            **given,
        )


def _line(most: int, **given: Any) -> forms.CharField:
    return forms.CharField(required=False, max_length=most * 4, **given)


def _text(**given: Any) -> forms.CharField:
    return forms.CharField(
        required=False,
        max_length=MOST_TEXT * 4,  # the rules say how long, with their own sentence
        widget=forms.Textarea(attrs={"rows": 4}),
        **given,
    )


class AssessForm(FrameForm):
    """What the own country's law says to one criterion."""

    value = forms.ChoiceField(
        label=_("What does the law say?"),
        choices=[(each.value, words.VALUES[each.value]) for each in Value],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose an answer. Not known is one too.")},
    )
    number = forms.IntegerField(
        required=False,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-5", "inputmode": "numeric"}),
        error_messages={"invalid": _("Write a whole number in digits, and no words.")},
    )
    is_unlimited = forms.BooleanField(required=False, label=_("Without limit"))
    law = _line(MOST_LAW, label=_("Law"), help_text=_("Its name, as it is cited."))
    article = _line(MOST_ARTICLE, label=_("Article or section"))
    source_url = _line(
        MOST_URL, label=_("Where it can be read"), help_text=_("An address of the web.")
    )
    in_force_from = Day(
        label=_("In force from"), help_text=_("From which day the law says so: 2014-01-31.")
    )
    in_force_to = Day(
        label=_("Until"), required=False, help_text=_("The last day, if it has ended or will end.")
    )
    reason = _text(label=_("Why only partly"))
    note = _text(label=_("Note"), help_text=_("Anything a reader should know about this law."))
    is_weakest_part = forms.BooleanField(
        required=False,
        label=_(
            "Parts of the country have different laws, and this is the weakest: the note says which"
        ),
    )
    quote_hash = _line(
        64,
        label=_("Digest of the passage"),
        help_text=_("SHA-256 of the words that you read, if you keep one."),
    )
    supersedes = forms.ChoiceField(
        required=False,
        label=_("Does it correct an earlier answer?"),
        help_text=_("A new law does not: it counts beside the old one from its own day."),
    )

    def __init__(
        self,
        *args: Any,
        criterion: Criterion,
        earlier: Iterable[tuple[UUID, str]],
        today: date,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.criterion, self.today = criterion, today
        self.given: NewAnswer | None = None
        choices: Any = [("", _("No")), *((str(key), text) for key, text in earlier)]
        self.fields["supersedes"].choices = choices  # type: ignore[attr-defined]
        number = criterion.number
        if number is None:
            del self.fields["number"]
        else:
            self.fields["number"].label = f"{gettext(number.meaning)} ({gettext(number.unit)})"
        if number is None or not number.may_be_unlimited:
            del self.fields["is_unlimited"]
        if criterion.partly:
            self.fields["reason"].help_text = gettext(criterion.partly)

    def clean(self) -> dict[str, Any]:
        """Look at the answer as a whole, and say beside each field what is wrong."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        self.given = self._answer(cleaned)
        for field, fault in rules.faults_of(self.given, today=self.today):
            self.add_error(field if field in self.fields else None, _sentence(fault))
        return cleaned

    def _answer(self, cleaned: Mapping[str, Any]) -> NewAnswer:
        return NewAnswer(
            key=self.criterion.key,
            value=Value(cleaned["value"]),
            in_force_from=cleaned["in_force_from"],
            number=cleaned.get("number"),
            is_unlimited=cleaned.get("is_unlimited", False),
            law=cleaned["law"],
            article=cleaned["article"],
            in_force_to=cleaned["in_force_to"],
            source_url=cleaned["source_url"],
            quote_hash=cleaned["quote_hash"],
            reason=cleaned["reason"],
            note=cleaned["note"],
            is_weakest_part=cleaned["is_weakest_part"],
            supersedes=UUID(cleaned["supersedes"]) if cleaned["supersedes"] else None,
        )


def _sentence(fault: Fault) -> ValidationError:
    return ValidationError(SENTENCES[fault], code=fault.value)


class ReviewForm(FrameForm):
    """What the own country says of another's answer."""

    verdict = forms.ChoiceField(
        label=_("Is it so?"),
        choices=[
            (Verdict.AGREES.value, _("Yes, the law says so")),
            (Verdict.DIFFERS.value, _("No, we read it otherwise")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Say whether you read the law so too.")},
    )
    note = _text(label=_("What you read otherwise"))
    fields_of_codes = {
        Fault.TEXT_MISSING.value: "note",
        Fault.TEXT_TOO_LONG.value: "note",
        Fault.PICTURE_IN_TEXT.value: "note",
    }


class DisputeForm(FrameForm):
    """What the own country holds against another's answer, or replies to."""

    text = _text(label=_("What is not so, and why"))
    source_url = _line(
        MOST_URL, label=_("Where that can be read"), help_text=_("An address of the web.")
    )
    fields_of_codes = {
        Fault.TEXT_MISSING.value: "text",
        Fault.TEXT_TOO_LONG.value: "text",
        Fault.PICTURE_IN_TEXT.value: "text",
        Fault.SOURCE_MISSING.value: "source_url",
        Fault.NO_ADDRESS.value: "source_url",
    }


class ReplyForm(DisputeForm):
    """What the own country replies to a dispute of its answer."""

    text = _text(label=_("Your reply"))


class GapForm(FrameForm):
    """Which pairs are wanted."""

    rule = forms.ChoiceField(required=False, label=_("Gap"))
    country = forms.ChoiceField(required=False, label=_("Country"))
    result = forms.ChoiceField(required=False, label=_("Result"))

    def __init__(self, *args: Any, countries: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every: list[tuple[str, Any]] = [("", _("All"))]
        named = [(each.id, f"{each.id} {gettext(each.name)}") for each in rules.RULES.values()]
        for field, choices in (
            ("rule", named),
            ("country", list(countries.items())),
            ("result", list(words.RESULTS.items())),
        ):
            self.fields[field].choices = [*every, *choices]  # type: ignore[attr-defined]


class TripleForm(FrameForm):
    """Which three countries, and a suspect from which."""

    a = forms.ChoiceField(label=_("A: where it is done and the suspect lives"))
    v = forms.ChoiceField(label=_("V: where the victim lives"))
    c = forms.ChoiceField(label=_("C: where it is hosted"))
    b = forms.ChoiceField(label=_("B: the suspect's own country, another than A"))

    def __init__(self, *args: Any, countries: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.choices = [("", _("Choose a country")), *countries.items()]  # type: ignore[attr-defined]
            field.error_messages["required"] = _("Choose a country.")

    def clean(self) -> dict[str, Any]:
        """Ask for three different countries, and for a suspect who is a foreigner where it is done."""
        found = super().clean() or {}
        three = [found.get(name) for name in ("a", "v", "c")]
        if all(three) and len(set(three)) < len(three):
            self.add_error("c", _("A, V and C have to be three different countries."))
        elif found.get("a") and found.get("b") == found.get("a"):
            self.add_error("b", _("B has to be another country than A."))
        return found
