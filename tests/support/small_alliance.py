# SPDX-License-Identifier: Apache-2.0
"""A small alliance for tests: the node of the test's database, and simulated peers in one roster with it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from uuid import UUID

from django.conf import settings
from django.db import transaction

from havn.domain.actor import Actor
from havn.domain.exchange import selectors, tasks
from havn.domain.exchange.models import Alarm
from havn.domain.exchange.rules import GivenPayload, LogMemory, SeenLog
from havn.domain.ledger import services as ledger
from havn.domain.ledger.rules import EventKind
from havn.domain.members import selectors as members
from havn.domain.members import services as membership
from havn.domain.members.rules import SPOKEN, Spoken, parse_roster
from havn.lab.alliance import SimulatedLink, SimulatedNode, TakesPart
from havn.lib import feed
from havn.lib.encoding import b64u, uuid4
from tests.support import roster as made_up
from tests.support.own_node import register_own_node

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BEAT = timedelta(minutes=5)
OWN_KEYS = {
    "signing": "node-signing-key",
    "log": "log-checkpoint-key",
    "exchange": "exchange-key",
}


def noise_of(seed: str) -> Callable[[int], bytes]:
    """Return a source of bytes that follow from a seed."""
    count = 0

    def noise(size: int) -> bytes:
        nonlocal count
        count += 1
        return hashlib.shake_256(f"{seed}:{count}".encode()).digest(size)

    return noise


@dataclass
class SmallAlliance:
    """Denmark's node in the database, Sweden's and the Netherlands' in memory."""

    at: datetime = START
    peers: dict[str, SimulatedNode] = field(default_factory=dict)
    memories: dict[datetime, LogMemory] = field(default_factory=dict)
    epoch: int = 1
    listed: dict[tuple[str, str], list[dict[str, object]]] = field(default_factory=dict)
    own_exchange: bytes = b""  # the own node's newest exchange key in the roster
    further: list[dict[str, Any]] = field(default_factory=list)  # participants beside these

    def __post_init__(self) -> None:
        self.organisation = register_own_node(at=self.at)
        self.system = Actor.system(organisation=self.organisation)
        self.own = members.own_node(actor=self.system)
        for code in ("NL", "SE"):
            self.peers[code] = SimulatedNode(made_up.identifier("node", code), noise_of(code))
        self.adopt()

    def adopt(
        self, *, version: int = 1, spoken: dict[str, Spoken] | None = None, **states: str
    ) -> None:
        """Take over a roster of all three; `states` are those of participants by code.

        `spoken` says which nodes speak another version than the first, and what the Alliance wants ("all").
        """
        ranges = spoken or {}
        values: list[dict[str, Any]] = [self._own_file()]
        for code, node in self.peers.items():
            value = self.peer_file(code)
            for use, public in (("log", node.log_public), ("exchange", node.exchange_public)):
                value["nodes"][0][f"{use}_keys"][0]["public"] = b64u(public)
            node.spoken = ranges.get(code, Spoken(1, 1))
            value["nodes"][0]["protocol"] = node.spoken.as_value()
            value["participant"]["state"] = states.get(code, "active")
            values.append(value)
        values += self.further
        for value in values:
            for (code, use), entries in self.listed.items():
                if value["participant"]["code"] == code:
                    value["nodes"][0][f"{use}_keys"] = entries
        mark = made_up.mark(version, expires_at=made_up.FAR)
        wanted = ranges.get("all", Spoken(1, 1000)).as_value()
        files = made_up.files_of(*values, protocol=wanted, epoch=self.epoch)
        roster = parse_roster(files, mark=mark)
        membership.adopt_roster(roster=roster, actor=self.system, at=self.at)

    def peer_file(self, code: str) -> dict[str, Any]:
        """Return what the roster says of a peer, but for its keys and state."""
        return made_up.participant(code)

    def change_own_key(self, use: str, *, revoke: bool = False) -> bytes:
        """Make a further own pair, and let the roster name it, everywhere; returns its public half."""
        public = settings.HAVN_KEYRING.add(OWN_KEYS[use])
        self.name_key("DK", use, public, revoke=revoke)
        self.adopt_next()
        return public

    def name_key(self, code: str, use: str, public: bytes, *, revoke: bool = False) -> None:
        """Let the next roster name a further key of a node; the peers have that roster already."""
        if use == "exchange":
            self.epoch += 1
            for peer in self.peers.values():
                peer.epoch = self.epoch
            self.own_exchange = public if code == "DK" else self.own_exchange
        entries = self.listed.setdefault((code, use), [self._first_entry(code, use)])
        for entry in entries:
            entry["revoked"] = entry["revoked"] or revoke
        entries.append({"public": b64u(public), "since": self.epoch, "revoked": False})

    def adopt_next(self) -> None:
        """Take over the next roster."""
        self.adopt(version=members.roster_state(actor=self.system).version + 1)

    def _first_entry(self, code: str, use: str) -> dict[str, object]:
        if code == "DK":
            public = settings.HAVN_KEYRING.read(f"{OWN_KEYS[use]}.pub")
        else:
            public = getattr(self.peers[code], f"{use}_public")
        return {"public": b64u(public), "since": 1, "revoked": False}

    def _own_file(self) -> dict[str, object]:
        value = made_up.participant("DK")
        value["organisations"][0]["id"] = value["nodes"][0]["organisation"] = str(
            self.organisation
        )
        value["nodes"][0]["id"] = str(self.own.node_id)
        for use, name in OWN_KEYS.items():
            public = settings.HAVN_KEYRING.read(f"{name}.pub")
            value["nodes"][0][f"{use}_keys"][0]["public"] = b64u(public)
        return value

    def later(self, **lasts: float) -> datetime:
        """Let time pass, a beat unless told, and return the new time."""
        self.at += timedelta(**lasts) if lasts else BEAT
        return self.at

    def say(
        self, kind: EventKind, *codes: str, subject: UUID | None = None, **body: object
    ) -> None:
        """Write an event of the own node for these participants."""
        audience = [str(self.peers[code].node_id) for code in codes]
        with transaction.atomic():
            ledger.append_event(
                kind=kind,
                subject_id=subject or uuid4(),
                organisation=self.organisation,
                payload=body,
                audience=audience,
                at=self.at,
            )

    def beat(self, *, started_at: datetime | None = None) -> object:
        """Let the own node do one beat."""
        return tasks.beat(memory=self.memory(started_at or START), at=self.at)

    def memory(self, since: datetime) -> LogMemory:
        """Return what the process that began then remembers."""
        return self.memories.setdefault(since, LogMemory(since=since))

    def joined(self) -> Self:
        """Let every node beat once and hear from the others; returns the alliance."""
        self.beat()
        for code in self.peers:
            self.peer_beats(code)
        self.hear_from_all()
        return self

    def hear_from_all(self) -> None:
        """Let every peer say that it holds of the own log what it mirrors, or nothing."""
        for code in self.peers:
            self.visit(code)

    def visit(self, code: str) -> tasks.Round:
        """Let the own node do a round with a simulated peer."""
        peer = self.peers[code]
        view = members.node_view(node_id=peer.node_id, actor=self.system)
        return tasks.visit(view, link=self.link(code), at=self.at)

    def link(self, code: str) -> SimulatedLink:
        """Return a simulated peer as the own node asks it."""
        public = settings.HAVN_KEYRING.read("exchange-key.pub")
        return SimulatedLink(self.peers[code], asking=self.own.node_id, seal_for=public)

    def peer_says(self, code: str, kind: str = "referral.sent", **body: object) -> UUID:
        """Let a peer send the own node an event, and beat; returns the event."""
        event = uuid4()
        peer = self.peers[code]
        peer.say(kind, uuid4(), to=[self.own.node_id], body=dict(body), event_id=event, at=self.at)
        self.peer_beats(code)
        return event

    def peer_beats(self, code: str) -> None:
        """Let a peer append what waits."""
        peer = self.peers[code]
        keys: list[TakesPart] = [*self.peers.values(), self.as_peer()]
        peer.beat(keys, at=self.at)

    def as_peer(self) -> TakesPart:
        """Return the own node as others know it from the roster."""
        return OwnAsPeer(self.own.node_id, self.own_exchange)

    def peer_visits(self, code: str) -> int:
        """Let a peer do a round with the own node; returns how many leaves were for it."""
        peer = self.peers[code]
        asking = Actor.node(organisation=None, node=peer.node_id)
        return peer.visit(OwnAsPeer(self.own.node_id), at=self.at, link=OwnLink(asking))

    def own_log(self) -> selectors.OwnLogView:
        """Return how far the own log goes."""
        found = selectors.own_log(actor=self.system)
        assert found is not None
        return found

    def alarms(self) -> list[str]:
        """Return the codes of open alarms."""
        return sorted(Alarm.objects.filter(settled_at__isnull=True).values_list("code", flat=True))


@dataclass(frozen=True)
class OwnAsPeer:
    """The own node as a simulated peer sees it in the roster."""

    node_id: UUID
    changed_exchange: bytes = b""

    @property
    def exchange_public(self) -> bytes:
        """The public half of its exchange key in force."""
        return self.changed_exchange or settings.HAVN_KEYRING.read("exchange-key.pub")

    @property
    def log_public(self) -> bytes:
        """The public half of its log's key."""
        return settings.HAVN_KEYRING.read("log-checkpoint-key.pub")

    @property
    def origin(self) -> str:
        """The name of its log."""
        return feed.log_origin(str(self.node_id))

    @property
    def spoken(self) -> Spoken:
        """What this release speaks."""
        return SPOKEN


@dataclass(frozen=True)
class OwnLink:
    """The own node as a peer asks it, past requests and signatures; a `rules.PeerLink`."""

    actor: Actor

    def checkpoint(self) -> bytes:
        """Return the newest checkpoint of its own log."""
        return selectors.checkpoint(origin=self._origin, actor=self.actor).encode()

    def entries(self, number: int, width: int) -> bytes:
        """Return the first `width` leaves of a bundle of its own log."""
        return selectors.entries(origin=self._origin, number=number, width=width, actor=self.actor)

    def hashes(self, level: int, number: int, width: int) -> bytes:
        """Return the first `width` hashes of a tile of its own log."""
        return selectors.tile(
            origin=self._origin, level=level, number=number, width=width, actor=self.actor
        )

    def mirrors(self) -> list[SeenLog]:
        """Return every log as this node mirrors it."""
        lines = selectors.mirrors(actor=self.actor)
        return [SeenLog(line.origin, line.note.encode()) for line in lines]

    def mirrored_entries(self, origin: str, number: int, width: int) -> bytes:
        """Return leaves of another log out of this node's mirror."""
        return selectors.entries(origin=origin, number=number, width=width, actor=self.actor)

    def mirrored_hashes(self, origin: str, level: int, number: int, width: int) -> bytes:
        """Return hashes of another log's tile out of this node's mirror."""
        return selectors.tile(
            origin=origin, level=level, number=number, width=width, actor=self.actor
        )

    def payloads(self, commits: Sequence[bytes]) -> list[GivenPayload]:
        """Return what the node gives for these commitments."""
        wanted = [commit.hex() for commit in commits]
        return [
            GivenPayload(bytes.fromhex(line.commit), line.state, line.sealed)
            for line in selectors.payloads(commits=wanted, actor=self.actor)
        ]

    @property
    def _origin(self) -> str:
        found = selectors.own_origin(actor=self.actor)
        assert found is not None
        return found
