# SPDX-License-Identifier: Apache-2.0
"""All figures: computed for periods from one pass over the facts, then protected."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import ModuleType

from havn.domain.indicators.rules import (
    a01,
    a02,
    a03,
    a04,
    a05,
    a06,
    a07,
    a08,
    p01,
    p02,
    p03,
    p04,
    p05,
    p06,
    p07,
    p08,
    p09,
    p10,
    p11,
    p12,
    r01,
    r02,
    r03,
    r04,
    r05,
    r06,
    r07,
    r08,
    r09,
    r10,
    r11,
    r12,
    r13,
    r14,
    r15,
    r16,
    r17,
    r18,
    r19,
    r20,
    v01,
    v02,
    v03,
    v04,
    v05,
    v06,
    v07,
    v08,
    v09,
    x1,
    x2,
    x3,
    x4,
)
from havn.domain.indicators.rules.definition import Definition, FactRead, Release, Value
from havn.domain.indicators.rules.history import History
from havn.domain.indicators.rules.period import Period, Quarter
from havn.domain.indicators.rules.suppression import Cell, Line, pattern

# One file each; a new indicator is added here and nowhere else.
_OF_FACTS: tuple[ModuleType, ...] = (
    v01,
    v02,
    v03,
    v04,
    v05,
    v06,
    v07,
    v08,
    v09,
    p01,
    p02,
    p03,
    p04,
    p05,
    p06,
    p07,
    p08,
    p09,
    p10,
    p11,
    p12,
    a01,
    a02,
    a03,
    a04,
    a05,
    a06,
    a07,
    a08,
    r01,
    r02,
    r03,
    r04,
    r05,
    r06,
    r07,
    r08,
    r09,
    r10,
    r11,
    r12,
    r13,
    r14,
    r15,
    r16,
    r17,
    r18,
    r19,
    r20,
    x1,
    x2,
)
_OF_FIGURES: tuple[ModuleType, ...] = (x3, x4)  # computed from the values of the others
DEFINITIONS: tuple[Definition, ...] = tuple(
    module.DEFINITION for module in (*_OF_FACTS, *_OF_FIGURES)
)
FACTS_READ = frozenset(name for definition in DEFINITIONS for name in definition.facts)
NOT_DRAWN_ABOVE = 0.3  # share of `_U` above which a breakdown is not drawn
_BY_ID = {definition.id: definition for definition in DEFINITIONS}
_TARGETS = {definition.id: definition.target for definition in DEFINITIONS}
Figures = dict[str, list[Value]]


def definition_of(indicator: str) -> Definition:
    """Return the definition of an indicator by its id; raises KeyError for others."""
    return _BY_ID[indicator]


def computed_figures(
    facts: Iterable[FactRead],
    *,
    periods: Sequence[Period],
    as_of: datetime,
    earlier: Sequence[Release] = (),
) -> dict[Period, Figures]:
    """Return the unprotected values of every indicator that is about a period, for every period.

    What was recorded or happened after `as_of` is not known, so an old `as_of` gives the old figures.
    """
    history = History.of(facts, as_of)
    found: dict[Period, Figures] = {period: _of_period(history, period) for period in periods}
    for period, figures in found.items():
        if is_about(x3.DEFINITION, period):
            complete = x3.compute(figures, _TARGETS)
            figures["X4"] = x4.compute(period, found, earlier)
            figures["X3"] = complete
    return found


def is_about(definition: Definition, period: Period) -> bool:
    """Whether the indicator is computed for such a period: quarters only for those that ask for them."""
    return definition.frequency == "Q" or not isinstance(period, Quarter)


def _of_period(history: History, period: Period) -> Figures:
    figures: Figures = {}
    for module in _OF_FACTS:
        definition: Definition = module.DEFINITION
        if is_about(definition, period):
            values = module.compute(history, period)
            figures[definition.id] = marked(definition, values, history.names)
    if r20.is_below(figures["R20"]):
        for indicator in r20.FLAGGED & figures.keys():
            figures[indicator] = [
                replace(value, is_low_reliability=True) for value in figures[indicator]
            ]
    return figures


def marked(
    definition: Definition, values: list[Value], names: set[str] | frozenset[str]
) -> list[Value]:
    """Return the values; where nobody ever wrote the fact that begins them, empty ones (`L`): no data is not 0."""
    begins_with = definition.begins_with or definition.facts[:1]
    if names.intersection(begins_with):
        return values
    return [
        Value(measure=value.measure, breakdown=value.breakdown, code=value.code, obs_status="L")
        for value in values
    ]


# Until suppression works on all definitions alike, these are protected one by one (docs/adr/0010).


def protected_figures(
    facts: Iterable[FactRead],
    *,
    period: Quarter,
    as_of: datetime,
    hidden_before: frozenset[str] = frozenset(),
) -> Figures:
    """Return the publishable values of the first seven indicators for a quarter as known at `as_of`.

    `hidden_before` names cells (`R05:here`, `R01:channel:web`) hidden in the last release;
    where there is a choice the same ones are hidden again.
    """
    history = History.of(facts, as_of)
    reports = r01.compute(history, period)
    durations = r05.compute(history, period)
    referrals = p09.compute(history, period)
    outcomes = p10.compute(history, period)
    orphans = r10.compute(history, period)

    def hidden(table: tuple[Sequence[Cell], Sequence[Line]]) -> dict[str, str]:
        return pattern(*table, hidden_before=hidden_before)

    return {
        "R01": r01.protect(reports, hidden(r01.table(reports))),
        "R05": r05.protect(durations, hidden(r05.table(durations))),
        "R06": r06.protect(r06.compute(history, period)),
        "R09": r09.compute(history, period),
        "R10": r10.protect(orphans, hidden(r10.table(orphans))),
        "P09": p09.protect(referrals, hidden(p09.table(referrals))),
        "P10": p10.protect(outcomes, hidden(p10.table(outcomes))),
    }


def cells_of(indicator: str, value: Value) -> tuple[str, ...]:
    """Return the names of the table cells that a hidden value stands for."""
    named = _CELLS.get(indicator)
    return named(value) if named else ()


_CELLS: Mapping[str, Callable[[Value], tuple[str, ...]]] = {
    "P09": p09.cells_of,
    "P10": lambda value: (p10.cell_name(value),),
    "R01": lambda value: (r01.cell_name(value),),
    "R05": r05.cells_of,
    "R10": r10.cells_of,
}
