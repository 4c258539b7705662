# SPDX-License-Identifier: Apache-2.0
"""Whether the own log may be signed: a node whose disk went back in time must not write history twice."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from uuid import UUID

PEERS_NEEDED = 2


class Standing(StrEnum):
    """Where the own log stands against what peers saw of it."""

    CONFIRMED = "confirmed"
    UNCONFIRMED = "unconfirmed"  # too few peers have said what they saw
    BEHIND = "behind"  # a peer holds more of it than this node does


def standing_of(own_size: int, seen: Mapping[UUID, int], *, peers: int) -> Standing:
    """Return whether a checkpoint may be signed, from how far each peer that was asked has seen the log.

    Asked means: since this process began. Two peers must have answered, or all where there are fewer.
    """
    if any(size > own_size for size in seen.values()):
        return Standing.BEHIND
    if len(seen) < min(PEERS_NEEDED, peers):
        return Standing.UNCONFIRMED
    return Standing.CONFIRMED
