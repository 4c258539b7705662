# SPDX-License-Identifier: Apache-2.0
"""Which version two nodes speak, and what a body says in an older one."""

from itertools import product
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havn.domain.exchange import rules
from havn.domain.exchange.rules import Change, body_in, shared_version
from havn.domain.members.rules import SPOKEN, Spoken

RANGES = [Spoken(least, most) for least in range(1, 6) for most in range(least, 6)]
ERASURE = rules.erasure_body(["ab" * 32], [UUID(int=17)], why=rules.ErasedBecause.ORDERED)


@pytest.mark.parametrize("ours", RANGES, ids=str)
def test_the_shared_version_is_the_newest_that_both_speak(ours):
    """W4"""
    for theirs in RANGES:
        both = set(range(ours.least, ours.most + 1)) & set(range(theirs.least, theirs.most + 1))
        assert shared_version(ours, theirs) == max(both, default=None)


def test_what_the_alliance_wants_bounds_it_and_the_order_does_not_matter():
    """W4"""
    for ranges in product(RANGES, repeat=3):
        sets = [set(range(each.least, each.most + 1)) for each in ranges]
        assert shared_version(*ranges) == max(set.intersection(*sets), default=None)


def test_two_nodes_one_version_apart_always_speak():
    """W2"""
    for least in range(1, 9):
        assert shared_version(Spoken(least, least + 1), Spoken(least + 1, least + 2)) == least + 1
    assert shared_version(Spoken(1, 1), SPOKEN) == 1


def test_this_release_speaks_at_least_two_versions_once_there_are_two():
    """W2"""
    assert SPOKEN.least <= SPOKEN.most
    assert SPOKEN.least == max(SPOKEN.most - 1, 1)


def test_no_body_has_changed_after_the_newest_version():
    """W3"""
    changes = [change for each in rules.CHANGES.values() for change in each]
    assert {change.since for change in changes} <= set(range(2, SPOKEN.most + 1))
    assert max(change.since for change in changes) == SPOKEN.most


def test_a_body_is_stepped_down_to_what_an_older_node_reads():
    """W6"""
    assert body_in(2, "payload.erased", ERASURE) == ERASURE
    older = body_in(1, "payload.erased", ERASURE)
    assert older == {"v": 1, "commits": ERASURE["commits"], "events": ERASURE["events"]}
    assert rules.read_erasure(older) == rules.Erasure(tuple(ERASURE["commits"]))
    assert body_in(1, "referral.sent", {"v": 1, "why": "hosted"}) == {"v": 1, "why": "hosted"}


def test_a_body_that_changed_twice_steps_down_once_or_twice():
    """W6"""
    twice = (Change(2, frozenset({"b"})), Change(4, frozenset({"c"})))
    changes = {"weather.changed": twice}
    body = {"v": 4, "a": 1, "b": 2, "c": 3}
    found = [body_in(version, "weather.changed", body, changes=changes) for version in range(1, 6)]
    assert found == [
        {"v": 1, "a": 1},
        {"v": 2, "a": 1, "b": 2},
        {"v": 2, "a": 1, "b": 2},
        body,
        body,
    ]


@given(versions=st.dictionaries(st.uuids(), st.integers(1, 4), max_size=5), stranger=st.uuids())
def test_an_audience_reads_what_its_oldest_member_reads(versions, stranger):
    """W6"""
    assert rules.version_for(versions, versions) == min(versions.values(), default=1)
    assert rules.version_for([*versions, stranger], versions) == min(
        [*versions.values(), versions.get(stranger, 1)]
    )


@pytest.mark.parametrize("why", ["", "weather", 17, None, ["ordered"]])
def test_a_reason_that_is_not_known_keeps_nobody_from_erasing(why):
    """F51"""
    assert rules.read_erasure({**ERASURE, "why": why}) == rules.Erasure(tuple(ERASURE["commits"]))


@pytest.mark.parametrize(
    "commits", [None, "ab" * 32, [17], ["ab"], ["AB" * 32], ["ab" * 32] * 1025]
)
def test_an_erasure_of_another_form_is_none(commits):
    """F51"""
    assert rules.read_erasure({**ERASURE, "commits": commits}) is None


def test_a_field_that_its_version_does_not_name_is_refused():
    """W9"""
    assert rules.read_erasure({**ERASURE, "weather": "fair"}) is None
    assert rules.read_erasure({**ERASURE, "v": 1}) is None
    assert rules.read_erasure({"v": 1, "commits": []}) is None


def test_a_peer_without_a_shared_version_is_red_however_often_it_answered():
    """W5"""
    from datetime import UTC, datetime, timedelta

    at = datetime(2026, 3, 2, tzinfo=UTC)
    facts = rules.PeerFacts(at, at, 1, 1, 1, has_shared_version=False)
    assert rules.health_of(facts, beat=timedelta(minutes=5), at=at).is_red
