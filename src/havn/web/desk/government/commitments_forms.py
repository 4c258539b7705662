# SPDX-License-Identifier: Apache-2.0
"""Forms about promises and politics: what was typed becomes the domain's values, and what is wrong gets a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from havn.domain.commitments import rules
from havn.domain.commitments.rules import (
    MOST_TITLE,
    CommitmentError,
    Deliverable,
    Evidence,
    EvidenceKind,
    Fault,
    IndicatorAim,
    Resource,
    ResourceKind,
    Terms,
)
from havn.domain.commitments.services import SENTENCES
from havn.domain.indicators.rules import DEFINITIONS
from havn.domain.members.rules.declaration import GOALS
from havn.web.desk.government.commitments_fields import Day, Language, Number, Words, long_words
from havn.web.frame import promises
from havn.web.frame.forms import FrameForm

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from havn.domain.errors import RefusedError

ENGLISH = "en"
INDICATOR, THING = "indicator", "thing"


def _targets() -> list[tuple[str, Any]]:
    return [(str(number), f"{number}. {name}") for number, name in promises.TARGETS.items()]


def _goals() -> list[tuple[str, Any]]:
    return [("", _("None of these"))] + [
        (goal.id, f"{goal.id} {promises.said(goal.text).text}") for goal in GOALS
    ]


def _indicators() -> list[tuple[str, Any]]:
    from django.utils.translation import gettext

    found = [
        (f"{each.id}:{measure.name}", f"{each.id} {gettext(each.name)}: {gettext(measure.title)}")
        for each in DEFINITIONS
        for measure in each.measures
    ]
    return [("", _("Choose an indicator")), *found]


class OfficeForm(FrameForm):
    """Which office does it; every step of a promise names one."""

    office = Words(label=_("Your office"), help_text=_("For example: Ministry of Justice."))

    def take_refusal(self, error: RefusedError) -> None:
        """Put a refusal beside the field that it is about."""
        name = self.fields_of_codes().get(error.code)
        self.add_error(name if name in self.fields else None, str(error))

    def fields_of_codes(self) -> dict[str, str]:
        """Return which field a refusal is about."""
        return {
            Fault.SAME_OFFICE.value: "office",
            Fault.OFFICE_MISSING.value: "office",
            Fault.REASON_MISSING.value: "reason",
            Fault.DAY_MISSING.value: "day",
            Fault.DAY_TO_COME.value: "day",
            Fault.SAME_DUE.value: "day",
            Fault.DUE_IN_PAST.value: "day",
            Fault.BAD_DAYS.value: "day",
            Fault.SUCCESSOR_MISSING.value: "successor",
            Fault.BAD_SUCCESSOR.value: "successor",
            Fault.AIM_NOT_REACHED.value: "value",
            Fault.EVIDENCE_MISSING.value: "title",
            Fault.BAD_SOURCE.value: "source",
        }


class TermsForm(OfficeForm):
    """All that a promise says."""

    target = forms.ChoiceField(label=_("Target"), choices=_targets, widget=forms.RadioSelect)
    goal = forms.ChoiceField(label=_("Goal"), choices=_goals, required=False)
    title_en = Words(label=_("Title in English"), most=MOST_TITLE)
    text_en = long_words(_("What is promised, in English"))
    language = Language(
        label=_("Second language"), help_text=_("Its code, like da or fr."), initial="da"
    )
    title_own = Words(label=_("Title in the second language"), most=MOST_TITLE)
    text_own = long_words(_("What is promised, in the second language"))
    owner = Words(label=_("Office that keeps the promise"))
    start = Day(label=_("Start"))
    due = Day(label=_("Due"))
    measure_kind = forms.ChoiceField(
        label=_("How will one see that it was kept?"),
        choices=(
            (INDICATOR, _("An indicator reaches a value")),
            (THING, _("Something is there that was not there before")),
        ),
        widget=forms.RadioSelect,
    )
    indicator = forms.ChoiceField(
        label=_("Indicator"),
        help_text=_("This and the next three only where an indicator reaches a value."),
        choices=_indicators,
        required=False,
    )
    baseline = Number(label=_("Its value today (the baseline)"), required=False)
    baseline_on = Day(label=_("Day of that value"), required=False)
    aim = Number(label=_("The value that it shall reach"), required=False)
    what_en = long_words(
        _("What shall be there, in English"),
        help_text=_("This and the next three only where something shall be there."),
        required=False,
    )
    what_own = long_words(_("What shall be there, in the second language"), required=False)
    today_en = long_words(_("What there is today, in English"), required=False)
    today_own = long_words(_("What there is today, in the second language"), required=False)
    based_on = forms.IntegerField(widget=forms.HiddenInput, required=False)

    field_order = (
        "target",
        "goal",
        "language",
        "title_en",
        "title_own",
        "text_en",
        "text_own",
        "owner",
        "start",
        "due",
        "measure_kind",
        "indicator",
        "baseline",
        "baseline_on",
        "aim",
        "what_en",
        "what_own",
        "today_en",
        "today_own",
        "office",
        "based_on",
    )

    def clean(self) -> dict[str, Any]:
        """Put the answers together to terms; what the rules refuse stands beside its field."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        try:
            cleaned["terms"] = self._terms(cleaned)
            rules.check_terms(cleaned["terms"])
        except CommitmentError as error:
            name = self.fields_of_codes().get(error.code.value)
            self.add_error(name, str(SENTENCES[error.code]))
        return cleaned

    def _terms(self, cleaned: Mapping[str, Any]) -> Terms:
        return Terms(
            target=int(cleaned["target"]),
            goal=cleaned["goal"],
            title=self._two(cleaned, "title"),
            text=self._two(cleaned, "text"),
            office=cleaned["owner"].strip(),
            measure=self._measure(cleaned),
            start=cleaned["start"],
            due=cleaned["due"],
        )

    def _two(self, cleaned: Mapping[str, Any], name: str) -> dict[str, str]:
        return rules.both(
            {ENGLISH: cleaned[f"{name}_en"], cleaned["language"]: cleaned[f"{name}_own"]}
        )

    def _measure(self, cleaned: Mapping[str, Any]) -> IndicatorAim | Deliverable:
        if cleaned["measure_kind"] == THING:
            return Deliverable(self._two(cleaned, "what"), self._two(cleaned, "today"))
        indicator, _colon, measure = cleaned["indicator"].partition(":")
        direction, baseline, aim = rules.aim(
            indicator, measure, baseline=cleaned["baseline"], aim=cleaned["aim"]
        )
        if cleaned["baseline_on"] is None:
            raise CommitmentError(Fault.NO_BASELINE)
        return IndicatorAim(indicator, measure, direction, baseline, cleaned["baseline_on"], aim)

    def fields_of_codes(self) -> dict[str, str]:
        """Return which field a refusal is about."""
        is_thing = self.data.get("measure_kind") == THING
        return super().fields_of_codes() | {
            Fault.UNKNOWN_INDICATOR.value: "indicator",
            Fault.UNKNOWN_MEASURE.value: "indicator",
            Fault.NO_DIRECTION.value: "indicator",
            Fault.NO_BASELINE.value: "today_en" if is_thing else "baseline",
            Fault.NO_AIM.value: "aim",
            Fault.AIM_NOT_BETTER.value: "aim",
            Fault.NO_DELIVERABLE.value: "what_en",
            Fault.UNKNOWN_GOAL.value: "goal",
            Fault.BAD_DAYS.value: "due",
        }


def initial_of(terms: Terms, *, office: str, based_on: int) -> dict[str, Any]:
    """Return the answers that terms are, to be changed."""
    own = next((code for code in terms.title if code != ENGLISH), "da")
    found: dict[str, Any] = {
        "target": str(terms.target),
        "goal": terms.goal,
        "language": own,
        "title_en": terms.title.get(ENGLISH, ""),
        "title_own": terms.title.get(own, ""),
        "text_en": terms.text.get(ENGLISH, ""),
        "text_own": terms.text.get(own, ""),
        "owner": terms.office,
        "start": terms.start,
        "due": terms.due,
        "office": office,
        "based_on": based_on,
    }
    measure = terms.measure
    if isinstance(measure, IndicatorAim):
        return found | {
            "measure_kind": INDICATOR,
            "indicator": f"{measure.indicator}:{measure.measure}",
            "baseline": measure.baseline,
            "baseline_on": measure.baseline_on,
            "aim": measure.aim,
        }
    return found | {
        "measure_kind": THING,
        "what_en": measure.what.get(ENGLISH, ""),
        "what_own": measure.what.get(own, ""),
        "today_en": measure.today.get(ENGLISH, ""),
        "today_own": measure.today.get(own, ""),
    }


class AdoptForm(OfficeForm):
    """Signing a proposal."""

    signed = forms.BooleanField(
        label=_("I sign this promise for my country. It becomes public and cannot be changed."),
        error_messages={"required": _("Tick the box to sign, or go back.")},
    )

    def arguments(self, at: datetime) -> dict[str, Any]:
        """Return what the service is called with beside the office."""
        del at
        return {}


class PlainForm(OfficeForm):
    """A step that needs nothing but its office."""

    def arguments(self, at: datetime) -> dict[str, Any]:
        """Return what the service is called with beside the office."""
        del at
        return {}


class ReasonForm(OfficeForm):
    """A step with a reason."""

    reason = long_words(_("Reason, which everybody will read"))

    def arguments(self, at: datetime) -> dict[str, Any]:
        """Return what the service is called with beside the office."""
        del at
        return {"reason": self.cleaned_data["reason"]}


class StartForm(OfficeForm):
    """That work has begun."""

    day = Day(label=_("Day of the first step"))

    def arguments(self, at: datetime) -> dict[str, Any]:
        """Return what the service is called with beside the office."""
        del at
        return {"day": self.cleaned_data["day"]}


class RedateForm(ReasonForm):
    """Another due day."""

    day = Day(label=_("New due day"))

    def arguments(self, at: datetime) -> dict[str, Any]:
        """Return what the service is called with beside the office."""
        return super().arguments(at) | {"day": self.cleaned_data["day"]}


class ReplaceForm(OfficeForm):
    """Which promise takes this one's place."""

    successor = forms.ChoiceField(
        label=_("Promise that takes its place"), choices=(), required=False
    )
    reason = long_words(_("Reason, which everybody will read"), required=False)

    def __init__(self, *args: Any, choices: Iterable[tuple[UUID, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [("", _("Choose a promise")), *((str(one), name) for one, name in choices)]
        field = self.fields["successor"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = offered

    def arguments(self, at: datetime) -> dict[str, Any]:
        """Return what the service is called with beside the office."""
        from uuid import UUID

        del at
        chosen = self.cleaned_data["successor"]
        return {
            "successor": UUID(chosen) if chosen else None,
            "reason": self.cleaned_data["reason"],
        }


class ResourceForm(OfficeForm):
    """Money promised or spent."""

    kind = forms.ChoiceField(
        label=_("Promised or spent?"),
        choices=(
            (ResourceKind.PROMISED.value, _("promised")),
            (ResourceKind.SPENT.value, _("spent")),
        ),
        widget=forms.RadioSelect,
    )
    amount = Number(
        label=_("Amount"), error_messages={"required": _("The amount is missing. Give it.")}
    )
    currency = Words(label=_("Currency"), help_text=_("Three letters, like EUR."), most=3)
    year = forms.IntegerField(label=_("Year"), min_value=1990, max_value=2200)
    note = Words(label=_("Note"), required=False)

    def arguments(self, at: datetime) -> dict[str, Any]:
        """Return what the service is called with beside the office."""
        given = self.cleaned_data
        found = Resource(
            ResourceKind(given["kind"]),
            given["amount"],
            given["currency"].upper(),
            given["year"],
            given["note"],
            at,
        )
        return {"resource": found}


class EvidenceForm(OfficeForm):
    """What shows how far a promise is: a value of its indicator, or a document."""

    title = Words(label=_("Document, or where the value stands"))
    source = Words(
        label=_("Its address on the web, if it has one"),
        help_text=_("Begins with https://."),
        most=400,
        required=False,
    )
    as_of = Day(label=_("Day of the document or value"))
    value = Number(
        label=_("Value of the indicator"),
        help_text=_("Leave it empty for a document."),
        required=False,
    )

    def arguments(self, at: datetime) -> dict[str, Any]:
        """Return what the service is called with beside the office."""
        given = self.cleaned_data
        kind = EvidenceKind.DOCUMENT if given["value"] is None else EvidenceKind.VALUE
        found = Evidence(kind, given["as_of"], given["value"], given["title"], given["source"], at)
        return {"evidence": found}

    def fields_of_codes(self) -> dict[str, str]:
        """Return which field a refusal is about."""
        return super().fields_of_codes() | {Fault.DAY_TO_COME.value: "as_of"}


class ClaimForm(EvidenceForm):
    """That a promise was kept: with new evidence, or with what stands there already."""

    title = Words(label=_("Document, or where the value stands"), required=False)
    as_of = Day(label=_("Day of the document or value"), required=False)

    def clean(self) -> dict[str, Any]:
        """Ask for the whole of new evidence, or none of it."""
        cleaned = super().clean() or {}
        has_any = any(cleaned.get(name) for name in ("title", "source", "as_of")) or (
            cleaned.get("value") is not None
        )
        if has_any and not cleaned.get("title"):
            self.add_error("title", _("Write what it is, or leave all of it empty."))
        if has_any and cleaned.get("as_of") is None and "as_of" not in self.errors:
            self.add_error("as_of", _("The day is missing. Give it, or leave all of it empty."))
        return cleaned

    def arguments(self, at: datetime) -> dict[str, Any]:
        """Return what the service is called with beside the office."""
        return super().arguments(at) if self.cleaned_data["title"] else {"evidence": None}
