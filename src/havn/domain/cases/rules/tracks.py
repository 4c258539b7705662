# SPDX-License-Identifier: Apache-2.0
"""The four tracks of an item: their states, their moves, who may make them, and invariants."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from havn.domain.cases.rules.stage import LegalClass, is_confirming


class Track(StrEnum):
    """The four tracks; a track never writes another."""

    ASSIGNMENT = "assignment"
    POLICE = "police"
    NOTICE = "notice"
    AVAILABILITY = "availability"


class Assignment(StrEnum):
    """Which node works on the item."""

    HERE = "here"
    OFFERED = "offered"
    MEMBER = "member"
    ORPHAN = "orphan"
    PASSED_ON = "passed_on"


class Police(StrEnum):
    """What police know of the item; `none` until an assessment confirms it."""

    NONE = "none"
    DUE = "due"
    TOLD = "told"
    TAKEN = "taken"
    KNOWN = "known"
    NOT_ACTIONABLE = "not_actionable"


class Notice(StrEnum):
    """What the provider was told."""

    NONE = "none"
    QUEUED = "queued"
    SENT = "sent"
    ANSWERED = "answered"
    REFUSED = "refused"
    NO_PROVIDER = "no_provider"


class Availability(StrEnum):
    """Whether the item can still be reached, as re-checks or a person found."""

    UNKNOWN = "unknown"
    UP = "up"
    CHANGED = "changed"
    UNCLEAR = "unclear"
    UNAVAILABLE = "unavailable"
    REMOVED = "removed"
    REAPPEARED = "reappeared"


class Mover(StrEnum):
    """Who may make a move."""

    SYSTEM = "system"
    ANALYST = "analyst"
    SUPERVISOR = "supervisor"
    INVESTIGATOR = "investigator"
    PROVIDER = "provider"


@dataclass(frozen=True, slots=True)
class Move:
    """One allowed move of one track."""

    track: Track
    source: str
    target: str
    movers: frozenset[Mover]


@dataclass(frozen=True, slots=True)
class Tracks:
    """Where the four tracks of an item stand."""

    assignment: Assignment = Assignment.HERE
    police: Police = Police.NONE
    notice: Notice = Notice.NONE
    availability: Availability = Availability.UNKNOWN


@dataclass(frozen=True, slots=True)
class HoldInForce:
    """A police hold on one item, or on everything on a host, until an instant."""

    item: UUID | None
    host: str
    until: datetime


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """What the rules need to know of an item besides its tracks; `has_address`: for a machine."""

    legal_class: LegalClass | None
    has_address: bool = True
    is_held: bool = False

    @property
    def is_checked(self) -> bool:
        """Whether re-checks look at it: a machine can, and nobody reported their own picture."""
        return self.has_address and self.legal_class is not LegalClass.SELF_REPORTED


class Refusal(StrEnum):
    """Why a move is refused."""

    NO_SUCH_MOVE = "no_such_move"
    NOT_YOURS_TO_MAKE = "not_yours_to_make"
    NOT_CONFIRMED = "not_confirmed"
    HELD_BY_POLICE = "held_by_police"
    NOT_ASSIGNED_HERE = "not_assigned_here"
    MACHINE_CAN_TELL = "machine_can_tell"
    ALREADY_REMOVED = "already_removed"


START = Tracks()

_STATES: dict[Track, type[StrEnum]] = {
    Track.ASSIGNMENT: Assignment,
    Track.POLICE: Police,
    Track.NOTICE: Notice,
    Track.AVAILABILITY: Availability,
}


def _table(
    track: Track, *rows: tuple[tuple[str, ...], tuple[str, ...], tuple[Mover, ...]]
) -> tuple[Move, ...]:
    return tuple(
        Move(track, source, target, frozenset(movers))
        for sources, targets, movers in rows
        for source in sources
        for target in targets
    )


_DESK = (Mover.ANALYST, Mover.SUPERVISOR)
_SYSTEM = (Mover.SYSTEM,)

# The tables below are the definition: docs/states.md is drawn from them.
MOVES: dict[Track, tuple[Move, ...]] = {
    Track.ASSIGNMENT: _table(
        Track.ASSIGNMENT,
        (("here",), ("offered", "orphan", "member"), _SYSTEM),
        (("offered",), ("here",), (*_SYSTEM, Mover.SUPERVISOR)),
        (("offered",), ("member", "orphan"), (*_SYSTEM, *_DESK)),
        (("member",), ("here", "offered", "orphan"), _SYSTEM),
        (("orphan",), ("offered",), _SYSTEM),
        (("orphan",), ("passed_on", "member"), _DESK),
        (("orphan", "passed_on"), ("here",), (*_SYSTEM, Mover.SUPERVISOR)),
    ),
    Track.POLICE: _table(
        Track.POLICE,
        (("none",), ("due",), _SYSTEM),
        (("due",), ("told", "none"), _SYSTEM),
        (("told",), ("taken", "known", "not_actionable"), (Mover.INVESTIGATOR,)),
        (("known", "not_actionable"), ("taken",), (Mover.INVESTIGATOR,)),
    ),
    Track.NOTICE: _table(
        Track.NOTICE,
        (("none", "no_provider"), ("queued",), _SYSTEM),
        (("none",), ("no_provider",), _SYSTEM),
        (("queued",), ("sent", "none", "no_provider"), _SYSTEM),
        (("sent",), ("answered", "refused"), (Mover.PROVIDER,)),
        (("answered", "refused"), ("answered", "refused"), (Mover.PROVIDER,)),
        (("sent", "answered", "refused"), ("queued",), _SYSTEM),
    ),
    Track.AVAILABILITY: _table(
        Track.AVAILABILITY,
        (("unknown",), ("up", "changed", "unclear", "unavailable"), _SYSTEM),
        (("up",), ("changed", "unclear", "unavailable"), _SYSTEM),
        (("changed",), ("up", "unclear", "unavailable"), _SYSTEM),
        (("unclear",), ("up", "changed", "unavailable"), _SYSTEM),
        (("unavailable",), ("up", "changed", "unclear", "removed"), _SYSTEM),
        (("removed",), ("reappeared",), _SYSTEM),
        (("reappeared",), ("up", "changed", "unclear", "unavailable"), _SYSTEM),
        # A person's check in the isolated viewer, where no machine can look or tell.
        (("unknown", "changed", "unclear"), ("removed",), (Mover.SUPERVISOR,)),
    ),
}


def states_of(track: Track) -> tuple[str, ...]:
    """Return all states of a track, in the order of the design."""
    return tuple(state.value for state in _STATES[track])


def moves_from(track: Track, state: str) -> tuple[Move, ...]:
    """Return the moves that leave a state."""
    return tuple(move for move in MOVES[track] if move.source == state)


def holds_on(
    holds: Iterable[HoldInForce], *, item: UUID, host: str, at: datetime
) -> tuple[HoldInForce, ...]:
    """Return the holds in force on an item; a hold ends by itself at its `until`."""
    return tuple(
        hold
        for hold in holds
        if hold.until > at and (hold.item == item or (hold.item is None and hold.host == host))
    )


def refusal_to_move(
    tracks: Tracks,
    *,
    track: Track,
    target: str,
    mover: Mover,
    facts: ItemFacts,
) -> Refusal | None:
    """Return why the move is refused, or None when it may be made."""
    source = str(getattr(tracks, track.value))
    rows = [m for m in MOVES[track] if m.source == source and m.target == target]
    if not rows:
        return Refusal.NO_SUCH_MOVE
    if not any(mover in row.movers for row in rows):
        return Refusal.NOT_YOURS_TO_MAKE
    if track is Track.NOTICE and target in {Notice.QUEUED, Notice.SENT}:
        return _refusal_of_notice(tracks, facts)
    if track is Track.POLICE and target in {Police.DUE, Police.TOLD}:
        return None if is_confirming(facts.legal_class) else Refusal.NOT_CONFIRMED
    if track is Track.AVAILABILITY:
        return _refusal_of_finding(tracks, target, mover, facts)
    is_gone = tracks.availability is Availability.REMOVED
    if track is Track.ASSIGNMENT and target in _WITH_ANOTHER and is_gone:
        return Refusal.ALREADY_REMOVED  # there is nothing left that another node could do
    return None


_WITH_ANOTHER = frozenset({Assignment.OFFERED, Assignment.MEMBER})


def _refusal_of_finding(
    tracks: Tracks, target: str, mover: Mover, facts: ItemFacts
) -> Refusal | None:
    if mover is Mover.SYSTEM:
        return Refusal.HELD_BY_POLICE if facts.is_held else None  # No re-check while police hold.
    beyond_machines = tracks.availability in {Availability.CHANGED, Availability.UNCLEAR}
    if target == Availability.REMOVED and facts.is_checked and not beyond_machines:
        return Refusal.MACHINE_CAN_TELL  # What a re-check can tell is not declared by a person.
    return None


def _refusal_of_notice(tracks: Tracks, facts: ItemFacts) -> Refusal | None:
    if not is_confirming(facts.legal_class):
        return Refusal.NOT_CONFIRMED
    if facts.is_held:
        return Refusal.HELD_BY_POLICE
    if tracks.assignment is not Assignment.HERE:
        return Refusal.NOT_ASSIGNED_HERE
    return None


_NOT_YET_GONE = frozenset({Availability.UNKNOWN, Availability.UP, Availability.REAPPEARED})


def forbidden_states(before: Tracks, after: Tracks, *, facts: ItemFacts) -> tuple[str, ...]:
    """Return the invariants that a change of the tracks breaks; empty means none.

    Written from the design's sentences, independently of the tables, so that tests can hold
    the one against the other.
    """
    broken = []
    told_now = after.notice in {Notice.QUEUED, Notice.SENT} and before.notice != after.notice
    if told_now and not is_confirming(facts.legal_class):
        broken.append("no notice before a confirming assessment")
    if told_now and facts.is_held:
        broken.append("no notice while police hold")
    if told_now and after.assignment is not Assignment.HERE:
        broken.append("no notice by a node that is not assigned")
    if after.police is Police.TOLD and before.police is Police.NONE:
        broken.append("police are told only of what was due")
    owed_now = after.police is Police.DUE and before.police is not Police.DUE
    if owed_now and not is_confirming(facts.legal_class):
        broken.append("police are owed only what an assessment confirmed")
    removed_now = (
        after.availability is Availability.REMOVED
        and before.availability is not after.availability
    )
    if removed_now and facts.is_checked and before.availability in _NOT_YET_GONE:
        broken.append("removed is seen twice, or declared where no machine can tell")
    if after.availability is Availability.REAPPEARED and before.availability not in {
        Availability.REMOVED,
        Availability.REAPPEARED,
    }:
        broken.append("only what was removed can reappear")
    changed = [t for t in Track if getattr(before, t.value) != getattr(after, t.value)]
    if len(changed) > 1:
        broken.append("a track never writes another")
    return tuple(broken)
