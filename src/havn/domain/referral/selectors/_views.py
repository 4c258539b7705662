# SPDX-License-Identifier: Apache-2.0
"""Which referrals exist for whom, and rows as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from havn.domain.actor import Actor, ActorKind, Role
from havn.domain.errors import NotFoundError
from havn.domain.referral import rules
from havn.domain.referral.models import KnownElsewhere, Referral, ReferralStep

CASEWORK = (Role.ANALYST, Role.SUPERVISOR)


@dataclass(frozen=True, slots=True)
class ReferralView:
    """One referral as lists and pages show it: whose turn it is, and until when."""

    id: UUID
    direction: rules.Direction
    reference: UUID
    item_id: UUID
    node_id: UUID
    country: str
    why: str
    chain: tuple[UUID, ...]
    legal_class: str
    state: str
    code: str
    moved_to: UUID | None
    moved_country: str
    has_personal: bool
    words_erased_at: datetime | None
    words_erased_because: str
    has_reason: bool
    is_linked: bool
    report_id: UUID | None
    first_received_at: datetime
    said: int
    opened_at: datetime
    received_at: datetime | None
    acknowledged_at: datetime | None
    ended_at: datetime | None
    changed_at: datetime

    @property
    def is_open(self) -> bool:
        """Whether somebody has still to do something about it."""
        return rules.is_open(self.direction, self.state)

    @property
    def has_words(self) -> bool:
        """Whether what a reporter wrote went along and was not taken back."""
        return self.has_personal and self.words_erased_at is None

    @property
    def waits_for(self) -> rules.WaitsFor:
        """Return who has to do the next thing."""
        return rules.turn_of(self.direction, self.state).waits_for

    @property
    def due_at(self) -> datetime | None:
        """Return until when, by the node's policy."""
        return rules.due_at(
            self.direction, self.state, opened_at=self.opened_at, policy=settings.HAVN_POLICY
        )

    def is_late(self, at: datetime) -> bool:
        """Whether the time for the next thing is over."""
        return self.due_at is not None and self.due_at < at


@dataclass(frozen=True, slots=True)
class StepLine:
    """One thing that was said of a referral, and whose word it is."""

    is_ours: bool
    number: int
    word: str
    code: str
    country: str
    node_id: UUID | None
    happened_at: datetime
    recorded_at: datetime


def referrals_of(actor: Actor) -> QuerySet[Referral]:
    """Return the referrals that exist for the actor: the desk's and the system's."""
    is_desk = actor.kind is ActorKind.PERSON and actor.has_role(*CASEWORK)
    if actor.organisation is None or not (is_desk or actor.kind is ActorKind.SYSTEM):
        raise NotFoundError
    return Referral.objects.filter(organisation=actor.organisation)


_COMPUTED = frozenset({"direction", "chain", "has_reason"})
_PLAIN = tuple(name for name in ReferralView.__slots__ if name not in _COMPUTED)


def view_of(row: Referral) -> ReferralView:
    """Return a row as a value."""
    plain: dict[str, Any] = {name: getattr(row, name) for name in _PLAIN}
    return ReferralView(
        **plain,
        direction=rules.Direction(row.direction),
        chain=tuple(UUID(node) for node in row.chain),
        has_reason=bool(row.sealed_reason),
    )


def line_of(row: ReferralStep) -> StepLine:
    """Return what was said as a value."""
    return StepLine(
        is_ours=row.is_ours,
        number=row.number,
        word=row.word,
        code=row.code,
        country=row.country,
        node_id=row.node_id,
        happened_at=row.happened_at,
        recorded_at=row.recorded_at,
    )


@dataclass(frozen=True, slots=True)
class KnownView:
    """What another node told of an item: its own people assessed the address as baseline."""

    id: UUID
    item_id: UUID
    node_id: UUID
    jurisdiction: str
    scheme: str
    scheme_version: str
    age_band: str
    sex: str
    origin: str
    assessed_at: datetime
    availability: str
    is_kept: bool
    heard_at: datetime
    withdrawn_at: datetime | None


def known_view(row: KnownElsewhere) -> KnownView:
    """Return a row as a value."""
    plain: dict[str, Any] = {name: getattr(row, name) for name in KnownView.__slots__}
    return KnownView(**plain)
