# SPDX-License-Identifier: Apache-2.0
"""The steps of a commitment, one function each: who may take it and what it needs stand in the table of moves."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from havn.domain.actor import Actor
from havn.domain.audit import services as audit
from havn.domain.commitments import rules
from havn.domain.commitments.models import Commitment
from havn.domain.commitments.rules import (
    CommitmentError,
    Evidence,
    Fault,
    Kind,
    Record,
    Resource,
    State,
    Step,
)
from havn.domain.commitments.services import _rows
from havn.domain.commitments.services._words import refused
from havn.domain.errors import require_words
from havn.domain.ledger import services as ledger
from havn.domain.ledger.rules import FactName


@audit.action("commitment.adopted")
def adopt(*, commitment_id: UUID, office: str, actor: Actor, at: datetime) -> None:
    """Sign a proposal: from here on it is public, and its due day counts."""
    row, record = _move(commitment_id, Step(Kind.ADOPTED, at, office), actor=actor)
    _rows.order_clock(row, record.due, actor=actor, at=at)
    _entry("commitment.adopted", row, record, actor=actor, at=at)


@audit.action("commitment.dropped")
def drop(
    *, commitment_id: UUID, office: str, reason: str = "", actor: Actor, at: datetime
) -> None:
    """Give a proposal up; nobody outside ever sees it."""
    row, record = _move(commitment_id, Step(Kind.DROPPED, at, office, reason), actor=actor)
    _entry("commitment.dropped", row, record, actor=actor, at=at)


@audit.action("commitment.started")
def start(
    *, commitment_id: UUID, office: str, day: date | None, actor: Actor, at: datetime
) -> None:
    """Say that work has begun, and on which day its first step was taken."""
    step = Step(Kind.STARTED, at, office, day=day)
    row, record = _move(commitment_id, step, actor=actor)
    _entry("commitment.started", row, record, actor=actor, at=at)


@audit.action("commitment.claimed")
def claim(
    *,
    commitment_id: UUID,
    office: str,
    evidence: Evidence | None = None,
    reason: str = "",
    actor: Actor,
    at: datetime,
) -> None:
    """Say that the promise was kept, by its evidence; it counts when a second office has confirmed it."""
    step = Step(Kind.CLAIMED, at, office, reason)
    row, record = _move(commitment_id, step, evidence=evidence, actor=actor)
    _entry("commitment.claimed", row, record, actor=actor, at=at)


@audit.action("commitment.achieved")
def confirm(*, commitment_id: UUID, office: str, actor: Actor, at: datetime) -> None:
    """Confirm as a second office that the promise was kept; from now on it counts as achieved."""
    row, record = _move(commitment_id, Step(Kind.CONFIRMED, at, office), actor=actor)
    ledger.record_fact(
        name=FactName.COMMITMENT_ACHIEVED,
        subject_kind="commitment",
        subject_id=row.pk,
        organisation=actor.scope,
        at=at,
        codes=_rows.codes_of(record),
    )
    _entry("commitment.achieved", row, record, actor=actor, at=at)


@audit.action("commitment.declined")
def decline(*, commitment_id: UUID, office: str, reason: str, actor: Actor, at: datetime) -> None:
    """Say as a second office why the promise does not count as kept; the work goes on."""
    row, record = _move(commitment_id, Step(Kind.DECLINED, at, office, reason), actor=actor)
    _entry("commitment.declined", row, record, actor=actor, at=at)


@audit.action("commitment.withdrawn")
def withdraw(*, commitment_id: UUID, office: str, reason: str, actor: Actor, at: datetime) -> None:
    """Withdraw a promise with a reason that everybody reads; it stays listed for ever."""
    row, record = _move(commitment_id, Step(Kind.WITHDRAWN, at, office, reason), actor=actor)
    _entry("commitment.withdrawn", row, record, actor=actor, at=at)


@audit.action("commitment.replaced")
def replace(
    *,
    commitment_id: UUID,
    office: str,
    successor: UUID | None,
    reason: str = "",
    actor: Actor,
    at: datetime,
) -> None:
    """Let another adopted promise take this one's place; the old due day stays visible."""
    if successor is not None:
        _check_successor(commitment_id, successor, actor)
    step = Step(Kind.REPLACED, at, office, reason, successor=successor)
    row, record = _move(commitment_id, step, actor=actor)
    _entry("commitment.replaced", row, record, actor=actor, at=at)


def _check_successor(commitment_id: UUID, successor: UUID, actor: Actor) -> None:
    standing = [state.value for state in rules.OPEN | {State.ACHIEVED}]
    there = Commitment.objects.filter(
        pk=successor, organisation=actor.scope, state__in=standing
    ).exclude(pk=commitment_id)
    if not there.exists():
        raise refused(Fault.BAD_SUCCESSOR)


@audit.action("commitment.reopened")
def reopen(*, commitment_id: UUID, office: str, reason: str, actor: Actor, at: datetime) -> None:
    """Open an achieved promise again, because its aim was lost or its evidence wrong."""
    row, record = _move(commitment_id, Step(Kind.REOPENED, at, office, reason), actor=actor)
    _rows.order_clock(row, record.due, why=f":{record.number}", actor=actor, at=at)
    _entry("commitment.reopened", row, record, actor=actor, at=at)


@audit.action("commitment.redated")
def redate(
    *,
    commitment_id: UUID,
    office: str,
    day: date | None,
    reason: str,
    actor: Actor,
    at: datetime,
) -> None:
    """Give a promise another due day; where the old one had passed, it stays marked as late and re-dated."""
    step = Step(Kind.REDATED, at, office, reason, day=day)
    row, record = _move(commitment_id, step, actor=actor)
    _rows.order_clock(row, record.due, actor=actor, at=at)
    _entry("commitment.redated", row, record, actor=actor, at=at)


@audit.action("commitment.resources_stated")
def state_resources(
    *, commitment_id: UUID, office: str, resource: Resource, actor: Actor, at: datetime
) -> None:
    """Add what was promised or spent in a year."""
    step = Step(Kind.RESOURCES, at, office)
    row, record = _move(commitment_id, step, resource=resource, actor=actor)
    _entry("commitment.resources_stated", row, record, actor=actor, at=at)


@audit.action("commitment.evidence_added")
def add_evidence(
    *, commitment_id: UUID, office: str, evidence: Evidence, actor: Actor, at: datetime
) -> None:
    """Add what shows how far the promise is."""
    step = Step(Kind.EVIDENCE, at, office)
    row, record = _move(commitment_id, step, evidence=evidence, actor=actor)
    _entry("commitment.evidence_added", row, record, actor=actor, at=at)


def _move(
    commitment_id: UUID,
    step: Step,
    *,
    resource: Resource | None = None,
    evidence: Evidence | None = None,
    actor: Actor,
) -> tuple[Commitment, Record]:
    """Take a step of an own commitment, where the actor's role and the rules allow it."""
    if not actor.roles & rules.move_of(step.kind).who:
        raise refused(Fault.NOT_YOUR_ROLE)
    words = [step.office, step.reason]
    words += [resource.note] if resource else []
    words += [evidence.title] if evidence else []
    require_words(*words)
    row = _rows.own_row(commitment_id, actor)
    if step.kind in {Kind.CONFIRMED, Kind.DECLINED}:
        _refuse_own_claim(row, actor)
    step = Step(
        step.kind,
        step.at,
        step.office.strip(),
        step.reason.strip(),
        day=step.day,
        successor=step.successor,
    )
    try:
        record = rules.changed(
            _rows.record_of(row),
            step,
            number=_rows.next_number(row),
            resource=resource,
            evidence=evidence,
        )
    except CommitmentError as error:
        raise refused(error) from error
    _rows.keep(row, record, step.kind, actor=actor, at=step.at)
    return row, record


def _refuse_own_claim(row: Commitment, actor: Actor) -> None:
    claims = row.changes.filter(kind=Kind.CLAIMED.value).order_by("-number")
    claim = claims.first()
    if claim is not None and claim.person is not None and claim.person == actor.identifier:
        raise refused(Fault.SAME_PERSON)


def _entry(action: str, row: Commitment, record: Record, *, actor: Actor, at: datetime) -> None:
    detail = {"number": record.number, "state": record.state.value}
    _rows.entry(action, row.pk, actor=actor, at=at, detail=detail)
