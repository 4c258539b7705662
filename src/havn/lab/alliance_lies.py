# SPDX-License-Identifier: Apache-2.0
"""Nodes that lie, each in one way: what they show to whom, so that others have something to find."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from havn.domain.exchange import rules
from havn.lab.alliance import SimulatedNode
from havn.lab.alliance_network import SimulatedAlliance
from havn.lab.alliance_stores import MemoryTiles, SimulatedLink
from havn.lib import feed, sealing


class Lie(StrEnum):
    """In which way a node lies."""

    FORK = "fork"  # two logs, each shown to some
    REWRITTEN = "rewritten"  # a leaf that others accepted is another one now, and signed
    ROLLBACK = "rollback"  # a smaller log, signed later
    SWAPPED = "swapped"  # a leaf is swapped on its way; what is signed is right
    WITHHELD = "withheld"  # the payload of a leaf is not given to its audience
    ANOTHER_PAYLOAD = "another_payload"  # or another one than was committed to
    LEFT_OUT = "left_out"  # an event is counted and never appended
    TWICE = "twice"  # another event with the number of one before


# What others say of it, any of these.
FOUND_AS = {
    Lie.FORK: {"forked", "leaf_swapped", "root_differs"},
    Lie.REWRITTEN: {"forked", "leaf_swapped", "root_differs"},
    Lie.ROLLBACK: {"smaller_tree", "forked", "leaf_swapped"},
    Lie.SWAPPED: {"leaf_swapped", "root_differs"},
    Lie.WITHHELD: {"payload_withheld"},
    Lie.ANOTHER_PAYLOAD: {"commitment_differs"},
    Lie.LEFT_OUT: {"counter_gap"},
    Lie.TWICE: {"counter_repeated"},
}


class LyingLink(SimulatedLink):
    """A lying node as one of its victims asks it."""

    def __init__(self, node: SimulatedNode, *, asking: UUID, seal_for: bytes, lie: Lie) -> None:
        super().__init__(node, asking=asking, seal_for=seal_for)
        self._lie = lie

    def entries(self, number: int, width: int) -> bytes:
        """Return a bundle, its last leaf another one than was signed."""
        page = super().entries(number, width)
        if self._lie is not Lie.SWAPPED:
            return page
        leaves = feed.unpack_entries(page, width)
        leaf = feed.parse_leaf(leaves[-1])
        turned = bytes([leaf.commit[0] ^ 1]) + leaf.commit[1:]
        leaves[-1] = feed.leaf_bytes(replace(leaf, commit=turned))
        return feed.pack_entries(leaves)

    def payloads(self, commits: Sequence[bytes]) -> list[rules.GivenPayload]:
        """Return nothing, or another payload than was committed to."""
        given = super().payloads(commits)
        if self._lie is Lie.WITHHELD:
            return [rules.GivenPayload(each.commit, "unknown") for each in given]
        if self._lie is not Lie.ANOTHER_PAYLOAD:
            return given
        other = sealing.seal(b"another one", self._seal_for, purpose=rules.COPY_PURPOSE)
        return [replace(each, sealed=other) if each.state == "here" else each for each in given]


@dataclass
class Liar:
    """Makes one node of an alliance lie from now on; every other node is its victim unless told."""

    alliance: SimulatedAlliance
    country: str
    lie: Lie
    victims: Collection[str] = ()
    _twin: SimulatedNode | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.victims = set(self.victims) or set(self.alliance.nodes) - {self.country}
        self.alliance.link = self._link
        begin: dict[Lie, Callable[[], None]] = {
            Lie.FORK: self._fork,
            Lie.REWRITTEN: self._rewrite,
            Lie.ROLLBACK: self._roll_back,
            Lie.LEFT_OUT: lambda: self._miscount(1),
            Lie.TWICE: lambda: self._miscount(-1),
        }
        begin.get(self.lie, lambda: None)()

    @property
    def node(self) -> SimulatedNode:
        """Return the node that lies."""
        return self.alliance.nodes[self.country]

    def _link(self, asking: SimulatedNode, peer: SimulatedNode) -> SimulatedLink:
        is_victim = any(self.alliance.nodes[each] is asking for each in self.victims)
        if peer is not self.node or not is_victim:
            return asking.link_to(peer)
        return LyingLink(
            self._twin or peer,
            asking=asking.node_id,
            seal_for=asking.exchange_public,
            lie=self.lie,
        )

    def _fork(self) -> None:
        """Make a second log with the same keys that goes another way from here on."""
        node = self.node
        twin = SimulatedNode(node.node_id, node.noise)
        for name in ("log_private", "log_public", "exchange_private", "exchange_public"):
            setattr(twin, name, getattr(node, name))
        twin.own, twin.note = node.own, node.note
        twin.append(node.leaves)
        twin.given, twin.mirrors = dict(node.given), node.mirrors
        self._twin = twin
        honest = node.batching

        def both(*arguments: object, at: object, **named: object) -> rules.Batch:
            twin.beat(self.alliance.nodes.values(), at=self.alliance.at)
            return honest(*arguments, at=at, **named)

        node.batching = both

    def _rewrite(self) -> None:
        """Put another leaf in the place of the first, and go on as if it had always stood there."""
        leaf = feed.dummy_leaf(epoch=1, tag_count=4, noise=self.node.noise)
        self._write([feed.leaf_bytes(leaf), *self.node.leaves[1:]])

    def _roll_back(self) -> None:
        """Forget the last leaf, and sign what is left."""
        self._write(self.node.leaves[:-1])

    def _write(self, leaves: list[bytes]) -> None:
        node = self.node
        node.leaves, node.tiles = [], MemoryTiles()
        node.append(leaves)
        frontier = feed.Frontier().extended(map(feed.leaf_hash, leaves))
        signed = (node.own.signed_at or self.alliance.at) + timedelta(seconds=1)
        node.own = replace(node.own, frontier=frontier, signed_at=signed)
        head = feed.Checkpoint(node.origin, frontier.size, frontier.root())
        node.note = feed.sign_head(head, node.log_private, at=signed)

    def _miscount(self, by: int) -> None:
        own = self.node.own
        counters = {audience: number + by for audience, number in own.counters.items()}
        self.node.own = replace(own, counters=counters)
