# SPDX-License-Identifier: Apache-2.0
"""R01, R05 and R06 from facts, against counting by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havn.domain.indicators.rules import (
    DEFINITIONS,
    Quarter,
    Value,
    definition_of,
    is_left_away,
    protected_figures,
)
from havn.domain.indicators.rules.items import stories
from havn.domain.ledger.rules import FactName

QUARTER = Quarter(2026, 2)
START = QUARTER.starts_at
FREEZE = QUARTER.ends_at + timedelta(days=10)


@dataclass(frozen=True)
class Told:
    name: str
    subject_kind: str
    subject_id: UUID
    happened_at: datetime
    codes: dict[str, Any] = field(default_factory=dict)

    @property
    def recorded_at(self) -> datetime:
        return self.happened_at


def report(at: datetime, **codes: object) -> Told:
    return Told("report_received", "report", uuid4(), at, {"v": 1, **codes})


def life(
    *,
    received_at: datetime,
    legal_class: str = "baseline",
    here: bool | None = True,
    noticed: timedelta | None = None,
    removed: timedelta | None = None,
) -> Iterator[Told]:
    """The facts of one item; durations count from its receipt."""
    item = uuid4()
    codes = {"legal_class": legal_class, "received_at": received_at.isoformat()}
    yield Told("item_assessed", "item", item, received_at + timedelta(hours=1), codes)
    if here is not None:
        traced_at = received_at + timedelta(hours=1, minutes=1)
        yield Told("item_traced", "item", item, traced_at, {"here": here, "country": "DK"})
    if noticed is not None:
        yield Told("notice_sent", "item", item, received_at + noticed)
    if removed is not None:
        yield Told("item_removed", "item", item, received_at + removed)


def figures(facts: list[Told], as_of: datetime = FREEZE) -> dict[str, list[Value]]:
    return protected_figures(facts, periods=(QUARTER,), as_of=as_of)[QUARTER]


def one(values: list[Value], measure: str, breakdown: str = "", code: str = "") -> Value:
    """Return the value; where its breakdown is left away, the one that says so."""
    found = [v for v in values if (v.measure, v.breakdown, v.code) == (measure, breakdown, code)]
    away = [v for v in values if (v.measure, v.breakdown) == (measure, breakdown)]
    return found[0] if found else next(v for v in away if is_left_away(v))


def test_reports_are_counted_by_their_quarter_and_duplicates_shown_apart() -> None:
    facts = [
        report(START, channel="web", language="da", duplicate=False),
        report(START, channel="web", language="da", duplicate=True),
        report(START - timedelta(microseconds=1), channel="web"),
        report(QUARTER.ends_at, channel="web"),
    ]
    found = figures(facts)["R01"]
    assert one(found, "received").value == 2
    assert one(found, "duplicates").value == 1


def undone(lives: Iterator[Told], *, after: timedelta) -> Iterator[Told]:
    """The facts of an item whose assessment was taken back that much later."""
    for fact in lives:
        yield fact
        if fact.name == "item_assessed":
            codes = {"legal_class": "", "withdrawn": True}
            yield Told("item_assessed", "item", fact.subject_id, fact.happened_at + after, codes)


@pytest.mark.parametrize("after", [timedelta(0), timedelta(minutes=9)])
def test_an_assessment_that_was_undone_is_counted_nowhere(after: timedelta) -> None:
    counted = [fact for _ in range(30) for fact in life(received_at=START)]
    taken_back = [fact for _ in range(7) for fact in undone(life(received_at=START), after=after)]
    with_them, without = figures([*taken_back, *counted]), figures(counted)
    assert with_them["R05"] == without["R05"]
    assert with_them["R06"] == without["R06"]
    assert one(without["R05"], "median_hours").n_started == 30


def test_an_item_that_is_assessed_again_after_an_undo_counts_from_its_receipt() -> None:
    first = list(undone(life(received_at=START), after=timedelta(minutes=1)))
    again = Told(
        "item_assessed",
        "item",
        first[0].subject_id,
        START + timedelta(hours=5),
        {"legal_class": "baseline", "received_at": START.isoformat()},
    )
    (story,) = stories([*first, again]).values()
    assert (story.is_confirmed, story.received_at) == (True, START)


def test_a_small_channel_is_hidden_with_a_second_one_and_the_total_stays() -> None:
    facts = [report(START, channel="web", language="en") for _ in range(30)]
    facts += [report(START, channel="file", language="en") for _ in range(5)]
    facts += [report(START, channel="referrer", language="en") for _ in range(2)]
    found = figures(facts)["R01"]
    assert one(found, "received").value == 37
    small = one(found, "received", "channel", "referrer")
    assert (small.value, small.obs_status, small.conf_status) == (None, "Q", "A")
    assert one(found, "received", "channel", "file").conf_status == "D"
    assert one(found, "received", "channel", "web").value == 30


def test_unknown_and_foreign_codes_have_categories_of_their_own() -> None:
    facts = [report(START, channel="pigeon") for _ in range(4)] + [report(START) for _ in range(5)]
    found = figures(facts)["R01"]
    assert one(found, "received", "channel", "_O").value == 4
    assert one(found, "received", "channel", "_U").value == 5


def test_the_median_counts_what_is_still_up() -> None:
    facts = [
        fact
        for hours in range(1, 13)
        for fact in life(received_at=START, removed=timedelta(hours=hours))
    ]
    assert one(figures(facts)["R05"], "median_hours").value == Decimal("6.0")
    for _ in range(13):
        facts += life(received_at=START)
    found = one(figures(facts)["R05"], "median_hours")
    assert found.value is None
    assert found.lower_bound == (FREEZE - START) // timedelta(hours=1)
    assert (found.n_started, found.n_done, found.n_censored) == (25, 12, 13)
    assert found.obs_status == "A"


def test_too_few_items_have_no_median_and_their_number_is_shown() -> None:
    facts = [f for _ in range(9) for f in life(received_at=START, removed=timedelta(hours=3))]
    found = one(figures(facts)["R05"], "median_hours")
    assert (found.value, found.obs_status, found.n_started) == (None, "Q", 9)
    assert one(figures(facts)["R05"], "p90_hours").obs_status == "Q"


def test_only_confirmed_items_of_the_quarter_are_followed() -> None:
    facts = [f for _ in range(12) for f in life(received_at=START, removed=timedelta(hours=3))]
    facts += life(received_at=START, legal_class="not_illegal", removed=timedelta(hours=1))
    facts += life(received_at=START - timedelta(hours=1), removed=timedelta(hours=1))
    assert one(figures(facts)["R05"], "median_hours").n_started == 12


def test_what_was_not_known_at_the_freeze_is_censored_there() -> None:
    as_of = QUARTER.ends_at
    facts = [f for _ in range(12) for f in life(received_at=START, removed=timedelta(days=200))]
    found = one(figures(facts, as_of)["R05"], "median_hours")
    assert (found.n_done, found.n_censored) == (0, 12)


def test_hosting_here_and_abroad_stand_apart() -> None:
    facts = [f for _ in range(12) for f in life(received_at=START, removed=timedelta(hours=2))]
    for _ in range(12):
        facts += life(received_at=START, here=False, removed=timedelta(hours=40))
    found = figures(facts)["R05"]
    assert one(found, "median_hours", "hosting", "here").value == Decimal("2.0")
    assert one(found, "median_hours", "hosting", "abroad").value == Decimal("40.0")
    nothing = one(found, "median_hours", "hosting", "_U")
    assert (nothing.n_started, nothing.obs_status) == (0, "M")


@pytest.mark.parametrize("here", [None, False])
def test_a_trace_without_a_country_is_not_known_and_takes_back_nothing(here: bool | None) -> None:
    def again(lives: Iterable[Told]) -> Iterator[Told]:
        for fact in lives:
            yield fact
            if fact.name == "item_assessed":
                at = fact.happened_at + timedelta(days=1)
                yield Told(
                    "item_traced", "item", fact.subject_id, at, {"here": here, "country": ""}
                )

    facts = [f for _ in range(12) for f in again(life(received_at=START))]
    facts += [f for _ in range(11) for f in again(life(received_at=START, here=False))]
    facts += [f for _ in range(13) for f in again(life(received_at=START, here=None))]
    hosting = Counter(story.hosting for story in stories(facts).values())
    assert hosting == {"here": 12, "abroad": 11, "_U": 13}
    assert one(figures(facts)["R05"], "median_hours", "hosting", "_U").n_started == 13


def test_one_item_abroad_cannot_be_worked_out() -> None:
    facts = [f for _ in range(15) for f in life(received_at=START, removed=timedelta(hours=2))]
    facts += life(received_at=START, here=False, removed=timedelta(hours=40))
    found = figures(facts)["R05"]
    for code in ("here", "abroad"):
        value = one(found, "median_hours", "hosting", code)
        assert value.obs_status == "Q"
        assert value.n_started is None
    assert one(found, "median_hours").n_started == 16


def test_shares_count_only_items_whose_span_has_ended() -> None:
    as_of = START + timedelta(days=6)
    facts = []
    for day in range(5):
        for _ in range(10):
            facts += life(
                received_at=START + timedelta(days=day),
                noticed=timedelta(hours=2),
                removed=timedelta(hours=20),
            )
    found = figures(facts, as_of)["R06"]
    assert (one(found, "within_24h").numerator, one(found, "within_24h").denominator) == (50, 50)
    assert one(found, "within_72h").denominator == 30
    assert one(found, "within_7d").obs_status == "M"  # nothing has had its week
    assert one(found, "within_7d").value is None


def test_a_span_counts_from_the_notice_and_includes_its_end() -> None:
    facts = []
    for number in range(20):
        removed = timedelta(hours=26) + timedelta(seconds=number % 2)
        facts += life(received_at=START, noticed=timedelta(hours=2), removed=removed)
    assert one(figures(facts)["R06"], "within_24h").value == Decimal("50.0")


def test_fewer_than_twenty_items_have_no_share_at_all() -> None:
    facts = []
    for _ in range(19):
        facts += life(received_at=START, noticed=timedelta(), removed=timedelta(hours=1))
    for value in figures(facts)["R06"]:
        assert (value.value, value.numerator, value.denominator) == (None, None, None)
        assert value.is_hidden


HOURS = st.none() | st.integers(0, 300).map(lambda h: timedelta(hours=h))


@given(st.lists(st.tuples(HOURS, HOURS), min_size=20, max_size=60))
def test_shares_are_what_counting_by_hand_finds(
    items: list[tuple[timedelta | None, timedelta | None]],
) -> None:
    facts = []
    for noticed, removed in items:
        facts += life(received_at=START, noticed=noticed, removed=removed)
    waits = [
        None if removed is None else max(removed - noticed, timedelta())
        for noticed, removed in items
        if noticed is not None
    ]
    for value, days in zip(figures(facts)["R06"], (1, 3, 7), strict=True):
        if len(waits) < 20:
            assert value.obs_status in {"Q", "M", "L"}
        else:
            in_time = sum(wait is not None and wait <= timedelta(days=days) for wait in waits)
            assert (value.numerator, value.denominator) == (in_time, len(waits))


def test_a_removal_that_came_undone_before_the_notice_does_not_count() -> None:
    item, facts = uuid4(), []
    for _ in range(19):
        facts += life(received_at=START, noticed=timedelta(), removed=timedelta(hours=1))
    for name, hours in (("item_removed", 1), ("item_reappeared", 5), ("notice_sent", 8)):
        facts.append(Told(name, "item", item, START + timedelta(hours=hours)))
    assert one(figures(facts)["R06"], "within_7d").numerator == 19


def test_every_definition_is_complete_and_reads_known_facts() -> None:
    names = {name.value for name in FactName}
    for definition in DEFINITIONS:
        assert set(definition.facts) <= names
        assert definition.pitfalls
        assert definition.cohort
        target, goal, number = definition.numeric_id.split(".")
        assert (int(target), f"G{target}.{goal}") == (definition.target, definition.goal)
        assert int(number) == int(definition.id[1:])


def test_an_indicator_without_a_table_shows_only_totals() -> None:
    r06 = definition_of("R06")
    assert r06.breakdowns == ()
    assert r06.suppression_class == "C"
    assert r06.min_denominator == 20
