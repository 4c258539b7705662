# SPDX-License-Identifier: Apache-2.0
"""Which roster is in force here, whether it still holds, and what a pair may send to each other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q

from havn.domain.actor import Actor
from havn.domain.members.models import LegalBasis, RosterState
from havn.domain.members.rules import Spoken


@dataclass(frozen=True, slots=True)
class RosterView:
    """The roster in force, or that there is none yet (`version` 0), and what went wrong last."""

    version: int
    root_version: int
    timestamp_version: int
    alliance_name: str
    epoch: int
    beat: timedelta
    protocol_least: int
    protocol_most: int
    secretariat: str
    secretariat_since: date | None
    expires_at: datetime | None
    refreshed_at: datetime | None
    last_error: str
    last_error_at: datetime | None

    @property
    def spoken(self) -> Spoken:
        """Which versions of the protocol the Alliance wants to be spoken."""
        return Spoken(self.protocol_least, self.protocol_most)

    @property
    def has_joined(self) -> bool:
        """Whether a roster was ever adopted here."""
        return self.version > 0

    def is_usable(self, at: datetime) -> bool:
        """Whether the roster holds at this time; without it nothing is exchanged."""  # R17
        return self.has_joined and self.expires_at is not None and at < self.expires_at


@dataclass(frozen=True, slots=True)
class BasisView:
    """What one participant may send to another on a day, and on which grounds."""

    allows: frozenset[str]
    references: tuple[str, ...]


def roster_state(*, actor: Actor) -> RosterView:
    """Return which roster is in force here."""
    del actor
    row = RosterState.objects.first() or RosterState()
    return RosterView(
        version=row.version,
        root_version=row.root_version,
        timestamp_version=row.timestamp_version,
        alliance_name=row.alliance_name,
        epoch=row.epoch,
        beat=timedelta(seconds=row.beat_seconds),
        protocol_least=row.protocol_least,
        protocol_most=row.protocol_most,
        secretariat=row.secretariat,
        secretariat_since=row.secretariat_since,
        expires_at=row.expires_at,
        refreshed_at=row.refreshed_at,
        last_error=row.last_error,
        last_error_at=row.last_error_at,
    )


def is_usable(*, at: datetime, actor: Actor) -> bool:
    """Whether there is a roster and it has not expired: without one, exchange stops loudly."""  # R17
    return roster_state(actor=actor).is_usable(at)


def legal_basis_between(*, sender: str, receiver: str, on: date, actor: Actor) -> BasisView | None:
    """Return what the sender's own file allows it to send to the receiver on a day; None for nothing."""  # R28
    del actor
    rows = LegalBasis.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gte=on),
        participant__code=sender,
        with_code=receiver,
        valid_from__lte=on,
    ).order_by("valid_from", "reference")
    found = list(rows)
    if not found:
        return None
    return BasisView(
        allows=frozenset(word for row in found for word in row.allows),
        references=tuple(row.reference for row in found),
    )
