# SPDX-License-Identifier: Apache-2.0
"""Both sides of a referral as values: whatever is said and in whatever order it arrives, they agree."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havn.domain.cases.rules import LegalClass, Policy
from havn.domain.referral import rules
from havn.domain.referral.rules import (
    AGREES,
    CHANGES,
    Decline,
    Direction,
    Known,
    Progress,
    Receiver,
    Refusal,
    Sender,
    Taken,
    Way,
    Why,
    Word,
)

OWN, A, B, C = (UUID(int=n, version=4) for n in range(1, 5))
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
# What a receiver may do at any time; what makes no sense then says nothing.
ACTIONS = st.one_of(
    st.sampled_from([Word.ACCEPTED, Word.DECLINED, Word.REASSIGNED, Word.RETURNED, Word.ENDED]),
    st.sampled_from(list(Progress)),
)


def act(receiver: Receiver, action: Word | Progress) -> tuple[Receiver, list[rules.Said]]:
    """Return the receiver after something happened there, and what it said of it."""
    words = rules.words_for(receiver, action) if isinstance(action, Progress) else ((action, "x"),)
    said = []
    for word, code in words:
        found = rules.say(receiver, word, code=code, node=A)
        if found is not None:
            receiver, one = found
            said.append(one)
    return receiver, said


def play(actions: list[Word | Progress]) -> tuple[Receiver, list[rules.Said]]:
    receiver, first = Receiver(), rules.say(Receiver(), Word.RECEIVED, proof="p")
    assert first is not None
    receiver, one = first
    said = [one]
    for action in actions:
        is_over = not rules.is_open(Direction.IN, receiver.state)
        if is_over and not (action is Progress.REAPPEARED and receiver.state == "done"):
            continue  # the services tell nothing more of what is over
        receiver, more = act(receiver, action)
        said += more
    return receiver, said


@given(st.lists(ACTIONS, max_size=12), st.randoms(use_true_random=False), st.integers(0, 3))
def test_in_any_order_and_with_any_repeats_both_sides_come_to_agree(actions, chance, repeats):
    """E30 E31 E32"""
    receiver, said = play(actions)
    arrivals = said * (repeats + 1)
    chance.shuffle(arrivals)
    sender = Sender()
    for each in arrivals:
        sender = rules.hear(sender, each)
    assert sender.missing == ()
    assert sender.state == AGREES[Taken(receiver.state)]


@given(st.lists(ACTIONS, max_size=12), st.data())
def test_what_was_not_heard_yet_is_known_to_be_missing(actions, data):
    """E32"""
    _receiver, said = play(actions)
    lost = data.draw(st.sampled_from(said))
    sender = Sender()
    for each in said:
        if each is not lost:
            sender = rules.hear(sender, each)
    is_last = lost is said[-1]
    assert sender.missing == (() if is_last else (lost.number,))


def test_numbers_grow_by_one_with_everything_that_is_said():
    """E32"""
    _receiver, said = play([Progress.POLICE_TOLD, Word.ACCEPTED, Progress.REMOVED])
    assert [each.number for each in said] == [1, 2, 3, 4, 5]


def test_every_word_that_moves_the_receiver_moves_the_sender_to_what_agrees():
    """E30 E31"""
    for change in CHANGES[Direction.IN]:
        source, target = AGREES[Taken(change.source)], AGREES[Taken(change.target)]
        assert rules.state_after(Direction.OUT, source, change.word) == target, change


def test_every_state_has_a_turn_and_a_page_and_an_open_one_a_clock():
    for direction in Direction:
        for state in rules.states_of(direction):
            turn = rules.turn_of(direction, state)
            due_at = rules.due_at(direction, state, opened_at=AT, policy=Policy())
            assert (due_at is not None) is rules.is_open(direction, state)
            assert (turn.waits_for is rules.WaitsFor.NOBODY) is not rules.is_open(direction, state)


def test_a_person_has_a_day_to_acknowledge():
    due_at = rules.due_at(Direction.IN, "arrived", opened_at=AT, policy=Policy())
    assert due_at == AT + timedelta(hours=24)


# Where an item can go.

SE = Known(A, "SE", is_active=True)
DE = Known(B, "DE", is_active=True)
NL = Known(C, "NL", is_active=True)


def ways(**parts: object) -> tuple[Way, ...]:
    given_parts = {"country": "SE", "own": OWN, "there": [SE], "mandated": [], **parts}
    return rules.ways_on(**given_parts)  # type: ignore[arg-type]


def test_it_goes_to_the_nodes_of_the_country_that_hosts_it():
    """E10"""
    assert ways() == (Way(A, Why.HOSTED),)
    assert ways(there=[replace(SE, is_active=False)]) == ()
    assert ways(there=[SE, Known(OWN, "SE", is_active=True)]) == (Way(A, Why.HOSTED),)


def test_it_goes_back_only_to_whose_country_hosts_it_now():
    """E11"""
    back = ways(came_from=SE, came_through=(A,))
    assert back == (Way(A, Why.MOVED, is_return=True),)
    assert ways(country="DE", there=[DE], came_from=SE, came_through=(A,)) == (Way(B, Why.MOVED),)
    assert ways(came_from=DE, came_through=(A, B)) == ()  # a ring


def test_mandated_nodes_are_asked_in_turn_where_nobody_is():
    """E12 E13"""
    nobody = {"there": [], "mandated": [DE, NL]}
    assert ways(**nobody) == (Way(B, Why.ORPHAN), Way(C, Why.ORPHAN))
    asked = {B: AT}
    assert ways(**nobody, asked_last=asked) == (Way(C, Why.ORPHAN), Way(B, Why.ORPHAN))
    asked[C] = AT + timedelta(hours=1)
    assert ways(**nobody, asked_last=asked) == (Way(B, Why.ORPHAN), Way(C, Why.ORPHAN))
    assert ways(there=[SE], mandated=[DE]) == (Way(A, Why.HOSTED),)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, None),
        ({"to": None}, Refusal.UNKNOWN_NODE),
        ({"to": Known(OWN, "DK", is_active=True)}, Refusal.TO_ONESELF),
        ({"came_through": (A,)}, Refusal.RING),
        ({"came_through": tuple(UUID(int=n) for n in range(90, 106))}, Refusal.LONG_CHAIN),
        ({"to": replace(SE, is_active=False)}, Refusal.SUSPENDED),
        ({"legal_class": None}, Refusal.NOT_CONFIRMED),
        ({"legal_class": LegalClass.SELF_REPORTED}, Refusal.NOT_CONFIRMED),
        ({"is_referred": True}, Refusal.ALREADY_REFERRED),
    ],
    ids=str,
)
def test_what_may_not_be_sent_is_refused_with_a_code_of_its_own(changes, expected):
    """E5 E6 E7 E8"""
    fine = {
        "to": SE,
        "own": OWN,
        "came_through": (),
        "legal_class": LegalClass.BASELINE,
        "is_referred": False,
    }
    assert rules.refusal_to_send(**{**fine, **changes}) is expected


@pytest.mark.parametrize(
    ("sender", "chain", "expected"),
    [
        (SE, (A,), None),
        (SE, (B, A), None),
        (None, (A,), Refusal.UNKNOWN_NODE),
        (Known(OWN, "DK", is_active=True), (OWN,), Refusal.TO_ONESELF),
        (replace(SE, is_active=False), (A,), Refusal.SUSPENDED),
        (SE, (), Refusal.BROKEN_CHAIN),
        (SE, (A, B), Refusal.BROKEN_CHAIN),
        (SE, (A, B, A), Refusal.BROKEN_CHAIN),
        (SE, (OWN, A), Refusal.RING),
    ],
    ids=str,
)
def test_what_arrives_as_it_must_not_is_refused_with_a_code_of_its_own(sender, chain, expected):
    """E5 E6 E8"""
    assert rules.refusal_to_take(sender=sender, own=OWN, chain=chain) is expected


def test_personal_data_need_a_legal_basis_or_a_reason():
    """E15"""
    for allows, has_reason in product(([], ["statistics"], ["personal_data"]), (True, False)):
        may = rules.may_carry_personal(allows=allows, has_reason=has_reason)
        assert may is (has_reason or "personal_data" in allows)


def test_only_national_is_declined_as_not_illegal():
    """E22"""
    for reason, legal_class in product(Decline, (LegalClass.BASELINE, LegalClass.NATIONAL)):
        may = rules.may_decline(reason, legal_class=legal_class)
        is_about_law = reason is Decline.NOT_ILLEGAL_HERE
        assert may is (not is_about_law or legal_class is LegalClass.NATIONAL)


def test_random_walks_reach_every_state_of_both_sides():
    chance, seen_in, seen_out = Random(17), set(), set()
    for _ in range(500):
        actions = chance.choices([*Word, *Progress], k=chance.randrange(6))
        some = [a for a in actions if a not in {Word.RECEIVED, Word.PROGRESS, Word.REASSESSED}]
        receiver, said = play(some)
        sender = Sender()
        seen_out.add(sender.state)
        for each in said:
            sender = rules.hear(sender, each)
        seen_in.add(receiver.state)
        seen_out.add(sender.state)
    assert seen_in == set(rules.states_of(Direction.IN))
    assert seen_out == set(rules.states_of(Direction.OUT))
