# SPDX-License-Identifier: Apache-2.0
"""A small node with the three government roles, and a national report at every step, for tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from django.contrib.auth import get_user_model
from django.db import transaction

from havn.domain.accounts import services as accounts
from havn.domain.actor import Actor, ActorKind, Role
from havn.domain.jobs import services as jobs
from havn.domain.ledger import services as ledger
from havn.domain.ledger.rules import FactName
from havn.domain.members.models import Member, Node, Organisation
from havn.domain.reporting import rules, services
from havn.domain.workflow.tasks.reporting import REPORT_WORK
from tests.support.outside import FakeOutside
from tests.support.own_node import register_own_node

YEAR = 2026
MADE_AT = datetime(2027, 2, 2, 9, tzinfo=UTC)
PARTS = tuple(part.value for part in rules.Part)


@dataclass
class ReportingNode:
    """An own node whose government writes a report about 2026, its people, outside and clock."""

    organisation: UUID
    at: datetime = MADE_AT
    outside: FakeOutside = field(default_factory=FakeOutside)

    def __post_init__(self) -> None:
        self.system = Actor.system(organisation=self.organisation)
        self.rapporteur = self.person("rapporteur", Role.RAPPORTEUR)
        self.signatory = self.person("signatory", Role.SIGNATORY)
        self.owner = self.person("owner", Role.DATA_OWNER)

    def person(self, name: str, *roles: Role) -> Actor:
        """Add a person with these roles, and return who acts."""
        identifier = uuid4()
        person = get_user_model()(
            id=identifier,
            email=f"{name}-{identifier.hex[:6]}@ministry.example",
            name=name.title(),
            organisation=self.organisation,
            recorded_at=self.at,
        )
        person.set_unusable_password()
        person.save(force_insert=True)
        for role in roles:
            accounts.grant_role(
                person_id=identifier,
                role=role,
                actor=Actor.operator(organisation=self.organisation),
                at=self.at,
            )
        return Actor(ActorKind.PERSON, self.organisation, identifier, frozenset(roles))

    def later(self, **lasts: float) -> datetime:
        """Let time pass and return the new time."""
        self.at += timedelta(**lasts)
        return self.at

    def reports_received(self, number: int, *, month: int = 2, channel: str = "web") -> None:
        """Record that so many reports came in that month of 2026."""
        happened_at = datetime(YEAR, month, 15, tzinfo=UTC)
        with transaction.atomic():
            ledger.record_facts(
                name=FactName.REPORT_RECEIVED,
                subject_kind="report",
                facts=[
                    ledger.NewFact(
                        uuid4(),
                        {"channel": channel, "language": "da", "duplicate": False},
                        happened_at,
                    )
                    for _ in range(number)
                ],
                organisation=self.organisation,
                at=max(happened_at, self.at - timedelta(days=1)),
            )

    def drafted(self) -> UUID:
        """Begin the report about 2026."""
        return services.make_draft(year=YEAR, actor=self.system, at=self.at)

    def wrote(
        self, report_id: UUID, kind: str = "overview", text: str = "A year in plain words."
    ) -> None:
        """Write a text in English that rests on nothing."""
        services.write_text(
            report_id=report_id,
            kind=kind,
            language="en",
            text=text,
            based_on=[],
            actor=self.rapporteur,
            at=self.at,
        )

    def owned(self) -> None:
        """Let one person answer for all parts."""
        for part in PARTS:
            services.name_owner(
                part=part,
                person_id=self.owner.identifier or uuid4(),
                office="Statistics office",
                actor=self.rapporteur,
                at=self.at,
            )

    def confirmed(self, report_id: UUID) -> None:
        """Let the owner confirm every part."""
        self.owned()
        for part in PARTS:
            services.confirm_part(report_id=report_id, part=part, actor=self.owner, at=self.at)

    def release(self, report_id: UUID, actor: Actor, office: str) -> None:
        """Release as a person who gave the second factor just now."""
        services.release_report(
            report_id=report_id, office=office, factor_at=self.at, actor=actor, at=self.at
        )

    def made_ready(self, report_id: UUID) -> UUID:
        """Do to a draft what it takes before it can be released, and return it."""
        self.wrote(report_id)
        self.confirmed(report_id)
        return report_id

    def ready(self) -> UUID:
        """Return a draft that can be released."""
        return self.made_ready(self.drafted())

    def released(self, report_id: UUID | None = None) -> UUID:
        """Release a report by two persons, let the node sign it, and return it."""
        report_id = report_id or self.ready()
        self.release(report_id, self.rapporteur, "Ministry of Justice, rapporteur")
        self.release(report_id, self.signatory, "Minister of Justice")
        self.work(rules.SIGN_REPORT)
        return report_id

    def asked(self, report_id: UUID, *, wants: str = "figure", days: int = 45) -> UUID:
        """Ask an office for something."""
        ask = services.NewAsk(
            office="Education agency",
            email="statistics@education.example",
            language="en",
            question="How many schools held a session?",
            wants=wants,
            due_on=(self.at + timedelta(days=days)).date(),
        )
        return services.ask_office(report_id=report_id, ask=ask, actor=self.rapporteur, at=self.at)

    def work(self, *kinds: str) -> list[str]:
        """Do what is due now of these kinds, or of all of reporting, and return what was done."""
        done = []
        while claimed := jobs.claim(kinds=kinds or tuple(REPORT_WORK), at=self.at, most=1):
            REPORT_WORK[claimed[0].kind](claimed[0], self.at, self.outside.outside())
            jobs.finish(job=claimed[0], at=self.at)
            done.append(claimed[0].kind)
        return done


def reporting_node() -> ReportingNode:
    """Register the own node in the test's database, with the people of a report."""
    return ReportingNode(register_own_node(at=datetime(YEAR, 1, 1, tzinfo=UTC)))


def secretariat_node(*, at: datetime = MADE_AT) -> UUID:
    """Put a hub with the secretariat's mandate into the roster and return its node."""
    member = Member.objects.create(
        id=uuid4(), code="ALLIANCE", name="Secretariat", kind="international", state="active"
    )
    organisation = Organisation.objects.create(
        id=uuid4(),
        member=member,
        name="Secretariat",
        kind="secretariat",
        is_listed=True,
        mandates=["secretariat"],
    )
    node = Node.objects.create(
        id=uuid4(), organisation=organisation, name="Hub", state="active", recorded_at=at
    )
    return node.pk


def answer(figure: str = "412", *, source: str = "Register of schools") -> services.NewAnswer:
    """Return a figure as an office states it."""
    return services.NewAnswer(
        figure=Decimal(figure),
        text="",
        source=source,
        stated_by="Head of statistics",
        known_on=date(2027, 1, 15),
    )
