# SPDX-License-Identifier: Apache-2.0
"""An observer that mirrors all logs cannot tell which of two pairs exchanged a referral, and would without padding."""

from __future__ import annotations

from havn.domain.exchange import rules
from havn.domain.exchange.rules import publishing
from tests.unit.domain.observing import guess, scenario, with_few_tags, without_dummies

SCENARIOS = 50
# Right guesses out of 50 by chance, 99 times of 100: P(at most 15) = P(at least 35) = 0.0033.
CHANCE = range(16, 35)


def right_guesses(batching, *, is_busy=True, first=0):
    seen = (scenario(first + n, batching=batching, is_busy=is_busy) for n in range(SCENARIOS))
    return sum(guess(each) == each.other for each in seen)


def test_an_observer_guesses_no_better_than_chance():
    """F8 F13 F14 F15"""
    assert right_guesses(rules.next_batch) in CHANCE


def test_in_a_quiet_alliance_neither():
    """F13: there, one referral is all that happens."""
    assert right_guesses(rules.next_batch, is_busy=False) in CHANCE


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
