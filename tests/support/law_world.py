# SPDX-License-Identifier: Apache-2.0
"""A node in Denmark with a rapporteur, other countries' nodes, and answers to criteria of law."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from havn.domain.actor import Actor, ActorKind, Role
from havn.domain.exchange.rules import IncomingEvent
from havn.domain.legislation import rules, selectors, services
from havn.domain.legislation.rules import NewAnswer, Value
from havn.domain.members.models import Member, Node
from havn.domain.workflow.tasks.casework import READINGS
from havn.lib.encoding import uuid4
from tests.support.other_nodes import join
from tests.support.own_node import register_own_node

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
YES = NewAnswer(
    key="L04",
    value=Value.YES,
    in_force_from=date(2014, 1, 1),
    law="Penal Code",
    article="§ 235",
    source_url="https://law.example/235",
)
NO = NewAnswer(key="L04", value=Value.NO, in_force_from=date(2014, 1, 1))


def answer(key: str, value: str, **more: Any) -> NewAnswer:
    """Return an answer that can be given: with a law, a source, a number and a reason where they are needed."""
    criterion = rules.CRITERIA[key]
    given = replace(YES if value in {"yes", "partly"} else NO, key=key, value=Value(value))
    if value == "partly":
        given = replace(given, reason="Only some of the offences.")
    if criterion.number and given.value in criterion.number.needed_for:
        given = replace(given, number=criterion.number.least_for_yes or 20)
    return replace(given, **more)


def person(organisation: UUID, *roles: Role) -> Actor:
    """Return somebody of a government."""
    return Actor(ActorKind.PERSON, organisation, uuid4(), frozenset(roles))


@dataclass
class LawWorld:
    """The own node in Denmark and nodes of other countries in one database."""

    organisation: UUID
    nodes: dict[str, Node]
    at: datetime = AT

    def __post_init__(self) -> None:
        self.rapporteur = person(self.organisation, Role.RAPPORTEUR)
        self.signatory = person(self.organisation, Role.SIGNATORY)
        self.analyst = person(self.organisation, Role.ANALYST)
        self.system = Actor.system(organisation=self.organisation)

    def later(self, **lasts: float) -> datetime:
        """Let time pass and return the new time."""
        self.at += timedelta(**lasts)
        return self.at

    def assess(self, given: NewAnswer = YES) -> UUID:
        """Let the own rapporteur give an answer."""
        return services.assess(given=given, actor=self.rapporteur, at=self.at)

    def hear(self, kind: str, body: Any, *, country: str, sender: UUID | None = None) -> None:
        """Let an event of another country's node be read as the exchange lets it."""
        node = sender or self.nodes[country].pk
        event = IncomingEvent(uuid4(), kind, 1, uuid4(), node, self.at, body, "")
        READINGS[kind].handler(event, self.system, self.at)

    def hear_answer(self, country: str, given: NewAnswer = YES) -> UUID:
        """Let another country's node say what its law says."""
        made = rules.AssessmentBody(
            uuid4(), country, replace(given, assessed_on=given.assessed_on or self.at.date())
        )
        self.hear("law.assessed", versioned(rules.assessment_body(made)), country=country)
        return made.id

    def hear_review(
        self, country: str, answer_id: UUID, *, about: str, verdict: str = "agrees", note: str = ""
    ) -> UUID:
        """Let another country's node say what it thinks of an answer."""
        made = rules.ReviewBody(
            uuid4(), answer_id, about, country, rules.Verdict(verdict), note, self.at.date()
        )
        self.hear("law.reviewed", versioned(rules.review_body(made)), country=country)
        return made.id

    def hear_dispute(self, country: str, answer_id: UUID, *, about: str) -> UUID:
        """Let another country's node dispute an answer."""
        made_id = uuid4()
        made = rules.DisputeBody(
            made_id, rules.Step.FILED, made_id, answer_id, about, country,
            "The court of appeal read it otherwise.", "https://court.example/17", self.at.date(),
        )  # fmt: skip
        self.hear("law.disputed", versioned(rules.dispute_body(made)), country=country)
        return made_id

    def compute(self, own: rules.OwnFigures | None = None) -> frozenset[rules.PairKey]:
        """Let the table of pairs be computed."""
        return compute_gaps(figures=own or rules.OwnFigures("DK"), actor=self.system, at=self.at)


def compute_gaps(
    *, figures: rules.OwnFigures, actor: Actor, at: datetime, keeps_pairs: bool = True
) -> frozenset[rules.PairKey]:
    """Let the table of pairs be computed piece by piece, to its end; returns the rows that changed."""
    changed: set[rules.PairKey] = set()
    services.begin_gaps(figures=figures, actor=actor, at=at)
    while piece := selectors.next_piece(actor=actor, is_whole=not keeps_pairs):
        changed |= services.keep_gaps(piece=piece, actor=actor, at=at)
    return frozenset(changed)


def versioned(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a body as it arrives."""
    return {"v": 1, **body}


def law_world(*others: str) -> LawWorld:
    """Return the own node in Denmark, and nodes in other countries, all taking part."""
    organisation = register_own_node(at=AT)
    Member.objects.filter(code="DK").update(state="active")
    return LawWorld(organisation, {code: join(code) for code in others})
