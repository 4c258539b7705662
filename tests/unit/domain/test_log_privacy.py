# SPDX-License-Identifier: Apache-2.0
"""An observer that mirrors all logs cannot tell which of two pairs exchanged a referral, and would without padding."""

from __future__ import annotations

from functools import cache

import pytest

from havn.domain.exchange import rules
from havn.domain.exchange.rules import publishing
from tests.unit.domain.observing import (
    PAIR,
    Seen,
    guess,
    guess_by_delay,
    hint_of_class,
    scenario,
    with_few_tags,
    without_dummies,
)

SCENARIOS = 50
# Right guesses out of 50 by chance, 99 times of 100: P(at most 15) = P(at least 35) = 0.0033.
CHANCE = range(16, 35)
# Enough where the observer has to win: P(at least 17 of 20 by chance) = 0.0013.
FEWER = 20


@cache
def observed(*, is_busy: bool, floor: int = publishing.LEAST_A_BEAT) -> list[Seen]:
    """Return the alliances as they are, or as they were with another floor under the leaves of a beat."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(publishing, "LEAST_A_BEAT", floor)
        return [
            scenario(seed, batching=rules.next_batch, is_busy=is_busy) for seed in range(SCENARIOS)
        ]


def right_guesses(batching, *, is_busy=True):
    """Return how often the observer is right in the fewer alliances where it has to win."""
    seen = [scenario(seed, batching=batching, is_busy=is_busy) for seed in range(FEWER)]
    return right(seen)


def right(seen):
    return sum(guess(each) == each.other for each in seen)


def test_an_observer_guesses_no_better_than_chance():
    """F8 F13 F14 F15"""
    assert right(observed(is_busy=True)) in CHANCE


def test_in_a_quiet_alliance_neither():
    """F13: there, one referral is all that happens."""
    assert right(observed(is_busy=False)) in CHANCE


@pytest.mark.parametrize("is_busy", [True, False])
def test_every_beat_has_the_same_number_of_leaves(is_busy):
    """F13 X10: so nothing that is counted can tell, whoever guesses."""
    logs = [beats for each in observed(is_busy=is_busy) for beats in each.beats.values()]
    assert {len(beat) for beats in logs for beat in beats} == {rules.LEAST_A_BEAT}


def test_with_a_floor_of_four_a_class_that_rises_while_a_receiver_answers_is_a_hint():
    """F13: what the floor is for; feed.md says where it ends."""
    hints = []
    for each in observed(is_busy=True, floor=4):
        first, second = (hint_of_class([len(beat) for beat in each.beats[c]]) for c in PAIR)
        if first != second:
            hints.append((second > first) == each.other)
    assert len(hints) / 2 < sum(hints) < len(hints) < SCENARIOS / 2


def probed():
    return [
        scenario(seed, batching=rules.next_batch, is_busy=False, is_probed=True)
        for seed in range(10)
    ]


def test_a_member_that_refers_to_both_sees_no_delay():
    """F13 X10: both answer in the same beats."""
    assert all(len({tuple(tags) for tags in each.for_observer.values()}) == 1 for each in probed())


def test_with_a_floor_of_four_it_learns_it_from_the_delay(monkeypatch):
    """F13: it has to refer at the right moment; feed.md says where the floor ends."""
    monkeypatch.setattr(publishing, "LEAST_A_BEAT", 4)
    assert all(guess_by_delay(each) == each.other for each in probed())


def test_the_floor_is_what_keeps_the_first_referral_of_a_quiet_alliance_hidden(monkeypatch):
    """F13 X10: from one leaf a beat the receiver's beat grew to four, and named it."""
    monkeypatch.setattr(publishing, "LEAST_A_BEAT", 1)
    assert right_guesses(rules.next_batch, is_busy=False) == FEWER


def test_without_dummies_the_same_observer_wins(monkeypatch):
    """F14: so the check above can fail."""
    monkeypatch.setattr(publishing, "LEAST_A_BEAT", 1)
    assert right_guesses(without_dummies) >= 17
    assert right_guesses(without_dummies, is_busy=False) == FEWER


def test_where_dummies_have_another_number_of_tags_the_same_observer_wins():
    """F8"""
    assert right_guesses(with_few_tags, is_busy=False) >= 18
