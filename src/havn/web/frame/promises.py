# SPDX-License-Identifier: Apache-2.0
"""How promises, their steps and political acts read on the desk's pages and on the Alliance's: states, days, numbers in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.formats import number_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from havn.web.frame.language import day

STATES: dict[str, tuple[Any, str]] = {
    "proposed": (gettext_lazy("proposed"), "grey"),
    "adopted": (gettext_lazy("adopted"), "blue"),
    "in_progress": (gettext_lazy("in progress"), "blue"),
    "achieved": (gettext_lazy("achieved"), "green"),
    "withdrawn": (gettext_lazy("withdrawn"), "grey"),
    "replaced": (gettext_lazy("replaced"), "grey"),
    "reopened": (gettext_lazy("opened again"), "yellow"),
    "dropped": (gettext_lazy("dropped"), "grey"),
}
TIMINGS: dict[str, tuple[Any, str]] = {
    "not_due": (gettext_lazy("not due yet"), ""),
    "late": (gettext_lazy("late"), "orange"),
    "late_redated": (gettext_lazy("late, re-dated"), "orange"),
    "kept": (gettext_lazy("kept in time"), "green"),
    "kept_late": (gettext_lazy("kept late"), "teal"),
    "given_up": (gettext_lazy("given up"), ""),
}
STEPS: dict[str, Any] = {
    "proposed": gettext_lazy("Proposed"),
    "edited": gettext_lazy("Words changed"),
    "adopted": gettext_lazy("Adopted and signed"),
    "dropped": gettext_lazy("Dropped"),
    "started": gettext_lazy("Begun"),
    "claimed": gettext_lazy("Said to be kept"),
    "confirmed": gettext_lazy("Confirmed by a second office"),
    "declined": gettext_lazy("Not confirmed by a second office"),
    "withdrawn": gettext_lazy("Withdrawn"),
    "replaced": gettext_lazy("Replaced by another promise"),
    "reopened": gettext_lazy("Opened again"),
    "redated": gettext_lazy("New due day set"),
    "resources": gettext_lazy("Money stated"),
    "evidence": gettext_lazy("Evidence added"),
}
ACTS: dict[str, Any] = {
    "debate": gettext_lazy("Debate"),
    "decision": gettext_lazy("Decision"),
    "budget": gettext_lazy("Budget line"),
    "minister": gettext_lazy("Minister named"),
}
TARGETS: dict[int, Any] = {
    1: gettext_lazy("Victims"),
    2: gettext_lazy("Offenders"),
    3: gettext_lazy("Awareness"),
    4: gettext_lazy("Availability"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """A text, and its language where that is another one than the page's."""

    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Tag:
    """A state as a page shows it: the word carries the meaning, never the colour alone."""

    word: Any
    colour: str


def said(texts: Mapping[str, str]) -> Said:
    """Return a text in the language of the page, else in English, else in the first there is."""
    language = get_language() or "en"
    for code in (language, "en"):
        if code in texts:
            return Said(texts[code], "" if code == language else code)
    code = next(iter(texts), "")
    return Said(texts.get(code, ""), code)


def every(texts: Mapping[str, str]) -> list[Said]:
    """Return a text in all languages that it is there in."""
    language = get_language() or "en"
    return [Said(text, "" if code == language else code) for code, text in texts.items()]


def state_tag(state: str) -> Tag:
    """Return a state in words."""
    return Tag(*STATES.get(state, (state, "grey")))


def timing_tag(timing: str) -> Tag:
    """Return how a promise stands to its due day in words."""
    return Tag(*TIMINGS.get(timing, (timing, "")))


def number(value: Decimal | None) -> str:
    """Return a number as the page's language writes it; a dash for none."""
    if value is None:
        return "–"
    return str(number_format(format(value.normalize(), "f"), use_l10n=True, force_grouping=True))


Named = Callable[
    [str, str], tuple[str, str]
]  # indicator and measure: what they are called, the unit


def named_by(definition_of: Callable[[str], Any]) -> Named:
    """Return how measures are named by definitions of indicators; by their ids where this release knows none."""

    def named(indicator: str, measure: str) -> tuple[str, str]:
        try:
            definition = definition_of(indicator)
        except KeyError:
            return f"{indicator} {measure}", ""
        name = f"{indicator} {_(definition.name)}"
        for each in definition.measures:
            if each.name == measure:
                return f"{name}, {_(each.title)}", _(each.unit)
        return f"{name}, {measure}", ""

    return named


@dataclass(frozen=True, slots=True)
class Row:
    """A promise as a list shows it."""

    id: UUID
    member: str
    title: Said
    target: int
    target_name: Any
    goal: str
    office: str
    state: Tag
    timing: Tag | None
    due: date
    former_dues: tuple[date, ...]
    aim: str
    waits_for_confirmation: bool
    country: str = ""  # what its country is called, in lists of several


def row(view: Any, *, named: Named) -> Row:
    """Return a promise (`CommitmentView` of the domain) as a list shows it."""
    timing = timing_tag(view.timing.value)
    return Row(
        id=view.id,
        member=view.member,
        title=said(view.terms.title),
        target=view.terms.target,
        target_name=TARGETS.get(view.terms.target, ""),
        goal=view.terms.goal,
        office=view.terms.office,
        state=state_tag(view.state.value),
        timing=timing if timing.colour else None,
        due=view.due,
        former_dues=view.former_dues,
        aim=aim_in_words(view.terms.measure, named=named),
        waits_for_confirmation=view.waits_for_confirmation,
    )


def aim_in_words(measure: Any, *, named: Named) -> str:
    """Return what shall be reached: a value from a baseline, or a thing that shall be there."""
    if not hasattr(measure, "indicator"):
        return said(measure.what).text
    name, unit = named(measure.indicator, measure.measure)
    return _("%(name)s: from %(baseline)s to %(aim)s %(unit)s") % {
        "name": name,
        "baseline": number(measure.baseline),
        "aim": number(measure.aim),
        "unit": unit,
    }


def details(view: Any, *, named: Named) -> dict[str, Any]:
    """Return everything that a page about one promise shows."""
    terms, measure = view.terms, view.terms.measure
    return {
        "row": row(view, named=named),
        "texts": every(terms.text),
        "titles": every(terms.title),
        "start": terms.start,
        "goal": terms.goal,
        "measure": _measure(measure, named=named),
        "resources": [_resource(each) for each in view.record.resources],
        "evidence": [_evidence(each) for each in view.record.evidence],
        "steps": [entry(step) for step in reversed(view.record.steps)],
        "successor": view.record.successor,
        "counting_due": view.lateness.counting_due,
    }


def _measure(measure: Any, *, named: Named) -> dict[str, Any]:
    if not hasattr(measure, "indicator"):
        return {"what": every(measure.what), "today": every(measure.today)}
    name, unit = named(measure.indicator, measure.measure)
    better = _("more is better") if measure.direction == "up" else _("less is better")
    return {
        "indicator": measure.indicator,
        "name": name,
        "unit": unit,
        "better": better,
        "baseline": number(measure.baseline),
        "baseline_on": measure.baseline_on,
        "aim": number(measure.aim),
    }


def _resource(found: Any) -> dict[str, Any]:
    kinds = {"promised": _("promised"), "spent": _("spent")}
    return {
        "kind": kinds.get(found.kind.value, found.kind.value),
        "amount": f"{number(found.amount)} {found.currency}",
        "year": str(found.year),
        "note": found.note,
    }


def _evidence(found: Any) -> dict[str, Any]:
    return {
        "as_of": found.as_of,
        "value": number(found.value) if found.value is not None else "",
        "title": found.title,
        "source": found.source,
    }


def entry(step: Any, *, who: str = "") -> dict[str, Any]:
    """Return a step as an entry of a timeline."""
    words = [step.reason]
    if step.day is not None and step.kind.value == "redated":
        words.insert(0, _("Due on %(day)s.") % {"day": day(step.day)})
    elif step.day is not None:
        words.insert(0, _("First step on %(day)s.") % {"day": day(step.day)})
    return {
        "title": STEPS.get(step.kind.value, step.kind.value),
        "at": step.at,
        "who": ", ".join(each for each in (step.office, who) if each),
        "text": " ".join(each for each in words if each),
    }


def acts(views: Iterable[Any]) -> list[dict[str, Any]]:
    """Return political acts (`ActView` of the domain), each with its corrections beside it."""
    return [
        _act(view) | {"corrections": [_act(each) for each in view.corrections]} for view in views
    ]


def _act(view: Any) -> dict[str, Any]:
    act = view.act
    amount = f"{number(act.amount)} {act.currency}" if act.amount is not None else ""
    return {
        "id": view.id,
        "kind": ACTS.get(act.kind.value, act.kind.value),
        "day": act.day,
        "title": said(act.title),
        "text": said(act.text),
        "amount": amount,
        "source_title": act.source_title,
        "source": act.source,
    }
