# SPDX-License-Identifier: Apache-2.0
"""Which rows of a suppression group to hide, so that no hidden number can be worked out from the rest.

Small counts are hidden first. Then every hidden count is audited: enough other whole numbers must be proven
possible, each by a table that looks the same to a reader. Where they are not, the cheapest further rows are hidden.
Where too much would be hidden, whole breakdowns are left away instead, the one with the most hidden rows first.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from havn.domain.indicators.rules.suppression.table import (
    BOTH_SMALL,
    PRIMARY,
    SECONDARY,
    VALUES_OF_PERSONS,
    VALUES_OF_SECONDARY,
    Rule,
    Table,
)
from havn.domain.indicators.rules.suppression.worlds import Worlds

MOST_HIDDEN = 40  # per cent of a group's rows
_FURTHER = (0, 1, 2, 4, 8)  # rows that may be hidden at once to let one number be possible
_MISSES = (
    2,
    1,
)  # more searches in vain, and the count is taken as fixed: at first, and when more is hidden
# Less comes first: then others gain, which any count can, even one of nothing.
_CHANGES = (-1, -2, -3, -4, 1, 2, 3, 4, -5, 5, -6, 6, -8, 8, -11, 11, -15, 15, -20, 20)


@dataclass(frozen=True, slots=True)
class Before:
    """What earlier releases of the same group decided: it stays so.

    `preferred` rows were hidden in the release of another period: where there is a choice, they are hidden again.
    """

    hidden: frozenset[str] = frozenset()
    left_away: frozenset[str] = frozenset()
    preferred: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Pattern:
    """The decision: hidden rows with their mark, blocks left away, and what was proven possible.

    `unproven` counts are those that nothing can protect, since a total that is always shown tells them.
    """

    hidden: dict[str, str]
    left_away: frozenset[str]
    possible: dict[str, frozenset[int]]
    unproven: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Proofs:
    """What is proven so far: by count, the changes of which a world is known."""

    changes: dict[int, set[int]] = field(default_factory=dict)

    def note(self, moved: dict[int, int]) -> None:
        for i, change in moved.items():
            self.changes.setdefault(i, {0}).add(change)

    def of(self, i: int) -> set[int]:
        return self.changes.setdefault(i, {0})


def protect(table: Table, before: Before | None = None) -> Pattern:
    """Return the pattern of a group; raises ValueError where a line does not add up."""
    if broken := table.broken():
        raise ValueError(f"a sum of the table is wrong: {broken[0].total}")
    table = _ordered(table)
    earlier = before or Before()
    away = set(earlier.left_away)
    while True:
        worlds = _begun(table, away, earlier)
        proofs = _Proofs()
        failing = _settle(worlds, proofs, away)
        block = _too_much(worlds, failing, away)
        if block is None:
            return _pattern(worlds, proofs, away)
        away.add(block)


def _ordered(table: Table) -> Table:
    """Return the table in an order that does not depend on how it was made."""
    return replace(
        table,
        cells=tuple(sorted(table.cells, key=lambda cell: cell.name)),
        rows=tuple(sorted(table.rows, key=lambda row: row.name)),
        lines=tuple(sorted(table.lines, key=lambda line: (line.total, sorted(line.parts)))),
    )


def audit(table: Table, hidden: Iterable[str]) -> frozenset[str]:
    """Return the counts that a reader can work out too well when just these rows are hidden."""
    names = set(hidden)
    table = _ordered(table)
    worlds = Worlds(table)
    gone = [n for n, row in enumerate(table.rows) if row.is_left_out]
    worlds.begin((n for n, row in enumerate(table.rows) if row.name in names), gone)
    proofs = _Proofs()
    return frozenset(
        worlds.cells[i].name for i in _in_question(worlds) if not _proven(worlds, proofs, i, 0)
    )


def _begun(table: Table, away: set[str], earlier: Before) -> Worlds:
    worlds = Worlds(table, earlier.preferred)
    gone = [n for n, row in enumerate(table.rows) if row.is_left_out or row.block in away]
    small = {
        row
        for i, cell in enumerate(worlds.cells)
        if cell.is_small and worlds.closure(i) is not None
        for row in worlds.rows_of[i]
    }
    frozen = {n for n, row in enumerate(table.rows) if row.name in earlier.hidden and row.may_hide}
    worlds.begin(small | frozen | _told_by_others(worlds, frozen), gone)
    return worlds


def _told_by_others(worlds: Worlds, frozen: set[int]) -> set[int]:
    """Return the rows that show anew what an earlier release kept back, under another indicator's name."""
    kept_back = {worlds.index.get(name) for past in worlds.table.past for name in past.counts}
    told = {i for n in frozen for i in worlds.row_cells[n] if i in kept_back}
    return {row for i in told for row in worlds.closure(i) or ()}


def _in_question(worlds: Worlds) -> list[int]:
    """Return the counts that must stay in doubt: small ones first, then by name."""
    found = [i for i in range(len(worlds.cells)) if _needs(worlds, i)]
    return sorted(found, key=lambda i: (not worlds.cells[i].is_small, worlds.cells[i].name))


def _needs(worlds: Worlds, i: int) -> list[tuple[frozenset[int], int]]:
    """Return what must be possible: changes that must be among them, and how many there must be."""
    cell = worlds.cells[i]
    if not worlds.free[i]:
        return []  # shown, and meant to be
    by_pattern = any(row in worlds.hidden for row in worlds.rows_of[i])
    now = _need(cell.rule, cell.count, is_small=cell.is_small, is_hidden=by_pattern)
    if not worlds.rows_of[i] and _is_told(worlds, i, now):
        now = frozenset(), 0  # no cell of any table, and totals that are always shown tell it
    found = [now]
    for face, hidden_then in zip(worlds.faces, worlds.hidden_then, strict=True):
        if i in face:
            small = cell.rule.is_small(face[i], is_total=cell.is_total)
            found.append(_need(cell.rule, face[i], is_small=small, is_hidden=i in hidden_then))
    return [need for need in found if need[1] or need[0]]


def _need(
    rule: Rule, count: int, *, is_small: bool, is_hidden: bool
) -> tuple[frozenset[int], int]:
    if not is_small:
        return frozenset(), VALUES_OF_SECONDARY if is_hidden else 0
    if not count and not is_hidden:
        return frozenset(), 0  # nobody at all, in a row that says too little anyhow
    if rule is Rule.PERSONS:
        return frozenset(), VALUES_OF_PERSONS
    least = VALUES_OF_PERSONS if rule is Rule.ITEMS_BY_PROVIDER else 0
    return frozenset(value - count for value in BOTH_SMALL), least


def _is_told(worlds: Worlds, i: int, need: tuple[frozenset[int], int]) -> bool:
    """Whether numbers that are always shown tell too much, so that no hiding helps."""
    exact, least = need
    count, (low, high) = worlds.cells[i].count, worlds.bounds[i]
    return high - low + 1 < least or any(not low <= count + change <= high for change in exact)


def _settle(worlds: Worlds, proofs: _Proofs, away: set[str]) -> list[int]:
    """Hide rows until every count in question is in doubt; return those for which nothing helps.

    It ends early where a breakdown has to be left away anyhow.
    """
    waiting = deque(_in_question(worlds))
    failing = []
    while waiting:
        i = waiting.popleft()
        if any(_is_told(worlds, i, need) for need in _needs(worlds, i)):
            blocks = _blocks_of(worlds, i)
            if blocks and away.issuperset(blocks):
                continue
            return [i]
        for further in _FURTHER:
            is_proven = False
            while not is_proven:
                known = len(worlds.hidden)
                is_proven = _proven(worlds, proofs, i, further)
                if len(worlds.hidden) == known:
                    break
                waiting.extend(_fresh(worlds, waiting, i))
            if is_proven:
                break
        else:
            failing.append(i)
            if _choices(worlds, i, away):
                break
    return failing


def _fresh(worlds: Worlds, waiting: Iterable[int], current: int) -> list[int]:
    """Return the counts in question that nobody looked at yet."""
    asked = {*waiting, current}
    return [i for i in _in_question(worlds) if i not in asked and i not in worlds.asked]


def _proven(worlds: Worlds, proofs: _Proofs, i: int, further: int) -> bool:
    """Whether enough other numbers are possible; looks for worlds, and hides up to `further` rows for one."""
    worlds.asked.add(i)
    for exact, least in _needs(worlds, i):
        wanted = sorted(exact - proofs.of(i)) if exact else []
        missed = 0
        for change in (*wanted, *_CHANGES):
            known = proofs.of(i)
            if (exact <= known and len(known) >= least) or missed > _MISSES[bool(further)]:
                break
            if change in known or not worlds.has_room(i, change):
                continue
            if not least and change not in exact:
                continue
            world = worlds.find(i, change, further)
            if world is None:
                missed += 1
                continue
            proofs.note(world.moved)
            if world.rows:
                worlds.hide(world.rows)
                worlds.regroup()
                return False  # asked again, now with more in doubt
        known = proofs.of(i)
        if not (exact <= known and len(known) >= least):
            return False
    return True


def _is_enough(needs: list[tuple[frozenset[int], int]], known: set[int]) -> bool:
    return all(exact <= known and len(known) >= least for exact, least in needs)


def _too_much(worlds: Worlds, failing: list[int], away: set[str]) -> str | None:
    """Return the breakdown to leave away next, None when the pattern may stand."""
    hidden = Counter(worlds.rows[row].block for row in worlds.hidden)
    shown = sum(n not in worlds.hidden and n not in worlds.gone for n in range(len(worlds.rows)))
    for i in failing:
        if choices := _choices(worlds, i, away):
            return _coarsest(choices, hidden)
    total = sum(hidden.values())
    if 100 * total <= MOST_HIDDEN * (total + shown):
        return None
    blocks = set(hidden) - away - {""}
    return _coarsest(blocks, hidden) if blocks else None


def _choices(worlds: Worlds, i: int, away: set[str]) -> set[str]:
    """Return the breakdowns of which one has to be left away, since nothing else protects the count."""
    own = [block for block in _blocks_of(worlds, i) if not _level(block) and block not in away]
    return {own[0]} if own else _around(worlds, i) - away - {""}


def _blocks_of(worlds: Worlds, i: int) -> list[str]:
    """Return the breakdowns that a count is part of: its own, then those of other indicators that show the same number."""
    blocks = [worlds.cells[i].block, *(worlds.rows[row].block for row in worlds.rows_of[i])]
    return [block for block in dict.fromkeys(blocks) if block]


def _coarsest(blocks: Iterable[str], hidden: Counter[str]) -> str:
    return min(blocks, key=lambda block: (_level(block), -hidden[block], block))


def _around(worlds: Worlds, i: int) -> set[str]:
    """Return the breakdowns of all counts that hang together with the one given."""
    group_of, _groups = worlds.groups[0]
    group = group_of.get(i)
    inside = {j for j, number in group_of.items() if number == group} or {i}
    near = {j for k in inside for line, _ in worlds.lines_of[k] for j, _ in worlds.lines[line]}
    return {block for j in near | inside for block in _blocks_of(worlds, j)}


def _level(block: str) -> int:
    """Return when a block may be left away: breakdowns first, totals of quarters, totals of years."""
    _indicator, breakdown, frequency = block.split("|")
    return 0 if breakdown else 1 if frequency == "Q" else 2


def _pattern(worlds: Worlds, proofs: _Proofs, away: set[str]) -> Pattern:
    marks = {}
    for row in sorted(worlds.hidden):
        is_small = any(worlds.cells[i].is_small for i in worlds.row_cells[row])
        marks[worlds.rows[row].name] = PRIMARY if is_small else SECONDARY
    possible = {
        worlds.cells[i].name: frozenset(worlds.cells[i].count + change for change in changes)
        for i, changes in proofs.changes.items()
        if i < len(worlds.table.cells) and worlds.free[i]
    }
    unproven = frozenset(
        worlds.cells[i].name
        for i in _in_question(worlds)
        if not _is_enough(_needs(worlds, i), proofs.of(i))
    )
    return Pattern(marks, frozenset(away), possible, unproven)
