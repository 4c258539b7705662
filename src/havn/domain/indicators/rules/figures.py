# SPDX-License-Identifier: Apache-2.0
"""All figures of a quarter: computed, then protected one suppression group at a time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from havn.domain.indicators.rules import r01, r05, r06
from havn.domain.indicators.rules.definition import Definition, FactRead, Value
from havn.domain.indicators.rules.period import Quarter
from havn.domain.indicators.rules.suppression import pattern

DEFINITIONS: tuple[Definition, ...] = (r01.DEFINITION, r05.DEFINITION, r06.DEFINITION)
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
    where there is a choice the same ones are hidden again. R01, R05 and R06 are a group each: no
    line of one table adds up cells of another (docs/adr/0010).
    """
    known = [fact for fact in facts if fact.happened_at <= as_of]
    reports = r01.compute(known, period)
    cells, lines = r01.table(reports)
    hidden = pattern(cells, lines, hidden_before=hidden_before)
    durations = r05.compute(known, period, as_of)
    of_items, item_lines = r05.table(durations)
    hidden_items = pattern(of_items, item_lines, hidden_before=hidden_before)
    return {
        "R01": r01.protect(reports, hidden),
        "R05": r05.protect(durations, hidden_items),
        "R06": r06.protect(r06.compute(known, period, as_of)),
    }


def cells_of(indicator: str, value: Value) -> tuple[str, ...]:
    """Return the names of the table cells that a hidden value stands for."""
    if indicator == "R01":
        return (r01.cell_name(value),)
    if indicator == "R05":
        return tuple(f"R05:{value.code}:{kind}" for kind in ("started", "done", "censored"))
    return ()
