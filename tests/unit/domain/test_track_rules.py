# SPDX-License-Identifier: Apache-2.0
"""Random sequences of moves against the pure tables, and what one widened row would do."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from random import Random

import pytest

from havn.domain.cases import rules
from havn.domain.cases.rules import (
    MOVES,
    Availability,
    ClosedReason,
    ItemFacts,
    LegalClass,
    Move,
    Mover,
    Notice,
    Police,
    Refusal,
    StageName,
    Track,
    Tracks,
)

SEQUENCES = 10_000
STEPS = 40
CLASSES = (None, *LegalClass)
ENUMS = {
    Track.ASSIGNMENT: rules.Assignment,
    Track.POLICE: Police,
    Track.NOTICE: Notice,
    Track.AVAILABILITY: Availability,
}


# Confirming classes come often, or few sequences would ever get as far as a notice.
LIKELY_CLASSES = (*CLASSES, LegalClass.BASELINE, LegalClass.BASELINE, LegalClass.NATIONAL)


def attempt(tracks: Tracks, track: Track, chance: Random) -> tuple[str, Mover]:
    """Return a target and who tries it: mostly along a row of the table, often by a stranger."""
    rows = rules.moves_from(track, str(getattr(tracks, track.value)))
    if rows and chance.random() < 0.7:
        row = chance.choice(rows)
        listed = chance.choice(sorted(row.movers))
        return row.target, listed if chance.random() < 0.7 else chance.choice(list(Mover))
    return chance.choice(rules.states_of(track)), chance.choice(list(Mover))


def moved(tracks: Tracks, track: Track, target: str) -> Tracks:
    return replace(tracks, **{track.value: ENUMS[track](target)})


def stage(tracks: Tracks, legal_class: LegalClass | None) -> rules.Stage:
    return rules.stage_of(
        legal_class=legal_class,
        police=tracks.police,
        notice=tracks.notice,
        availability=tracks.availability,
        assignment=tracks.assignment,
    )


def contradictions(sequences: int, seed: int) -> Iterator[str]:
    """Yield what random moves of anybody, with random assessments and holds, could break."""
    chance = Random(seed)
    for _ in range(sequences):
        tracks = rules.START
        facts = ItemFacts(None, has_address=chance.random() < 0.8)
        for _step in range(STEPS):
            if chance.random() < 0.15:
                facts = replace(facts, legal_class=chance.choice(LIKELY_CLASSES))
            if chance.random() < 0.15:
                facts = replace(facts, is_held=not facts.is_held)
            track = chance.choice(list(Track))
            target, mover = attempt(tracks, track, chance)
            refusal = rules.refusal_to_move(
                tracks, track=track, target=target, mover=mover, facts=facts
            )
            if refusal is not None:
                continue
            after = moved(tracks, track, target)
            yield from rules.forbidden_states(tracks, after, facts=facts)
            yield from by_stranger(tracks, track, target, mover)
            yield from closed_by_another(tracks, after, facts)
            tracks = after


# Who may bring an item into a state, written from the design's sentences and not from the tables.
MAY = {
    rules.Assignment.HERE: {Mover.SYSTEM, Mover.SUPERVISOR},
    rules.Assignment.OFFERED: {Mover.SYSTEM},
    rules.Assignment.MEMBER: {Mover.SYSTEM, Mover.ANALYST, Mover.SUPERVISOR},
    rules.Assignment.ORPHAN: {Mover.SYSTEM, Mover.ANALYST, Mover.SUPERVISOR},
    rules.Assignment.PASSED_ON: {Mover.ANALYST, Mover.SUPERVISOR},
    Police.NONE: {Mover.SYSTEM},
    Police.DUE: {Mover.SYSTEM},
    Police.TOLD: {Mover.SYSTEM},
    Police.TAKEN: {Mover.INVESTIGATOR},
    Police.KNOWN: {Mover.INVESTIGATOR},
    Police.NOT_ACTIONABLE: {Mover.INVESTIGATOR},
    Notice.ANSWERED: {Mover.PROVIDER},
    Notice.REFUSED: {Mover.PROVIDER},
}


def who_may(tracks: Tracks, track: Track, target: str) -> set[Mover]:
    state = ENUMS[track](target)
    if state is Availability.REMOVED:
        # The second check that found it gone; or a person, where no machine can tell.
        is_gone = tracks.availability is Availability.UNAVAILABLE
        return {Mover.SYSTEM} if is_gone else {Mover.SUPERVISOR}
    if track is Track.ASSIGNMENT and tracks.assignment in {
        rules.Assignment.HERE,
        rules.Assignment.MEMBER,
    }:
        return {Mover.SYSTEM}  # another node has it: no person here takes it back
    return MAY.get(state, {Mover.SYSTEM})


def by_stranger(tracks: Tracks, track: Track, target: str, mover: Mover) -> Iterator[str]:
    if mover not in who_may(tracks, track, target):
        yield f"{mover} moved {track} to {target}"


def closed_by_another(before: Tracks, after: Tracks, facts: ItemFacts) -> Iterator[str]:
    was, now = stage(before, facts.legal_class), stage(after, facts.legal_class)
    if not was.is_open or now.is_open:
        return
    by_availability = before.availability is not after.availability
    told_after = before.police is Police.DUE and after.availability is Availability.REMOVED
    if not by_availability and not told_after:
        yield "closed by neither assessment nor availability"


@pytest.fixture(scope="module")
def seed() -> int:
    return int(os.environ.get("HAVN_TEST_SEED", secrets.randbelow(10**9)))


def test_no_sequence_of_moves_reaches_a_forbidden_state(seed):
    assert list(contradictions(SEQUENCES, seed)) == [], f"HAVN_TEST_SEED={seed}"


def widened(monkeypatch, track: Track, source: str, target: str, mover: Mover) -> None:
    row = Move(track, source, target, frozenset({mover}))
    monkeypatch.setitem(MOVES, track, (*MOVES[track], row))


@pytest.mark.parametrize(
    ("track", "source", "target", "mover"),
    [
        (Track.NOTICE, "sent", "answered", Mover.ANALYST),
        (Track.POLICE, "none", "told", Mover.SYSTEM),
        (Track.AVAILABILITY, "up", "removed", Mover.SYSTEM),
        (Track.AVAILABILITY, "unknown", "reappeared", Mover.SYSTEM),
        (Track.POLICE, "told", "taken", Mover.ANALYST),
    ],
)
def test_one_widened_row_is_found(monkeypatch, seed, track, source, target, mover):
    widened(monkeypatch, track, source, target, mover)
    assert next(contradictions(SEQUENCES, seed), None) is not None


@pytest.mark.deep
@pytest.mark.part_loop
def test_every_row_that_lets_one_more_in_is_found(monkeypatch, seed):
    rows = [row for moves in MOVES.values() for row in moves]
    strangers = [(row, mover) for row in rows for mover in sorted(set(Mover) - row.movers)]
    for row, mover in strangers:
        with monkeypatch.context() as patch:
            widened(patch, row.track, row.source, row.target, mover)
            found = next(contradictions(SEQUENCES, seed), None)
        assert found is not None, f"{mover} may move {row.track} from {row.source} to {row.target}"
    assert len(strangers) > 200


@pytest.mark.parametrize(
    "facts",
    [
        ItemFacts(None),
        ItemFacts(LegalClass.NOT_ILLEGAL),
        ItemFacts(LegalClass.UNDETERMINED),
        ItemFacts(LegalClass.BASELINE, is_held=True),
    ],
)
def test_no_notice_is_queued_or_sent_without_confirmation_or_while_police_hold(facts):
    for source, target in (("none", "queued"), ("queued", "sent"), ("sent", "queued")):
        refusal = rules.refusal_to_move(
            Tracks(notice=Notice(source)),
            track=Track.NOTICE,
            target=target,
            mover=Mover.SYSTEM,
            facts=facts,
        )
        assert refusal in {Refusal.NOT_CONFIRMED, Refusal.HELD_BY_POLICE}


def test_a_supervisor_declares_removed_only_what_no_machine_can_tell():
    allowed = {
        (availability, has_address)
        for availability, has_address in product(Availability, (True, False))
        if rules.refusal_to_move(
            Tracks(availability=availability),
            track=Track.AVAILABILITY,
            target="removed",
            mover=Mover.SUPERVISOR,
            facts=ItemFacts(LegalClass.BASELINE, has_address=has_address),
        )
        is None
    }
    assert allowed == {
        (Availability.UNKNOWN, False),
        (Availability.CHANGED, False),
        (Availability.UNCLEAR, False),
        (Availability.CHANGED, True),
        (Availability.UNCLEAR, True),
    }


def test_a_supervisor_declares_removed_what_is_self_reported_since_no_machine_looks_there():
    facts = ItemFacts(LegalClass.SELF_REPORTED)
    for mover, refusal in ((Mover.SUPERVISOR, None), (Mover.ANALYST, Refusal.NOT_YOURS_TO_MAKE)):
        found = rules.refusal_to_move(
            rules.START,
            track=Track.AVAILABILITY,
            target="removed",
            mover=mover,
            facts=facts,
        )
        assert found is refusal
    gone = Tracks(availability=Availability.REMOVED)
    assert stage(gone, LegalClass.SELF_REPORTED).reason is ClosedReason.REMOVED
    assert stage(gone, LegalClass.BASELINE).is_open  # police are to be told first


@pytest.mark.parametrize(
    ("href", "host", "can"),
    [
        ("https://a.example/1", "a.example", True),
        ("http://abc.onion/1", "abc.onion", False),
        ("", "", False),
    ],
)
def test_a_machine_looks_at_web_addresses_only(href, host, can):
    assert rules.can_be_checked(href=href, host=host) is can


def all_tracks() -> Iterator[Tracks]:
    for values in product(rules.Assignment, Police, Notice, Availability):
        yield Tracks(*values)


def test_every_open_state_has_an_owner_and_a_page_and_no_closed_one_has():
    seen = 0
    for tracks, legal_class, has_address, is_held in product(
        all_tracks(), CLASSES, (True, False), (True, False)
    ):
        turn = rules.whose_turn(
            tracks, legal_class=legal_class, has_address=has_address, is_held=is_held
        )
        assert (turn is None) is not stage(tracks, legal_class).is_open
        if turn is not None:
            assert turn.owner in rules.Owner
            assert turn.place in rules.Place
        seen += 1
    assert seen == 5 * 6 * 6 * 7 * 6 * 4


def test_only_assessment_and_availability_close():
    for tracks, legal_class in product(all_tracks(), CLASSES):
        found = stage(tracks, legal_class)
        if found.name is not StageName.CLOSED:
            continue
        if found.reason is ClosedReason.REMOVED:
            assert tracks.availability is Availability.REMOVED
        else:
            assert legal_class is not None
            assert found.reason.value == legal_class.value


def test_passing_on_by_hand_does_not_close():
    for tracks in all_tracks():
        if tracks.availability is Availability.REMOVED:
            continue
        passed_on = replace(tracks, assignment=rules.Assignment.PASSED_ON)
        assert stage(passed_on, LegalClass.BASELINE).is_open


def test_every_state_of_every_track_can_be_reached_and_names_known_states():
    for track, moves in MOVES.items():
        reached, grown = {str(getattr(rules.START, track.value))}, True
        while grown:
            more = {move.target for move in moves if move.source in reached} - reached
            reached |= more
            grown = bool(more)
        assert reached == set(rules.states_of(track))
        assert {move.source for move in moves} <= reached
