# SPDX-License-Identifier: Apache-2.0
"""Gives a node that stands referrals in both directions: run in the node's environment.

HAVN_DATA=... python -m tests.support.desk_referrals
Other nodes stand in its database as a roster would name them; nothing is sent anywhere.
"""

from __future__ import annotations

import os
import sys
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

if TYPE_CHECKING:
    from havn.domain.actor import Actor

HOST = "harbour-pictures.example"


def main() -> int:
    """Offer one item, send one that is answered, and let two arrive."""
    os.environ["HAVN_AUDIENCE"] = "all"
    os.environ["DJANGO_SETTINGS_MODULE"] = "havn.config.settings"
    import django

    django.setup()
    from django.db import transaction

    from havn.domain.actor import Actor
    from havn.domain.cases.models import ContentItem
    from havn.domain.jobs import services as jobs
    from havn.domain.members import selectors as members
    from havn.domain.members.models import Member, Node, Organisation
    from havn.lib import clock
    from tests.support.other_nodes import allow_personal, join

    own = members.own_node(actor=Actor.system())
    Node.objects.filter(is_own=True).update(state="active")
    Organisation.objects.filter(pk=own.organisation_id).update(is_listed=True, roles=["hotline"])
    Member.objects.filter(code=own.member_code).update(state="active")
    there = join("XS", name="Skerry Hotline").pk
    third = join("XT", name="Dune Hotline").pk
    allow_personal(own.member_code, "XS")
    system, at = Actor.system(organisation=own.organisation_id), clock.now()
    with transaction.atomic():
        offered(system, "XS", at, number=1)
        hear(system, sent(system, there, at), there, third, at)
        erase(system, arrive(system, there, at, "baseline"), there, at)
        arrive(system, there, at, "national")
        # No machine looks at them: the demonstration's world knows no such host, so they would soon be gone.
        subjects = ContentItem.objects.filter(host=HOST).values_list("pk", flat=True)
        kinds = ["trace", "check"]
        jobs.withdraw(kinds=kinds, subject_ids=list(subjects), at=at)
    return 0


def offered(system: Actor, country: str, at: datetime, *, number: int) -> UUID:
    """File an item that a person confirmed, and trace it to a country."""
    from django.conf import settings

    from havn.domain.accounts import selectors as people
    from havn.domain.actor import Role
    from havn.domain.assessment import rules, services
    from havn.domain.cases import services as record
    from havn.domain.workflow.services import casework
    from tests.support.other_nodes import hosted_in

    report = record.NewReport(
        report_id=uuid4(),
        organisation=system.scope,
        channel="web",
        language="en",
        received_at=at,
        addresses=(f"https://{HOST}/item/{number}",),
        texts={"words": "seen at confirmed item 17"},
    )
    [filed] = record.file_reports(reports=[report], actor=system, at=at)
    item_id = filed.items[0].item_id
    services.enter_queue(items={filed.report_id: [item_id]}, actor=system, at=at)
    (first, *_others) = people.colleagues(actor=system, roles=(Role.ANALYST,))
    analyst = people.actor_of(person_id=first.id)
    held = services.take_item(item_id=item_id, actor=analyst, at=at)
    casework.assess_item(
        item_id=item_id,
        lease_token=held.lease_token,
        decision=rules.default_decision(settings.HAVN_POLICY, jurisdiction="DK"),
        actor=analyst,
        at=at,
    )
    findings = hosted_in(country, HOST)
    casework.trace_finished(item_id=item_id, findings=findings, actor=system, at=at)
    return item_id


def sent(system: Actor, there: UUID, at: datetime) -> UUID:
    """Send an item and return its reference."""
    from havn.domain.accounts import selectors as people
    from havn.domain.actor import Role
    from havn.domain.referral import selectors
    from havn.domain.referral.rules import Direction
    from havn.domain.workflow.services import referring

    item_id = offered(system, "XS", at, number=2)
    (first, *_others) = people.colleagues(actor=system, roles=(Role.ANALYST,))
    analyst = people.actor_of(person_id=first.id)
    referring.item_referred(
        item_id=item_id, node_id=there, with_personal=True, actor=analyst, at=at
    )
    page = selectors.referral_list(direction=Direction.OUT, actor=system)
    return page.referrals[-1].reference


def hear(system: Actor, reference: UUID, there: UUID, third: UUID, at: datetime) -> None:
    """Let the receiver say what happened, until a third node has it."""
    from havn.domain.referral.rules import Said, Word, body_said

    for said in (
        Said(1, Word.RECEIVED, proof="c2sp.org/tlog-proof@v1\nindex 17"),
        Said(2, Word.ACCEPTED),
        Said(3, Word.PROGRESS, "police_told", node=there),
        Said(4, Word.PROGRESS, "moved", "XT", there),
        Said(5, Word.REASSIGNED, country="XT", node=third),
        Said(6, Word.PROGRESS, "notice_sent", node=third),
    ):
        when = at + timedelta(minutes=said.number)
        event(system, said.kind.value, reference, there, when, body_said(said))


def erase(system: Actor, reference: UUID, there: UUID, at: datetime) -> None:
    """Let the sender take back what the reporter wrote."""
    from havn.domain.exchange.rules import ErasedBecause
    from havn.domain.workflow.services import erasing

    erasing.words_erased_at_source(
        reference=reference, node_id=there, why=ErasedBecause.TAKEN_BACK, actor=system, at=at
    )


def arrive(system: Actor, there: UUID, at: datetime, legal_class: str) -> UUID:
    """Let an item arrive that the other node found to be of this class, and return its reference."""
    from havn.domain.cases.rules import LegalClass
    from havn.domain.members import selectors as members
    from havn.domain.referral import rules

    own = members.own_node(actor=system).member_code
    content = rules.Referral(
        why=rules.Why.HOSTED,
        item=rules.Item(f"https://{HOST}/{legal_class}/17", at - timedelta(hours=3)),
        assessment=rules.Made(
            by=there,
            legal_class=LegalClass(legal_class),
            jurisdiction="XS",
            scheme="interpol-baseline",
            scheme_version="1",
            assessed_at=at - timedelta(hours=2),
        ),
        hosting=rules.Hosting(own),
        clocks=rules.Clocks(at - timedelta(hours=3), at - timedelta(hours=2)),
        chain=(there,),
        personal=rules.Personal({"words": "seen at confirmed item 17"}),
    )
    reference = uuid4()
    event(system, "referral.sent", reference, there, at, rules.body_of(content))
    return reference


def event(
    system: Actor, kind: str, reference: UUID, there: UUID, at: datetime, body: dict[str, Any]
) -> None:
    """Let an event arrive as the exchange does."""
    from havn.domain.exchange.rules import IncomingEvent
    from havn.domain.workflow.services import arriving

    told = IncomingEvent(
        id=uuid4(),
        kind=kind,
        version=1,
        subject_id=reference,
        sender=there,
        happened_at=at,
        body={"v": 1, **body},
        proof="c2sp.org/tlog-proof@v1",
    )
    arriving.event_arrived(event=told, actor=system, at=at)


if __name__ == "__main__":
    sys.exit(main())
