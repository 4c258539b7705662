# SPDX-License-Identifier: Apache-2.0
"""A hub for tests: the own node is the secretariat's, two members have simulated nodes and one has none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from havn.domain.actor import Actor, Role
from havn.domain.members import selectors as members
from havn.domain.workflow.tasks.exchanging import handle_arrivals
from havn.domain.workflow.tasks.hub import READINGS
from havn.lab.alliance import SimulatedNode
from havn.lib import wire
from havn.lib.encoding import b64u, uuid4
from havn.lib.signing import key_id
from tests.support import roster as made_up
from tests.support.own_node import register_own_node
from tests.support.small_alliance import OWN_KEYS, SmallAlliance, noise_of

SECRETARIAT = "HAVNSEC"
WITHOUT_NODE = "FI"
YEAR = "2025"


class HubAlliance(SmallAlliance):
    """The secretariat's node in the database, Denmark's and Sweden's in memory; Finland has none."""

    def __post_init__(self) -> None:
        self.organisation = register_own_node(
            at=self.at,
            member_code=SECRETARIAT,
            member_name="Secretariat (made up)",
            organisation_name="Secretariat (made up)",
            organisation_kind="international",
        )
        self.system = Actor.system(organisation=self.organisation)
        self.own = members.own_node(actor=self.system)
        for code in ("DK", "SE"):
            self.peers[code] = SimulatedNode(made_up.identifier("node", code), noise_of(code))
        self.further = [made_up.participant(WITHOUT_NODE, nodes=[])]
        self.adopt()

    def _own_file(self) -> dict[str, object]:
        value = made_up.participant(SECRETARIAT)
        value["organisations"][0] |= {
            "id": str(self.organisation),
            "mandates": ["secretariat"],
        }
        value["nodes"][0] |= {"id": str(self.own.node_id), "organisation": str(self.organisation)}
        for use, name in OWN_KEYS.items():
            public = settings.HAVN_KEYRING.read(f"{name}.pub")
            value["nodes"][0][f"{use}_keys"][0]["public"] = b64u(public)
        return value

    @property
    def secretariat(self) -> Actor:
        """A member of the secretariat's staff."""
        return replace(person(), organisation=self.organisation)

    def node_of(self, code: str) -> UUID:
        """Return a member's node."""
        return self.peers[code].node_id

    def send(self, code: str, made: MadeReport) -> None:
        """Let a member's node say a report: its parts, then its head."""
        node = self.peers[code]
        for part in made.parts:
            self._say(node, "national_report.part", made, wire.part_event(made.id, part))
        self._say(node, "national_report.released", made, wire.released_event(made.token))
        self.peer_beats(code)

    def tell(self, code: str, kind: str, subject: UUID, **body: object) -> None:
        """Let a member's node say something else."""
        node = self.peers[code]
        node.say(kind, subject, to=[self.own.node_id], body=body, event_id=uuid4(), at=self.at)
        self.peer_beats(code)

    def _say(
        self, node: SimulatedNode, kind: str, made: MadeReport, body: Mapping[str, Any]
    ) -> None:
        node.say(kind, made.id, to=[self.own.node_id], body=body, event_id=uuid4(), at=self.at)

    def hear(self, code: str) -> int:
        """Visit a member's node and handle what it said; returns how many events were settled."""
        self.visit(code)
        return handle_arrivals(READINGS, at=self.at)

    def answers_to(self, code: str) -> list[dict[str, Any]]:
        """Beat, let a member's node visit, and return what the hub says to it."""
        self.beat()
        self.peer_visits(code)
        return [{"event": event.kind, **event.body} for _, event in self.peers[code].arrived]


def person(*roles: Role) -> Actor:
    """Return somebody with these roles, the secretariat's unless told."""
    from havn.domain.actor import ActorKind

    return Actor(
        kind=ActorKind.PERSON,
        organisation=None,
        identifier=made_up.identifier("person", *roles),
        roles=frozenset(roles or {Role.SECRETARIAT}),
    )


@dataclass(frozen=True)
class MadeReport:
    """A signed report with its parts."""

    head: wire.Head
    token: str
    parts: tuple[wire.WrittenPart, ...]

    @property
    def id(self) -> UUID:
        """Its UUID."""
        return self.head.report

    @property
    def upload(self) -> bytes:
        """The file of a member without a node."""
        return wire.write_upload(self.token, self.parts)

    def by_digest(self) -> dict[str, bytes]:
        """Return the parts by digest."""
        return {part.sha256: part.content for part in self.parts}


def node_key(code: str) -> bytes:
    """Return the private signing key that the made-up roster names for a member's node."""
    return made_up.seed_of("signing", code, 1)


def office_key(code: str = WITHOUT_NODE) -> bytes:
    """Return the private key of a member's office."""
    return made_up.seed_of("office", code)


def public_half(private: bytes) -> bytes:
    """Return the public half of an Ed25519 key."""
    return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def figure(number: int = 12, **changes: Any) -> wire.Figure:
    """Return a count of reports in the year."""
    values: dict[str, Any] = {"period": YEAR, "measure": "received", "value": Decimal(number)}
    return wire.Figure(**{**values, **changes})


def made_report(
    code: str = "DK",
    *,
    figures: Sequence[wire.Figure] | None = None,
    indicator: str = "R01",
    definition: int = 1,
    texts: Sequence[wire.Text] = (),
    private: bytes | None = None,
    **changes: Any,
) -> MadeReport:
    """Return a member's report with one indicator, signed by its node unless told."""
    is_stated = changes.get("basis") == "stated"
    series = list(figures if figures is not None else [figure()])
    if is_stated:
        series = [replace(each, source=each.source or "Register (made up)") for each in series]
    parts = [
        wire.write_part(f"figures/{indicator}", wire.figures_part(indicator, definition, series)),
        *([wire.write_part("texts", wire.texts_part(texts))] if texts else []),
    ]
    values: dict[str, Any] = {
        "report": uuid4(),
        "member": code,
        "node": None if is_stated else made_up.identifier("node", code),
        "year": YEAR,
        "basis": "computed",
        "as_of": datetime(2026, 1, 31, tzinfo=UTC),
        "parts": tuple(wire.PartLine.of(part) for part in parts),
        "released_by": (
            wire.Release("Rapporteur's office", date(2026, 2, 20)),
            wire.Release("Minister", date(2026, 2, 27)),
        ),
        "languages": ("en",),
        **changes,
    }
    head = wire.Head(**values)
    signs_with = private or (office_key(code) if is_stated else node_key(code))
    token = wire.sign_head(head, signs_with, key_id=key_id(public_half(signs_with)))
    return MadeReport(head, token, tuple(parts))


def stated_report(code: str = WITHOUT_NODE, **changes: Any) -> MadeReport:
    """Return a report that an office states."""
    return made_report(code, basis="stated", **changes)


def following(made: MadeReport, kind: str, **changes: Any) -> MadeReport:
    """Return the next version of a report, with its kind of correction."""
    head = made.head
    major, minor = head.version.split(".")
    return made_report(
        head.member,
        version=f"{major}.{int(minor) + 1}",
        supersedes=head.report,
        correction=wire.Correction(kind, {"en": "The old one was wrong (made up)."}),
        basis=head.basis,
        **{"as_of": datetime(2026, 2, 1, tzinfo=UTC), **changes},
    )
