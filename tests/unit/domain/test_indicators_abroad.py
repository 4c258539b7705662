# SPDX-License-Identifier: Apache-2.0
"""P09, P10, R09 and R10 from facts: what crosses borders, against counting by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havn.domain.indicators.rules import (
    Quarter,
    Value,
    definition_of,
    is_left_away,
    protected_figures,
)

QUARTER = Quarter(2026, 2)
START = QUARTER.starts_at
FREEZE = QUARTER.ends_at + timedelta(days=10)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


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


def referral(
    side: str,
    *,
    at: datetime = START,
    answered: timedelta | None = None,
    how: str = "accepted",
    outcomes: tuple[tuple[timedelta, str], ...] = (),
) -> Iterator[Told]:
    """The facts of one referral on one side; durations count from its beginning there."""
    ours = uuid4()
    begins, codes = ("referral_sent", "to") if side == "out" else ("referral_received", "from")
    yield Told(begins, "referral", ours, at, {"v": 1, codes: "se"})
    if answered is not None:
        told = {"v": 1, "how": how, "side": side}
        yield Told("referral_acknowledged", "referral", ours, at + answered, told)
    for after, kind in outcomes:
        yield Told("referral_outcome", "referral", ours, at + after, {"v": 1, "kind": kind})


def item(
    country: str | None,
    *,
    own: str = "dk",
    at: datetime = START,
    legal_class: str = "baseline",
    orphan: bool = False,
) -> Iterator[Told]:
    """The facts of one item that was traced to a country (None: to none)."""
    ours = uuid4()
    codes = {"legal_class": legal_class, "received_at": at.isoformat()}
    yield Told("item_assessed", "item", ours, at, codes)
    here = None if country is None else country == own
    yield Told("item_traced", "item", ours, at, {"country": country or "", "here": here})
    if orphan:
        yield Told("item_orphaned", "item", ours, at, {"country": country})


def many(number: int, make: object, *given: object, **named: object) -> list[Told]:
    return [fact for _ in range(number) for fact in make(*given, **named)]  # type: ignore[operator]


def figures(facts: list[Told], as_of: datetime = FREEZE) -> dict[str, list[Value]]:
    return protected_figures(facts, periods=(QUARTER,), as_of=as_of)[QUARTER]


def one(values: list[Value], measure: str, breakdown: str = "", code: str = "") -> Value:
    """Return the value; where its breakdown is left away, the one that says so."""
    found = [v for v in values if (v.measure, v.breakdown, v.code) == (measure, breakdown, code)]
    away = [v for v in values if (v.measure, v.breakdown) == (measure, breakdown)]
    return found[0] if found else next(v for v in away if is_left_away(v))


def acknowledged(facts: list[Told], measure: str, side: str, as_of: datetime = FREEZE) -> Value:
    return one(figures(facts, as_of)["P09"], measure, "direction", side)


def test_what_nobody_has_acknowledged_yet_is_part_of_the_figure() -> None:
    facts = [f for hours in range(1, 13) for f in referral("in", answered=hours * HOUR)]
    assert acknowledged(facts, "median_hours", "in").value == Decimal("6.0")
    facts += many(13, referral, "in")
    found = acknowledged(facts, "median_hours", "in")
    assert (found.value, found.lower_bound) == (None, (FREEZE - START) // HOUR)
    assert (found.n_started, found.n_done, found.n_censored) == (25, 12, 13)


def test_both_directions_stand_apart_and_have_no_total() -> None:
    facts = many(30, referral, "in", answered=2 * HOUR)
    facts += many(30, referral, "out", answered=50 * HOUR)
    assert acknowledged(facts, "p90_hours", "in").value == Decimal("2.0")
    assert acknowledged(facts, "p90_hours", "out").value == Decimal("50.0")
    assert acknowledged(facts, "within_24h", "in").value == Decimal("100.0")
    assert acknowledged(facts, "within_24h", "out").value == 0
    assert all(value.breakdown == "direction" for value in figures(facts)["P09"])


@pytest.mark.parametrize("how", ["receipt", "automatic", "", "read"])
def test_an_automatic_receipt_acknowledges_nothing(how: str) -> None:
    facts = many(20, referral, "in", answered=HOUR, how=how)
    found = acknowledged(facts, "median_hours", "in")
    assert (found.n_done, found.n_censored) == (0, 20)
    assert acknowledged(facts, "within_24h", "in").numerator == 0


def test_declining_acknowledges_as_accepting_does() -> None:
    facts = many(20, referral, "in", answered=HOUR, how="declined")
    assert acknowledged(facts, "median_hours", "in").n_done == 20


def test_an_acknowledgement_told_on_the_other_side_ends_nothing_here() -> None:
    facts = many(20, referral, "in", answered=HOUR)
    turned = [
        Told(f.name, f.subject_kind, f.subject_id, f.happened_at, dict(f.codes)) for f in facts
    ]
    for fact in turned:
        fact.codes.update({"side": "out"} if "side" in fact.codes else {})
    assert acknowledged(turned, "median_hours", "in").n_done == 0


def test_the_share_within_a_day_counts_only_what_had_its_day() -> None:
    as_of = START + 3 * DAY
    facts = [
        f
        for day in range(5)
        for f in many(10, referral, "in", at=START + day * DAY, answered=HOUR)
    ]
    found = acknowledged(facts, "within_24h", "in", as_of)
    assert (found.numerator, found.denominator) == (30, 30)


def test_exactly_a_day_is_in_time_and_a_second_more_is_not() -> None:
    facts = many(10, referral, "in", answered=DAY)
    facts += many(10, referral, "in", answered=DAY + timedelta(seconds=1))
    assert acknowledged(facts, "within_24h", "in").value == Decimal("50.0")


def test_one_late_answer_can_not_be_worked_out() -> None:
    facts = many(24, referral, "in", answered=HOUR) + many(1, referral, "in", answered=2 * DAY)
    assert acknowledged(facts, "within_24h", "in").is_hidden
    facts += many(2, referral, "in", answered=2 * DAY)
    assert acknowledged(facts, "within_24h", "in").numerator == 24


ANSWERS = st.none() | st.integers(0, 80)


@given(st.lists(st.tuples(st.sampled_from(["in", "out"]), ANSWERS), max_size=70))
def test_acknowledgements_are_what_counting_by_hand_finds(
    referrals: list[tuple[str, int | None]],
) -> None:
    facts = [
        fact
        for side, hours in referrals
        for fact in referral(side, answered=None if hours is None else hours * HOUR)
    ]
    for side in ("in", "out"):
        waits = [hours for direction, hours in referrals if direction == side]
        known = sorted(hours for hours in waits if hours is not None)
        found = acknowledged(facts, "median_hours", side)
        if found.n_started:
            assert (found.n_started, found.n_done) == (len(waits), len(known))
        if found.value is not None:
            assert found.value == known[(len(waits) + 1) // 2 - 1]  # all are followed to the end
        share = acknowledged(facts, "within_24h", side)
        if share.denominator:
            in_time = sum(hours <= 24 for hours in known)
            assert (share.numerator, share.denominator) == (in_time, len(waits))


@given(st.lists(st.tuples(st.sampled_from(["in", "out"]), ANSWERS), max_size=40))
def test_no_small_count_of_acknowledgements_is_shown(
    referrals: list[tuple[str, int | None]],
) -> None:
    facts = [
        fact
        for side, hours in referrals
        for fact in referral(side, answered=None if hours is None else hours * HOUR)
    ]
    for side in ("in", "out"):
        span = acknowledged(facts, "median_hours", side)
        share = acknowledged(facts, "within_24h", side)
        shown = [span.n_started, span.n_done, span.n_censored, share.numerator]
        if span.n_done is not None and share.numerator is not None:
            shown.append(span.n_done - share.numerator)
        assert not {1, 2} & {number for number in shown if number is not None}


def known(facts: list[Told], code: str = "", as_of: datetime = FREEZE) -> Value:
    return one(figures(facts, as_of)["P10"], "known_30d", "outcome" if code else "", code)


def test_the_share_of_known_outcomes_and_of_every_kind() -> None:
    facts = many(12, referral, "out", outcomes=((3 * DAY, "removed"),))
    facts += many(5, referral, "out", outcomes=((3 * DAY, "not_illegal"),))
    facts += many(8, referral, "out")
    assert (known(facts).numerator, known(facts).denominator) == (17, 25)
    assert known(facts, "removed").value == Decimal("48.0")
    assert known(facts, "not_illegal").numerator == 5
    assert known(facts, "moved").numerator == 0


def test_an_outcome_after_thirty_days_is_not_known_in_time() -> None:
    facts = many(10, referral, "out", outcomes=((30 * DAY, "removed"),))
    facts += many(10, referral, "out", outcomes=((30 * DAY + HOUR, "removed"),))
    assert known(facts).value == Decimal("50.0")


def test_of_several_outcomes_the_last_one_counts() -> None:
    told = ((3 * DAY, "not_found"), (9 * DAY, "removed"), (31 * DAY, "moved"))
    facts = many(20, referral, "out", outcomes=told)
    assert (known(facts, "removed").numerator, known(facts, "not_found").numerator) == (20, 0)


def test_a_kind_that_is_not_listed_counts_as_other() -> None:
    facts = many(20, referral, "out", outcomes=((DAY, "eaten_by_a_whale"),))
    assert known(facts, "_O").numerator == 20


def test_only_referrals_from_here_whose_thirty_days_are_over_count() -> None:
    told = ((DAY, "removed"),)
    facts = many(20, referral, "out", outcomes=told) + many(7, referral, "in", outcomes=told)
    facts += many(9, referral, "out", at=FREEZE - 29 * DAY, outcomes=told)
    assert known(facts).denominator == 20


def test_a_rare_outcome_is_hidden_with_a_second_kind_and_the_total_stays() -> None:
    facts = many(20, referral, "out", outcomes=((DAY, "removed"),))
    facts += many(5, referral, "out", outcomes=((DAY, "moved"),))
    facts += many(1, referral, "out", outcomes=((DAY, "cannot_act"),))
    assert (known(facts, "cannot_act").obs_status, known(facts, "cannot_act").conf_status) == (
        "Q",
        "A",
    )
    assert known(facts, "moved").conf_status == "D"
    assert (known(facts).numerator, known(facts, "removed").numerator) == (26, 20)


def test_fewer_than_twenty_referrals_have_no_share() -> None:
    facts = many(19, referral, "out", outcomes=((DAY, "removed"),))
    assert all(value.is_hidden for value in figures(facts)["P10"])


KINDS = st.sampled_from(["", "removed", "not_illegal", "moved", "other"])


@given(st.lists(KINDS, min_size=20, max_size=60))
def test_outcomes_are_what_counting_by_hand_finds(kinds: list[str]) -> None:
    facts = [
        fact for kind in kinds for fact in referral("out", outcomes=((DAY, kind),) if kind else ())
    ]
    counted = Counter("_O" if kind == "other" else kind for kind in kinds if kind)
    assert (known(facts).numerator, known(facts).denominator) == (counted.total(), len(kinds))
    for code in ("removed", "not_illegal", "moved", "_O"):
        found = known(facts, code)
        assert found.is_hidden or found.numerator == counted[code]
        assert found.numerator not in {1, 2}


def hosted_here(facts: list[Told]) -> Decimal | None:
    return one(figures(facts)["R09"], "hosted_here").value


def test_only_confirmed_items_of_the_quarter_that_lie_here_are_counted() -> None:
    facts = many(2, item, "dk") + many(5, item, "se") + many(4, item, None)
    facts += many(3, item, "dk", legal_class="not_illegal")
    facts += many(6, item, "dk", at=START - HOUR)
    assert hosted_here(facts) == 2


def test_an_item_that_moved_counts_where_it_was_last() -> None:
    facts = many(4, item, "dk")
    abroad = {"country": "se", "here": False}
    facts += [
        Told("item_traced", "item", facts[0].subject_id, START + DAY, abroad),
        Told("item_traced", "item", facts[0].subject_id, START + 2 * DAY, {"here": None}),
    ]
    assert hosted_here(facts) == 3


def orphans(facts: list[Told], code: str = "") -> Value:
    return one(figures(facts)["R10"], "orphans", "country" if code else "", code)


def test_orphans_are_a_share_of_what_lies_abroad() -> None:
    facts = many(9, item, "dk") + many(4, item, None)
    facts += many(20, item, "se") + many(20, item, "xe", orphan=True)
    assert (orphans(facts).numerator, orphans(facts).denominator) == (20, 40)
    assert orphans(facts, "xe").value == Decimal("100.0")
    assert orphans(facts, "se").value == 0
    assert {value.code for value in figures(facts)["R10"]} == {"", "se", "xe"}


def test_one_orphan_in_a_country_can_not_be_worked_out() -> None:
    facts = many(40, item, "se") + many(21, item, "fi") + many(1, item, "se", orphan=True)
    assert orphans(facts, "se").is_hidden
    assert orphans(facts, "fi").is_hidden
    assert orphans(facts).denominator == 62


def test_few_items_abroad_have_no_share() -> None:
    assert orphans(many(19, item, "se", orphan=True)).is_hidden
    assert orphans([]).obs_status == "L"


def test_what_is_no_code_of_a_country_is_not_known() -> None:
    facts = many(20, item, "nowhere", orphan=True) + many(20, item, "se")
    assert orphans(facts, "_U").value == Decimal("100.0")


def test_a_country_is_told_by_its_code() -> None:
    (breakdown,) = definition_of("R10").breakdowns
    assert breakdown.codes["se"] == "SE"


@given(st.lists(st.tuples(st.sampled_from(["se", "fi", "xe"]), st.booleans()), max_size=70))
def test_orphans_are_what_counting_by_hand_finds(items: list[tuple[str, bool]]) -> None:
    facts = [f for country, is_orphan in items for f in item(country, orphan=is_orphan)]
    for country in ("", "se", "fi", "xe"):
        of_country = [is_orphan for name, is_orphan in items if country in {"", name}]
        if country and not of_country:
            continue
        found = orphans(facts, country)
        if len(of_country) < 20:
            assert found.is_hidden or not items
        elif not found.is_hidden:
            assert (found.numerator, found.denominator) == (sum(of_country), len(of_country))
        if country and not found.is_hidden:
            rest = (found.denominator or 0) - (found.numerator or 0)
            assert not {1, 2} & {found.numerator, found.denominator, rest}
