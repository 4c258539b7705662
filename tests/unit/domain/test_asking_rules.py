# SPDX-License-Identifier: Apache-2.0
"""How often one node may ask another, and when it may ask again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from havn.domain.members import rules

AT = datetime(2026, 11, 26, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def free_at(*asked: tuple[float, int], most: int = 100) -> datetime | None:
    """Return when one more is taken, after so many digests at so many minutes before now."""
    before = [(AT - timedelta(minutes=minutes), many) for minutes, many in asked]
    return rules.free_at(before, at=AT, most=most, within=HOUR)


def test_a_question_is_taken_while_few_were_asked_before() -> None:
    """E40"""
    assert free_at() is None
    assert free_at((10, 64), (5, 35)) is None
    assert free_at((60, 1000)) is None


def test_beyond_that_one_is_taken_when_enough_is_long_ago() -> None:
    """E40"""
    assert free_at((10, 64), (5, 64)) == AT + timedelta(minutes=50)
    assert free_at((50, 20), (10, 64), (5, 64)) == AT + timedelta(minutes=50)
    assert free_at((10, 1), most=0) == AT + HOUR
    assert free_at(most=0) == AT + HOUR


@given(st.lists(st.tuples(st.floats(0, 59), st.integers(1, 64)), max_size=30))
def test_at_the_told_time_one_more_is_taken(asked: list[tuple[float, int]]) -> None:
    """E40"""
    found = free_at(*asked)
    before = [(AT - timedelta(minutes=minutes), many) for minutes, many in asked]
    at = found or AT
    assert rules.free_at(before, at=at, most=100, within=HOUR) is None
    if found is not None:
        sooner = at - timedelta(microseconds=1)
        assert rules.free_at(before, at=sooner, most=100, within=HOUR) is not None


@given(st.lists(st.integers(0, 120), max_size=30), st.integers(1, 10), st.integers(1, 60))
def test_asks_are_limited_as_a_slow_count_says(minutes: list[int], most: int, span: int) -> None:
    """V8."""
    at, within = AT, timedelta(minutes=span)
    asked = [AT - timedelta(minutes=each) for each in minutes]
    free = rules.free_at([(each, 1) for each in asked], at=at, most=most, within=within)
    recent = [each for each in asked if each > at - within]
    assert (free is None) == (len(recent) < most)
    if free is not None:
        still = [each for each in asked if each > free - within]
        assert len(still) < most
        assert free > at


def test_a_node_that_is_let_nothing_is_refused_for_the_whole_time() -> None:
    assert rules.free_at([], at=AT, most=0, within=HOUR) == AT + HOUR
