# SPDX-License-Identifier: Apache-2.0
"""How well the exchange with a peer goes, as the peer page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

BEATS_MISSED_AT_MOST = 2


@dataclass(frozen=True, slots=True)
class PeerFacts:
    """What is known of the exchange with one node."""

    answered_at: datetime | None
    known_since: datetime
    head_size: int
    mirrored: int
    scanned: int
    last_error: str = ""
    has_shared_version: bool = True


@dataclass(frozen=True, slots=True)
class Health:
    """What a person sees: how far behind we are, since when nothing came, whether to act."""

    lag_entries: int
    silent_for: timedelta
    is_red: bool


def health_of(peer: PeerFacts, *, beat: timedelta, at: datetime) -> Health:
    """Return how a peer stands; red after two missed beats, and where no version is common."""
    silent_for = max(at - (peer.answered_at or peer.known_since), timedelta())
    missed = int(silent_for / beat)
    return Health(
        lag_entries=max(peer.head_size - peer.scanned, 0),
        silent_for=silent_for,
        is_red=missed > BEATS_MISSED_AT_MOST or not peer.has_shared_version,
    )
