# SPDX-License-Identifier: Apache-2.0
"""Suppression of tables against brute force: what it claims to be possible is, and enough of it is."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from havn.domain.indicators.rules.suppression import (
    Before,
    Bounds,
    Cell,
    Line,
    Past,
    Pattern,
    Row,
    Rule,
    Table,
    alliance_total,
    audit,
    bounds_of,
    protect,
)

COUNTS = st.integers(0, 6)
RULES = st.sampled_from([Rule.ITEMS, Rule.PERSONS])


def table_of(cells: list[tuple[str, int, bool, str]], lines: list[Line], rule: Rule) -> Table:
    """A table in which every count has a row of its own."""
    made = tuple(
        Cell(name, count, rule, is_total=is_total, block=block)
        for name, count, is_total, block in cells
    )
    rows = tuple(
        Row(cell.name, (cell.name,), not cell.is_total or rule is Rule.PERSONS, cell.block)
        for cell in made
    )
    return Table(made, rows, tuple(lines))


def one_line(counts: list[int], rule: Rule = Rule.ITEMS) -> Table:
    """A national total split by one breakdown."""
    total = "" if rule is Rule.ITEMS else "I||Q"
    cells = [("total", sum(counts), True, total)]
    cells += [(f"part{i}", count, False, "I|parts|Q") for i, count in enumerate(counts)]
    return table_of(cells, [Line("total", tuple(f"part{i}" for i in range(len(counts))))], rule)


def two_lines(rows: list[list[int]], rule: Rule = Rule.ITEMS) -> Table:
    """Quarters by a breakdown, with the year."""
    total = "" if rule is Rule.ITEMS else "I||Q"
    codes, quarters = range(len(rows[0])), range(len(rows))
    cells, lines = [], []
    sums = [sum(row[c] for row in rows) for c in codes]
    for name, counts in [*((f"q{q}", rows[q]) for q in quarters), ("year", sums)]:
        cells.append((name, sum(counts), True, total))
        cells += [(f"{name}/{c}", counts[c], False, "I|code|Q") for c in codes]
        lines.append(Line(name, tuple(f"{name}/{c}" for c in codes)))
    lines += [
        Line(f"year{suffix}", tuple(f"q{q}{suffix}" for q in quarters))
        for suffix in ["", *(f"/{c}" for c in codes)]
    ]
    return table_of(cells, lines, rule)


def worlds_of(table: Table, unseen: set[str], most: int) -> Iterator[dict[str, int]]:
    """Brute force: every table of whole numbers that agrees with what is seen, and explains what is not."""
    counts = {cell.name: cell.count for cell in table.cells}
    totals = {line.total for line in table.lines}
    inner = [name for name in counts if name in unseen and name not in totals]
    for filling in product(range(most + 1), repeat=len(inner)):
        world = {**counts, **dict(zip(inner, filling, strict=True))}
        for name in [*totals, *totals]:  # totals of totals come second
            if name in unseen:
                line = next(line for line in table.lines if line.total == name)
                world[name] = sum(world[part] for part in line.parts)
        if all(world[line.total] == sum(world[p] for p in line.parts) for line in table.lines):
            yield world


def possible_by_force(table: Table, pattern: Pattern, most: int) -> dict[str, set[int]]:
    cells = {cell.name: cell for cell in table.cells}
    away = {row.name for row in table.rows if row.block in pattern.left_away}
    unseen = set(pattern.hidden) | away
    values: dict[str, set[int]] = {name: set() for name in unseen}
    for world in worlds_of(table, unseen, most):
        small = {
            name
            for name in unseen
            if cells[name].rule.is_small(world[name], is_total=cells[name].is_total)
        }
        if all(group & small for group in groups_of(table, unseen) if group & set(pattern.hidden)):
            for name in unseen:
                values[name].add(world[name])
    return values


def groups_of(table: Table, unseen: set[str]) -> list[set[str]]:
    groups = [{name} for name in unseen]
    for line in table.lines:
        inside = set(line.members) & unseen
        joined = [group for group in groups if group & inside]
        groups = [group for group in groups if not group & inside]
        if joined:
            groups.append(set().union(*joined))
    return groups


def check(table: Table, most: int) -> None:
    """What is hidden keeps as many possible numbers as its class asks, and no more is claimed than is true."""
    pattern = protect(table)
    truly = possible_by_force(table, pattern, most)
    for cell in table.cells:
        claimed = {n for n in pattern.possible.get(cell.name, ()) if n <= most}
        if cell.name in truly:
            assert claimed <= truly[cell.name], (cell, pattern)
        if cell.name not in pattern.hidden:
            continue
        found = truly[cell.name] | set(pattern.possible[cell.name])
        if not cell.is_small:
            assert len(found) >= 5, (cell, pattern)
        elif cell.rule is Rule.ITEMS:
            assert {1, 2} <= found, (cell, pattern)
        else:
            assert len(found) >= 3, (cell, pattern)
    rows = [row for row in table.rows if row.block not in pattern.left_away]
    assert 100 * len(pattern.hidden) <= 40 * max(len(rows), 1)
    shown = {row.name for row in rows} - set(pattern.hidden)
    assert not any(cell.is_small for cell in table.cells if cell.name in shown)


@settings(max_examples=40)
@given(st.lists(COUNTS, min_size=2, max_size=5), RULES)
def test_what_is_hidden_in_a_line_stays_in_doubt(counts: list[int], rule: Rule) -> None:
    check(one_line(counts, rule), most=8)


@settings(max_examples=40)
@example(counts=[0, 0, 0, 0, 0, 1], rule=Rule.ITEMS)  # hides one of the large parts
@given(counts=st.lists(st.integers(0, 16), min_size=6, max_size=6), rule=RULES)
def test_what_is_hidden_in_a_long_line_stays_in_doubt(counts: list[int], rule: Rule) -> None:
    table = one_line([*counts, 30, 31, 32], rule)
    pattern = protect(table)
    if len(pattern.hidden) <= 3 and not pattern.left_away:  # else there are too many to try
        hidden = [cell.count for cell in table.cells if cell.name in pattern.hidden]
        check(table, most=max(hidden, default=0) + 8)  # the large parts may be hidden as well


@settings(max_examples=30)
@given(
    st.lists(st.lists(st.integers(0, 5), min_size=2, max_size=2), min_size=2, max_size=2), RULES
)
def test_what_is_hidden_in_quarters_and_year_stays_in_doubt(
    rows: list[list[int]], rule: Rule
) -> None:
    check(two_lines(rows, rule), most=8)


@given(st.lists(st.integers(0, 40), min_size=2, max_size=9), RULES, st.randoms())
def test_the_order_of_a_table_does_not_matter(
    counts: list[int], rule: Rule, chance: object
) -> None:
    table = one_line(counts, rule)
    cells, rows, parts = list(table.cells), list(table.rows), list(table.lines[0].parts)
    for each in (cells, rows, parts):
        chance.shuffle(each)  # type: ignore[attr-defined]
    turned = Table(tuple(cells), tuple(rows), (Line("total", tuple(parts)),))
    assert protect(turned) == protect(table) == protect(table)


def test_a_lone_small_count_of_items_takes_two_further_ones_with_it() -> None:
    """With one only, a reader who knows the rule is left with four numbers for it."""
    pattern = protect(one_line([1, 6, 30, 40, 50, 60, 70]))
    assert pattern.hidden == {"part0": "A", "part1": "D", "part2": "D"}


def test_a_lone_small_count_of_persons_takes_the_smallest_other_one_with_it() -> None:
    assert protect(one_line([1, 6, 30, 40, 50, 60, 70], Rule.PERSONS)).hidden == {
        "part0": "A",
        "part1": "D",
    }


def test_two_small_counts_hide_each_other() -> None:
    assert protect(one_line([1, 1, 8, 30, 30])).hidden == {"part0": "A", "part1": "A"}


def test_nobody_at_all_counts_as_small_in_a_breakdown_of_persons() -> None:
    table = one_line([0, 9, 30, 40, 50, 60], Rule.PERSONS)
    assert protect(table).hidden == {"part0": "A", "part1": "D"}
    assert not protect(one_line([0, 9, 30, 40, 50, 60])).hidden


def test_a_table_without_small_counts_is_published_whole() -> None:
    assert protect(one_line([0, 3, 50])) == Pattern({}, frozenset(), {})


def test_a_total_that_tells_the_only_small_count_leaves_the_breakdown_away() -> None:
    pattern = protect(one_line([1, 0, 0]))
    assert pattern.left_away == {"I|parts|Q"}
    assert not pattern.hidden
    assert pattern.unproven == {"part0"}


def test_too_much_to_hide_leaves_the_breakdown_away() -> None:
    pattern = protect(one_line([1, 6, 30]))
    assert (pattern.hidden, pattern.left_away) == ({}, {"I|parts|Q"})


def test_a_breakdown_stays_away_and_what_was_hidden_stays_hidden() -> None:
    table = one_line([10, 20, 30, 40, 50, 60, 70])
    assert not protect(table).hidden
    frozen = protect(table, Before(hidden=frozenset({"part1", "part2"})))
    assert frozen.hidden == {"part1": "D", "part2": "D"}
    away = protect(table, Before(left_away=frozenset({"I|parts|Q"})))
    assert away.left_away == {"I|parts|Q"}


def test_what_another_period_hid_is_preferred() -> None:
    counts = [1, 2, 20, 20, 20, 20, 20, 20, 20]
    table = one_line([1, 0, *counts[2:]])
    chosen = protect(table, Before(preferred=frozenset({"part5"})))
    assert "part5" in chosen.hidden
    assert "part5" not in protect(table).hidden


def test_a_number_that_was_published_before_protects_nothing() -> None:
    table = one_line([1, 6, 30, 40, 50, 60, 70])
    cells = tuple(
        Cell(
            c.name, c.count, c.rule, is_total=c.is_total, block=c.block, is_known=c.name == "part1"
        )
        for c in table.cells
    )
    assert "part1" not in protect(Table(cells, table.rows, table.lines)).hidden


def test_an_earlier_release_is_attacked_together_with_the_new_one() -> None:
    """Alone, each release leaves room; as all amounts of change are known, together they leave less."""
    table = one_line([4, 0, 30, 40, 50, 60, 70], Rule.PERSONS)
    past = Past({"part0": 0, "part1": 1}, (Line("total", tuple(f"part{i}" for i in range(7))),))
    both = Table(table.cells, table.rows, table.lines, (past,))
    before = Before(hidden=frozenset({"part0", "part1"}))
    assert protect(table, before).hidden.keys() == {"part0", "part1"}
    assert protect(both, before) != protect(table, before)


def test_a_planted_recovery_is_refused_by_the_audit() -> None:
    """The two rows hide each other, until a margin that shows their difference gives both away."""
    table = one_line([1, 2, 20, 20, 20, 20, 20])
    hidden = protect(table).hidden
    assert not audit(table, hidden)
    margin = Cell("part0 and part2", 21, Rule.ITEMS, is_total=True)
    given_away = Table(
        (*table.cells, margin),
        (*table.rows, Row(margin.name, (margin.name,), may_hide=False)),
        (*table.lines, Line(margin.name, ("part0", "part2"))),
    )
    assert audit(given_away, hidden) == {"part0", "part1"}
    assert audit(table, ["part0"]) == {"part0"}
    assert audit(given_away, protect(given_away).hidden) == frozenset()


def test_a_table_that_does_not_add_up_is_refused() -> None:
    table = one_line([1, 2, 3])
    wrong = Table(table.cells, table.rows, (Line("total", ("part0", "part1")),))
    with pytest.raises(ValueError, match="total"):
        protect(wrong)


@given(st.integers(0, 300), st.integers(0, 30))
def test_bounds_hold_the_count_and_five_possible_numbers_and_say_nothing_about_where(
    count: int, spread: int
) -> None:
    possible = range(max(count - spread, 0), count + spread + 5)
    found = bounds_of(Cell("a", count, Rule.NONE), possible)
    assert found.holds(count)
    assert found.high is not None
    assert found.low % (found.high - found.low + 1) == 0
    assert sum(found.holds(number) for number in possible) >= 5
    assert bounds_of(Cell("a", count, Rule.NONE), possible, [found]) == found


def test_bounds_of_a_small_count_are_those_of_its_class() -> None:
    for count in (1, 2):
        assert bounds_of(Cell("a", count, Rule.ITEMS), [1, 2]) == Bounds(1, 2)
    for count in range(5):
        assert bounds_of(Cell("a", count, Rule.PERSONS), range(9)) == Bounds(0, 4)
    assert bounds_of(Cell("a", 3, Rule.PERSONS, is_total=True), range(9)) == Bounds(1, 4)


@given(st.lists(st.tuples(st.integers(0, 60), st.booleans()), min_size=1, max_size=8))
def test_a_total_of_the_alliance_is_an_interval_that_holds_the_truth(
    countries: list[tuple[int, bool]],
) -> None:
    shown = [count for count, is_hidden in countries if not is_hidden]
    boxes = [Bounds(c // 5 * 5, c // 5 * 5 + 4) for c, is_hidden in countries if is_hidden]
    total = alliance_total(shown, boxes)
    assert total.holds(sum(count for count, _ in countries))
    if not boxes:
        assert total.low == total.high
    elif len(boxes) == 1:  # a single country is not given away by subtracting the others
        assert total.high is None or total.high - total.low == 8
