# SPDX-License-Identifier: Apache-2.0
"""A log in memory, with keys from a seed: what tests, vectors and the benchmark mirror."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from havn.lib import feed
from havn.lib.feed import Checkpoint, FeedState, Frontier, LogKey, TrustedFeed

BEGIN = datetime(2026, 11, 1, 12, tzinfo=UTC)
NODE = str(UUID(int=0x11111111_1111_4111_8111_111111111111))


def seeded(name: str) -> bytes:
    """Return 32 bytes that follow from a name."""
    return sha256(f"havn test {name}".encode()).digest()


def public_of(private: bytes) -> bytes:
    """Return the public half of an Ed25519 key."""
    return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def noise_of(name: str) -> Callable[[int], bytes]:
    """Return a source of noise that is the same every time."""
    counter = 0

    def noise(count: int) -> bytes:
        nonlocal counter
        counter += 1
        return sha256(f"{name} {counter}".encode()).digest()[:count]

    return noise


def leaves_of(name: str, count: int, *, tag_count: int = 1) -> list[bytes]:
    """Return leaves in the agreed form."""
    noise = noise_of(name)
    return [
        feed.leaf_bytes(feed.dummy_leaf(epoch=1, tag_count=tag_count, noise=noise))
        for _ in range(count)
    ]


class MemoryTiles:
    """Hash tiles of some leaves, one row per level and number that grows: a TileReader."""

    def __init__(self, hashes: Sequence[bytes] = ()) -> None:
        self.size = 0
        self.rows: dict[tuple[int, int], bytes] = {}
        self.append(hashes)

    def append(self, hashes: Sequence[bytes]) -> None:
        for tile in feed.tiles_after(self.size, hashes, self):
            self.rows[tile.level, tile.number] = tile.hashes
        self.size += len(hashes)

    def hashes(self, level: int, number: int, width: int) -> bytes:
        return self.rows.get((level, number), b"")[: 32 * width]


class MemoryLog:
    """A log that signs what it holds; its clock goes on by two seconds with each checkpoint."""

    def __init__(self, name: str = "log", node: str = NODE) -> None:
        self.private = seeded(name)
        self.key = LogKey(public_of(self.private))
        self.origin = feed.log_origin(node)
        self.entries: list[bytes] = []
        self.tiles = MemoryTiles()
        self.at = BEGIN

    def append(self, entries: Sequence[bytes]) -> None:
        self.entries += entries
        self.tiles.append(feed.leaf_hashes(entries))

    def checkpoint(self, size: int | None = None) -> Checkpoint:
        count = len(self.entries) if size is None else size
        frontier = Frontier().extended(map(feed.leaf_hash, self.entries[:count]))
        return Checkpoint(self.origin, count, frontier.root())

    def signed(self, size: int | None = None) -> str:
        self.at += timedelta(seconds=2)
        return feed.sign_head(self.checkpoint(size), self.private, at=self.at)

    def page(self, number: int, size: int | None = None) -> bytes:
        count = len(self.entries) if size is None else size
        return feed.pack_entries(self.entries[number * 256 : min(count, number * 256 + 256)])

    def follower(self, state: FeedState | None = None) -> TrustedFeed:
        return TrustedFeed(
            state or FeedState(self.origin), log_keys=[self.key], roster="roster 1, DK"
        )

    def followed(self, note: str, state: FeedState | None = None) -> FeedState:
        """Return the state of a mirror that took this checkpoint and all entries up to it."""
        mirror = self.follower(state)
        mirror.state = mirror.take_checkpoint(note, at=self.at)
        while mirror.state.pending and mirror.state.next_index < mirror.state.pending.target.size:
            number = mirror.state.next_index // 256
            page = self.page(number, mirror.state.pending.target.size)
            mirror.state, _entries = mirror.take_entries(number, page)
        return mirror.finish() if mirror.state.pending else mirror.state
