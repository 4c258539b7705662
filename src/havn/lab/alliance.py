# SPDX-License-Identifier: Apache-2.0
"""A simulated node: in memory, it runs the decisions of the exchange as a real one does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from havn.domain.exchange import rules
from havn.domain.members.rules import SPOKEN, Spoken
from havn.lab.alliance_inbox import MemoryInbox
from havn.lab.alliance_stores import Kept, MemoryMirror, MemoryTiles, SimulatedLink
from havn.lib import feed

__all__ = ["Kept", "MemoryMirror", "Noise", "SimulatedLink", "SimulatedNode", "TakesPart"]

Noise = Callable[[int], bytes]


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
class SimulatedNode:
    """One node in memory: its keys, its log, its mirrors, what it gave and what arrived.

    `noise` makes keys and salts, so that a seed makes the whole alliance; `batching` is how a beat is made.
    """

    node_id: UUID
    noise: Noise
    batching: Callable[..., rules.Batch] = rules.next_batch
    shared: dict[bytes, bytes] | None = None  # leaves that several mirrors keep once
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
    inbox: MemoryInbox = field(init=False)
    tiles: MemoryTiles = field(default_factory=MemoryTiles)
    _pages: dict[tuple[int, int], bytes] = field(default_factory=dict)
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
        self.inbox = MemoryInbox(self.node_id, self.exchange_private, self.proof_of)

    @property
    def origin(self) -> str:
        """Return the name of its log."""
        return feed.log_origin(str(self.node_id))

    def take_exchange_key(self, private: bytes, *, epoch: int) -> None:
        """Use another exchange key from this epoch on; what was told before keeps the former one."""
        key = X25519PrivateKey.from_private_bytes(private)
        self.exchange_private = private
        self.exchange_public = key.public_key().public_bytes_raw()
        self.epoch = epoch

    # --- the own log ------------------------------------------------------------------------------

    def say(
        self,
        kind: str,
        subject_id: UUID,
        *,
        to: Iterable[UUID],
        body: Mapping[str, Any],
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
        batch = self.batching(
            self.own,
            self.waiting[: rules.MOST_A_BEAT],
            peers=keys,
            epoch=self.epoch,
            secrets=rules.LogSecrets(self.log_private, self.exchange_private),
            noise=self.noise,
            at=at,
            versions=versions,
        )
        self.append(batch.leaves)
        for draft in batch.drafts:
            sealed_for = {node: keys[node] for node in draft.audience}
            self.given[draft.commit] = Kept(
                draft.salt + draft.payload, draft.audience, sealed_for=sealed_for
            )
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

    def append(self, leaves: Sequence[bytes]) -> None:
        """Keep leaves of the own log and the hashes that follow from them."""
        self.tiles.append(feed.leaf_hashes(leaves), size_before=len(self.leaves))
        self.leaves += leaves
        self._pages.clear()

    def page(self, number: int, width: int) -> bytes:
        """Return the first `width` leaves of a bundle, packed as it is served."""
        page = self._pages.get((number, width))
        if page is None:
            first = number * feed.TILE_WIDTH
            page = feed.pack_entries(self.leaves[first : first + width])
            self._pages[number, width] = page
        return page

    def hashes(self, level: int, number: int, width: int) -> bytes:
        """Return hashes of a tile of the own log."""
        return self.tiles.hashes(level, number, width)

    def state(self) -> feed.FeedState:
        """Return the own log as a mirror of it would stand, to be compared with what others hold."""
        frontier = self.own.frontier
        return feed.FeedState(self.origin, frontier, frontier.root(), self.note)

    def keep(self, state: feed.FeedState, entries: Sequence[feed.Entry], *, at: datetime) -> None:
        """Keep nothing: the own log is written by its own beats."""

    # --- others' logs -----------------------------------------------------------------------------

    def mirror_of(self, peer: Peer) -> MemoryMirror:
        """Return the mirror of a peer's log."""
        if peer.node_id not in self.mirrors:
            witness = rules.Witness(
                self.node_id, feed.witness_name(str(self.node_id)), self.log_private
            )
            self.mirrors[peer.node_id] = MemoryMirror(
                peer.origin, witness=witness, shared=self.shared
            )
        return self.mirrors[peer.node_id]

    def link_to(self, peer: Peer) -> SimulatedLink:
        """Return a simulated peer as this node asks it."""
        if not isinstance(peer, SimulatedNode):
            raise TypeError("a node that is not simulated is asked through a link of its own")
        return SimulatedLink(peer, asking=self.node_id, seal_for=self.exchange_public)

    def visit(self, peer: Peer, *, at: datetime, link: rules.PeerLink | None = None) -> int:
        """Follow a peer's log and take what is for this node; returns how many payloads came."""
        through: rules.PeerLink = link or self.link_to(peer)
        mirror = self.mirror_of(peer)
        keys = [feed.LogKey(peer.log_public)]
        while not rules.follow(through, mirror, log_keys=keys, at=at).is_complete:
            continue
        first, size = self.scanned.get(peer.node_id, 0), mirror.state().size
        found = rules.tagged(
            mirror.leaves[first:size],
            first=first,
            key_of_epoch=lambda epoch: self._pair_key(peer, epoch),
        )
        self.inbox.keep_found(peer.node_id, found)
        self.scanned[peer.node_id] = size
        return self.inbox.fetch(peer.node_id, through)

    def hear_of_others(
        self,
        peer: SimulatedNode,
        seen: Iterable[rules.SeenLog],
        *,
        others: Mapping[str, SimulatedNode],
        at: datetime,
    ) -> None:
        """Hold what a peer mirrors against the own log and mirrors; what differs becomes an alarm."""
        for each in seen:
            about = others.get(each.origin)
            if about is None or about is peer:
                continue
            store: rules.MirrorStore = self if about is self else self.mirror_of(about)
            keys = [feed.LogKey(about.log_public)]
            try:
                rules.compare(store, each.note, log_keys=keys, at=at)
            except feed.FeedError as error:
                if about is self:
                    self.inbox.alarm("own_log_differs", peer.node_id, error.evidence)
                else:
                    self.inbox.alarm(error.code, about.node_id, error.evidence)

    def round_with(
        self,
        peer: SimulatedNode,
        *,
        others: Mapping[str, SimulatedNode],
        at: datetime,
        link: rules.PeerLink | None = None,
    ) -> str:
        """Do one round with a peer as a real node's worker does; returns what failed, or nothing."""
        through = link or self.link_to(peer)
        try:
            self.hear_of_others(peer, through.mirrors(), others=others, at=at)
            self.visit(peer, at=at, link=through)
        except rules.LinkError as error:
            return error.code
        except feed.FeedError as error:
            self.inbox.alarm(error.code, peer.node_id, error.evidence)
            return error.code
        return ""

    def proof_of(self, peer: UUID, kind: str, position: int) -> str:
        """Return the proof that a leaf stands in a peer's log, for the kind of event whose receipt holds it."""
        if kind not in rules.PROVED_KINDS:
            return ""
        mirror = self.mirrors[peer]
        path = feed.inclusion_proof(position, mirror.state().size, mirror)
        return feed.write_proof(position, path, mirror.state().note)

    @property
    def arrived(self) -> list[tuple[UUID, rules.IncomingEvent]]:
        """Return what came and was not handled or erased, with who sent it."""
        return [(event.sender, event) for event in self.inbox.waiting]

    def _pair_key(self, peer: Peer, epoch: int) -> bytes:
        known = self._pair_keys.get((peer.node_id, epoch))
        if known is None:
            known = feed.pair_key(
                self.exchange_private, peer.exchange_public, origin=peer.origin, epoch=epoch
            )
            self._pair_keys[peer.node_id, epoch] = known
        return known
