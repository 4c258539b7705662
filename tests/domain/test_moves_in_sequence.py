# SPDX-License-Identifier: Apache-2.0
"""Random sequences of moves, assessments, holds and time against the services and their rows."""

from __future__ import annotations

import os
import secrets
from random import Random
from uuid import UUID

import pytest

from havn.domain.audit.models import Entry
from havn.domain.cases import rules
from havn.domain.cases import selectors as cases
from havn.domain.cases import services as record
from havn.domain.cases.models import ContentItem, TrackMove
from havn.domain.cases.rules import LegalClass, Mover, Track
from havn.domain.errors import RefusedError
from tests.support.casework import SmallNode, small_node

pytestmark = pytest.mark.django_db

STEPS = 25
CLASSES = (None, *LegalClass)


class Walk:
    """One item on a random way through its life, with every step held against the invariants."""

    def __init__(self, node: SmallNode, chance: Random) -> None:
        self.node, self.chance = node, chance
        address = f"https://host-{chance.randrange(3)}.example/{chance.randrange(5)}"
        self.item_id: UUID = node.filed_item(address if chance.random() < 0.8 else "")
        self.moves = 0

    @property
    def actors(self):
        system = self.node.system
        return {
            Mover.SYSTEM: system,
            Mover.PROVIDER: system,
            Mover.ANALYST: self.node.analyst,
            Mover.SUPERVISOR: self.node.supervisor,
            Mover.INVESTIGATOR: self.node.investigator,
        }

    def step(self) -> None:
        self.node.later(hours=self.chance.random() * 30)
        what = self.chance.random()
        if what < 0.15:
            self.assess()
        elif what < 0.25:
            self.hold()
        else:
            self.move()

    def assess(self) -> None:
        legal_class = self.chance.choice(CLASSES)
        try:
            record.set_legal_class(
                item_id=self.item_id,
                legal_class=legal_class,
                actor=self.node.system,
                at=self.node.at,
            )
        except RefusedError as refusal:
            assert refusal.code == "superseded"

    def hold(self) -> None:
        item = self.node.item(self.item_id)
        on_host = item.host and self.chance.random() < 0.5
        try:
            record.place_hold(
                item_id=None if on_host else self.item_id,
                host=item.host if on_host else "",
                reason="case 17",
                hours=self.chance.uniform(1, 72),
                actor=self.node.investigator,
                at=self.node.at,
            )
        except RefusedError as refusal:
            assert refusal.code == "held_too_long"

    def move(self) -> None:
        track = self.chance.choice(list(Track))
        target = self.chance.choice(rules.states_of(track))
        mover = self.chance.choice(list(Mover))
        before = self.node.item(self.item_id)
        at = self.node.at
        is_held = cases.is_held(item_id=self.item_id, actor=self.node.system, at=at)
        try:
            record.move_track(
                item_id=self.item_id,
                track=track,
                target=target,
                mover=mover,
                actor=self.actors[mover],
                at=at,
            )
        except RefusedError:
            assert self.node.item(self.item_id) == before
            return
        self.moves += 1
        self.hold_against_invariants(before, is_held=is_held)

    def hold_against_invariants(self, before: cases.ItemView, *, is_held: bool) -> None:
        after = self.node.item(self.item_id)
        legal_class = LegalClass(after.legal_class) if after.legal_class else None
        facts = rules.ItemFacts(legal_class, has_address=after.has_address, is_held=is_held)
        assert rules.forbidden_states(before.tracks, after.tracks, facts=facts) == ()
        stage = rules.stage_of(
            legal_class=legal_class,
            police=after.police,
            notice=after.notice,
            availability=after.availability,
            assignment=after.assignment,
        )
        assert (after.stage, after.is_open) == (stage.name.value, stage.is_open)
        assert (after.closed_at is None) is stage.is_open
        assert (after.removed_at is not None) is (after.availability == "removed")

    def end(self) -> None:
        made = TrackMove.objects.filter(item_id=self.item_id).count()
        entries = Entry.objects.filter(action="item.moved", subject_id=self.item_id).count()
        assert made == entries
        waits = cases.count_waits(actor=self.node.system, at=self.node.at)
        assert (
            sum(each.count for each in waits) == ContentItem.objects.filter(is_open=True).count()
        )


def walk(sequences: int) -> int:
    seed = int(os.environ.get("HAVN_TEST_SEED", secrets.randbelow(10**9)))
    chance, node, moves = Random(seed), small_node(), 0
    try:
        for _ in range(sequences):
            one = Walk(node, chance)
            for _step in range(STEPS):
                one.step()
            one.end()
            moves += one.moves
    except AssertionError as error:
        raise AssertionError(f"HAVN_TEST_SEED={seed}") from error
    return moves


def test_no_sequence_of_services_reaches_a_forbidden_state():
    assert walk(40) > 0


@pytest.mark.deep
@pytest.mark.part_loop
def test_three_hundred_sequences_of_services_reach_no_forbidden_state():
    assert walk(300) > 0
