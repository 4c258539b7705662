# SPDX-License-Identifier: Apache-2.0
"""An observer that mirrors all logs cannot tell which of two pairs exchanged a referral, and would without padding."""

from __future__ import annotations

from functools import cache

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


@cache
def busy() -> list[Seen]:
    return [scenario(seed, batching=rules.next_batch) for seed in range(SCENARIOS)]


def right_guesses(batching, *, is_busy=True):
    seen = [scenario(seed, batching=batching, is_busy=is_busy) for seed in range(SCENARIOS)]
    return right(seen)


def right(seen):
    return sum(guess(each) == each.other for each in seen)


def test_an_observer_guesses_no_better_than_chance():
    """F8 F13 F14 F15"""
    assert right(busy()) in CHANCE


def test_in_a_quiet_alliance_neither():
    """F13: there, one referral is all that happens."""
    assert right_guesses(rules.next_batch, is_busy=False) in CHANCE


def test_in_a_quiet_alliance_every_beat_has_the_same_number_of_leaves():
    """F13: so nothing that is counted can tell, whoever guesses."""
    seen = [scenario(seed, batching=rules.next_batch, is_busy=False) for seed in range(10)]
    assert {len(beat) for each in seen for beats in each.beats.values() for beat in beats} == {4}


def test_a_class_that_rises_while_a_receiver_answers_is_a_hint_as_the_protocol_says():
    """F13: the limit that feed.md states; most busy alliances give none."""
    hints = []
    for each in busy():
        first, second = (hint_of_class([len(beat) for beat in each.beats[c]]) for c in PAIR)
        if first != second:
            hints.append((second > first) == each.other)
    assert len(hints) / 2 < sum(hints) < len(hints) < SCENARIOS / 2


def test_a_member_that_refers_to_both_learns_it_from_the_delay_as_the_protocol_says():
    """F13: the limit that feed.md states; it has to refer at the right moment."""
    seen = [
        scenario(seed, batching=rules.next_batch, is_busy=False, is_probed=True)
        for seed in range(10)
    ]
    assert all(guess_by_delay(each) == each.other for each in seen)


def test_the_floor_is_what_keeps_the_first_referral_of_a_quiet_alliance_hidden(monkeypatch):
    """F13 X10: from one leaf a beat the receiver's beat grew to four, and named it."""
    monkeypatch.setattr(publishing, "LEAST_A_BEAT", 1)
    assert right_guesses(rules.next_batch, is_busy=False) == SCENARIOS


def test_without_dummies_the_same_observer_wins():
    """F14: so the check above can fail."""
    assert right_guesses(without_dummies) > 40
    assert right_guesses(without_dummies, is_busy=False) == SCENARIOS


def test_where_dummies_have_another_number_of_tags_the_same_observer_wins():
    """F8"""
    assert right_guesses(with_few_tags, is_busy=False) > 45
