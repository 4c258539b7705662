# SPDX-License-Identifier: Apache-2.0
"""What the decisions of the exchange need: a peer that answers, and a place where a mirror is kept.

Both have a second implementation in the simulator (`havn.lab`), and one suite of tests runs against all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from havn.lib import feed


class LinkError(Exception):
    """The peer gave no answer that can be believed; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(f"The peer gave no answer that can be believed: {code}.")
        self.code = code


@dataclass(frozen=True, slots=True)
class SeenLog:
    """One log as a peer mirrors it."""

    origin: str
    note: bytes


@dataclass(frozen=True, slots=True)
class GivenPayload:
    """What a peer answered about one commitment: `here` with the sealed copy, `erased`, `unknown`, `later`."""

    commit: bytes
    state: str
    sealed: bytes = b""


class LogLink(Protocol):
    """Whoever hands out one log; every method raises LinkError."""

    def checkpoint(self) -> bytes:
        """Return the newest checkpoint of its own log."""

    def entries(self, number: int, width: int) -> bytes:
        """Return the first `width` leaves of a bundle of its own log."""

    def hashes(self, level: int, number: int, width: int) -> bytes:
        """Return the first `width` hashes of a tile of its own log."""


class PeerLink(LogLink, Protocol):
    """One other node as the exchange asks it: its own log, and what it knows beside."""

    def mirrors(self) -> list[SeenLog]:
        """Return every log as this peer mirrors it."""

    def mirrored_entries(self, origin: str, number: int, width: int) -> bytes:
        """Return leaves of another log out of this peer's mirror."""

    def mirrored_hashes(self, origin: str, level: int, number: int, width: int) -> bytes:
        """Return hashes of another log's tile out of this peer's mirror."""

    def payloads(self, commits: Sequence[bytes]) -> list[GivenPayload]:
        """Return what the peer gives for these commitments."""


class MirrorStore(Protocol):
    """Where the mirror of one peer's log is kept; also the reader of its own hash tiles."""

    def state(self) -> feed.FeedState:
        """Return how far the log is mirrored, and what is still coming in."""

    def keep(self, state: feed.FeedState, entries: Sequence[feed.Entry], *, at: datetime) -> None:
        """Keep a new state and the entries that led to it, whole or not at all.

        Entries stand behind those of the state that was kept last; where the new state holds fewer entries,
        the rest is forgotten. A newly accepted checkpoint is cosigned.
        """

    def hashes(self, level: int, number: int, width: int) -> bytes:
        """Return hashes of a tile, entries that are still coming in counted."""


@dataclass(frozen=True, slots=True)
class Witness:
    """Under which name and key this node cosigns."""

    node: UUID
    name: str
    private: bytes
