# SPDX-License-Identifier: Apache-2.0
"""What figures say of themselves: revised after they were final, of low reliability, complete."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from havn.domain.indicators.rules import (
    Period,
    Quarter,
    Release,
    Value,
    Year,
    computed_figures,
    parse_period,
)
from tests.support.made_up_facts import MadeUpFact

YEAR = Year(2025)
QUARTER = Quarter(2025, 1)
FINAL = datetime(2025, 10, 10, tzinfo=UTC)  # two further quarters are over
LATER = datetime(2028, 1, 31, tzinfo=UTC)


def reports(number: int, *, recorded_at: datetime) -> Iterator[MadeUpFact]:
    for each in range(number):
        codes = {"v": 1, "channel": "web", "language": "da", "duplicate": False}
        at = QUARTER.starts_at
        subject = f"{recorded_at:%Y}{each}"
        yield MadeUpFact("report_received", "report", subject, at, recorded_at, codes)


def checks(*, in_time: int, late: int) -> Iterator[MadeUpFact]:
    at = QUARTER.starts_at
    for number in range(in_time + late):
        codes = {"v": 1, "verdict": "up", "in_time": number < in_time}
        yield MadeUpFact("check_done", "item", str(number), at, at, codes)


def revised(late: int, *, released_at: datetime = FINAL) -> Value:
    """X4 after so many late reports, where 100 were known at the release."""
    early = list(reports(100, recorded_at=QUARTER.starts_at))
    facts = [*early, *reports(late, recorded_at=datetime(2027, 1, 1, tzinfo=UTC))]
    released = computed_figures(facts, periods=[QUARTER], as_of=released_at)
    only = {"R01": [value for value in released[QUARTER]["R01"] if not value.breakdown][:1]}
    release = Release(as_of=released_at, figures={QUARTER: only})
    periods: list[Period] = [QUARTER, YEAR]
    now = computed_figures(facts, periods=periods, as_of=LATER, earlier=[release])
    return now[YEAR]["X4"][0]


@pytest.mark.parametrize(("late", "number"), [(0, 0), (5, 0), (6, 1)])
def test_a_final_value_that_changes_by_more_than_five_per_cent_is_revised(
    late: int, number: int
) -> None:
    found = revised(late)
    assert (found.numerator, found.denominator) == (number, 1)
    assert found.value == 100 * number


def test_a_provisional_value_may_change() -> None:
    found = revised(50, released_at=QUARTER.ends_at + timedelta(days=10))
    assert (found.value, found.denominator, found.obs_status) == (None, 0, "M")


def test_values_are_final_when_two_further_periods_are_over() -> None:
    release = Release(as_of=Quarter(2025, 3).ends_at, figures={})
    assert release.is_final(QUARTER)
    assert not release.is_final(Quarter(2025, 2))
    assert not release.is_final(Year(2023))
    assert release.is_final(Year(2022))


@pytest.mark.parametrize(
    ("in_time", "late", "is_low"), [(9, 1, False), (89, 11, True), (0, 0, False)]
)
def test_late_checks_make_the_figures_on_removal_doubtful(
    in_time: int, late: int, is_low: bool
) -> None:
    facts = list(checks(in_time=in_time, late=late))
    figures = computed_figures(facts, periods=[QUARTER], as_of=FINAL)[QUARTER]
    for indicator, values in figures.items():
        is_flagged = indicator in {"R04", "R05", "R06", "R07", "R08"}
        assert {value.is_low_reliability for value in values} == {is_low and is_flagged}


def test_the_doubt_of_another_quarter_is_not_told() -> None:
    facts = list(checks(in_time=0, late=9))
    figures = computed_figures(facts, periods=[QUARTER.following], as_of=FINAL)
    assert not any(value.is_low_reliability for value in figures[QUARTER.following]["R05"])


def test_a_hidden_value_keeps_no_number_and_a_figure_that_is_not_collected_is_missing() -> None:
    facts = list(reports(3, recorded_at=QUARTER.starts_at))
    complete = computed_figures(facts, periods=[YEAR], as_of=LATER)[YEAR]["X3"]
    online = next(value for value in complete if value.code == "4")
    assert online.numerator is not None
    assert 0 < online.numerator < (online.denominator or 0)
    victims = next(value for value in complete if value.code == "1")
    assert (victims.numerator, victims.value) == (0, Decimal("0.0"))
    shown = Value("received", value=Decimal(3), numerator=3, low=1, high=4)
    assert replace(shown.hidden("A"), conf_status="F") == Value("received", obs_status="Q")


@pytest.mark.parametrize("text", ["2026", "2026-Q3"])
def test_a_period_is_written_as_it_is_read(text: str) -> None:
    period = parse_period(text)
    assert str(period) == text
    assert parse_period(str(period.following)).previous == period
    assert period.holds(period.starts_at)
    assert not period.holds(period.ends_at)
    assert period.is_closed(period.ends_at)
    assert period.quarters[0].starts_at == period.starts_at
    assert period.quarters[-1].ends_at == period.ends_at


@pytest.mark.parametrize("text", ["", "26", "2026-Q5", "Q3", "2026-03", " 2026", "20260", "٢٠٢٦"])
def test_what_is_no_period_is_refused_with_how_it_is_written(text: str) -> None:
    with pytest.raises(ValueError, match="like 2026-Q3 or 2026"):
        parse_period(text)


def test_a_year_holds_its_four_quarters() -> None:
    assert [str(quarter) for quarter in YEAR.quarters] == [f"2025-Q{n}" for n in range(1, 5)]
    assert Year.of(QUARTER.ends_at) == YEAR
