# SPDX-License-Identifier: Apache-2.0
"""Nodes of one database that ask each other whether an address is known, by the bytes of the wire."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings

from havn.domain.actor import Actor
from havn.domain.assessment import services as queue
from havn.domain.assessment.models import QueueEntry
from havn.domain.assessment.rules import default_decision
from havn.domain.cases import services as record
from havn.domain.cases.models import ContentItem
from havn.domain.cases.rules import Availability, LegalClass
from havn.domain.errors import TooManyAsksError
from havn.domain.exchange.rules import IncomingEvent
from havn.domain.members.models import RosterState
from havn.domain.members.rules import NodeReply
from havn.domain.referral import rules
from havn.domain.referral.clients import HttpKnownNode, KnownError
from havn.domain.workflow.services import casework, known
from havn.domain.workflow.tasks.casework import READINGS
from tests.support.casework import SmallNode, assessed
from tests.support.other_nodes import Alliance, alliance
from tests.support.outside import HOST

POLICY = settings.HAVN_POLICY
URL = f"https://{HOST}/item/17"
FAR = timedelta(days=3650)


def asking_alliance() -> Alliance:
    """Return Denmark's, Sweden's and Germany's nodes in one database; a roster holds at Denmark's."""
    world = alliance("SE", "DE")
    node = world.nodes["DK"]
    RosterState.objects.create(id=1, version=1, expires_at=node.at + FAR)
    return world


def reported(node: SmallNode, *addresses: str, described: str = "") -> list[UUID]:
    """File a report as background work does, and return its items, which wait in the queue."""
    report = record.NewReport(
        report_id=uuid4(),
        organisation=node.organisation,
        channel="file",
        language="en",
        received_at=node.at,
        addresses=addresses,
        described=described,
    )
    [filed] = casework.reports_imported(rows=[report], actor=node.system, at=node.at)
    return [item.item_id for item in filed.items]


def assessed_here(
    node: SmallNode, *addresses: str, legal_class: LegalClass = LegalClass.BASELINE
) -> list[UUID]:
    """Let the node's own people assess what is reported at these addresses."""
    items = reported(node, *(addresses or (URL,)))
    for _ in items:
        assessed(node, legal_class)
    return items


@dataclass
class KnownWire:
    """Carries questions to nodes of the same database, as JSON; breaks or says something else when told."""

    world: Alliance
    asker: str = "DK"
    instead: NodeReply | KnownError | None = None
    asked: list[tuple[UUID, rules.KnownAsk]] = field(default_factory=list)

    def send(self, node: UUID, method: str, path: str, body: bytes = b"") -> NodeReply:
        """Answer as the node does over signed requests."""
        assert path == "/api/v1/known"
        ask = rules.read_known_ask(json.loads(body))
        self.asked.append((node, ask))
        if isinstance(self.instead, KnownError):
            raise self.instead
        return self.instead or self._answer(node, ask)

    def _answer(self, node: UUID, ask: rules.KnownAsk) -> NodeReply:
        [code] = [code for code, each in self.world.ids.items() if each == node]
        with self.world.as_node(code) as there:
            asker = Actor.node(organisation=there.organisation, node=self.world.ids[self.asker])
            try:
                told = known.known_told(ask=ask, actor=asker, at=there.at)
            except TooManyAsksError as error:
                return NodeReply(429, b"{}", (error.free_at - there.at).total_seconds())
        return NodeReply(200, json.dumps(rules.known_answer_document(told)).encode())


def wired(world: Alliance, asker: str = "DK") -> KnownWire:
    """Let a node ask the others, and return what carries its questions."""
    wire = KnownWire(world, asker)
    world.nodes[asker].outside.known = HttpKnownNode(wire)
    return wire


def asks(node: SmallNode) -> list[str]:
    """Let the time for a round pass, and do all questions that are due."""
    node.at += POLICY.known_ask_every
    return node.work("known_ask")


def told_of_withdrawals(world: Alliance, code: str = "DK") -> list[IncomingEvent]:
    """Let the events that other nodes sent arrive at one, and return them."""
    found = [event for to, event in world.events(undelivered=True) if to == code]
    for event in found:
        world.delivered.add((event.id, str(world.ids[code])))
        with world.as_node(code) as node:
            READINGS[event.kind].handler(event, node.system, node.at)
    return found


def withdrawn_there(world: Alliance, theirs: UUID) -> None:
    """Let a supervisor in Sweden find something else."""
    with world.as_node("SE") as se:
        se.later(minutes=5)
        got = queue.assess_again(item_id=theirs, actor=se.supervisor, at=se.at)

        decision = replace(
            default_decision(POLICY, jurisdiction="DK"), legal_class=LegalClass.UNDETERMINED
        )
        casework.assess_item(
            item_id=theirs,
            lease_token=got.lease_token,
            decision=decision,
            actor=se.supervisor,
            at=se.at,
        )


def takes(node: SmallNode, item_id: UUID) -> queue.Held:
    """Let the analyst take the item."""
    return queue.take_item(item_id=item_id, actor=node.analyst, at=node.at)


def waiting(node: SmallNode) -> Sequence[UUID]:
    """Return the items that wait for an assessment."""
    rows = QueueEntry.objects.filter(organisation=node.organisation).exclude(state="done")
    return list(rows.order_by("received_at", "pk").values_list("pk", flat=True))


def assessed_there(
    world: Alliance, *addresses: str, legal_class: LegalClass = LegalClass.BASELINE
) -> UUID:
    """Let Sweden assess it first."""
    with world.as_node("SE") as node:
        return assessed_here(node, *addresses, legal_class=legal_class)[0]


def digest(item_id: UUID) -> str:
    """Return the digest of an item's address."""
    return ContentItem.objects.get(pk=item_id).key_digest


def answers(world: Alliance, *digests: str) -> tuple[rules.KnownThere, ...]:
    """Ask Sweden as Denmark."""
    with world.as_node("SE") as node:
        asker = Actor.node(organisation=node.organisation, node=world.ids["DK"])
        ask = rules.KnownAsk(uuid4(), digests)
        return known.known_told(ask=ask, actor=asker, at=node.at)


def known_there(
    item_id: UUID, *, assessed_at: datetime, reference: UUID | None = None
) -> rules.KnownThere:
    """Return what Sweden tells of an item's address."""
    return rules.KnownThere(
        digest=digest(item_id),
        jurisdiction="SE",
        scheme="interpol-baseline",
        scheme_version="1",
        age_band="unknown",
        sex="undetermined",
        origin="unknown",
        assessed_at=assessed_at,
        availability=Availability.UP,
        reference=reference or uuid4(),
    )
