# SPDX-License-Identifier: Apache-2.0
"""What may stand beside what on the public page: by name, never ranked, and what is missing said as what it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from havn.domain.indicators.rules import Direction, Measure, MeasureKind
from havn.domain.indicators.rules.suppression import Bounds, alliance_total
from havn.domain.publication.rules.published import (
    COMPUTED,
    HIDDEN,
    NOT_COLLECTED,
    NOTHING_TO_MEASURE,
    Figure,
)

LEAST_FOR_QUARTILES = 10
_COMPARABLE = frozenset(
    {MeasureKind.SHARE, MeasureKind.QUANTILE, MeasureKind.GAIN, MeasureKind.STATISTIC}
)
# Below this share of re-checks in time the figures of removal say little (indicator R20).
LEAST_CHECKED_ON_TIME = Decimal(90)
RESTS_ON_CHECKS = frozenset({"R04", "R05", "R06", "R07", "R08"})


class Standing(StrEnum):
    """What stands in a member's line; each is said in its own words, and none is ever drawn as zero."""

    SHOWN = "shown"
    NOT_RECEIVED = "not_received"  # no report of this period
    NO_DATA = "no_data"  # a report, and nothing in it to measure
    NOT_COLLECTED = "not_collected"  # the country has it, and does not collect it
    SUPPRESSED = "suppressed"
    LEFT_AWAY = "left_away"  # the whole breakdown, since small numbers could be worked out from it
    NOT_COMPARABLE = "not_comparable"  # another definition, or checks that came too late


@dataclass(frozen=True, slots=True)
class Line:
    """One member of a comparison."""

    member: str
    name: str
    standing: Standing
    figure: Figure | None

    @property
    def number(self) -> Decimal | None:
        """What is drawn, None for everything that is not shown as a value."""
        if self.standing is not Standing.SHOWN or self.figure is None:
            return None
        return self.figure.value


@dataclass(frozen=True, slots=True)
class Quartiles:
    """The Alliance's own distribution, from at least ten countries."""

    lower: Decimal
    median: Decimal
    upper: Decimal
    countries: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """One measure of one period, all countries beside each other."""

    lines: tuple[Line, ...]
    definition: int | None
    quartiles: Quartiles | None

    @property
    def shown(self) -> int:
        """How many countries have a value here."""
        return sum(line.standing is Standing.SHOWN for line in self.lines)


def may_compare(measure: Measure) -> bool:
    """Whether countries may stand beside each other: times, shares, gains and scores may, raw counts never."""
    return measure.kind in _COMPARABLE


def may_colour(direction: Direction) -> bool:
    """Whether colour may say more or less: not where no direction is better."""
    return direction is not Direction.NONE


def compare(
    figures: Iterable[Figure],
    *,
    names: Mapping[str, str],
    reporting: frozenset[str],
    unreliable: frozenset[str] = frozenset(),
) -> Comparison:
    """Return every member's line in the order of names; computed figures of one definition only are compared.

    `figures` are those of one measure, breakdown, code and period; `reporting` are the members of which a
    report of the period is here; `unreliable` those whose re-checks came too late to say this.
    """
    found = {each.member: each for each in figures if each.basis == COMPUTED}
    definition = max((each.definition for each in found.values()), default=None)
    lines = []
    for member, name in sorted(names.items(), key=lambda pair: (pair[1].casefold(), pair[0])):
        figure = found.get(member)
        standing = _standing(figure, definition=definition, has_report=member in reporting)
        if standing is Standing.SHOWN and member in unreliable:
            standing = Standing.NOT_COMPARABLE
        lines.append(Line(member, name, standing, figure))
    shown = [
        line.figure.value for line in lines if line.standing is Standing.SHOWN and line.figure
    ]
    return Comparison(tuple(lines), definition, _quartiles(shown))


def _standing(figure: Figure | None, *, definition: int | None, has_report: bool) -> Standing:
    if figure is None:
        return Standing.NO_DATA if has_report else Standing.NOT_RECEIVED
    known = standing_alone(figure)
    if known is Standing.SHOWN and figure.definition != definition:
        return Standing.NOT_COMPARABLE
    return known


def standing_alone(figure: Point | None) -> Standing:
    """Return what is to be said of a figure by itself, beside its own past."""
    if figure is None:
        return Standing.NO_DATA
    if isinstance(figure, Figure) and figure.is_left_away:
        return Standing.LEFT_AWAY
    if figure.status == HIDDEN:
        return Standing.SUPPRESSED
    if figure.status == NOT_COLLECTED:
        return Standing.NOT_COLLECTED
    is_empty = figure.value is None and figure.lower_bound is None
    if figure.status == NOTHING_TO_MEASURE or is_empty:
        return Standing.NO_DATA
    return Standing.SHOWN


class Point(Protocol):
    """As much of a figure as a distribution needs."""

    @property
    def definition(self) -> int:
        """The version of the indicator's definition."""

    @property
    def value(self) -> Decimal | None:
        """The value, None where there is none."""

    @property
    def lower_bound(self) -> Decimal | None:
        """The bound of a value that was not reached."""

    @property
    def status(self) -> str:
        """What is to be said of it."""


def quartiles_of(points: Iterable[Point]) -> Quartiles | None:
    """Return median and quartiles of one measure and period, by the same rules as a comparison has them."""
    shown = [each for each in points if standing_alone(each) is Standing.SHOWN]
    newest = max((each.definition for each in shown), default=None)
    return _quartiles([each.value for each in shown if each.definition == newest])


def _quartiles(found: Sequence[Decimal | None]) -> Quartiles | None:
    """Return median and quartiles; none where a quantile that was not reached could change them."""
    values = sorted(each for each in found if each is not None)
    if len(values) < LEAST_FOR_QUARTILES or len(values) < len(found):
        return None
    lower, median, upper = (_quantile(values, share) for share in (1, 2, 3))
    return Quartiles(lower, median, upper, len(values))


def _quantile(ordered: Sequence[Decimal], quarters: int) -> Decimal:
    """Return a quartile between the two values that it lies between (the usual definition, type 7)."""
    place, rest = divmod((len(ordered) - 1) * quarters, 4)
    if not rest:
        return ordered[place]
    return ordered[place] + (ordered[place + 1] - ordered[place]) * rest / 4


@dataclass(frozen=True, slots=True)
class Total:
    """What all countries that reported had together: one number, an interval, or nothing that may be said."""

    low: int | None
    high: int | None
    countries: int  # whose counts or bounds are in it
    hidden: int  # of these, whose counts are hidden

    @property
    def is_exact(self) -> bool:
        """Whether it is one number."""
        return self.low is not None and self.low == self.high


@dataclass(frozen=True, slots=True)
class Count:
    """A member's count for the total: its value, or the bounds of a hidden one, which are shown nowhere."""

    value: int | None
    low: int | None = None
    high: int | None = None


def total_of(counts: Iterable[Count]) -> Total:
    """Return the Alliance's total as an interval.

    The counts of all others are public, so that the interval tells of a single hidden country exactly its
    bounds: with one hidden country no total is given. Where a bound is missing, none is given either.
    """
    found = list(counts)
    shown = [each.value for each in found if each.value is not None]
    hidden = [Bounds(each.low or 0, each.high) for each in found if each.value is None]
    is_open = any(None in {each.low, each.high} for each in found if each.value is None)
    if not found or len(hidden) == 1 or is_open:
        return Total(None, None, len(found), len(hidden))
    total = alliance_total(shown, hidden)
    return Total(total.low, total.high, len(found), len(hidden))
