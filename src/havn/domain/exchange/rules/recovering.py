# SPDX-License-Identifier: Apache-2.0
"""Whether the own log may be signed: a node whose disk went back in time must not write history twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from havn.lib import feed

PEERS_NEEDED = 2


class Standing(StrEnum):
    """Where the own log stands against what peers saw of it."""

    CONFIRMED = "confirmed"
    UNCONFIRMED = "unconfirmed"  # too few peers have said what they saw
    BEHIND = "behind"  # a peer holds more of it than this node does
    WITHOUT_KEY = "without_key"  # the roster names a key whose private half is not here


@dataclass(slots=True)
class LogMemory:
    """What one process remembers of the own log: since when peers' words count, and what it signed itself."""

    since: datetime
    size: int = 0

    def notice(self, size: int, *, at: datetime) -> None:
        """Take note of the log's size; where it is less than was signed, peers are asked anew from now on."""
        if size < self.size:  # the database went back in time under our feet
            self.since, self.size = at, 0


def standing_of(
    own_size: int, seen: Mapping[UUID, int], *, peers: int, target: int = 0
) -> Standing:
    """Return whether a checkpoint may be signed, from how far each peer that was asked has seen the log (F49).

    Asked means: since this process began. Two peers must have answered, or all where there are fewer (X7). `target`
    is up to where the log is being taken back, so far as it has not come.
    """
    if any(size > own_size for size in (target, *seen.values())):
        return Standing.BEHIND
    if len(seen) < min(PEERS_NEEDED, peers):
        return Standing.UNCONFIRMED
    return Standing.CONFIRMED


def recounted(
    leaves: Iterable[bytes], *, keys_of_epoch: Callable[[int], Mapping[UUID, bytes]]
) -> dict[str, int]:
    """Return how many of these leaves of the own log are for each audience, by digest (F50).

    The node that wrote them finds out by the tags alone: `keys_of_epoch` are the keys that it shares with
    each other node, suspended ones included. What was said in them is lost; how often it was said is not.
    """
    counts: Counter[str] = Counter()
    keys: dict[int, Mapping[UUID, bytes]] = {}
    for content in leaves:
        leaf = feed.parse_leaf(content)
        if leaf.epoch not in keys:
            keys[leaf.epoch] = keys_of_epoch(leaf.epoch)
        audience = [node for node, key in keys[leaf.epoch].items() if feed.is_tagged(leaf, key)]
        if audience:
            counts[feed.audience_key(audience)] += 1
    return dict(counts)
