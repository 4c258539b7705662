# SPDX-License-Identifier: Apache-2.0
"""The verdict table row by row, the plan of re-checks as laws, and when gone means removed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from havn.domain.cases.rules import MOVES, Availability, Mover, Policy, Track
from havn.domain.takedown import rules
from havn.domain.takedown.rules import Baseline, Seen, Verdict, VerdictKind

URL = "https://pictures.example/a/17"
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
PICTURE = {"content-type": "image/jpeg", "content-length": "5120", "etag": '"a17"'}
BEFORE = Baseline(final_url=URL, status=200, headers=PICTURE)
UP, CHANGED, UNCLEAR, GONE = VerdictKind


def seen(status: int | None = 200, **parts: object) -> Seen:
    known = {"url": URL, "status": status, "final_url": URL, "headers": PICTURE, **parts}
    return Seen(**known)  # type: ignore[arg-type]


def after(status: int, target: str, final: int | None = 200, **parts: object) -> Seen:
    return seen(final, redirects=((status, target),), final_url=target, **parts)


ROWS = {
    "no such name": (seen(None, failure="no_such_name"), GONE, "no_such_name"),
    "no address": (seen(None, failure="no_address"), GONE, "no_such_name"),
    "not found": (seen(404), GONE, "status_gone"),
    "gone": (seen(410), GONE, "status_gone"),
    "blocked for legal reasons": (seen(451), UNCLEAR, "status_forbidden"),
    "forbidden": (seen(403), UNCLEAR, "status_forbidden"),
    "challenge of a proxy": (
        seen(403, headers={"cf-mitigated": "challenge"}),
        UNCLEAR,
        "challenge",
    ),
    "challenge that says 200": (seen(headers={"cf-mitigated": "challenge"}), UNCLEAR, "challenge"),
    "name and password asked for": (seen(401), UNCLEAR, "status_login"),
    "redirect to a login page": (
        after(302, "https://pictures.example/Login/?next=17"),
        UNCLEAR,
        "login_page",
    ),
    "moved to another host": (after(301, "https://other.example/17"), CHANGED, "moved_for_good"),
    "moved there with 308": (after(308, "https://other.example/17"), CHANGED, "moved_for_good"),
    "moved to another host that is gone": (
        after(301, "https://other.example/17", None, failure="no_such_name"),
        CHANGED,
        "moved_for_good",
    ),
    "redirect to the start page": (after(302, "https://pictures.example/"), CHANGED, "start_page"),
    "from www to the bare name, same content": (
        after(301, "https://www.pictures.example/a/17"),
        UP,
        "same_content",
    ),
    "same content": (seen(), UP, "same_content"),
    "same content, nothing to compare with": (seen(headers={}), UP, "same_content"),
    "a range of the same content": (
        seen(206, method="GET", headers={**PICTURE, "content-length": "1"}),
        UP,
        "same_content",
    ),
    "other length": (seen(headers={**PICTURE, "content-length": "9"}), CHANGED, "other_content"),
    "other type": (
        seen(headers={**PICTURE, "content-type": "text/html"}),
        CHANGED,
        "other_content",
    ),
    "other etag": (seen(headers={**PICTURE, "etag": '"b"'}), CHANGED, "other_content"),
    "weak etag of the same name": (
        seen(headers={**PICTURE, "etag": 'W/"a17"'}),
        UP,
        "same_content",
    ),
    "parked": (after(302, "https://www.sedoparking.com/pictures.example"), GONE, "parked"),
    "a name whose zone a parking service serves": (
        seen(name_servers=("ns1.sedoparking.com", "ns2.sedoparking.com")),
        GONE,
        "parked_name",
    ),
    "name servers that only sound like it": (
        seen(name_servers=("ns1.notsedoparking.com", "ns1.hosting.example")),
        UP,
        "same_content",
    ),
    "served by a parking service, but no success": (
        seen(503, name_servers=("ns1.bodis.com",)),
        UNCLEAR,
        "status_server_error",
    ),
    "server error": (seen(503), UNCLEAR, "status_server_error"),
    "timeout": (seen(None, failure="timeout"), UNCLEAR, "no_answer"),
    "refused": (seen(None, failure="refused"), UNCLEAR, "no_answer"),
    "bad certificate": (seen(None, failure="tls"), UNCLEAR, "no_answer"),
    "dead resolver": (seen(None, failure="resolver_dead"), UNCLEAR, "no_answer"),
    "redirect to a private address": (
        seen(None, failure="private_address", redirects=((302, "http://10.0.0.1/"),)),
        UNCLEAR,
        "no_answer",
    ),
    "name gone after a redirect": (
        after(302, "https://cdn.example/17", None, failure="no_such_name"),
        UNCLEAR,
        "no_answer",
    ),
    "slow down": (seen(429), UNCLEAR, "status_slow_down"),
    "nothing that we know": (seen(418), UNCLEAR, "other_status"),
}


@pytest.mark.parametrize("name", ROWS)
def test_every_row_of_the_verdict_table_says_what_the_reference_says(name: str) -> None:
    looked, kind, rule = ROWS[name]

    assert rules.verdict(looked, BEFORE) == Verdict(kind, rule)


def test_the_first_success_is_what_later_checks_are_compared_with() -> None:
    found = rules.verdict(seen(), None)

    assert found == Verdict(UP, "first_look")
    assert found.rule == rules.FIRST_LOOK


def test_every_rule_of_the_table_has_a_row_in_this_test() -> None:
    tried = {rule for _seen, _kind, rule in ROWS.values()} | {"first_look"}

    assert tried == {name for name, _kind, _matches in rules.TABLE} | {rules.OTHER.rule}


def test_an_address_that_always_led_elsewhere_has_not_changed() -> None:
    moved = after(301, "https://other.example/17")
    before = Baseline(final_url="https://other.example/17", headers=PICTURE)

    assert rules.verdict(moved, before).kind is UP


texts = st.text(max_size=60)
urls = st.one_of(
    st.sampled_from([URL, "http://[", "https://[::1/x", "//"]),
    st.from_regex(r"https?://[a-z]{1,8}\.example/[a-z/]{0,9}"),
    texts,
)
strange = st.builds(
    Seen,
    url=urls,
    status=st.none() | st.integers(100, 999),
    failure=st.none() | texts,
    final_url=urls,
    redirects=st.lists(st.tuples(st.integers(300, 399), urls), max_size=4).map(tuple),
    headers=st.dictionaries(st.sampled_from(["content-type", "etag", "content-length"]), texts),
)


@given(looked=strange, before=st.none() | st.builds(Baseline, final_url=urls))
def test_whatever_a_site_answers_there_is_a_verdict(looked: Seen, before: Baseline | None) -> None:
    assert rules.verdict(looked, before).kind in VerdictKind


@given(looked=strange, before=st.none() | st.builds(Baseline, final_url=urls))
def test_gone_needs_a_missing_name_a_404_a_410_or_a_parking_host(
    looked: Seen, before: Baseline | None
) -> None:
    found = rules.verdict(looked, before)

    if found.kind is GONE:
        assert (
            looked.status in {404, 410}
            or looked.failure in {"no_such_name", "no_address"}
            or found.rule in {"parked", "parked_name"}
        )


# The plan of re-checks.

hours = st.integers(1, 24 * 400).map(lambda h: timedelta(hours=h))


@st.composite
def growing_policies(draw: st.DrawFn) -> Policy:
    ages = sorted(draw(st.sets(hours, min_size=1, max_size=5)))
    steps = sorted(draw(st.lists(hours, min_size=len(ages), max_size=len(ages))))
    return Policy(
        check_steps=tuple(zip(ages, steps, strict=True)),
        removed_after=draw(hours),
        check_after_gone=tuple(sorted(draw(st.sets(hours, min_size=1, max_size=5)))),
    )


@given(policy=growing_policies())
def test_intervals_grow_and_are_never_shorter_than_the_policy_says(policy: Policy) -> None:
    looked, intervals = AT, []
    for _round in range(60):
        due = rules.next_check_at(
            policy=policy, first_checked_at=AT, checked_at=looked, since=None
        )
        assert due is not None
        intervals.append(due - looked)
        looked = due

    assert intervals == sorted(intervals)
    assert min(intervals) >= min(every for _until, every in policy.check_steps)
    assert set(intervals) <= {every for _until, every in policy.check_steps}


@given(policy=growing_policies(), late=st.lists(hours, max_size=8))
def test_what_stayed_gone_is_looked_at_ever_more_rarely_and_once_for_the_last_time(
    policy: Policy, late: list[timedelta]
) -> None:
    looked, seen_at = AT, []
    for _round in range(20):
        due = rules.next_check_at(
            policy=policy, first_checked_at=AT - DAY, checked_at=looked, since=AT
        )
        if due is None:
            break
        assert due > looked
        seen_at.append(due)
        looked = due + (late.pop() if late else timedelta(0))

    assert due is None
    assert seen_at[0] >= AT + policy.removed_after


def test_the_shipped_plan_is_that_of_the_reference() -> None:
    policy, looked, gaps = Policy(), AT, []
    while looked - AT < timedelta(days=45):
        due = rules.next_check_at(
            policy=policy, first_checked_at=AT, checked_at=looked, since=None
        )
        assert due is not None
        gaps.append((due - looked) / timedelta(hours=1))
        looked = due

    assert gaps[:4] == [1, 2, 4, 4]
    assert gaps.count(24) >= 26
    assert gaps[-1] == 24 * 7
    gone = [
        rules.next_check_at(policy=policy, first_checked_at=AT, checked_at=AT + d, since=AT)
        for d in (timedelta(0), DAY, 7 * DAY, 30 * DAY, 90 * DAY)
    ]
    assert gone == [AT + DAY, AT + 7 * DAY, AT + 30 * DAY, AT + 90 * DAY, None]


# Gone, removed, reappeared.

looks = st.lists(
    st.tuples(st.sampled_from(list(VerdictKind)), st.integers(1, 60)), min_size=1, max_size=25
)


def walked(
    steps: list[tuple[VerdictKind, int]], removed_after: timedelta
) -> list[tuple[datetime, VerdictKind, tuple[Availability, ...], Availability, datetime | None]]:
    state, at, checks, found = Availability.UNKNOWN, AT, [], []
    for kind, gap in steps:
        at += timedelta(hours=gap)
        checks.append((at, kind.value))
        since = rules.gone_since(checks)
        moves = rules.moves_after(
            state, kind, since=since, checked_at=at, removed_after=removed_after
        )
        found.append((at, kind, moves, state, since))
        state = moves[-1] if moves else state
    return found


@given(steps=looks)
def test_removed_needs_two_gone_checks_a_day_apart_with_nothing_seen_between(
    steps: list[tuple[VerdictKind, int]],
) -> None:
    walk = walked(steps, DAY)
    for position, (at, kind, moves, _state, since) in enumerate(walk):
        if Availability.REMOVED not in moves:
            continue
        assert kind is GONE
        assert since is not None
        assert at - since >= DAY
        first = next(i for i, line in enumerate(walk) if line[0] == since)
        assert walk[first][1] is GONE
        assert not {k for _at, k, *_ in walk[first:position]} & {UP, CHANGED}


@given(steps=looks)
def test_every_move_that_a_check_causes_is_in_the_table_of_moves(
    steps: list[tuple[VerdictKind, int]],
) -> None:
    allowed = {
        (move.source, move.target)
        for move in MOVES[Track.AVAILABILITY]
        if Mover.SYSTEM in move.movers
    }
    for _at, _kind, moves, state, _since in walked(steps, DAY):
        source = state
        for target in moves:
            assert (source.value, target.value) in allowed
            source = target


@given(steps=looks)
def test_what_was_removed_comes_back_only_when_something_answers(
    steps: list[tuple[VerdictKind, int]],
) -> None:
    for _at, kind, moves, state, _since in walked(steps, DAY):
        if state is Availability.REMOVED:
            assert (Availability.REAPPEARED in moves) == (kind in {UP, CHANGED})
        else:
            assert Availability.REAPPEARED not in moves


def test_an_unclear_check_between_two_gone_ones_does_not_set_the_clock_back() -> None:
    steps = [(GONE, 1), (UNCLEAR, 12), (GONE, 13)]

    last = walked(steps, DAY)[-1]

    assert last[2] == (Availability.UNAVAILABLE, Availability.REMOVED)
    assert last[4] == AT + timedelta(hours=1)


def test_one_gone_check_makes_an_item_unavailable_and_no_more() -> None:
    assert walked([(UP, 1), (GONE, 1)], DAY)[-1][2] == (Availability.UNAVAILABLE,)
    assert walked([(GONE, 1), (GONE, 23)], DAY)[-1][2] == ()


# Rungs and names.


@given(rung=st.integers(0, 20), most=st.integers(1, 5))
def test_a_new_round_begins_after_the_last_one_and_ends_with_its_reminders(
    rung: int, most: int
) -> None:
    first = rules.rung_after_return(rung, most_rungs=most)

    assert rung < first <= rung + most
    later = [r for r in range(first, first + most) if rules.is_reminder_due(r, most_rungs=most)]
    assert later == list(range(first, first + most - 1))


@given(one=st.uuids(), two=st.uuids())
def test_two_notices_never_share_a_message_id_and_one_keeps_its_own(one: UUID, two: UUID) -> None:
    assume(one != two)
    first = rules.message_id_for(one, domain="hotline.example")

    assert first == rules.message_id_for(one, domain="hotline.example")
    assert first != rules.message_id_for(two, domain="hotline.example")
    assert first.startswith("<")
    assert first.endswith("@hotline.example>")
