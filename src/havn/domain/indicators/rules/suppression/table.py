# SPDX-License-Identifier: Apache-2.0
"""What suppression works on: counts, the rows that show them, and the sums that tie them together."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

PRIMARY, SECONDARY = "A", "D"
EMBARGOED = "E"  # police work that is not released: nothing of it is shown, however large
LEFT_AWAY = "N"  # not for publication: the breakdown is left away as a whole
VALUES_OF_SECONDARY = (
    5  # so many whole numbers stay possible for what is hidden for another's sake
)
VALUES_OF_PERSONS = 3  # and so many for a small number of persons or operations
BOTH_SMALL = frozenset({1, 2})  # both stay possible for a small number of items
SMALL_ITEMS, SMALL_PERSONS = 2, 4


class Rule(Enum):
    """Which counts are small by their class, from none to the strictest."""

    NONE = 0
    ITEMS = 1  # class C: one and two
    ITEMS_BY_PROVIDER = 2  # class C by the name of a provider: one to four
    PERSONS = 3  # class P and O: none to four; none at all is shown at the national total

    def is_small(self, count: int, *, is_total: bool) -> bool:
        """Whether the count is hidden for its own sake."""
        if self is Rule.PERSONS:
            return (1 if is_total else 0) <= count <= SMALL_PERSONS
        most = {Rule.NONE: 0, Rule.ITEMS: SMALL_ITEMS}.get(self, SMALL_PERSONS)
        return not is_total and 1 <= count <= most

    def bounds(self, *, is_total: bool) -> tuple[int, int]:
        """Return the least and the greatest count that is small."""
        if self is Rule.PERSONS:
            return (1 if is_total else 0), SMALL_PERSONS
        return 1, SMALL_ITEMS if self is Rule.ITEMS else SMALL_PERSONS


@dataclass(frozen=True, slots=True)
class Cell:
    """One count; what no row shows is never published (the rest of a share, for one).

    `most` bounds what a reader must think possible (a share that is left out has fewer than twenty);
    `is_known` says that an earlier release published this very number.
    """

    name: str
    count: int
    rule: Rule = Rule.ITEMS
    is_total: bool = False
    block: str = ""
    most: int | None = None
    is_known: bool = False

    @property
    def is_small(self) -> bool:
        """Whether the count is hidden for its own sake."""
        return self.rule.is_small(self.count, is_total=self.is_total)


@dataclass(frozen=True, slots=True)
class Row:
    """Counts that are shown together or not at all; `block` names the breakdown that it is part of.

    A row that is left out (`is_left_out`) says too little to be shown, whatever it counts.
    """

    name: str
    cells: tuple[str, ...]
    may_hide: bool = True
    block: str = ""
    is_left_out: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A row, a column or a level of time: the total is the sum of its parts."""

    total: str
    parts: tuple[str, ...]

    @property
    def members(self) -> tuple[str, ...]:
        """All cells of the line."""
        return (*self.parts, self.total)


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier release: the counts that it kept back, as they were then, and the sums that held then.

    `cells` are those of the counts that the table of now does not know; `hidden` were hidden by the pattern, not left out.
    """

    counts: dict[str, int]
    lines: tuple[Line, ...]
    cells: dict[str, Cell] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Table:
    """All counts of a suppression group, over its indicators, breakdowns and periods.

    `blocks` are the breakdowns that may be left away, coarsest first to go last; national totals are in none.
    """

    cells: tuple[Cell, ...]
    rows: tuple[Row, ...]
    lines: tuple[Line, ...]
    past: tuple[Past, ...] = ()

    def broken(self) -> tuple[Line, ...]:
        """Return the lines whose sum is wrong."""
        counts = {cell.name: cell.count for cell in self.cells}
        return tuple(
            line
            for line in self.lines
            if sum(counts[part] for part in line.parts) != counts[line.total]
        )
