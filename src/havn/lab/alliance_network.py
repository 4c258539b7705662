# SPDX-License-Identifier: Apache-2.0
"""A whole simulated alliance: who reaches whom, who is down, what is delivered twice, and what must hold after quiet."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import permutations, product
from typing import TypeVar
from uuid import UUID

from havn.domain.exchange import rules
from havn.domain.referral.rules import AGREES, Known, Said, Taken, body_said
from havn.lab.alliance import Noise, SimulatedLink, SimulatedNode
from havn.lab.alliance_desk import Atlas, Desk

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BEAT = timedelta(minutes=5)
MOST_QUIET_STEPS = 60
T = TypeVar("T")


class CrashedError(Exception):
    """The node's process ended in the middle of asking a peer."""


def noise_from(seed: str) -> Noise:
    """Return a source of bytes that follow from a seed."""
    count = 0

    def noise(size: int) -> bytes:
        nonlocal count
        count += 1
        return hashlib.shake_256(f"{seed}:{count}".encode()).digest(size)

    return noise


class RestlessLink:
    """A link over a bad line: payloads come in another order, twice or not yet; the asker may end in between."""

    def __init__(
        self, link: SimulatedLink, *, noise: Noise, is_messy: bool, calls_left: int
    ) -> None:
        self._link = link
        self._noise = noise
        self._is_messy = is_messy
        self._calls_left = calls_left

    def checkpoint(self) -> bytes:
        """Return the newest checkpoint of its own log."""
        self._count()
        return self._link.checkpoint()

    def entries(self, number: int, width: int) -> bytes:
        """Return the first `width` leaves of a bundle of its own log."""
        self._count()
        return self._link.entries(number, width)

    def hashes(self, level: int, number: int, width: int) -> bytes:
        """Return the first `width` hashes of a tile of its own log."""
        self._count()
        return self._link.hashes(level, number, width)

    def mirrors(self) -> list[rules.SeenLog]:
        """Return every log as this peer mirrors it."""
        self._count()
        return self._link.mirrors()

    def mirrored_entries(self, origin: str, number: int, width: int) -> bytes:
        """Return leaves of another log out of this peer's mirror."""
        self._count()
        return self._link.mirrored_entries(origin, number, width)

    def mirrored_hashes(self, origin: str, level: int, number: int, width: int) -> bytes:
        """Return hashes of another log's tile out of this peer's mirror."""
        self._count()
        return self._link.mirrored_hashes(origin, level, number, width)

    def payloads(self, commits: Sequence[bytes]) -> list[rules.GivenPayload]:
        """Return what the peer gives for these commitments."""
        self._count()
        given = self._link.payloads(commits)
        if not self._is_messy:
            return given
        late = {each.commit for each in given if self._noise(1)[0] < 64}
        twice = [
            rules.GivenPayload(each.commit, "later") if each.commit in late else each
            for each in given + given
        ]
        return sorted(twice, key=lambda _each: self._noise(4))

    def _count(self) -> None:
        if self._calls_left == 0:
            raise CrashedError
        self._calls_left -= 1


LinkMaker = Callable[[SimulatedNode, SimulatedNode], SimulatedLink]


def _honest_link(asking: SimulatedNode, peer: SimulatedNode) -> SimulatedLink:
    return asking.link_to(peer)


@dataclass(frozen=True, slots=True)
class Place:
    """One node of a simulated alliance: its country, and whether it takes orphans."""

    country: str
    takes_orphans: bool = False


@dataclass
class SimulatedAlliance:
    """Nodes and their desks by country; a seed makes their keys, salts, identifiers and orders."""

    seed: str
    places: Sequence[Place]
    at: datetime = START
    batching: Callable[..., rules.Batch] = rules.next_batch
    shared: dict[bytes, bytes] | None = None
    link: LinkMaker = _honest_link
    nodes: dict[str, SimulatedNode] = field(default_factory=dict)
    desks: dict[str, Desk] = field(default_factory=dict)
    cut: set[frozenset[str]] = field(default_factory=set)
    down: set[str] = field(default_factory=set)
    noise: Noise = field(init=False)
    _by_origin: dict[str, SimulatedNode] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.noise = noise_from(self.seed)
        atlas = Atlas()
        for place in self.places:
            own = noise_from(f"{self.seed} {place.country}")
            node = SimulatedNode(
                UUID(bytes=own(16), version=4), own, batching=self.batching, shared=self.shared
            )
            self.nodes[place.country] = node
            self._by_origin[node.origin] = node
            known = Known(node.node_id, place.country, is_active=True)
            atlas.admit(known, takes_orphans=place.takes_orphans)
        for country, node in self.nodes.items():
            self.desks[country] = Desk(node, atlas=atlas)

    # --- what happens -----------------------------------------------------------------------------

    def beat(self, country: str) -> rules.Batch | None:
        """Let a node append what waits and sign, unless it is down."""
        if country in self.down:
            return None
        self.at += timedelta(seconds=1)
        return self.nodes[country].beat(self.nodes.values(), at=self.at)

    def visit(
        self,
        country: str,
        other: str,
        *,
        is_messy: bool = False,
        is_told_twice: bool = False,
        calls: int = -1,
    ) -> str:
        """Let a node do a round with another and act on what came; returns what failed, or nothing.

        After so many `calls` its process ends in between, and is down until it is started again. Told twice,
        its services are called again with what they did, as after an end before that was written down.
        """
        if self.down & {country, other} or frozenset({country, other}) in self.cut:
            return "unreachable"
        node, peer = self.nodes[country], self.nodes[other]
        link = RestlessLink(
            self.link(node, peer), noise=self.noise, is_messy=is_messy, calls_left=calls
        )
        try:
            failure = node.round_with(peer, others=self._by_origin, at=self.at, link=link)
        except CrashedError:
            self.down.add(country)
            return "crashed"
        if is_told_twice:
            node.inbox.waiting = [each for each in node.inbox.waiting for _again in range(2)]
        self.desks[country].take(at=self.at)
        return failure

    def step(self, *, is_messy: bool = False) -> None:
        """Let everybody beat, and everybody visit everybody, in an order that the seed makes."""
        self.at += BEAT
        for country in self._shuffled(list(self.nodes)):
            self.beat(country)
        for country, other in self._shuffled(list(permutations(self.nodes, 2))):
            self.visit(country, other, is_messy=is_messy)

    def heal(self) -> None:
        """Start who is down, and let everybody reach everybody."""
        self.down.clear()
        self.cut.clear()

    def quiet(self) -> None:
        """Heal, and let the alliance go on until nothing waits any more."""
        self.heal()
        for _ in range(MOST_QUIET_STEPS):
            self.step()
            if not self._is_restless():
                self.step()  # so that what is compared one beat later is compared
                return
        raise AssertionError("Something waits for ever.")

    def _is_restless(self) -> bool:
        return any(node.waiting or node.inbox.open_leaves() for node in self.nodes.values())

    def _shuffled(self, things: list[T]) -> list[T]:
        return sorted(things, key=lambda _thing: self.noise(4))

    # --- what must hold ---------------------------------------------------------------------------

    def disagreements(self, *, among: Sequence[str] = ()) -> list[str]:
        """Return what differs between both ends of every referral and of every mirror, among these nodes."""
        honest = list(among or self.nodes)
        return [
            *self.referrals_that_differ(honest),
            *self.mirrors_that_differ(held_by=honest, among=honest),
        ]

    def referrals_that_differ(self, honest: Sequence[str]) -> Iterator[str]:
        """Give what both ends of a referral say otherwise, or only one of them knows."""
        by_id = {self.nodes[country].node_id: self.desks[country] for country in honest}
        for country in honest:
            desk = self.desks[country]
            for out in desk.outgoing.values():
                if out.to in by_id:
                    row = by_id[out.to].incoming.get(out.reference)
                    if row is None:
                        yield f"{country}: {out.reference} was lost"
                    elif AGREES[Taken(row.side.state)] != out.side.state:
                        yield f"{out.reference}: {row.side.state} there, {out.side.state} here"
                    elif _worded(row.words) != _worded(out.words) or out.side.missing:
                        yield f"{out.reference}: other words were heard than said"
            for row in desk.incoming.values():
                if row.sender in by_id and row.reference not in by_id[row.sender].outgoing:
                    yield f"{country}: {row.reference} was never sent"

    def mirrors_that_differ(
        self, *, held_by: Sequence[str], among: Sequence[str]
    ) -> Iterator[str]:
        """Give the mirrors that these nodes hold of logs among those, and that are not as the log is."""
        for country, other in product(held_by, among):
            if country == other:
                continue
            node, peer = self.nodes[country], self.nodes[other]
            mirror = node.mirror_of(peer)
            state = mirror.state()
            if state.pending or state.root != peer.own.frontier.root():
                yield f"{country} holds {state.size} leaves of {other}, not {peer.own.frontier.size}"
            elif mirror.leaves != peer.leaves:
                yield f"{country} holds other leaves of {other}"

    def alarms(self) -> Mapping[tuple[str, str], list[str]]:
        """Return at which nodes there is an alarm, by its code and whom it is about."""
        names = {node.node_id: country for country, node in self.nodes.items()}
        found: dict[tuple[str, str], list[str]] = {}
        for country, node in self.nodes.items():
            for alarm in node.inbox.alarms.values():
                found.setdefault((alarm.code.value, names[alarm.about]), []).append(country)
        return found


def _worded(words: Mapping[int, Said]) -> dict[int, tuple[str, dict[str, object]]]:
    """Return what was said as it travels, without the proof."""
    return {
        number: (said.kind.value, body_said(replace(said, proof="")))
        for number, said in words.items()
    }
