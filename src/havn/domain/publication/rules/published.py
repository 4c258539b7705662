# SPDX-License-Identifier: Apache-2.0
"""A published figure as pages, files and comparison read it, and how its numbers are written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from havn.domain.indicators.rules import ShownFigure
from havn.lib import wire

COMPUTED = "computed"
STATED = "stated"
STATED_NOTE = "stated, not computed"
UNRELEASED = "told"  # of a half-year update
UNRELEASED_NOTE = "provisional, released by nobody; the national report of the year replaces it"

NORMAL = "A"
PROVISIONAL = "P"
BREAK = "B"
HIDDEN = "Q"
NOTHING_TO_MEASURE = "M"
NOT_COLLECTED = "L"


@dataclass(frozen=True, slots=True)
class Figure(ShownFigure):
    """One value of one measure of one member; bounds of hidden ones are not part of it."""

    member: str
    indicator: str
    definition: int
    period: str
    measure: str
    breakdown: str
    code: str
    value: Decimal | None
    lower_bound: Decimal | None
    numerator: int | None
    denominator: int | None
    n_started: int | None
    n_done: int | None
    n_censored: int | None
    status: str
    basis: str
    source: str
    report: UUID
    version: str  # of the report
    as_of: datetime
    node: UUID | None
    log_position: UUID | None

    @property
    def is_hidden(self) -> bool:
        """Whether it is hidden to protect small numbers."""
        return self.status == HIDDEN

    @property
    def is_left_away(self) -> bool:
        """Whether it says that the whole breakdown is not shown, since small numbers could be worked out from it."""
        return wire.is_left_away(self.code)

    @property
    def note(self) -> str:
        """What the files say of it in words: why there is no breakdown, its source, or that nobody released it."""
        if self.basis == UNRELEASED:  # H24
            gap = f"; {wire.LEFT_AWAY_NOTE}" if self.is_left_away else ""
            return f"{UNRELEASED_NOTE}{gap}"
        if self.is_left_away:
            return wire.LEFT_AWAY_NOTE
        return f"{STATED_NOTE}; source: {self.source}" if self.basis == STATED else ""

    @property
    def freq(self) -> str:
        """A for a year, Q for a quarter."""
        return frequency_of(self.period)

    @property
    def place(self) -> tuple[str, str, str]:
        """Which cell of an indicator's table it is."""
        return self.measure, self.breakdown, self.code


def frequency_of(period: str) -> str:
    """Return A for a year, Q for a quarter."""
    return "Q" if "-" in period else "A"


def period_order(period: str) -> tuple[str, bool, str]:
    """Return by what periods are ordered: a year stands behind its quarters."""
    year, _, quarter = period.partition("-")
    return year, not quarter, quarter


def dimensions_of(breakdown: str, code: str) -> tuple[tuple[str, str], ...]:
    """Return the dimensions of a breakdown, one or two, each with its code."""
    if not breakdown:
        return ()
    return tuple(zip(breakdown.split(";"), code.split(";"), strict=True))
