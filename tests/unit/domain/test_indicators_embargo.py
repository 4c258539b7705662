# SPDX-License-Identifier: Apache-2.0
"""Police work is held back: for a year, and as long as an operation goes on or its lead has not released it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from havn.domain.indicators.rules import (
    DEFINITIONS,
    Period,
    Quarter,
    Release,
    Value,
    Year,
    computed_figures,
    is_embargoed,
    protected_figures,
)
from tests.support.made_up_facts import MadeUpFact, made_up_facts

YEAR = Year(2025)
BEFORE, AFTER = datetime(2026, 12, 31, 23, 59, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
JOINED = datetime(2025, 3, 1, tzinfo=UTC)
POLICE = {"V08", "P03", "P04", "P05", "P06", "P07", "P08"}


def operations(number: int = 30, *, steps: tuple[str, ...] = ()) -> Iterator[MadeUpFact]:
    """So many operations that none is hidden for being few; each with these steps."""
    for each in range(number):
        codes = {"v": 1, "role": "lead", "members": 3}
        yield MadeUpFact("operation_joined", "operation", str(each), JOINED, JOINED, codes)
        told = {"v": 1, "suspects": 4, "arrests": 2, "children": 1}
        at = JOINED + timedelta(days=90)
        yield MadeUpFact("operation_result", "operation", str(each), at, at, told)
        for step in steps:
            yield MadeUpFact(step, "operation", str(each), at, at, {"v": 1})


def value(facts: list[MadeUpFact], indicator: str, measure: str, *, as_of: datetime) -> Value:
    found = protected_figures(facts, periods=[YEAR], as_of=as_of)[YEAR][indicator]
    (total,) = [each for each in found if each.measure == measure and not each.breakdown]
    return total


BOTH = ("operation_closed", "operation_released")


@pytest.mark.parametrize(
    ("steps", "as_of", "is_held_back"),
    [
        (BOTH, AFTER, False),
        (BOTH, BEFORE, True),  # closed and released, and the twelve months are not over
        (("operation_closed",), AFTER, True),  # the country that led it has not released it
        (("operation_released",), AFTER, True),  # it goes on
        ((), AFTER, True),
    ],
)
def test_figures_of_operations_wait_for_a_year_the_end_and_the_lead(
    steps: tuple[str, ...], as_of: datetime, *, is_held_back: bool
) -> None:
    facts = list(operations(steps=steps))
    for indicator, measure, number in (("P07", "joined", 30), ("P08", "suspects", 120)):
        found = value(facts, indicator, measure, as_of=as_of)
        assert is_embargoed(found) is is_held_back
        assert found.value == (None if is_held_back else number)


def test_one_operation_that_goes_on_holds_back_the_whole_year() -> None:
    facts = list(operations(steps=BOTH))
    late = MadeUpFact(
        "operation_joined", "operation", "late", JOINED, JOINED, {"v": 1, "members": 2}
    )
    assert value(facts, "P07", "joined", as_of=AFTER).value == 30
    assert is_embargoed(value([*facts, late], "P07", "joined", as_of=AFTER))


def test_nothing_of_police_work_is_told_within_a_year_and_nothing_else_is_held_back() -> None:
    facts = [fact for seed in range(8) for fact in made_up_facts(seed)]
    periods: list[Period] = [Quarter(2025, 1), YEAR]
    found = protected_figures(facts, periods=periods, as_of=BEFORE)
    for period, figures in found.items():
        for indicator, values in figures.items():
            held = [each for each in values if is_embargoed(each)]
            is_police = indicator in POLICE and (period == YEAR or indicator == "V08")
            is_over = period == Quarter(2025, 1)  # the quarter's own twelve months are
            assert bool(held) is (is_police and not is_over), (period, indicator)
            if held:
                assert held == values
                assert {(each.breakdown, each.value, each.low) for each in held} == {
                    ("", None, None)
                }
                assert {each.obs_status for each in held} == {"Q"}  # one public mark


def test_what_was_held_back_is_shown_in_a_later_release() -> None:
    facts = list(operations(steps=BOTH))
    first = protected_figures(facts, periods=[YEAR], as_of=BEFORE)
    earlier = [Release(BEFORE, first)]
    again = protected_figures(facts, periods=[YEAR], as_of=AFTER, earlier=earlier)
    numbers = {each.measure: each.value for each in again[YEAR]["P08"] if not each.breakdown}
    assert numbers["suspects"] == 120
    truth = computed_figures(facts, periods=[YEAR], as_of=AFTER)[YEAR]
    assert numbers["operations"] == truth["P08"][0].value


def test_what_is_not_collected_is_no_secret() -> None:
    assert value([], "P07", "joined", as_of=BEFORE).obs_status == "L"


def test_every_indicator_of_police_work_says_when_it_is_shown() -> None:
    police = [each for each in DEFINITIONS if each.suppression_class == "O"]
    assert {each.id for each in police} == POLICE
    assert all("released" in each.calendar for each in police)
