# SPDX-License-Identifier: Apache-2.0
"""`havn indicator`: computes the figures of a period, and says what an indicator means."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from havn.cli import start
from havn.cli.endings import DONE, CouldNotError
from havn.cli.telling import json_option, tell
from havn.cli.times import instant_of
from havn.lib import wire

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from havn.domain.actor import Actor
    from havn.domain.indicators.rules import Definition, Measure, Period, Value

HIDDEN = "hidden, because the number behind it is small"
HELD_BACK = "held back: figures of police work are shown when they are released, a year after the period at the earliest"
# What a value says besides its number; the letters are those of the published files.
SAID = {"Q": HIDDEN, "M": "nothing to measure", "L": "not collected here"}
COUNTS = ("numerator", "denominator", "n_started", "n_done", "n_censored")


@click.group(epilog="Exit codes: 0 done, 1 refused, 2 bad input.")
def command() -> None:
    """Compute indicators from the facts of this node, and explain them.

    Example: havn indicator compute --period 2026-Q3
    """


@command.command()
@click.option("--period", required=True, help="A quarter like 2026-Q3, or a year like 2026.")
@click.option("--indicator", "only", help="One indicator, like R05; all of them unless told.")
@click.option(
    "--as-of", "as_of_text", help="What was known then, like 2026-10-10; now unless told."
)
@json_option
def compute(*, period: str, only: str | None, as_of_text: str | None, as_json: bool) -> int:
    """Print the figures of a period, protected as they would be published.

    Small numbers are hidden, and others with them so that nobody can work them out; numbers that are not
    protected are never printed. Nothing is stored. The same period and the same day give the same figures.

    Example: havn indicator compute --indicator R05 --period 2026 --as-of 2027-01-31
    """
    about, definitions = asked(period, only)
    as_of = instant_of(as_of_text) if as_of_text else None
    start.prepare("worker")
    start.require_node()
    from havn.lib.clock import now

    found = figures_told(about, definitions, as_of=as_of or now(), actor=start.system())
    tell(found.result, as_json=as_json, lines=found.lines)
    return DONE


@dataclass(frozen=True, slots=True)
class ToldFigures:
    """Figures as they are printed: as one value, or as lines for people."""

    result: dict[str, Any]
    lines: list[str]


def figures_told(
    about: Period, definitions: Sequence[Definition], *, as_of: datetime, actor: Actor
) -> ToldFigures:
    """Compute and protect all figures of the period, and tell those of the definitions."""
    from havn.domain.indicators import rules as indicators
    from havn.domain.ledger import selectors as ledger

    # Whole groups are protected together, so all are computed even where one is asked for.
    facts = ledger.facts_until(actor=actor, names=indicators.FACTS_READ, until=as_of)
    figures = indicators.protected_figures(facts, periods=[about], as_of=as_of)[about]
    position = ledger.newest_position(actor=actor, until=as_of)
    result = {
        "period": str(about),
        "as_of": as_of.isoformat(),
        "is_over": about.is_closed(as_of),
        "log_position": str(position) if position else None,
        "indicators": [_told(each, figures[each.id]) for each in definitions],
    }
    return ToldFigures(result, list(_lines(about, as_of, definitions, figures)))


@command.command()
@click.argument("indicator")
@json_option
def explain(*, indicator: str, as_json: bool) -> int:
    """Say what INDICATOR means: definition, facts, formula, pitfalls, and where it is computed.

    Needs no node. No figure is printed.

    Example: havn indicator explain R05
    """
    definition = _definition(indicator)
    tell(_explained(definition), as_json=as_json, lines=_explanation(definition))
    return DONE


def asked(period: str, only: str | None) -> tuple[Period, list[Definition]]:
    """Return the period and the indicators that are about such a period."""
    from havn.domain.indicators import rules as indicators

    try:
        about = indicators.parse_period(period)
    except ValueError as error:
        sentence = f"{period!r} is no period: {error}."
        raise CouldNotError(sentence) from error
    if only is None:
        return about, [each for each in indicators.DEFINITIONS if indicators.is_about(each, about)]
    definition = _definition(only)
    if not indicators.is_about(definition, about):
        year = about.starts_at.year
        raise CouldNotError(
            f"{definition.id} is computed for years only. Ask for --period {year}."
        )
    return about, [definition]


def _definition(indicator: str) -> Definition:
    from havn.domain.indicators import rules as indicators

    try:
        return indicators.definition_of(indicator.upper())
    except KeyError:
        known = ", ".join(each.id for each in indicators.DEFINITIONS)
        raise CouldNotError(f"There is no indicator {indicator!r}. There are: {known}.") from None


def _told(definition: Definition, values: Sequence[Value]) -> dict[str, Any]:
    return {
        "indicator": definition.id,
        "number": definition.numeric_id,
        "name": definition.name,
        "version": definition.version,
        "values": [_value(value) for value in values],
    }


def _value(value: Value) -> dict[str, Any]:
    # Numbers with decimals are text, so that none is changed on its way; one mark stands for all that is hidden.
    return {
        "measure": value.measure,
        "breakdown": value.breakdown,
        "code": value.code,
        "value": None if value.value is None else str(value.value),
        "lower_bound": None if value.lower_bound is None else str(value.lower_bound),
        **{name: getattr(value, name) for name in COUNTS},
        "status": value.obs_status,
        "note": _note(value),
        "is_low_reliability": value.is_low_reliability,
    }


def _note(value: Value) -> str:
    from havn.domain.indicators.rules import is_embargoed

    if value.breakdown and not value.code:
        return wire.LEFT_AWAY_NOTE
    return HELD_BACK if is_embargoed(value) else ""


def _lines(
    about: Period,
    as_of: datetime,
    definitions: Sequence[Definition],
    figures: Mapping[str, Sequence[Value]],
) -> Iterator[str]:
    yield f"{about}, as known at {as_of.isoformat(timespec='seconds')}"
    if not about.is_closed(as_of):
        yield "The period is not over yet: these figures will change."
    for definition in definitions:
        yield ""
        yield f"{definition.id} ({definition.numeric_id}) {definition.name}"
        measures = {measure.name: measure for measure in definition.measures}
        for value in figures[definition.id]:
            yield f"  {_label(definition, value, measures[value.measure])}: {_said(value, measures)}"


def _label(definition: Definition, value: Value, measure: Measure) -> str:
    if not value.breakdown:
        return measure.title
    titles = {each.name: each.codes for each in definition.breakdowns}
    if not value.code:
        splits = {each.name: each.title for each in definition.breakdowns}
        return f"{measure.title}, {splits.get(value.breakdown, value.breakdown)}"
    title = titles.get(value.breakdown, {}).get(value.code, value.code)
    return f"{measure.title}, {title}"


def _said(value: Value, measures: Mapping[str, Measure]) -> str:
    if note := _note(value):
        return note
    if value.obs_status in SAID:
        return SAID[value.obs_status]
    unit = measures[value.measure].unit
    number = f"{value.value} {unit}"
    if value.value is None:
        number = f"not reached; more than {value.lower_bound} {unit}"
    counts = _counts(value)
    doubt = " (of low reliability: too many checks came late)" if value.is_low_reliability else ""
    return f"{number}{f' ({counts})' if counts else ''}{doubt}"


def _counts(value: Value) -> str:
    """Return the counts behind a value in words."""
    if value.n_started is not None:
        return f"{value.n_started} began, {value.n_done} ended, {value.n_censored} go on"
    if value.numerator is not None:
        return f"{value.numerator} of {value.denominator}"
    return f"rests on {value.denominator}" if value.denominator is not None else ""


def _explained(definition: Definition) -> dict[str, Any]:
    return {
        "indicator": definition.id,
        "number": definition.numeric_id,
        "version": definition.version,
        "target": definition.target,
        "goal": definition.goal,
        **{name: getattr(definition, name) for name in _TEXTS},
        "direction": definition.direction.value,
        "frequency": definition.frequency,
        "is_declared": definition.is_declared,
        "facts": list(definition.facts),
        "measures": [
            {
                "measure": each.name,
                "title": each.title,
                "unit": each.unit,
                "kind": each.kind.value,
                "direction": definition.direction_of(each.name).value,
            }
            for each in definition.measures
        ],
        "breakdowns": [
            {"breakdown": each.name, "title": each.title, "codes": dict(each.codes)}
            for each in definition.breakdowns
        ],
        "suppression_class": definition.suppression_class,
        "suppression_group": definition.suppression_group,
        "min_denominator": definition.min_denominator,
        "compare_with": list(definition.compare_with),
        "related": list(definition.related),
        "function": definition.function,
        "source": definition.source,
    }


_TEXTS = {
    "name": "Name",
    "definition": "Definition",
    "rationale": "Why",
    "pitfalls": "Pitfalls",
    "computation": "Formula",
    "cohort": "Which cases",
    "unit": "Unit",
    "classification": "Codes",
    "collection": "How it is collected",
    "calendar": "When",
    "contact": "Whom to ask",
    "holder": "Who holds the facts",
    "compiler": "Who computes it",
    "mandate": "Mandate",
    "validation": "How it is checked",
    "quality": "Who confirms it",
    "method": "Method",
    "updated": "Last changed",
}
_BEHIND = {
    "count": "a number of its own",
    "share": "numerator and denominator",
    "quantile": "how many began, ended and go on",
    "gain": "the two counts or shares that it compares",
    "statistic": "on how many cases it rests",
}
_DIRECTIONS = {"up": "more is better", "down": "less is better", "none": "neither way is better"}


def _explanation(definition: Definition) -> Iterator[str]:
    yield f"{definition.id} ({definition.numeric_id}), version {definition.version}"
    for name, label in _TEXTS.items():
        if text := getattr(definition, name):
            yield f"{label}: {text}"
    yield f"Direction: {_DIRECTIONS[definition.direction.value]}"
    yield f"Facts: {', '.join(definition.facts) or 'none; computed from the other figures'}"
    for measure in definition.measures:
        yield f"Measure {measure.name}: {measure.title} ({measure.unit}); shown with it: {_BEHIND[measure.kind.value]}"
        if measure.direction:
            yield f"Direction of {measure.name}: {_DIRECTIONS[measure.direction.value]}"
    for breakdown in definition.breakdowns:
        codes = ", ".join(breakdown.codes) if len(breakdown.codes) <= 30 else "codes of countries"
        yield f"Split by {breakdown.name}: {breakdown.title} ({codes})"
    for text in definition.compare_with:
        yield f"Compare: {text}"
    yield f"Small numbers: class {definition.suppression_class}, group {definition.suppression_group}"
    yield f"Computed by {definition.function} in {definition.source}"
