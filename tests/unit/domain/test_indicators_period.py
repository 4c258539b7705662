# SPDX-License-Identifier: Apache-2.0
"""Quarters: which instants they hold, and how they follow each other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havn.domain.indicators.rules import Quarter

INSTANTS = st.datetimes(
    min_value=datetime(1900, 1, 1),
    max_value=datetime(2900, 1, 1),
    timezones=st.just(UTC),
)


@given(INSTANTS)
def test_every_instant_lies_in_exactly_its_quarter(at: datetime) -> None:
    quarter = Quarter.of(at)
    assert quarter.holds(at)
    assert not quarter.following.holds(at)
    assert not quarter.previous.holds(at)
    assert quarter.following.previous == quarter
    assert Quarter.parse(str(quarter)) == quarter


def test_a_quarter_is_counted_in_utc() -> None:
    east = timezone(timedelta(hours=2))
    assert Quarter.of(datetime(2026, 7, 1, 1, 0, tzinfo=east)) == Quarter(2026, 2)


def test_a_quarter_is_closed_from_the_first_instant_after_it() -> None:
    quarter = Quarter(2026, 4)
    assert quarter.ends_at == datetime(2027, 1, 1, tzinfo=UTC)
    assert quarter.is_closed(quarter.ends_at)
    assert not quarter.is_closed(quarter.ends_at - timedelta(microseconds=1))


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-Q5", "2026Q1", "2026-Q1 ", "٢٠٢٦-Q1", "0026-Q1"]
)
def test_anything_else_is_no_quarter(text: str) -> None:
    with pytest.raises(ValueError, match="2026-Q3"):
        Quarter.parse(text)
