# SPDX-License-Identifier: Apache-2.0
"""How the own log stands against what peers saw of it, and so whether this node may sign."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havn.domain.exchange.rules import LogMemory, Standing, standing_of
from havn.lib import feed
from tests.unit.lib.feed_log import MemoryLog, leaves_of

BEGAN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FIRST, SECOND, THIRD = (UUID(int=number) for number in (1, 2, 3))
SIZES = st.integers(0, 12)
SEEN = st.dictionaries(st.sampled_from([FIRST, SECOND, THIRD]), SIZES)


def test_two_peers_that_hold_no_more_confirm_it():
    """F49 X7"""
    assert standing_of(8, {FIRST: 8, SECOND: 4}, peers=5) is Standing.CONFIRMED


@pytest.mark.parametrize("seen", [{}, {FIRST: 8}])
def test_before_two_of_many_peers_have_said_what_they_saw_it_waits(seen):
    """F49 X7"""
    assert standing_of(8, seen, peers=5) is Standing.UNCONFIRMED


def test_where_there_is_one_peer_its_word_is_enough():
    """F49"""
    assert standing_of(8, {}, peers=1) is Standing.UNCONFIRMED
    assert standing_of(8, {FIRST: 8}, peers=1) is Standing.CONFIRMED


def test_without_peers_nobody_is_waited_for():
    """F49"""
    assert standing_of(8, {}, peers=0) is Standing.CONFIRMED


def test_a_peer_that_never_saw_the_log_has_said_so():
    """F49: two new nodes would else wait for each other."""
    assert standing_of(0, {FIRST: 0, SECOND: 0}, peers=2) is Standing.CONFIRMED


def test_one_peer_that_holds_more_outweighs_all_others():
    """F49: also before enough have answered."""
    assert standing_of(8, {FIRST: 8, SECOND: 8, THIRD: 9}, peers=3) is Standing.BEHIND
    assert standing_of(8, {FIRST: 9}, peers=3) is Standing.BEHIND


def test_a_target_on_its_way_keeps_from_signing_whoever_confirms():
    """F50"""
    seen = {FIRST: 8, SECOND: 8}
    assert standing_of(8, seen, peers=2, target=9) is Standing.BEHIND
    assert standing_of(9, seen, peers=2, target=9) is Standing.CONFIRMED


@given(SIZES, SEEN, st.integers(0, 4), SIZES)
def test_whoever_may_sign_holds_all_that_anybody_saw(size, seen, peers, target):
    """F49 F50"""
    if standing_of(size, seen, peers=peers, target=target) is Standing.CONFIRMED:
        assert size >= max([target, *seen.values()])
        assert len(seen) >= min(2, peers)


@given(SIZES, SEEN, st.integers(0, 4), st.integers(1, 4))
def test_who_was_behind_is_not_once_the_lost_leaves_are_back(size, seen, peers, more):
    """F50"""
    is_behind = standing_of(size, seen, peers=peers) is Standing.BEHIND
    back = max([size, *seen.values()])
    assert is_behind is (back > size)
    assert standing_of(back + more, seen, peers=peers) is not Standing.BEHIND


LOG = MemoryLog()
LOG.append(leaves_of("own", 12))
# Signed once each: the time of a log's checkpoints runs forward with their sizes.
NOTES = {size: LOG.signed(size) for size in range(13)}


@given(st.integers(1, 12), SEEN, st.integers(0, 3))
def test_the_library_decides_alike_from_the_peers_own_copies(size, seen, peers):
    """F49: `lib/feed` reads checkpoints, the exchange the sizes that it stored of them."""
    own = MemoryLog()
    own.append(LOG.entries[:size])
    restored = feed.TrustedFeed(LOG.followed(NOTES[size]), log_keys=[LOG.key])
    notes = {str(node): NOTES[number] for node, number in seen.items()}
    try:
        restored.check_may_sign(notes, peers=peers, own=own.tiles)
        found = "confirmed"
    except feed.FeedError as error:
        found = {"behind_own_log": "behind", "not_confirmed": "unconfirmed"}[error.code]
    expected = standing_of(size, seen, peers=peers)
    if len(seen) < min(
        2, peers
    ):  # too few, and one of them ahead: either reason keeps from signing
        assert {found, expected.value} <= {"unconfirmed", "behind"}
    else:
        assert found == expected.value


# What a process remembers.


def test_a_log_that_grew_is_remembered_as_before():
    memory = LogMemory(since=BEGAN, size=8)
    memory.notice(8, at=BEGAN + timedelta(hours=1))
    memory.notice(12, at=BEGAN + timedelta(hours=1))
    assert (memory.since, memory.size) == (BEGAN, 8)


def test_a_log_that_is_less_than_was_signed_lets_peers_be_asked_anew():
    """F49: the database went back in time under a process that runs."""
    memory = LogMemory(since=BEGAN, size=8)
    memory.notice(7, at=BEGAN + timedelta(hours=1))
    assert (memory.since, memory.size) == (BEGAN + timedelta(hours=1), 0)
    memory.notice(7, at=BEGAN + timedelta(hours=2))
    assert memory.since == BEGAN + timedelta(hours=1)
