# SPDX-License-Identifier: Apache-2.0
"""A small node in the test's database: its people, and items at any point of their life."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings

from havn.domain.actor import Actor, ActorKind, Role
from havn.domain.assessment import rules as assessment_rules
from havn.domain.assessment import services as assessment
from havn.domain.cases import selectors as cases
from havn.domain.cases import services as record
from havn.domain.cases.rules import LegalClass
from havn.domain.errors import RefusedError
from havn.domain.intake import rules as intake_rules
from havn.domain.intake import services as intake
from havn.domain.jobs import services as jobs
from havn.domain.jobs.models import OPEN, Job
from havn.domain.tracing import selectors as tracing
from havn.domain.workflow.services import casework
from havn.domain.workflow.tasks.casework import BACKGROUND_WORK, ORDERING
from havn.lib.encoding import new_receipt
from tests.support.outside import HOST, FakeOutside
from tests.support.own_node import register_own_node

RECEIPTS: dict[UUID, str] = {}
POLICY = settings.HAVN_POLICY
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def person(organisation: UUID, *roles: Role) -> Actor:
    """Return a member of staff of the organisation with these roles."""
    return Actor(ActorKind.PERSON, organisation, uuid4(), frozenset(roles))


@dataclass
class SmallNode:
    """An own node in Denmark, its staff, its outside, and its clock."""

    organisation: UUID
    at: datetime = START
    outside: FakeOutside = field(default_factory=FakeOutside)

    def __post_init__(self) -> None:
        self.system = Actor.system(organisation=self.organisation)
        self.analyst = person(self.organisation, Role.ANALYST)
        self.supervisor = person(self.organisation, Role.SUPERVISOR)
        self.investigator = person(self.organisation, Role.INVESTIGATOR)
        self.operator = person(self.organisation, Role.OPERATOR)
        self.stranger = person(uuid4(), Role.ANALYST, Role.SUPERVISOR, Role.INVESTIGATOR)

    def later(self, **lasts: float) -> datetime:
        """Let time pass and return the new time."""
        self.at += timedelta(**lasts)
        return self.at

    def item(self, item_id: UUID) -> cases.ItemView:
        """Return an item as the system sees it."""
        return cases.item(item_id=item_id, actor=self.system)

    def filed_item(self, address: str = f"https://{HOST}/item/17") -> UUID:
        """File a report with one address and return its item."""
        report = record.NewReport(
            report_id=uuid4(),
            organisation=self.organisation,
            channel="web",
            language="en",
            received_at=self.at,
            addresses=(address,) if address else (),
            described="" if address else "an app",
        )
        [filed] = record.file_reports(reports=[report], actor=self.system, at=self.at)
        return filed.items[0].item_id

    def confirmed_item(self, address: str = f"https://{HOST}/item/17") -> UUID:
        """Return an item whose assessment confirms it; no work is ordered."""
        item_id = self.filed_item(address)
        record.set_legal_class(
            item_id=item_id, legal_class=LegalClass.BASELINE, actor=self.system, at=self.at
        )
        return item_id

    def open_jobs(self, kind: str) -> list[Job]:
        """Return open jobs of a kind, the next one first."""
        return list(Job.objects.filter(OPEN, kind=kind).order_by("due_at", "id"))

    def work(self, *kinds: str) -> list[str]:
        """Do what is due now, as the worker does, and return what was done or the failure's code."""
        done = []
        wanted = kinds or tuple(BACKGROUND_WORK)
        for order in ORDERING:
            order(self.at)
        while claimed := jobs.claim(kinds=wanted, at=self.at, most=1):
            job = claimed[0]
            try:
                BACKGROUND_WORK[job.kind](job, self.at, self.outside.outside())
            except RefusedError as refusal:
                jobs.fail(job=job, reason=refusal.code, actor=self.system, at=self.at)
                done.append(f"{job.kind}: {refusal.code}")
            else:
                jobs.finish(job=job, at=self.at)
                done.append(job.kind)
        return done


def small_node() -> SmallNode:
    """Register the own node in the test's database and return it."""
    return SmallNode(register_own_node(at=START))


def submitted(node: SmallNode, *addresses: str, **parts: object) -> UUID:
    """Send a report from the public site and return its token."""
    token = uuid4()
    RECEIPTS[token] = new_receipt()
    known = {"kind": "address", "addresses": addresses or (f"https://{HOST}/item/17",), **parts}
    intake.accept_submission(
        token_id=token,
        receipt=RECEIPTS[token],
        answers=intake_rules.Answers(**known),  # type: ignore[arg-type]
        actor=Actor.reporter(),
        at=node.at,
    )
    return token


def assessed(node: SmallNode, legal_class: LegalClass = LegalClass.BASELINE) -> UUID:
    """Take the next item and assess it."""
    held = assessment.take_next(actor=node.analyst, at=node.at)
    assert held is not None
    proposed = assessment_rules.default_decision(POLICY, jurisdiction="DK")
    casework.assess_item(
        item_id=held.item_id,
        lease_token=held.lease_token,
        decision=replace(proposed, legal_class=legal_class),
        actor=node.analyst,
        at=node.at,
    )
    return held.item_id


def confirmed(node: SmallNode) -> UUID:
    """Return an item that was reported, confirmed, traced, checked and told to police."""
    submitted(node)
    node.work()
    item_id = assessed(node)
    node.work()
    return item_id


def released(node: SmallNode) -> UUID:
    """Return an item whose contact a person confirmed, so that its notice waits."""
    item_id = confirmed(node)
    contact = tracing.contact_of_item(item_id=item_id, actor=node.analyst)
    assert contact is not None
    casework.contact_confirmed(
        item_id=item_id, contact_id=contact.id, actor=node.analyst, at=node.at
    )
    return item_id


def sent(node: SmallNode) -> UUID:
    """Return an item whose provider has its first notice."""
    item_id = released(node)
    node.at += POLICY.notice_after
    node.work()
    assert node.item(item_id).notice == "sent"
    return item_id


def held(node: SmallNode, item_id: UUID | None, *, host: str = "", hours: float = 24) -> UUID:
    """Hold an item or a host and return the hold."""
    return casework.hold_placed(
        item_id=item_id,
        host=host,
        reason="quiet please",
        hours=hours,
        actor=node.investigator,
        at=node.at,
    )
