# SPDX-License-Identifier: Apache-2.0
"""Gives a node that stands an alliance and referrals in both directions: run in the node's environment.

HAVN_DATA=... python -m tests.support.desk_referrals all
HAVN_DATA=... python -m tests.support.desk_referrals outcome   (of what was sent last: it is gone)
Others stand in its roster and are played in memory; nothing is sent anywhere.
"""

from __future__ import annotations

import os
import sys
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from tests.support import desk_alliance
from tests.support.proofs import made_up_proof
from tests.support.roster import identifier

if TYPE_CHECKING:
    from havn.domain.actor import Actor

HOST = "harbour-pictures.example"


def main(what: str) -> int:
    """Let others take part and tell something, or let the receiver say that all is gone."""
    os.environ["HAVN_AUDIENCE"] = "all"
    os.environ["DJANGO_SETTINGS_MODULE"] = "havn.config.settings"
    import django

    django.setup()
    from django.db import transaction

    from havn.domain.actor import Actor
    from havn.domain.members import selectors as members
    from havn.lib import clock

    own = members.own_node(actor=Actor.system())
    system, at = Actor.system(organisation=own.organisation_id), clock.now()
    if what == "all":
        desk_alliance.take_part(system, at)
    with transaction.atomic():
        {"all": everything, "outcome": outcome}[what](system, at)
    tell_police(at)
    return 0


def everything(system: Actor, at: datetime) -> None:
    """Offer two items, send one that a third node has by now, ask about one, and let three arrive."""
    from havn.domain.cases.models import ContentItem
    from havn.domain.jobs import services as jobs

    there, third = (identifier("node", code) for code in ("XS", "XT"))
    offered(system, "XS", at, number=1)
    for number in (4, 5):
        offered(system, "XS", at, number=number)
    hear(system, sent(system, there, at), there, third, at)
    seen_from_elsewhere(offered(system, country_of(system), at, number=3), system, there, at)
    reference = arrive(system, there, at, "baseline", f"https://{HOST}/baseline/17")
    erase(system, reference, there, at)
    arrive(system, there, at, "national", f"https://{HOST}/national/17")
    arrive(system, there, at, "baseline", f"https://{HOST}/item/3")
    # No machine looks at them: the demonstration's world knows no such host, so they would soon be gone.
    subjects = ContentItem.objects.filter(host=HOST).values_list("pk", flat=True)
    kinds = ["trace", "check"]
    jobs.withdraw(kinds=kinds, subject_ids=list(subjects), at=at)


def tell_police(at: datetime) -> None:
    """Make the packages that are due, as the worker does: only then may an item go abroad."""
    from django.conf import settings

    from havn.domain.jobs import services as jobs
    from havn.domain.workflow.tasks.casework import BACKGROUND_WORK
    from tests.support.outside import FakeOutside

    when = at + settings.HAVN_POLICY.package_waits_at_most
    while claimed := jobs.claim(kinds=["package"], at=when, most=1):
        BACKGROUND_WORK["package"](claimed[0], when, FakeOutside().outside())
        jobs.finish(job=claimed[0], at=when)


def outcome(system: Actor, at: datetime) -> None:
    """Let the receiver of what was sent last say what it did, and that it is gone."""
    from havn.domain.referral import selectors
    from havn.domain.referral.rules import Direction, Said, Word, body_said

    page = selectors.referral_list(direction=Direction.OUT, actor=system)
    view = max(page.referrals, key=lambda each: each.opened_at)
    for said in (
        Said(1, Word.RECEIVED, proof=made_up_proof()),
        Said(2, Word.ACCEPTED),
        Said(3, Word.PROGRESS, "police_told", node=view.node_id),
        Said(4, Word.PROGRESS, "notice_sent", node=view.node_id),
        Said(5, Word.ENDED, "removed", node=view.node_id),
    ):
        event(system, said.kind.value, view.reference, view.node_id, at, body_said(said))


def seen_from_elsewhere(item_id: UUID, system: Actor, there: UUID, at: datetime) -> None:
    """Let another country have looked at an item, and another not have answered yet."""
    from havn.domain.takedown import services as looks
    from havn.domain.takedown.rules import AskReason, Seen, SeenElsewhere, VantagePoint
    from havn.domain.workflow.services import vantages

    points = [VantagePoint(there, "XS"), VantagePoint(identifier("node", "XT"), "XT")]
    first, _second = looks.ask_vantages(
        item_id=item_id, points=points, reason=AskReason.PERSON, actor=system, at=at
    )
    url = f"https://{HOST}/item/3"
    found = SeenElsewhere(Seen(url=url, status=200, final_url=url), at, timedelta(seconds=1))
    vantages.vantage_answered(ask_id=first, found=found, actor=system, at=at)


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
        decision=rules.default_decision(settings.HAVN_POLICY, jurisdiction=country_of(system)),
        actor=analyst,
        at=at,
    )
    findings = hosted_in(country, HOST)
    casework.trace_finished(item_id=item_id, findings=findings, actor=system, at=at)
    return item_id


def country_of(system: Actor) -> str:
    """Return the own node's country."""
    from havn.domain.members import selectors as members

    return members.own_node(actor=system).member_code


def sent(system: Actor, there: UUID, at: datetime) -> UUID:
    """Send an item with what its reporter wrote, as a supervisor decides, and return its reference."""
    from havn.domain.accounts import selectors as people
    from havn.domain.actor import Role
    from havn.domain.referral import selectors
    from havn.domain.referral.rules import Direction
    from havn.domain.workflow.services import referring

    item_id = offered(system, "XS", at, number=2)
    (first, *_others) = people.colleagues(actor=system, roles=(Role.SUPERVISOR,))
    referring.item_referred(
        item_id=item_id,
        node_id=there,
        with_personal=True,
        reason="the words name the place",
        actor=people.actor_of(person_id=first.id),
        at=at,
    )
    page = selectors.referral_list(direction=Direction.OUT, actor=system)
    return page.referrals[-1].reference


def hear(system: Actor, reference: UUID, there: UUID, third: UUID, at: datetime) -> None:
    """Let the receiver say what happened, until a third node has it."""
    from havn.domain.referral.rules import Said, Word, body_said

    for said in (
        Said(1, Word.RECEIVED, proof=made_up_proof()),
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


def arrive(system: Actor, there: UUID, at: datetime, legal_class: str, address: str) -> UUID:
    """Let an item arrive that the other node found to be of this class, and return its reference."""
    from havn.domain.cases.rules import LegalClass
    from havn.domain.members import selectors as members
    from havn.domain.referral import rules

    own = members.own_node(actor=system).member_code
    content = rules.Referral(
        why=rules.Why.HOSTED,
        item=rules.Item(address, at - timedelta(hours=3)),
        assessment=rules.Made(
            by=there,
            legal_class=LegalClass(legal_class),
            jurisdiction="XS",
            scheme="interpol-baseline",
            scheme_version="1",
            assessed_at=at - timedelta(hours=2),
        ),
        hosting=rules.Hosting(
            own,
            observed_at=at - timedelta(hours=1),
            addresses=("192.0.2.17",),
            network="AS64500",
            network_name="Example Network",
            registry_country=own,
            network_country=own,
            registry_files="ripencc",
        ),
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
        proof=made_up_proof(),
    )
    arriving.event_arrived(event=told, actor=system, at=at)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
