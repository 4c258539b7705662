# SPDX-License-Identifier: Apache-2.0
"""Made-up promises for tests: terms that can be promised, people of a government, and a promise in each state."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from havn.domain.actor import Actor, ActorKind, Role
from havn.domain.commitments import rules, services
from havn.domain.commitments.rules import (
    Deliverable,
    Evidence,
    EvidenceKind,
    IndicatorAim,
    Kind,
    Resource,
    ResourceKind,
    State,
    Step,
    Terms,
)
from havn.lib.encoding import uuid4

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
JUSTICE, POLICE = "Ministry of Justice", "National police"
AIM = IndicatorAim("R05", "median_hours", "down", Decimal(90), date(2026, 1, 31), Decimal(48))
THING = Deliverable(
    {"en": "A law on notices.", "da": "En lov om henvendelser."},
    {"en": "There is none.", "da": "Der er ingen."},
)
TERMS = Terms(
    target=4,
    goal="G4.2",
    title={"en": "Faster removal", "da": "Hurtigere fjernelse"},
    text={"en": "Confirmed item 17 goes sooner.", "da": "Bekræftet genstand 17 fjernes før."},
    office=JUSTICE,
    measure=THING,
    start=date(2026, 1, 1),
    due=date(2026, 12, 31),
)


def document(at: datetime = AT, **changes: Any) -> Evidence:
    """Return a document that shows something."""
    found = Evidence(
        EvidenceKind.DOCUMENT, at.date(), None, "Law 17", "https://law.example/17", at
    )
    return replace(found, **changes)


def value(number: str, at: datetime = AT, **changes: Any) -> Evidence:
    """Return a value of an indicator."""
    found = Evidence(EvidenceKind.VALUE, at.date(), Decimal(number), "R05 of 2026-Q1", "", at)
    return replace(found, **changes)


def money(at: datetime = AT, **changes: Any) -> Resource:
    """Return money that was promised."""
    found = Resource(ResourceKind.PROMISED, Decimal(1200000), "DKK", 2026, "Budget line 17", at)
    return replace(found, **changes)


def person(organisation: UUID, *roles: Role) -> Actor:
    """Return somebody of a government."""
    return Actor(ActorKind.PERSON, organisation, uuid4(), frozenset(roles))


class Government:
    """The people of one country, and what they do with one promise."""

    def __init__(self, organisation: UUID) -> None:
        self.organisation = organisation
        self.rapporteur = person(organisation, Role.RAPPORTEUR)
        self.signatory = person(organisation, Role.SIGNATORY)
        self.police = person(organisation, Role.DATA_OWNER)

    def propose(self, terms: Terms = TERMS, *, at: datetime = AT) -> UUID:
        """Return a new proposal."""
        return services.propose(terms=terms, office=JUSTICE, actor=self.rapporteur, at=at)

    def adopt(self, terms: Terms = TERMS, *, at: datetime = AT) -> UUID:
        """Return a promise that was adopted."""
        found = self.propose(terms, at=at)
        services.adopt(commitment_id=found, office=JUSTICE, actor=self.signatory, at=at)
        return found

    def start(self, terms: Terms = TERMS, *, at: datetime = AT) -> UUID:
        """Return a promise that is worked at."""
        found = self.adopt(terms, at=at)
        services.start(
            commitment_id=found, office=JUSTICE, day=at.date(), actor=self.rapporteur, at=at
        )
        return found

    def claim(self, terms: Terms = TERMS, *, at: datetime = AT) -> UUID:
        """Return a promise that its rapporteur says was kept."""
        found = self.start(terms, at=at)
        services.claim(
            commitment_id=found,
            office=JUSTICE,
            evidence=document(at),
            actor=self.rapporteur,
            at=at,
        )
        return found

    def achieve(self, terms: Terms = TERMS, *, at: datetime = AT) -> UUID:
        """Return a promise that was kept."""
        found = self.claim(terms, at=at)
        services.confirm(commitment_id=found, office=POLICE, actor=self.police, at=at)
        return found


def record(*steps: Step, terms: Terms = TERMS, at: datetime = AT) -> rules.Record:
    """Return a record after these steps."""
    found = rules.proposed(member="DK", terms=terms, office=JUSTICE, at=at)
    for step in steps:
        found = rules.changed(found, step)
    return found


def adopted(*steps: Step, terms: Terms = TERMS, at: datetime = AT) -> rules.Record:
    """Return an adopted record after these further steps."""
    return record(Step(Kind.ADOPTED, at, JUSTICE), *steps, terms=terms, at=at)


def in_state(state: State, *, at: datetime = AT) -> rules.Record:
    """Return a record in a state, by the shortest way there."""
    started = Step(Kind.STARTED, at, JUSTICE, day=at.date())
    found = record(at=at)
    if state is State.PROPOSED:
        return found
    if state is State.DROPPED:
        return rules.changed(found, Step(Kind.DROPPED, at, JUSTICE))
    found = rules.changed(found, Step(Kind.ADOPTED, at, JUSTICE))
    if state is State.ADOPTED:
        return found
    if state is State.WITHDRAWN:
        return rules.changed(found, Step(Kind.WITHDRAWN, at, JUSTICE, "No money."))
    if state is State.REPLACED:
        return rules.changed(found, Step(Kind.REPLACED, at, JUSTICE, successor=uuid4()))
    found = rules.changed(found, started)
    if state is State.IN_PROGRESS:
        return found
    found = rules.changed(found, Step(Kind.CLAIMED, at, JUSTICE), evidence=document(at))
    found = rules.changed(found, Step(Kind.CONFIRMED, at, POLICE))
    if state is State.ACHIEVED:
        return found
    return rules.changed(found, Step(Kind.REOPENED, at, JUSTICE, "The law fell."))


def days(count: float) -> timedelta:
    """Return so many days."""
    return timedelta(days=count)
