# SPDX-License-Identifier: Apache-2.0
"""Whose turn it is: every open item has an owner and a page where that owner sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from havn.domain.cases.rules.stage import LegalClass, stage_of
from havn.domain.cases.rules.tracks import Assignment, Availability, Notice, Police, Tracks


class Owner(StrEnum):
    """Who has to do the next thing about an item."""

    ANALYST = "analyst"
    SUPERVISOR = "supervisor"
    INVESTIGATOR = "investigator"
    WORKER = "worker"
    PROVIDER = "provider"
    MEMBER = "member"  # another node of the Alliance


class Place(StrEnum):
    """The desk's page on which an owner sees the item."""

    QUEUE = "home"
    SUPERVISION = "supervise"
    HOLDS = "holds"
    ORPHANS = "orphans"
    REFERRALS = "referrals"
    REFERRED = "referrals_out"
    CONTACTS = "contacts"
    ANSWERS = "answers"
    TROUBLE = "trouble"
    ITEMS = "items"


@dataclass(frozen=True, slots=True)
class Turn:
    """Who is next, and where the item waits for them."""

    owner: Owner
    place: Place


# Since the last move of an item; what waits longer stands on the supervisor's page.
LONGEST_WAIT = {
    Owner.ANALYST: timedelta(days=2),
    Owner.SUPERVISOR: timedelta(days=2),
    Owner.INVESTIGATOR: timedelta(days=3),
    Owner.WORKER: timedelta(hours=1),
    Owner.PROVIDER: timedelta(days=7),
    Owner.MEMBER: timedelta(days=7),
}

_BY_ASSIGNMENT = {
    Assignment.OFFERED: Turn(Owner.ANALYST, Place.REFERRALS),
    Assignment.MEMBER: Turn(Owner.MEMBER, Place.REFERRED),
    Assignment.ORPHAN: Turn(Owner.ANALYST, Place.ORPHANS),
    Assignment.PASSED_ON: Turn(Owner.SUPERVISOR, Place.SUPERVISION),
}
_BY_NOTICE = {
    Notice.NONE: Turn(Owner.ANALYST, Place.CONTACTS),
    Notice.NO_PROVIDER: Turn(Owner.ANALYST, Place.CONTACTS),
    Notice.QUEUED: Turn(Owner.WORKER, Place.TROUBLE),
    Notice.SENT: Turn(Owner.PROVIDER, Place.ITEMS),
    Notice.ANSWERED: Turn(Owner.ANALYST, Place.ANSWERS),
    Notice.REFUSED: Turn(Owner.ANALYST, Place.ANSWERS),
}
# What came from another node, and either waits to be taken up here or is with that node again.
_WITH_ANOTHER = frozenset({Assignment.OFFERED, Assignment.MEMBER})
_PERSON_MUST_LOOK = frozenset({Availability.CHANGED, Availability.UNCLEAR})


def whose_turn(
    tracks: Tracks, *, legal_class: LegalClass | None, has_address: bool, is_held: bool
) -> Turn | None:
    """Return who is next and where; None only for a closed item."""
    stage = stage_of(
        legal_class=legal_class,
        police=tracks.police,
        notice=tracks.notice,
        availability=tracks.availability,
        assignment=tracks.assignment,
    )
    if not stage.is_open:
        return None
    if legal_class is None:
        return Turn(Owner.ANALYST, Place.QUEUE)
    if legal_class is LegalClass.SELF_REPORTED:
        return Turn(Owner.SUPERVISOR, Place.SUPERVISION)
    is_theirs = tracks.police is Police.NONE and tracks.assignment in _WITH_ANOTHER
    if tracks.police in {Police.NONE, Police.DUE} and not is_theirs:
        return Turn(Owner.WORKER, Place.TROUBLE)
    if is_held:
        return Turn(Owner.INVESTIGATOR, Place.HOLDS)
    return _turn_after_police(tracks, has_address=has_address)


def _turn_after_police(tracks: Tracks, *, has_address: bool) -> Turn:
    if tracks.assignment is not Assignment.HERE:
        return _BY_ASSIGNMENT[tracks.assignment]
    if not has_address or tracks.availability in _PERSON_MUST_LOOK:
        return Turn(Owner.SUPERVISOR, Place.SUPERVISION)
    if tracks.availability is Availability.UNAVAILABLE:
        return Turn(Owner.WORKER, Place.TROUBLE)
    return _BY_NOTICE[tracks.notice]
