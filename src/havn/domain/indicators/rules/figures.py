# SPDX-License-Identifier: Apache-2.0
"""All figures: computed for periods from one pass over the facts, then protected."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
    embargo,
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
from havn.domain.indicators.rules.history import History, no_collecting
from havn.domain.indicators.rules.period import Period, Quarter
from havn.domain.indicators.rules.suppression import Released, protect_group

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
_FEW_BY_QUARTER = frozenset({"P", "O"})  # classes of persons and of police work
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
    return _computed(facts, periods, as_of, earlier)[1]


def _computed(
    facts: Iterable[FactRead],
    periods: Sequence[Period],
    as_of: datetime,
    earlier: Sequence[Release],
) -> tuple[History, dict[Period, Figures]]:
    with no_collecting():
        history = History.of(facts, as_of)
        found: dict[Period, Figures] = {period: _of_period(history, period) for period in periods}
        for period, figures in found.items():
            if is_about(x3.DEFINITION, period):
                complete = x3.compute(figures, _TARGETS)
                figures["X4"] = x4.compute(period, found, earlier)
                figures["X3"] = complete
    return history, found


def is_about(definition: Definition, period: Period) -> bool:
    """Whether the indicator is computed for such a period: quarters only for those that ask for them."""
    return definition.frequency == "Q" or not isinstance(period, Quarter)


def is_internal_by_quarter(definition: Definition) -> bool:
    """Whether a single quarter of it goes to nobody else: so few people or operations that it may name them."""
    return definition.suppression_class in _FEW_BY_QUARTER


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


def protected_figures(
    facts: Iterable[FactRead],
    *,
    periods: Sequence[Period],
    as_of: datetime,
    earlier: Sequence[Release] = (),
) -> dict[Period, Figures]:
    """Return the publishable values of every indicator for the periods, as known at `as_of`.

    Small numbers are hidden (`suppressed_figures`), and police work is held back until it is released.
    """
    history, found = _suppressed(facts, periods, as_of, earlier)
    return {
        period: {
            indicator: embargo.held_back(values)
            if embargo.is_held_back(definition_of(indicator), period, history)
            else values
            for indicator, values in figures.items()
        }
        for period, figures in found.items()
    }


def suppressed_figures(
    facts: Iterable[FactRead],
    *,
    periods: Sequence[Period],
    as_of: datetime,
    earlier: Sequence[Release] = (),
) -> dict[Period, Figures]:
    """Return the values of every indicator without those that are small or give small ones away.

    Whole suppression groups are protected over all periods together, with what `earlier` releases hid and showed;
    what was true on their days is computed from the same facts. A breakdown that would hide too much is left
    away: one value without a code says so (`is_left_away`).
    """
    return _suppressed(facts, periods, as_of, earlier)[1]


def _suppressed(
    facts: Iterable[FactRead],
    periods: Sequence[Period],
    as_of: datetime,
    earlier: Sequence[Release],
) -> tuple[History, dict[Period, Figures]]:
    read = list(facts) if earlier else facts  # once is enough where nothing was released
    history, computed = _computed(read, periods, as_of, earlier)
    before = [
        (release, computed_figures(read, periods=list(release.figures), as_of=release.as_of))
        for release in earlier
    ]
    found: dict[Period, Figures] = {period: {} for period in computed}
    for definitions in suppression_groups().values():
        releases = [Released(release.figures, then) for release, then in before]
        for period, figures in protect_group(definitions, computed, releases).items():
            found[period].update(figures)
    return history, {
        period: {indicator: found[period][indicator] for indicator in computed[period]}
        for period in computed
    }


def suppression_groups() -> dict[str, tuple[Definition, ...]]:
    """Return the indicators of every suppression group."""
    groups: dict[str, list[Definition]] = {}
    for definition in DEFINITIONS:
        groups.setdefault(definition.suppression_group, []).append(definition)
    return {name: tuple(definitions) for name, definitions in groups.items()}
