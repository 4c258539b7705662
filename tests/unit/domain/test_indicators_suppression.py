# SPDX-License-Identifier: Apache-2.0
"""Suppression against brute force: no small count can be worked out from what is published."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from havn.domain.indicators.rules.suppression import (
    THRESHOLD_C,
    Cell,
    Line,
    intervals,
    pattern,
)

COUNTS = st.integers(0, 6)


def one_line(counts: list[int]) -> tuple[list[Cell], list[Line]]:
    """A national total, always shown, split by one breakdown."""
    cells = [Cell("total", sum(counts), may_hide=False)]
    cells += [Cell(f"part{i}", count) for i, count in enumerate(counts)]
    return cells, [Line("total", tuple(cell.name for cell in cells[1:]))]


def two_dimensions(rows: list[list[int]]) -> tuple[list[Cell], list[Line]]:
    """Rows may be hidden with their margin; the totals of the columns are national."""
    width = len(rows[0])
    cells, lines = [], []
    for r, row in enumerate(rows):
        cells += [Cell(f"r{r}c{c}", count) for c, count in enumerate(row)]
        cells.append(Cell(f"r{r}", sum(row)))
        lines.append(Line(f"r{r}", tuple(f"r{r}c{c}" for c in range(width))))
    for c in range(width):
        cells.append(Cell(f"c{c}", sum(row[c] for row in rows), may_hide=False))
        lines.append(Line(f"c{c}", tuple(f"r{r}c{c}" for r in range(len(rows)))))
    cells.append(Cell("all", sum(map(sum, rows)), may_hide=False))
    lines.append(Line("all", tuple(f"r{r}" for r in range(len(rows)))))
    lines.append(Line("all", tuple(f"c{c}" for c in range(width))))
    return cells, lines


def possible_values(
    cells: list[Cell], lines: list[Line], hidden: dict[str, str]
) -> dict[str, set[int]]:
    """Brute force: every filling of the hidden cells that agrees with the published ones."""
    counts = {cell.name: cell.count for cell in cells}
    totals = {line.total for line in lines}
    inner = [line for line in lines if line.total not in hidden and not totals & set(line.parts)]
    fillings = [list(fillings_of(line, counts, hidden)) for line in inner]
    values: dict[str, set[int]] = {name: set() for name in hidden}
    for filling in product(*fillings):
        known = dict(counts)
        for part in filling:
            known.update(part)
        for name in totals & set(hidden):
            line = next(line for line in lines if line.total == name)
            known[name] = sum(known[part] for part in line.parts)
        if all(known[line.total] == sum(known[p] for p in line.parts) for line in lines):
            for name in hidden:
                values[name].add(known[name])
    return values


def fillings_of(
    line: Line, counts: dict[str, int], hidden: dict[str, str]
) -> Iterator[dict[str, int]]:
    """Every way to fill the hidden parts of a line whose total is published."""
    out = [part for part in line.parts if part in hidden]
    rest = counts[line.total] - sum(counts[p] for p in line.parts if p not in hidden)
    for filling in product(range(rest + 1), repeat=len(out)):
        if sum(filling) == rest:
            yield dict(zip(out, filling, strict=True))


@given(st.lists(COUNTS, min_size=2, max_size=5))
def test_no_small_cell_of_a_line_can_be_recovered(counts: list[int]) -> None:
    cells, lines = one_line(counts)
    hidden = pattern(cells, lines)
    values = possible_values(cells, lines, hidden)
    for name, mark in hidden.items():
        if mark == "A":
            assert len(values[name]) > 1, (counts, hidden)


@settings(max_examples=40)
@given(st.lists(st.lists(st.integers(0, 5), min_size=2, max_size=2), min_size=2, max_size=3))
def test_no_small_cell_of_a_table_can_be_recovered(rows: list[list[int]]) -> None:
    cells, lines = two_dimensions(rows)
    hidden = pattern(cells, lines)
    values = possible_values(cells, lines, hidden)
    for name, mark in hidden.items():
        if mark == "A":
            assert len(values[name]) > 1, (rows, hidden)


@settings(max_examples=40)
@given(st.lists(st.lists(COUNTS, min_size=2, max_size=2), min_size=2, max_size=3))
def test_the_audit_never_claims_less_than_brute_force_finds(rows: list[list[int]]) -> None:
    cells, lines = two_dimensions(rows)
    hidden = {cell.name: "A" for cell in cells if 0 < cell.count < THRESHOLD_C and cell.may_hide}
    bounds = intervals({cell.name: cell for cell in cells}, lines, hidden)
    for name, values in possible_values(cells, lines, hidden).items():
        assert bounds[name].lower <= min(values)
        assert bounds[name].upper is None or max(values) <= bounds[name].upper


@given(st.lists(st.integers(0, 40), min_size=2, max_size=6))
def test_small_cells_are_hidden_and_wide_unless_the_total_itself_is_small(
    counts: list[int],
) -> None:
    cells, lines = one_line(counts)
    hidden = pattern(cells, lines)
    bounds = intervals({cell.name: cell for cell in cells}, lines, hidden)
    for cell in cells[1:]:
        if 0 < cell.count < THRESHOLD_C:
            assert hidden[cell.name] == "A"
    for name, interval in bounds.items():
        if not interval.is_wide(THRESHOLD_C):
            assert len(hidden) == len(counts), (name, "everything that may be hidden is hidden")
    assert "total" not in hidden


def test_a_lone_small_cell_takes_the_smallest_other_one_with_it() -> None:
    cells, lines = one_line([2, 9, 5, 30])
    assert pattern(cells, lines) == {"part0": "A", "part2": "D"}


def test_two_small_cells_that_sum_below_the_threshold_are_not_enough() -> None:
    cells, lines = one_line([1, 1, 8, 30])
    assert pattern(cells, lines) == {"part0": "A", "part1": "A", "part2": "D"}


def test_what_was_hidden_before_is_hidden_again_where_there_is_a_choice() -> None:
    cells, lines = one_line([2, 9, 5, 30])
    found = pattern(cells, lines, hidden_before=frozenset({"part3"}))
    assert found == {"part0": "A", "part3": "D"}


def test_the_same_table_gives_the_same_pattern() -> None:
    cells, lines = one_line([1, 4, 4, 4])
    assert pattern(cells, lines) == pattern(cells[::-1], lines) == {"part0": "A", "part1": "D"}


def test_a_table_without_small_cells_is_published_whole() -> None:
    cells, lines = one_line([0, 3, 50])
    assert pattern(cells, lines) == {}


def test_a_bridge_between_two_blocks_is_found_although_every_line_hides_two() -> None:
    """The cell r0c2 follows from the sums although no line hides it alone."""
    rows = [[9, 9, 2, 20], [9, 9, 20, 20], [20, 20, 9, 9], [20, 20, 9, 9]]
    cells, lines = two_dimensions(rows)
    hidden = pattern(cells, lines)
    assert hidden["r0c2"] == "A"
    assert len(hidden) > 1
