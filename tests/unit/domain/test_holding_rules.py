# SPDX-License-Identifier: Apache-2.0
"""The sum of holds: hours that two holds share count once; the fast sum equals counting hours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from havn.domain.cases.rules import held_in_all

START = datetime(2026, 3, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
hours = st.integers(min_value=-48, max_value=96)
spans = st.lists(st.tuples(hours, st.integers(min_value=0, max_value=72)), max_size=8)


@given(spans)
def test_the_sum_counts_every_hour_under_some_hold_once(held: list[tuple[int, int]]) -> None:
    counted = {
        hour for begins, lasts in held for hour in range(begins, begins + lasts) if hour >= 0
    }
    found = held_in_all(
        [(START + begins * HOUR, START + (begins + lasts) * HOUR) for begins, lasts in held],
        since=START,
    )
    assert found == len(counted) * HOUR
