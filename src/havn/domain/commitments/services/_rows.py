# SPDX-License-Identifier: Apache-2.0
"""One change of an own commitment: locked, changed by the rules, kept beside the former, told to all, audited."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from havn.domain.actor import Actor
from havn.domain.audit import services as audit
from havn.domain.commitments import rules
from havn.domain.commitments.models import Commitment, CommitmentChange
from havn.domain.commitments.rules import Kind, Record, State
from havn.domain.commitments.services._words import refused
from havn.domain.errors import NotFoundError
from havn.domain.jobs import services as jobs
from havn.domain.ledger import services as ledger
from havn.domain.ledger.rules import EVERYBODY, EventKind
from havn.domain.members import selectors as members
from havn.domain.members.rules import ParticipantKind, kind_of
from havn.lib.encoding import uuid7

DUE_WORK = "commitment_due"


def own_member(actor: Actor) -> str:
    """Return the country that this node speaks for; refuses for an international organisation."""
    code = members.own_node(actor=actor).member_code
    if kind_of(code) is not ParticipantKind.MEMBER:
        raise refused(rules.Fault.NOT_A_COUNTRY)
    return code


def own_row(commitment_id: UUID, actor: Actor) -> Commitment:
    """Return an own commitment, locked; raises NotFoundError for others."""
    rows = Commitment.objects.select_for_update().filter(
        pk=commitment_id, organisation=actor.scope
    )
    row = rows.first()
    if row is None:
        raise NotFoundError
    return row


def record_of(row: Commitment) -> Record:
    """Return the record as it stands."""
    return rules.kept_record(row.record)


def next_number(row: Commitment) -> int:
    """Return the number of the next change: behind those that were set aside, too."""
    last = row.changes.order_by("-number").values_list("number", flat=True).first()
    return (last or 0) + 1


def keep(row: Commitment, record: Record, kind: Kind, *, actor: Actor, at: datetime) -> None:
    """Keep a change, let the commitment stand as it says, and tell it to everybody once it is public. (C1)"""
    write(row, record, at=at)
    add_change(row, record, kind, person=actor.identifier, at=at)
    if record.state in rules.PUBLIC:
        ledger.append_event(
            kind=EventKind.COMMITMENT_STATED,
            subject_id=row.pk,
            organisation=actor.scope,
            payload=rules.record_body(record),
            audience=(EVERYBODY,),
            at=at,
        )


def write(row: Commitment, record: Record, *, at: datetime) -> None:
    """Let a row stand as a record says."""
    row.number, row.state, row.due = record.number, record.state.value, record.due
    row.counting_due, row.achieved_at = rules.counting_due(record), rules.achieved_at(record)
    row.target, row.is_public = record.terms.target, record.state in rules.PUBLIC
    row.record, row.changed_at = rules.record_body(record, is_public=False), at
    row.save()


def add_change(
    row: Commitment,
    record: Record,
    kind: Kind,
    *,
    person: UUID | None,
    at: datetime,
    is_aside: bool = False,
) -> None:
    """Add a change with the record as it stood after it."""
    CommitmentChange.objects.create(
        id=uuid7(at),
        commitment=row,
        number=record.number,
        kind=kind.value,
        record=rules.record_body(record, is_public=False),
        person=person,
        is_aside=is_aside,
        recorded_at=at,
    )


def order_clock(row: Commitment, due: date, *, why: str = "", actor: Actor, at: datetime) -> None:
    """Order that it is looked at when its day has passed, once per day (and reason)."""
    jobs.enqueue(
        kind=DUE_WORK,
        key=f"{DUE_WORK}:{row.pk}:{due}{why}",
        subject_id=row.pk,
        organisation=actor.organisation,
        due_at=max(rules.end_of(due), at),
        at=at,
    )


def entry(
    action: str,
    subject_id: UUID,
    *,
    actor: Actor,
    at: datetime,
    detail: Mapping[str, object],
    kind: str = "commitment",
) -> None:
    """Leave the audit entry of a change: codes and numbers, no words."""
    audit.record(
        action=action,
        actor=actor,
        subject_kind=kind,
        subject_id=subject_id,
        at=at,
        detail=detail,
    )


def codes_of(record: Record) -> dict[str, object]:
    """Return the codes of a fact about a commitment."""
    return {
        "target": record.terms.target,
        "due": rules.counting_due(record).isoformat(),
        "state": State(record.state).value,
    }
