# SPDX-License-Identifier: Apache-2.0
"""What simulated nodes keep and ask each other: mirrors in memory, and links that hand out a node's log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from havn.domain.exchange import rules
from havn.lib import feed, sealing

if TYPE_CHECKING:
    from havn.lab.alliance import SimulatedNode


class MemoryTiles:
    """The hash tiles of a log in memory, and how leaves extend them."""

    def __init__(self) -> None:
        self._tiles: dict[tuple[int, int], bytes] = {}

    def append(self, hashes: Sequence[bytes], *, size_before: int) -> None:
        """Keep the hashes of further leaves, and those that follow from them."""
        for tile in feed.tiles_after(size_before, hashes, self):
            self._tiles[tile.level, tile.number] = tile.hashes

    def hashes(self, level: int, number: int, width: int) -> bytes:
        """Return hashes of a tile; raise LookupError where there are fewer."""
        found = self._tiles.get((level, number), b"")[: 32 * width]
        if len(found) < 32 * width:
            raise LookupError(f"tile {level}/{number} has fewer than {width} hashes")
        return found


class MemoryMirror(MemoryTiles):
    """The mirror of one log in memory; a `rules.MirrorStore`.

    `shared` may hold equal leaves of other mirrors: 48 mirrors of one leaf take the place of one.
    """

    def __init__(
        self,
        origin: str,
        *,
        witness: rules.Witness,
        shared: dict[bytes, bytes] | None = None,
    ) -> None:
        super().__init__()
        self.leaves: list[bytes] = []
        self.served = ""
        self._state = feed.FeedState(origin=origin)
        self._witness = witness
        self._shared = shared

    def state(self) -> feed.FeedState:
        """Return how far the log is mirrored, and what is still coming in."""
        return self._state

    def keep(self, state: feed.FeedState, entries: Sequence[feed.Entry], *, at: datetime) -> None:
        """Keep a new state and the entries that led to it."""
        before = self._state.next_index
        if entries:
            del self.leaves[before:]
            self.append([each.hash for each in entries], size_before=before)
            contents = [each.content for each in entries]
            self.leaves += (
                contents
                if self._shared is None
                else map(self._shared.setdefault, contents, contents)
            )
        del self.leaves[state.next_index :]
        if state.note != self._state.note:
            line = feed.cosign(state.note, self._witness.name, self._witness.private, at=at)
            self.served = feed.with_lines(state.note, [line])
        self._state = state


@dataclass(slots=True)
class Kept:
    """A payload that a simulated node hands out."""

    opened: bytes  # salt and payload
    audience: tuple[UUID, ...]
    is_erased: bool = False
    sealed_for: Mapping[UUID, bytes] = field(default_factory=dict)  # keys of the leaf's epoch


class SimulatedLink:
    """A simulated node as another asks it; a `rules.PeerLink`."""

    def __init__(self, node: SimulatedNode, *, asking: UUID, seal_for: bytes) -> None:
        self._node = node
        self._asking = asking
        self._seal_for = seal_for

    def checkpoint(self) -> bytes:
        """Return the newest checkpoint of its own log."""
        if not self._node.note:
            raise rules.LinkError("said_not_found")
        return self._node.note.encode()

    def entries(self, number: int, width: int) -> bytes:
        """Return the first `width` leaves of a bundle of its own log."""
        if number * feed.TILE_WIDTH + width > len(self._node.leaves):
            raise rules.LinkError("said_not_found")
        return self._node.page(number, width)

    def hashes(self, level: int, number: int, width: int) -> bytes:
        """Return the first `width` hashes of a tile of its own log."""
        return self._found(self._node, level, number, width)

    def mirrors(self) -> list[rules.SeenLog]:
        """Return every log as this node mirrors it."""
        return [
            rules.SeenLog(mirror.state().origin, mirror.served.encode())
            for mirror in self._node.mirrors.values()
            if mirror.served
        ]

    def mirrored_entries(self, origin: str, number: int, width: int) -> bytes:
        """Return leaves of another log out of this node's mirror."""
        mirror, first = self._mirror(origin), number * feed.TILE_WIDTH
        found = mirror.leaves[first : min(first + width, mirror.state().size)]
        if len(found) < width:
            raise rules.LinkError("said_not_found")
        return feed.pack_entries(found)

    def mirrored_hashes(self, origin: str, level: int, number: int, width: int) -> bytes:
        """Return hashes of another log's tile out of this node's mirror."""
        return self._found(self._mirror(origin), level, number, width)

    def payloads(self, commits: Sequence[bytes]) -> list[rules.GivenPayload]:
        """Return what this node gives for these commitments."""
        return [self._payload(commit) for commit in commits]

    def _payload(self, commit: bytes) -> rules.GivenPayload:
        kept = self._node.given.get(commit)
        if kept is None or self._asking not in kept.audience:
            return rules.GivenPayload(commit, "unknown")
        if kept.is_erased:
            return rules.GivenPayload(commit, "erased")
        key = kept.sealed_for.get(self._asking, self._seal_for)
        sealed = sealing.seal(kept.opened, key, purpose=rules.COPY_PURPOSE)
        return rules.GivenPayload(commit, "here", sealed)

    def _mirror(self, origin: str) -> MemoryMirror:
        for mirror in self._node.mirrors.values():
            if mirror.state().origin == origin:
                return mirror
        raise rules.LinkError("said_not_found")

    @staticmethod
    def _found(tiles: feed.TileReader, level: int, number: int, width: int) -> bytes:
        try:
            return tiles.hashes(level, number, width)
        except LookupError as error:
            raise rules.LinkError("said_not_found") from error
