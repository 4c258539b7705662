# SPDX-License-Identifier: Apache-2.0
"""Hiding small counts in a table so that they cannot be worked out from the rest.

The handbook's algorithm: hide small cells, hide more so that no line gives them away, and
audit by computing what follows from the published cells. Counts are whole and not negative.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

THRESHOLD_C = 3  # class C hides 1 and 2
PRIMARY, SECONDARY = "A", "D"


@dataclass(frozen=True, slots=True)
class Cell:
    """One count of a table; a national total may never be hidden."""

    name: str
    count: int
    may_hide: bool = True


@dataclass(frozen=True, slots=True)
class Line:
    """A row, a column or a level: the total is the sum of the parts."""

    total: str
    parts: tuple[str, ...]

    @property
    def members(self) -> tuple[str, ...]:
        """All cells of the line."""
        return (*self.parts, self.total)


@dataclass(frozen=True, slots=True)
class Interval:
    """What a reader can work out about a hidden cell; `upper` is None when unbounded."""

    lower: int
    upper: int | None

    def is_wide(self, threshold: int) -> bool:
        """Whether the interval leaves enough room."""
        return self.upper is None or self.upper - self.lower >= threshold


def pattern(
    cells: Sequence[Cell],
    lines: Sequence[Line],
    *,
    threshold: int = THRESHOLD_C,
    hidden_before: frozenset[str] = frozenset(),
) -> dict[str, str]:
    """Return the cells to hide, each with `A` (primary) or `D` (complementary).

    Where even hiding everything that may be hidden leaves a cell narrow (a national total
    below the threshold), everything in its lines is hidden.
    """
    by_name = {cell.name: cell for cell in cells}
    hidden = {c.name: PRIMARY for c in cells if c.may_hide and 0 < c.count < threshold}
    while further := _further(by_name, lines, hidden, threshold, hidden_before):
        hidden[further] = SECONDARY
    return hidden


def _further(
    cells: Mapping[str, Cell],
    lines: Sequence[Line],
    hidden: Mapping[str, str],
    threshold: int,
    hidden_before: frozenset[str],
) -> str | None:
    """Return the next cell to hide, or None when the table is safe or exhausted."""
    for line in lines:
        if _gives_away(line, cells, hidden, threshold):
            found = _smallest(line.members, cells, hidden, hidden_before)
            if found:
                return found
    known = intervals(cells, lines, hidden)
    fixed = _determined(lines, hidden)
    for name in sorted(hidden):
        if known[name].is_wide(threshold) and name not in fixed:
            continue
        near = [line.members for line in lines if name in line.members]
        around = [member for members in near for member in members]
        wider = [m for line in lines if set(line.members) & set(around) for m in line.members]
        for choice in (around, wider, list(cells)):
            found = _smallest(choice, cells, hidden, hidden_before) if near else None
            if found:
                return found
    return None


def _gives_away(
    line: Line, cells: Mapping[str, Cell], hidden: Mapping[str, str], threshold: int
) -> bool:
    """Whether the line has one hidden cell, or hidden parts that sum below the threshold."""
    out = [name for name in line.members if name in hidden]
    if len(out) == 1:
        return True
    if not out or line.total in hidden:
        return False
    return sum(cells[name].count for name in out) < threshold


def _smallest(
    names: Sequence[str],
    cells: Mapping[str, Cell],
    hidden: Mapping[str, str],
    hidden_before: frozenset[str],
) -> str | None:
    """Return the cell to hide next: as in the last release, then smallest, then by name.

    A zero widens nothing and is taken last.
    """
    free = {name for name in names if cells[name].may_hide and name not in hidden}
    return min(
        free,
        key=lambda n: (n not in hidden_before, cells[n].count == 0, cells[n].count, n),
        default=None,
    )


def intervals(
    cells: Mapping[str, Cell], lines: Sequence[Line], hidden: Mapping[str, str]
) -> dict[str, Interval]:
    """Return what follows for each hidden cell by passing bounds along the lines until fixed."""
    lower = {n: 0 if n in hidden else c.count for n, c in cells.items()}
    upper: dict[str, int | None] = {n: None if n in hidden else c.count for n, c in cells.items()}
    changed = True
    while changed:
        changed = False
        for line in lines:
            for name, low, high in _bounds_in(line, lower, upper):
                if low > lower[name]:
                    lower[name], changed = low, True
                known = upper[name]
                if high is not None and (known is None or high < known):
                    upper[name], changed = high, True
    return {name: Interval(lower[name], upper[name]) for name in hidden}


def _bounds_in(
    line: Line, lower: Mapping[str, int], upper: Mapping[str, int | None]
) -> list[tuple[str, int, int | None]]:
    """Return the bounds that one line sets on each of its cells."""
    lows = sum(lower[part] for part in line.parts)
    highs = _sum_or_none([upper[part] for part in line.parts])
    found: list[tuple[str, int, int | None]] = [(line.total, lows, highs)]
    most = upper[line.total]
    for part in line.parts:
        others = _sum_or_none([upper[p] for p in line.parts if p != part])
        low = 0 if others is None else lower[line.total] - others
        high = None if most is None else most - (lows - lower[part])
        found.append((part, low, high))
    return found


def _sum_or_none(numbers: Sequence[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if len(known) == len(numbers) else None


def _determined(lines: Sequence[Line], hidden: Mapping[str, str]) -> set[str]:
    """Return hidden cells that the lines' equations alone fix, by elimination."""
    names = sorted(hidden)
    rows = []
    for line in lines:
        row = [Fraction((n in line.parts) - (n == line.total)) for n in names]
        if any(row):
            rows.append(row)
    reduced = _row_reduced(rows, len(names))
    fixed = set()
    for row in reduced:
        used = [name for name, factor in zip(names, row, strict=True) if factor]
        if len(used) == 1:
            fixed.add(used[0])
    return fixed


def _row_reduced(rows: list[list[Fraction]], width: int) -> list[list[Fraction]]:
    """Return the rows in reduced echelon form."""
    done = 0
    for column in range(width):
        pivot = next((i for i in range(done, len(rows)) if rows[i][column]), None)
        if pivot is None:
            continue
        rows[done], rows[pivot] = rows[pivot], rows[done]
        scale = rows[done][column]
        rows[done] = [factor / scale for factor in rows[done]]
        for i, row in enumerate(rows):
            if i != done and row[column]:
                times = row[column]
                rows[i] = [a - times * b for a, b in zip(row, rows[done], strict=True)]
        done += 1
    return rows[:done]
