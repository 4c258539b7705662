# SPDX-License-Identifier: Apache-2.0
"""A simulated alliance: nodes in memory that run the decisions of the exchange as real nodes do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from havn.domain.exchange import rules
from havn.domain.members.rules import SPOKEN, Spoken
from havn.lib import feed, sealing

Noise = Callable[[int], bytes]


class MemoryMirror:
    """The mirror of one log in memory; a `rules.MirrorStore`."""

    def __init__(self, origin: str, *, witness: rules.Witness) -> None:
        self.leaves: list[bytes] = []
        self.served = ""
        self._state = feed.FeedState(origin=origin)
        self._witness = witness
        self._tiles: dict[tuple[int, int], bytes] = {}

    def state(self) -> feed.FeedState:
        """Return how far the log is mirrored, and what is still coming in."""
        return self._state

    def keep(self, state: feed.FeedState, leaves: Sequence[bytes], *, at: datetime) -> None:
        """Keep a new state and the leaves that led to it."""
        before = self._state.next_index
        if leaves:
            del self.leaves[before:]
            hashes = [feed.leaf_hash(leaf) for leaf in leaves]
            for tile in feed.tiles_after(before, hashes, self):
                self._tiles[tile.level, tile.number] = tile.hashes
            self.leaves += leaves
        del self.leaves[state.next_index :]
        if state.note != self._state.note:
            line = feed.cosign(state.note, self._witness.name, self._witness.private, at=at)
            self.served = feed.with_lines(state.note, [line])
        self._state = state

    def hashes(self, level: int, number: int, width: int) -> bytes:
        """Return hashes of a tile, entries that are still coming in counted."""
        found = self._tiles.get((level, number), b"")[: 32 * width]
        if len(found) < 32 * width:
            raise LookupError(f"tile {level}/{number} has fewer than {width} hashes")
        return found


class TakesPart(Protocol):
    """A node as others know it from the roster."""

    @property
    def node_id(self) -> UUID:
        """Which node it is."""

    @property
    def exchange_public(self) -> bytes:
        """Its exchange key."""

    @property
    def spoken(self) -> Spoken:
        """Which versions of the protocol it speaks."""


class Peer(TakesPart, Protocol):
    """A node whose log is followed, simulated or not."""

    @property
    def origin(self) -> str:
        """The name of its log."""

    @property
    def log_public(self) -> bytes:
        """The key of its log."""


@dataclass(slots=True)
class Kept:
    """A payload that a simulated node hands out."""

    opened: bytes  # salt and payload
    audience: tuple[UUID, ...]
    is_erased: bool = False


@dataclass(slots=True)
class SimulatedNode:
    """One node in memory: its keys, its log, its mirrors, what it gave and what arrived.

    `noise` makes keys and salts, so that a seed makes the whole alliance.
    """

    node_id: UUID
    noise: Noise
    log_private: bytes = b""
    log_public: bytes = b""
    exchange_private: bytes = b""
    exchange_public: bytes = b""
    epoch: int = 1
    spoken: Spoken = SPOKEN
    note: str = ""
    waiting: list[rules.WaitingEvent] = field(default_factory=list)
    own: rules.OwnLog = field(init=False)
    leaves: list[bytes] = field(default_factory=list)
    given: dict[bytes, Kept] = field(default_factory=dict)
    mirrors: dict[UUID, MemoryMirror] = field(default_factory=dict)
    scanned: dict[UUID, int] = field(default_factory=dict)
    arrived: list[tuple[UUID, feed.Payload]] = field(default_factory=list)
    _tiles: dict[tuple[int, int], bytes] = field(default_factory=dict)
    _pair_keys: dict[tuple[UUID, int], bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        log = Ed25519PrivateKey.from_private_bytes(self.noise(32))
        self.log_private, self.log_public = (
            log.private_bytes_raw(),
            log.public_key().public_bytes_raw(),
        )
        exchange = X25519PrivateKey.from_private_bytes(self.noise(32))
        self.exchange_private = exchange.private_bytes_raw()
        self.exchange_public = exchange.public_key().public_bytes_raw()
        self.own = rules.OwnLog(self.origin, feed.Frontier())

    @property
    def origin(self) -> str:
        """Return the name of its log."""
        return feed.log_origin(str(self.node_id))

    def say(
        self,
        kind: str,
        subject_id: UUID,
        *,
        to: Iterable[UUID],
        body: dict[str, Any],
        event_id: UUID,
        at: datetime,
    ) -> None:
        """Let an event wait for the next beat."""
        audience = tuple(str(node) for node in to)
        self.waiting.append(
            rules.WaitingEvent(event_id, kind, subject_id, audience, {"v": 1, **body}, at)
        )

    def erase(
        self, event_id: UUID, *, why: rules.ErasedBecause, erasure_id: UUID, at: datetime
    ) -> None:
        """Erase what an event said, and let its audience hear it with the next beat."""
        for commit, kept in self.given.items():
            if kept.is_erased or feed.parse_payload(kept.opened[32:]).id != event_id:
                continue
            subject = feed.parse_payload(kept.opened[32:]).subject
            kept.opened, kept.is_erased = b"", True
            self.say(
                rules.PAYLOAD_ERASED,
                subject,
                to=kept.audience,
                body=rules.erasure_body([commit.hex()], [event_id], why=why),
                event_id=erasure_id,
                at=at,
            )
            return

    def beat(self, peers: Iterable[TakesPart], *, at: datetime) -> rules.Batch:
        """Append what waits and sign; nodes without a common version are told nothing."""
        others = [peer for peer in peers if peer is not self]
        common = {peer.node_id: rules.shared_version(self.spoken, peer.spoken) for peer in others}
        versions = {node: version for node, version in common.items() if version is not None}
        keys = {peer.node_id: peer.exchange_public for peer in others if peer.node_id in versions}
        batch = rules.next_batch(
            self.own,
            self.waiting[: rules.MOST_A_BEAT],
            peers=keys,
            epoch=self.epoch,
            secrets=rules.LogSecrets(self.log_private, self.exchange_private),
            noise=self.noise,
            at=at,
            versions=versions,
        )
        hashes = [feed.leaf_hash(leaf) for leaf in batch.leaves]
        for tile in feed.tiles_after(batch.size_before, hashes, self):
            self._tiles[tile.level, tile.number] = tile.hashes
        self.leaves += batch.leaves
        for draft in batch.drafts:
            self.given[draft.commit] = Kept(draft.salt + draft.payload, draft.audience)
        gone = {draft.event.id for draft in batch.drafts}
        self.waiting = [event for event in self.waiting if event.id not in gone]
        self.own = rules.OwnLog(
            self.origin,
            batch.frontier,
            batch.rate,
            batch.calm_beats,
            batch.counters,
            batch.signed_at,
        )
        self.note = batch.note
        return batch

    def hashes(self, level: int, number: int, width: int) -> bytes:
        """Return hashes of a tile of the own log."""
        found = self._tiles.get((level, number), b"")[: 32 * width]
        if len(found) < 32 * width:
            raise LookupError(f"tile {level}/{number}")
        return found

    def mirror_of(self, peer: Peer) -> MemoryMirror:
        """Return the mirror of a peer's log."""
        if peer.node_id not in self.mirrors:
            witness = rules.Witness(
                self.node_id, feed.witness_name(str(self.node_id)), self.log_private
            )
            self.mirrors[peer.node_id] = MemoryMirror(peer.origin, witness=witness)
        return self.mirrors[peer.node_id]

    def visit(self, peer: Peer, *, at: datetime, link: rules.PeerLink | None = None) -> int:
        """Follow a peer's log and take what is for this node; returns how many payloads came."""
        through = link or self._link_to(peer)
        mirror = self.mirror_of(peer)
        keys = [feed.LogKey(peer.log_public)]
        while not rules.follow(through, mirror, log_keys=keys, at=at).is_complete:
            continue
        first = self.scanned.get(peer.node_id, 0)
        found = rules.tagged(
            mirror.leaves[first:],
            first=first,
            key_of_epoch=lambda epoch: self._pair_key(peer, epoch),
        )
        self.scanned[peer.node_id] = len(mirror.leaves)
        for given in through.payloads([each.leaf.commit for each in found]) if found else []:
            if given.state != "here":
                continue
            opened = sealing.open_sealed(
                given.sealed, self.exchange_private, purpose=rules.COPY_PURPOSE
            )
            payload = rules.believed(opened, commit=given.commit, own_node=self.node_id).payload
            self._keep(peer.node_id, payload)
        return len(found)

    def _link_to(self, peer: Peer) -> rules.PeerLink:
        if not isinstance(peer, SimulatedNode):
            raise TypeError("a node that is not simulated is asked through a link of its own")
        return SimulatedLink(peer, asking=self.node_id, seal_for=self.exchange_public)

    def _keep(self, sender: UUID, payload: feed.Payload) -> None:
        """Keep what arrived; what its source erased is kept no longer. (F16)"""
        if payload.kind == rules.PAYLOAD_ERASED:
            gone = set(payload.body["events"])
            self.arrived = [
                (node, each)
                for node, each in self.arrived
                if node != sender or str(each.id) not in gone
            ]
        self.arrived.append((sender, payload))

    def _pair_key(self, peer: Peer, epoch: int) -> bytes:
        known = self._pair_keys.get((peer.node_id, epoch))
        if known is None:
            known = feed.pair_key(
                self.exchange_private, peer.exchange_public, origin=peer.origin, epoch=epoch
            )
            self._pair_keys[peer.node_id, epoch] = known
        return known


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
        first = number * feed.TILE_WIDTH
        return feed.pack_entries(self._node.leaves[first : first + width])

    def hashes(self, level: int, number: int, width: int) -> bytes:
        """Return the first `width` hashes of a tile of its own log."""
        return self._node.hashes(level, number, width)

    def mirrors(self) -> list[rules.SeenLog]:
        """Return every log as this node mirrors it."""
        return [
            rules.SeenLog(mirror.state().origin, mirror.served.encode())
            for mirror in self._node.mirrors.values()
            if mirror.served
        ]

    def mirrored_entries(self, origin: str, number: int, width: int) -> bytes:
        """Return leaves of another log out of this node's mirror."""
        first = number * feed.TILE_WIDTH
        return feed.pack_entries(self._mirror(origin).leaves[first : first + width])

    def mirrored_hashes(self, origin: str, level: int, number: int, width: int) -> bytes:
        """Return hashes of another log's tile out of this node's mirror."""
        return self._mirror(origin).hashes(level, number, width)

    def payloads(self, commits: Sequence[bytes]) -> list[rules.GivenPayload]:
        """Return what this node gives for these commitments."""
        return [self._payload(commit) for commit in commits]

    def _payload(self, commit: bytes) -> rules.GivenPayload:
        kept = self._node.given.get(commit)
        if kept is None or self._asking not in kept.audience:
            return rules.GivenPayload(commit, "unknown")
        if kept.is_erased:
            return rules.GivenPayload(commit, "erased")
        sealed = sealing.seal(kept.opened, self._seal_for, purpose=rules.COPY_PURPOSE)
        return rules.GivenPayload(commit, "here", sealed)

    def _mirror(self, origin: str) -> MemoryMirror:
        for mirror in self._node.mirrors.values():
            if mirror.state().origin == origin:
                return mirror
        raise rules.LinkError("said_not_found")
