# SPDX-License-Identifier: Apache-2.0
"""All figures of a quarter: computed, then protected one suppression group at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from havn.domain.indicators.rules import p09, p10, r01, r05, r06, r09, r10
from havn.domain.indicators.rules.definition import Definition, FactRead, Value
from havn.domain.indicators.rules.period import Quarter
from havn.domain.indicators.rules.suppression import Cell, Line, pattern

DEFINITIONS: tuple[Definition, ...] = (
    r01.DEFINITION,
    r05.DEFINITION,
    r06.DEFINITION,
    r09.DEFINITION,
    r10.DEFINITION,
    p09.DEFINITION,
    p10.DEFINITION,
)
FACTS_READ = frozenset(name for definition in DEFINITIONS for name in definition.facts)
NOT_DRAWN_ABOVE = 0.3  # share of `_U` above which a breakdown is not drawn


def definition_of(indicator: str) -> Definition:
    """Return the definition of an indicator by its id; raises KeyError for others."""
    return {definition.id: definition for definition in DEFINITIONS}[indicator]


def protected_figures(
    facts: Iterable[FactRead],
    *,
    period: Quarter,
    as_of: datetime,
    hidden_before: frozenset[str] = frozenset(),
) -> dict[str, list[Value]]:
    """Return the publishable values of every indicator for a quarter as known at `as_of`.

    `hidden_before` names cells (`R05:here`, `R01:channel:web`) hidden in the last release;
    where there is a choice the same ones are hidden again. Every indicator is a group of its own: no
    line of one table adds up cells of another (docs/adr/0010).
    """
    known = [fact for fact in facts if fact.happened_at <= as_of]
    reports = r01.compute(known, period)
    durations = r05.compute(known, period, as_of)
    referrals = p09.compute(known, period, as_of)
    outcomes = p10.compute(known, period, as_of)
    orphans = r10.compute(known, period)

    def hidden(table: tuple[Sequence[Cell], Sequence[Line]]) -> dict[str, str]:
        return pattern(*table, hidden_before=hidden_before)

    return {
        "R01": r01.protect(reports, hidden(r01.table(reports))),
        "R05": r05.protect(durations, hidden(r05.table(durations))),
        "R06": r06.protect(r06.compute(known, period, as_of)),
        "R09": r09.compute(known, period),
        "R10": r10.protect(orphans, hidden(r10.table(orphans))),
        "P09": p09.protect(referrals, hidden(p09.table(referrals))),
        "P10": p10.protect(outcomes, hidden(p10.table(outcomes))),
    }


def cells_of(indicator: str, value: Value) -> tuple[str, ...]:
    """Return the names of the table cells that a hidden value stands for."""
    named = _CELLS.get(indicator)
    return named(value) if named else ()


_CELLS: dict[str, Callable[[Value], tuple[str, ...]]] = {
    "P09": p09.cells_of,
    "P10": lambda value: (p10.cell_name(value),),
    "R01": lambda value: (r01.cell_name(value),),
    "R05": r05.cells_of,
    "R10": r10.cells_of,
}
