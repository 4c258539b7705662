# SPDX-License-Identifier: Apache-2.0
"""An instant read from a text: with its offset, inside the calendar, in UTC, or nothing."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havn.lib.encoding import instant_of, instant_text


def test_an_instant_is_turned_into_utc():
    assert instant_of(" 2026-11-24T10:30:00+02:00 ") == datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
    assert instant_of("2026-11-24T10:30:00+02:00").tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    ["", "soon", "2026-11-24T10:30:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"],
)
def test_what_names_no_instant_is_nothing(text):
    assert instant_of(text) is None


@given(st.text())
def test_no_text_is_too_strange(text):
    found = instant_of(text)
    assert found is None or found.tzinfo is UTC


@given(st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31)), st.integers(-14, 14))
def test_a_written_instant_reads_back_as_its_whole_second_in_utc(at, hours):
    here = at.replace(tzinfo=timezone(timedelta(hours=hours)))
    assert instant_text(here).endswith("Z")
    assert instant_of(instant_text(here)) == here.astimezone(UTC).replace(microsecond=0)
