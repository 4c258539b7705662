# SPDX-License-Identifier: Apache-2.0
"""Several nodes in one database, each an organisation of its own; what one tells is delivered to the other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from uuid import UUID, uuid4

from django.conf import settings

from havn.domain.exchange.models import Arrival, Given, GivenCopy, Log
from havn.domain.exchange.rules import COPY_PURPOSE, PAYLOAD_ERASED, IncomingEvent
from havn.domain.ledger import rules as ledger
from havn.domain.ledger.models import OutgoingEvent
from havn.domain.members.models import LegalBasis, Member, Node, Organisation
from havn.domain.tracing.rules import Findings, NameFound, NetworkFound
from havn.domain.workflow.services import arriving
from havn.domain.workflow.tasks.casework import READINGS
from havn.lib.sealing import open_sealed, seal
from tests.support.casework import START, SmallNode, small_node
from tests.support.outside import ADDRESS, HOST
from tests.support.proofs import made_up_proof

ACTIVE = "active"


def hosted_in(country: str, host: str = HOST) -> Findings:
    """Return what a trace finds where both methods name a country."""
    network = NetworkFound(
        "203.0.114.0/24", "FAR", country, "Far desk", f"abuse@{country.lower()}.example"
    )
    return Findings(host, NameFound((ADDRESS,)), network, registry_country=country)


def join(
    code: str,
    *,
    name: str = "",
    state: str = ACTIVE,
    member_state: str = ACTIVE,
    roles: tuple[str, ...] = ("hotline",),
    mandates: tuple[str, ...] = (),
) -> Node:
    """Put a member with one node into the roster, or one more node of a member that is there."""
    member, _made = Member.objects.get_or_create(
        code=code, defaults={"id": uuid4(), "name": name or code}
    )
    Member.objects.filter(pk=member.pk).update(state=member_state)
    organisation = Organisation.objects.create(
        id=uuid4(),
        member=member,
        name=name or f"Hotline of {code}",
        kind="hotline",
        contact_email=f"desk@{code.lower()}.example",
        is_listed=True,
        roles=list(roles),
        mandates=list(mandates),
    )
    return Node.objects.create(
        id=uuid4(),
        organisation=organisation,
        name=name or f"Node of {code}",
        public_url=f"https://{code.lower()}.example",
        base_address=f"https://node.{code.lower()}.example",
        state=state,
        recorded_at=START,
    )


def allow_personal(sender: str, receiver: str, *, until: date | None = None) -> None:
    """Let the sender's law send personal data to the receiver."""
    LegalBasis.objects.create(
        id=uuid4(),
        participant=Member.objects.get(code=sender),
        with_code=receiver,
        allows=["personal_data"],
        reference="Agreement 17",
        valid_from=date(2020, 1, 1),
        valid_until=until,
    )


@dataclass
class Alliance:
    """The own node in Denmark and others; `as_node` makes another one the own one for a block."""

    nodes: dict[str, SmallNode] = field(default_factory=dict)
    ids: dict[str, UUID] = field(default_factory=dict)
    delivered: set[tuple[UUID, str]] = field(default_factory=set)

    def add(self, code: str, **how: object) -> SmallNode:
        """Let one more node take part and return it."""
        row = join(code, **how)  # type: ignore[arg-type]
        self.nodes[code], self.ids[code] = SmallNode(row.organisation_id), row.pk
        return self.nodes[code]

    @contextmanager
    def as_node(self, code: str) -> Iterator[SmallNode]:
        """Let the database be that node's for a block."""
        before = Node.objects.get(is_own=True)
        self._own(self.ids[code])
        try:
            yield self.nodes[code]
        finally:
            self._own(before.pk)

    def _own(self, node_id: UUID) -> None:
        Node.objects.filter(is_own=True).update(is_own=False)
        Node.objects.filter(pk=node_id).update(is_own=True)

    def events(self, *, undelivered: bool = False) -> list[tuple[str, IncomingEvent]]:
        """Return what was told: to which node, and the event as it arrives there."""
        found = []
        codes = {str(node_id): code for code, node_id in self.ids.items()}
        senders = {node.organisation: self.ids[code] for code, node in self.nodes.items()}
        private = settings.HAVN_KEYRING.read("desk-opening-key")
        for row in OutgoingEvent.objects.filter(erased_at=None).order_by("recorded_at", "pk"):
            body = json.loads(
                open_sealed(bytes(row.sealed_payload), private, purpose=ledger.PAYLOAD_PURPOSE)
            )
            for node_id in row.audience:
                if undelivered and (row.pk, node_id) in self.delivered:
                    continue
                event = IncomingEvent(
                    id=row.pk,
                    kind=row.kind,
                    version=body["v"],
                    subject_id=row.subject_id,
                    sender=senders[row.organisation],
                    happened_at=row.happened_at,
                    body=body,
                    proof=made_up_proof(),
                )
                found.append((codes[node_id], event))
        # Within one instant a node says things in the order of their numbers.
        return sorted(found, key=lambda each: (each[1].happened_at, each[1].body.get("step", 0)))

    def deliver(self) -> list[str]:
        """Deliver everything that was told and not delivered yet, until nobody says any more."""
        done = []
        while waiting := self.events(undelivered=True):
            for code, event in waiting:
                self.delivered.add((event.id, str(self.ids[code])))
                self._leave(code, event)
                if event.kind == PAYLOAD_ERASED:
                    self._erase(code, event)
                else:
                    self.arrive(code, event)
                done.append(event.kind)
        return done

    def _leave(self, code: str, event: IncomingEvent) -> None:
        """Keep what the exchange keeps of an event that left and was taken: a leaf, a copy, an arrival."""
        position, commit = Given.objects.count(), sha256(event.id.bytes).hexdigest()
        given = Given.objects.create(
            commit=commit,
            event=event.id,
            position=position,
            kind=event.kind,
            subject_id=event.subject_id,
            audience=[str(self.ids[code])],
            counter=position + 1,
            recorded_at=event.happened_at,
        )
        content = json.dumps(event.body).encode()
        public = settings.HAVN_KEYRING.read("exchange-key.pub")
        sealed = seal(content, public, purpose=COPY_PURPOSE)
        GivenCopy.objects.create(given=given, node=self.ids[code], sealed=sealed)
        log, _made = Log.objects.get_or_create(
            node=event.sender, defaults={"origin": f"havn-log/{event.sender}", "root": b""}
        )
        Arrival.objects.create(
            id=uuid4(),
            log=log,
            position=position,
            commit=commit,
            epoch=1,
            state="done",
            event=event.id,
            kind=event.kind,
            subject_id=event.subject_id,
            found_at=event.happened_at,
        )
        OutgoingEvent.objects.filter(pk=event.id).update(left_at=event.happened_at)

    def _erase(self, code: str, event: IncomingEvent) -> None:
        with self.as_node(code) as node:
            READINGS[PAYLOAD_ERASED].handler(event, node.system, node.at)

    def arrive(self, code: str, event: IncomingEvent) -> arriving.Arrived:
        """Let an event arrive at a node."""
        with self.as_node(code) as node:
            return arriving.event_arrived(event=event, actor=node.system, at=node.at)


def alliance(*others: str) -> Alliance:
    """Return the own node in Denmark, and nodes in other countries, all active."""
    own = small_node()
    row = Node.objects.get(is_own=True)
    Node.objects.filter(pk=row.pk).update(state=ACTIVE)
    Organisation.objects.filter(pk=own.organisation).update(is_listed=True, roles=["hotline"])
    Member.objects.filter(code="DK").update(state=ACTIVE)
    made = Alliance({"DK": own}, {"DK": row.pk})
    for code in others:
        made.add(code)
    return made
