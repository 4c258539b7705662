# SPDX-License-Identifier: Apache-2.0
"""Vantages as decisions: whom to ask, how often one is asked, and what other countries' answers change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havn.domain.cases.rules import MOVES, Availability, Mover, Track
from havn.domain.takedown import rules
from havn.domain.takedown.rules import Agreement, Baseline, Seen, VantagePoint, VerdictKind

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
UP, CHANGED, UNCLEAR, GONE = VerdictKind
ITEM = UUID("00000000-0000-4000-8000-000000000017")


def chosen(*points: VantagePoint, hosting: str = "", most: int = 2) -> list[str]:
    found = rules.chosen_points(
        points, own_country="DK", hosting_country=hosting, item_id=ITEM, most=most
    )
    return [point.country for point in found]


def point(country: str) -> VantagePoint:
    return VantagePoint(uuid4(), country)


def test_only_other_countries_are_asked_and_none_twice() -> None:
    """V21."""
    points = [point(code) for code in ("DK", "SE", "SE", "FI", "NO", "")]
    found = chosen(*points, most=9)
    assert sorted(found) == ["FI", "NO", "SE"]
    assert len(chosen(*points)) == 2


def test_the_country_of_the_host_comes_before_all_others() -> None:
    for _ in range(8):
        assert chosen(*map(point, ("SE", "FI", "NO", "DE")), hosting="NO", most=1) == ["NO"]


def test_what_is_hosted_here_is_asked_of_others_all_the_same() -> None:
    assert chosen(point("SE"), point("DK"), hosting="DK") == ["SE"]


def test_whom_to_ask_follows_from_the_item_and_the_load_is_spread() -> None:
    points = [point(code) for code in ("SE", "FI", "NO", "DE", "NL")]
    assert chosen(*points) == chosen(*reversed(points))
    firsts = {
        rules.chosen_points(
            points, own_country="DK", hosting_country="", item_id=UUID(int=number), most=1
        )[0].country
        for number in range(60)
    }
    assert len(firsts) == 5


def test_with_nobody_or_no_wish_nobody_is_asked() -> None:
    assert chosen() == []
    assert chosen(point("SE"), most=0) == []


@pytest.mark.parametrize(
    ("own", "others", "said"),
    [
        (GONE, [], Agreement.NOBODY),
        (GONE, [GONE], Agreement.GONE_TOO),
        (GONE, [GONE, UP], Agreement.THERE_ELSEWHERE),
        (GONE, [CHANGED], Agreement.THERE_ELSEWHERE),
        (GONE, [UNCLEAR], Agreement.NOTHING_SURE),
        (UNCLEAR, [UP], Agreement.THERE_ELSEWHERE),
        (UNCLEAR, [GONE], Agreement.GONE_ELSEWHERE),
        (UP, [GONE], Agreement.GONE_ELSEWHERE),
        (UP, [UP, GONE], Agreement.THERE_TOO),
        (CHANGED, [UP], Agreement.THERE_TOO),
        (None, [UP], Agreement.THERE_UNSEEN),
        (UP, [UNCLEAR], Agreement.NOTHING_SURE),
    ],
)
def test_what_all_vantages_say_together(
    own: VerdictKind | None, others: list[VerdictKind], said: Agreement
) -> None:
    assert rules.agreement(own, others) is said


@pytest.mark.parametrize("current", list(Availability))
def test_what_is_gone_here_and_there_elsewhere_is_unclear(current: Availability) -> None:
    """V20."""
    moves = rules.moves_by_vantages(current, GONE, [GONE, UP])
    expected = {
        Availability.REMOVED: (Availability.REAPPEARED, Availability.UNCLEAR),
        Availability.UNCLEAR: (),
    }.get(current, (Availability.UNCLEAR,))
    assert moves == expected


@pytest.mark.parametrize(
    ("current", "own", "others"),
    list(product(Availability, [*VerdictKind, None], [[], [GONE], [UNCLEAR], [GONE, UNCLEAR]])),
)
def test_a_gone_from_elsewhere_moves_nothing(
    current: Availability, own: VerdictKind | None, others: list[VerdictKind]
) -> None:
    """V19: only the node's own checks remove."""
    assert rules.moves_by_vantages(current, own, others) is None


@given(
    st.sampled_from(Availability),
    st.sampled_from([*VerdictKind, None]),
    st.lists(st.sampled_from(VerdictKind), max_size=4),
)
def test_vantages_make_only_moves_that_the_track_allows_and_never_remove(
    current: Availability, own: VerdictKind | None, others: list[VerdictKind]
) -> None:
    state = current
    for target in rules.moves_by_vantages(current, own, others) or ():
        assert target is not Availability.REMOVED
        assert any(
            (move.source, move.target) == (state, target) and Mover.SYSTEM in move.movers
            for move in MOVES[Track.AVAILABILITY]
        )
        state = target


def test_only_before_a_check_that_may_remove_others_are_asked() -> None:
    day = timedelta(days=1)
    assert rules.may_remove(since=AT, next_check_at=AT + day, removed_after=day)
    assert not rules.may_remove(since=AT, next_check_at=AT + HOUR, removed_after=day)
    assert not rules.may_remove(since=None, next_check_at=AT + day, removed_after=day)
    assert rules.ask_elsewhere_at(AT + day, ahead=2 * HOUR, at=AT) == AT + day - 2 * HOUR
    assert rules.ask_elsewhere_at(AT + HOUR, ahead=2 * HOUR, at=AT) == AT


def test_the_longer_nothing_comes_the_longer_we_wait() -> None:
    minute = timedelta(minutes=1)
    assert rules.next_poll_in(timedelta(0), every=minute) == minute
    assert rules.next_poll_in(2 * HOUR, every=minute) == HOUR / 2


def test_a_first_look_from_elsewhere_is_no_first_look_of_ours() -> None:
    """V18."""
    seen = Seen(url="https://a.example/1", status=200, final_url="https://a.example/1")
    assert rules.verdict_elsewhere(seen, None).rule == "answers_there"
    before = Baseline(final_url=seen.url, headers={})
    assert rules.verdict_elsewhere(seen, before).rule == "same_content"


def test_a_vantage_is_named_by_country_and_node() -> None:
    name = rules.vantage_name(VantagePoint(ITEM, "SE"))
    assert len(name) <= 40
    assert rules.country_of_vantage(name) == "SE"
    assert rules.country_of_vantage(rules.OWN_VANTAGE) == ""
