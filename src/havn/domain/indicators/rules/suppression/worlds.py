# SPDX-License-Identifier: Apache-2.0
"""Other tables that a reader must think possible: found one by one, each a proof for its numbers.

A *world* is a table of whole numbers, none negative, that agrees with everything published: it differs
from the truth only where nothing is shown, every sum holds, in every earlier release as well, and wherever
something is hidden there still is a small number that explains it. Numbers are moved along the sums: what
one hidden count gains another one in the same sum must lose, until all sums hold again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from havn.domain.indicators.rules.suppression.limits import UNBOUNDED, bounds_of_sums
from havn.domain.indicators.rules.suppression.table import Cell, Past, Table

_STEPS = 50  # of one attempt
_ATTEMPTS = 4  # of one search, each in another order; what needs more counts as not proven
_WIDE = 16  # counts in a sum, from which on its ways out are not counted


@dataclass(slots=True)
class Group:
    """Hidden counts tied together by sums, in one release: at least one of them is small."""

    small: int = 0
    is_explained: bool = False  # whether readers know that one of them must be small


@dataclass(frozen=True, slots=True)
class World:
    """How a table differs from the truth, and which further rows would have to be hidden for it."""

    moved: dict[int, int]
    rows: tuple[int, ...] = ()


@dataclass(slots=True)
class _Search:
    """One search under way."""

    allowed: int
    attempt: int = 0
    steps: int = _STEPS
    moved: dict[int, int] = field(default_factory=dict)
    owed: dict[int, int] = field(default_factory=dict)  # by line, what is out of balance
    rows: list[int] = field(default_factory=list)


class Worlds:
    """The table as readers see it, and the search for other tables that look the same to them.

    Rows are only ever hidden, never shown again, so that a world once found stays one.
    """

    def __init__(self, table: Table, preferred: frozenset[str] = frozenset()) -> None:
        """Take in the table; `preferred` rows are hidden first where there is a choice."""
        self.table = table
        self.cells: list[Cell] = list(table.cells)
        self.index = {cell.name: i for i, cell in enumerate(self.cells)}
        self.rows = table.rows
        self.row_cells = [[self.index[name] for name in row.cells] for row in table.rows]
        self.rows_of: list[list[int]] = [[] for _ in self.cells]
        for number, members in enumerate(self.row_cells):
            for i in members:
                self.rows_of[i].append(number)
        self.preferred = [row.name in preferred for row in table.rows]
        self.hidden: set[int] = set()  # by the pattern
        self.gone: set[int] = set()  # left out or left away, for other reasons
        self.asked: set[int] = set()  # counts whose audit has begun
        self.lines: list[list[tuple[int, int]]] = []
        self.lines_of: list[list[tuple[int, int]]] = [[] for _ in self.cells]
        for line in table.lines:
            self._add_line((self.index[part] for part in line.parts), self.index[line.total])
        self.faces: list[dict[int, int]] = []  # by earlier release, what was kept back then
        self.hidden_then: list[set[int]] = []  # and what of it was hidden by the pattern
        self.free = [not rows and not cell.is_known for cell, rows in self._with_rows()]
        self.groups: list[tuple[dict[int, int], list[Group]]] = []
        self.bounds: list[tuple[int, int]] = []  # of each count, whatever is hidden
        self.limits: list[tuple[int, int]] = []  # how far each count may fall and rise
        self.inside: list[list[tuple[int, int]]] = []  # of every line, the counts that can move
        self.inside_ever: list[list[tuple[int, int]]] = []
        self.movable: set[int] = set()  # counts that no sum alone fixes
        self.ever: set[int] = set()  # those that could move if everything were hidden

    def _with_rows(self) -> Iterator[tuple[Cell, list[int]]]:
        return zip(self.cells, self.rows_of, strict=True)

    def _add_line(self, parts: Iterable[int], total: int | None) -> None:
        factors: Counter[int] = Counter(parts)
        if total is not None:
            factors[total] -= 1
        line = [(i, factor) for i, factor in factors.items() if factor]
        for i, factor in line:
            self.lines_of[i].append((len(self.lines), factor))
        self.lines.append(line)

    def begin(self, hidden: Iterable[int], gone: Iterable[int]) -> None:
        """Hide these rows before anything else, and tie the counts to those of earlier releases."""
        self.gone |= set(gone)
        self.hide(set(hidden) - self.gone)
        for past in self.table.past:
            self._tie(past)
        self.bounds = self.widest()
        self.limits = [self.room(i) for i in range(len(self.cells))]
        self.regroup()

    def _tie(self, past: Past) -> None:
        """Add the sums of an earlier release over what it kept back.

        A count kept back then and now is one unknown: readers are granted that they know by how much it
        changed. What was kept back then and is shown now is an unknown of its own.
        """
        face: dict[int, int] = {}
        places: dict[str, int] = {}
        for name, count in past.counts.items():
            known = self.index.get(name)
            if known is None or not self.free[known]:
                known = len(self.cells)
                cell = past.cells.get(name, Cell(name, count))
                if name in self.index:
                    cell = self.cells[self.index[name]]
                rule, block = cell.rule, cell.block
                self.cells.append(Cell(name, count, rule, is_total=cell.is_total, block=block))
                self.rows_of.append([])
                self.lines_of.append([])
                self.free.append(True)
            places[name], face[known] = known, count
        for line in past.lines:
            parts = [places[part] for part in line.parts if part in places]
            total = places.get(line.total)
            if parts or total is not None:
                self._add_line(parts, total)
        self.faces.append(face)
        self.hidden_then.append({places[name] for name in past.hidden if name in places})

    def hide(self, rows: Iterable[int]) -> list[int]:
        """Hide the rows; return the counts that are not shown by any row any more."""
        new = set(rows)
        self.hidden |= new
        freed = []
        for i in sorted({i for row in new | self.gone for i in self.row_cells[row]}):
            shown = [
                row for row in self.rows_of[i] if row not in self.hidden and row not in self.gone
            ]
            if not shown and not self.free[i] and not self.cells[i].is_known:
                self.free[i] = True
                freed.append(i)
        return freed

    def closure(self, i: int) -> list[int] | None:
        """Return the rows still to hide so that nothing shows the count; None where one must be shown."""
        rows = [row for row in self.rows_of[i] if row not in self.hidden and row not in self.gone]
        if self.cells[i].is_known or not all(self.rows[row].may_hide for row in rows):
            return None
        return rows

    def regroup(self) -> None:
        """Work out which hidden counts hang together, in this release and in the earlier ones."""
        self.movable = self._loose({i for i, free in enumerate(self.free) if free})
        if not self.ever:
            self.ever = self._loose(
                {i for i in range(len(self.cells)) if self.free[i] or self.closure(i) is not None}
            )
            self.inside_ever = self._inside(self.ever)
        self.inside = self._inside(self.movable)
        now = {i: self.cells[i].count for i in sorted(self.movable)}
        by_pattern = {i for row in self.hidden for i in self.row_cells[row]}
        own_lines = len(self.table.lines)
        self.groups = [self._grouped(now, self.lines[:own_lines], by_pattern)]
        for face in self.faces:
            then = {i: count for i, count in face.items() if i in self.movable}
            self.groups.append(self._grouped(then, self.lines[own_lines:], set(then)))

    def _inside(self, counts: set[int]) -> list[list[tuple[int, int]]]:
        return [[member for member in line if member[0] in counts] for line in self.lines]

    def _loose(self, counts: set[int]) -> set[int]:
        """Return the counts left when, again and again, a count alone in its sum is taken out."""
        inside = [sum(i in counts for i, _ in line) for line in self.lines]
        alone = [line for line, number in enumerate(inside) if number == 1]
        while alone:
            line = alone.pop()
            for i in [i for i, _ in self.lines[line] if i in counts]:
                counts.discard(i)
                for other, _ in self.lines_of[i]:
                    inside[other] -= 1
                    if inside[other] == 1:
                        alone.append(other)
        return counts

    def _grouped(
        self, counts: dict[int, int], lines: list[list[tuple[int, int]]], hidden: set[int]
    ) -> tuple[dict[int, int], list[Group]]:
        root = {i: i for i in counts}

        def find(i: int) -> int:
            while root[i] != i:
                root[i] = root[root[i]]
                i = root[i]
            return i

        for line in lines:
            inside = [i for i, _ in line if i in root]
            for i in inside[1:]:
                root[find(i)] = find(inside[0])
        numbers: dict[int, int] = {}
        group_of = {i: numbers.setdefault(find(i), len(numbers)) for i in counts}
        groups = [Group() for _ in numbers]
        for i, count in counts.items():
            group = groups[group_of[i]]
            group.small += self._is_small(i, count)
            group.is_explained |= i in hidden
        for group in groups:
            group.is_explained &= group.small > 0
        return group_of, groups

    def _is_small(self, i: int, count: int) -> bool:
        return self.cells[i].rule.is_small(count, is_total=self.cells[i].is_total)

    def room(self, i: int) -> tuple[int, int]:
        """Return how far the count may fall and rise."""
        cell = self.cells[i]
        down = min([cell.count, *(face[i] for face in self.faces if i in face)])
        return down, (UNBOUNDED if cell.most is None else cell.most - cell.count)

    def widest(self) -> list[tuple[int, int]]:
        """Return the bounds of every count if all that may be hidden were: nothing can make them wider."""
        lows, highs = [], []
        for i, cell in enumerate(self.cells):
            is_open = self.free[i] or self.closure(i) is not None
            lows.append(0 if is_open else cell.count)
            highs.append((cell.most or UNBOUNDED) if is_open else cell.count)
        own = self.lines[: len(self.table.lines)]
        lines_of = [[(n, f) for n, f in found if n < len(own)] for found in self.lines_of]
        bounds_of_sums(lows, highs, own, lines_of)
        return list(zip(lows, highs, strict=True))

    def has_room(self, i: int, change: int) -> bool:
        """Whether the count may fall or rise by so much on its own."""
        down, up = self.limits[i]
        return -down <= change <= up

    def find(self, i: int, change: int, allowed: int = 0) -> World | None:
        """Return a world in which the count differs by so much, hiding at most so many further rows."""
        can_move = self.ever if allowed else self.movable
        if not change or not self.has_room(i, change) or not self.free[i] or i not in can_move:
            return None
        for attempt in range(_ATTEMPTS):
            search = _Search(allowed, attempt)
            self._move(search, i, change)
            if self._balance(search):
                return World(dict(search.moved), tuple(sorted(search.rows)))
            if search.steps >= 0:
                break  # all there is has been tried
        return None

    def _move(self, search: _Search, i: int, change: int) -> None:
        search.moved[i] = change
        self._owe(search, i, change)

    def _owe(self, search: _Search, i: int, change: int) -> None:
        for line, factor in self.lines_of[i]:
            owed = search.owed.get(line, 0) + factor * change
            if owed:
                search.owed[line] = owed
            else:
                search.owed.pop(line, None)

    def _balance(self, search: _Search) -> bool:
        """Whether the sums can be put right again, and the world then explains what is hidden."""
        if not search.owed:
            return self._is_explained(search)
        search.steps -= 1
        if search.steps < 0:
            return False
        line = self._tightest(search)
        for _, i, change, rows in self._options(search, line):
            self._move(search, i, change)
            search.rows.extend(rows)
            if self._balance(search):
                return True
            del search.rows[len(search.rows) - len(rows) :]
            del search.moved[i]
            self._owe(search, i, -change)
            if search.steps < 0:
                return False
        return False

    def _tightest(self, search: _Search) -> int:
        """Return the sum out of balance that can be put right in the fewest ways, about."""
        inside = self.inside_ever if search.allowed else self.inside
        limits, moved = self.limits, search.moved
        best, fewest = -1, 1 << 30
        for line, owed in search.owed.items():
            members = inside[line]
            ways = len(members)
            if ways <= _WIDE:
                ways = 0
                for i, factor in members:
                    if i not in moved and limits[i][owed * factor < 0]:
                        ways += 1
                        if ways > fewest:
                            break
            if ways < fewest or (ways == fewest and line < best):
                best, fewest = line, ways
                if not ways:
                    break
        return best

    def _options(
        self, search: _Search, line: int
    ) -> list[tuple[tuple[object, ...], int, int, list[int]]]:
        found = []
        owed = search.owed[line]
        for i, factor in (self.inside_ever if search.allowed else self.inside)[line]:
            if i in search.moved:
                continue
            rows: list[int] = []
            if not self.free[i]:
                closed = self.closure(i)
                rows = [row for row in closed or () if row not in search.rows]
                if closed is None or len(search.rows) + len(rows) > search.allowed:
                    continue
            down, up = self.limits[i]
            asked = -owed * factor
            change = max(-down, min(up, asked))
            if change:
                found.append((self._cost(search, i, change, rows), i, change, rows))
        found.sort(key=lambda option: option[0])
        return found

    def _cost(self, search: _Search, i: int, change: int, rows: list[int]) -> tuple[object, ...]:
        """Return how dear a move is: rows that it hides, sums that it puts out of balance, small ones last."""
        cell = self.cells[i]
        worse = 0
        for line, factor in self.lines_of[i]:
            owed = search.owed.get(line, 0)
            worse += abs(owed + factor * change) - abs(owed)
        is_new = not all(self.preferred[row] for row in rows)
        if search.attempt:  # in another order each time, the same every time
            worse += (i * 7919 + search.attempt * 104729) % 97 % 4
        order = cell.count if rows and search.attempt % 2 == 0 else -cell.count
        return (len(rows), worse, is_new, order, cell.name)

    def _is_explained(self, search: _Search) -> bool:
        """Whether a small number is left in every group that readers know to hold one."""
        counts = [None, *self.faces]
        for (group_of, groups), face in zip(self.groups, counts, strict=True):
            left: dict[int, int] = {}
            before = after = 0
            for i, change in search.moved.items():
                if face is not None and i not in face:
                    continue
                count = self.cells[i].count if face is None else face[i]
                was, is_now = self._is_small(i, count), self._is_small(i, count + change)
                group = group_of.get(i, -1)
                left[group] = left.get(group, 0) + is_now - was
                before += was if group < 0 else 0
                after += is_now if group < 0 else 0
            touched = [group for group in left if group >= 0]
            if face is None and search.rows:  # all that moves will hang together
                before += sum(groups[group].small for group in touched)
                after += sum(groups[group].small + left[group] for group in touched)
                if before and not after:
                    return False
            elif any(
                groups[group].is_explained and groups[group].small + left[group] <= 0
                for group in touched
            ):
                return False
        return True
