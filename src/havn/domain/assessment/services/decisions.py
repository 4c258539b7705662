# SPDX-License-Identifier: Apache-2.0
"""Keeping assessments of one item or many, and taking a batch back before anything was sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from havn.domain.actor import Actor, Role
from havn.domain.assessment import rules
from havn.domain.assessment.models import Assessment, QueueEntry, Withdrawal
from havn.domain.assessment.services import _leases
from havn.domain.audit import services as audit
from havn.domain.cases import selectors as cases
from havn.domain.cases import services as record
from havn.domain.cases.rules import LegalClass
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.ledger import services as ledger
from havn.domain.ledger.rules import EventKind, FactName
from havn.lib.encoding import uuid4

DONE = {
    "state": rules.QueueState.DONE.value,
    "holder_id": None,
    "lease_token": None,
    "lease_until": None,
    "reserved_for": None,
    "draft": b"",
    "draft_at": None,
    "handover_note": b"",
}


@audit.action("item.assessed")
def assess(
    *, item_id: UUID, lease_token: UUID, decision: rules.Decision, actor: Actor, at: datetime
) -> None:
    """Keep the decision of the person who holds the item, and take it out of the queue."""
    _leases.held_entry(item_id=item_id, lease_token=lease_token, actor=actor, at=at)
    QueueEntry.objects.filter(pk=item_id).update(**DONE)
    _keep(item_id, decision, batch_id=None, actor=actor, at=at)
    _entry("item.assessed", "item", item_id, actor, at)


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What one decision for many items did; nothing when the same batch came again."""

    batch_id: UUID
    assessed: tuple[UUID, ...]
    is_repeat: bool = False


@audit.action("batch.assessed", did_nothing=lambda result: result.is_repeat)
def assess_many(
    *,
    item_ids: Sequence[UUID],
    decision: rules.Decision,
    batch_id: UUID,
    actor: Actor,
    at: datetime,
) -> BatchResult:
    """Keep one decision for many items at once; the same batch again changes nothing.

    Raises RefusedError("held") when somebody else works on one of them: nothing is kept then.
    """
    person = _leases.require_analyst(actor)
    if not item_ids or len(item_ids) > settings.HAVN_POLICY.most_pasted_addresses:
        raise RefusedError("too_many", _("Choose at least one row, and at most 1,000."))
    if Assessment.objects.filter(batch_id=batch_id, organisation=actor.scope).exists():
        return BatchResult(batch_id, (), is_repeat=True)
    for item_id in dict.fromkeys(item_ids):
        _claim_for_batch(item_id, person, actor, at)
        _keep(item_id, decision, batch_id=batch_id, actor=actor, at=at)
    _entry("batch.assessed", "batch", batch_id, actor, at)
    return BatchResult(batch_id, tuple(dict.fromkeys(item_ids)))


def _claim_for_batch(item_id: UUID, person: UUID, actor: Actor, at: datetime) -> None:
    entry = QueueEntry.objects.filter(pk=item_id, organisation=actor.scope).first()
    if entry is None:
        raise NotFoundError
    is_free = entry.holder_id in {None, person} or (entry.lease_until or at) < at
    is_open = entry.state == rules.QueueState.WAITING or (
        entry.state == rules.QueueState.SUPERVISOR and actor.has_role(Role.SUPERVISOR)
    )
    won = 0
    if is_free and is_open:
        won = QueueEntry.objects.filter(
            pk=item_id, state=entry.state, lease_token=entry.lease_token
        ).update(**DONE)
    if won != 1:
        raise RefusedError(
            "held", _("Somebody works on one of the items, or it is assessed already.")
        )


def _keep(
    item_id: UUID,
    decision: rules.Decision,
    *,
    batch_id: UUID | None,
    actor: Actor,
    at: datetime,
) -> None:
    if rules.refusal_of(decision) is not None:
        raise RefusedError(
            "baseline_needs_a_real_child",
            _("Drawn or AI-generated material cannot be “Baseline”. Choose another class."),
        )
    is_first = not Assessment.objects.filter(item_id=item_id).exists()
    Assessment.objects.create(
        id=uuid4(),
        item_id=item_id,
        organisation=actor.scope,
        legal_class=decision.legal_class.value,
        jurisdiction=decision.jurisdiction,
        scheme=decision.scheme,
        scheme_version=decision.scheme_version,
        labels=list(decision.labels),
        age_band=decision.age_band.value,
        sex=decision.sex.value,
        origin=decision.origin.value,
        assessor_id=_leases.require_analyst(actor),
        batch_id=batch_id,
        policy_version=f"{settings.HAVN_POLICY.name}/{settings.HAVN_POLICY.version}",
        assessed_at=at,
        recorded_at=at,
    )
    counting = _counting(item_id, decision.jurisdiction)
    record.set_legal_class(item_id=item_id, legal_class=counting, actor=actor, at=at)
    _tell(item_id, decision, is_first=is_first, actor=actor, at=at)


def _counting(item_id: UUID, jurisdiction: str) -> LegalClass | None:
    rows = Assessment.objects.filter(item_id=item_id).select_related("withdrawal")
    made = [
        rules.Made(
            legal_class=LegalClass(row.legal_class),
            jurisdiction=row.jurisdiction,
            assessed_at=row.assessed_at,
            is_withdrawn=hasattr(row, "withdrawal"),
        )
        for row in rows
    ]
    return rules.counting_class(made, jurisdiction=jurisdiction)


def _tell(
    item_id: UUID, decision: rules.Decision, *, is_first: bool, actor: Actor, at: datetime
) -> None:
    item = cases.item(item_id=item_id, actor=actor)
    ledger.record_fact(
        name=FactName.ITEM_ASSESSED,
        subject_kind="item",
        subject_id=item_id,
        organisation=actor.scope,
        at=at,
        codes={
            "legal_class": decision.legal_class.value,
            "origin": decision.origin.value,
            "first": is_first,
            "received_at": item.received_at.isoformat(),
        },
    )
    ledger.append_event(
        kind=EventKind.ITEM_ASSESSED,
        subject_id=item_id,
        organisation=actor.scope,
        payload={"legal_class": decision.legal_class.value, "scheme": decision.scheme},
        audience=["alliance"],
        at=at,
    )


@audit.action("batch.withdrawn")
def withdraw_batch(*, batch_id: UUID, actor: Actor, at: datetime) -> list[UUID]:
    """Take a batch back while nothing was sent, and let its items wait again; returns them."""
    person = _leases.require_analyst(actor)
    rows = list(
        Assessment.objects.filter(
            batch_id=batch_id, organisation=actor.scope, withdrawal__isnull=True
        )
    )
    if not rows or (rows[0].assessor_id != person and not actor.has_role(Role.SUPERVISOR)):
        raise NotFoundError
    if rows[0].assessed_at + settings.HAVN_POLICY.undo_within <= at:
        raise RefusedError("too_late", _("The time to undo is over: the work has begun."))
    for row in rows:
        Withdrawal.objects.create(assessment=row, withdrawn_by=person, withdrawn_at=at)
        counting = _counting(row.item_id, row.jurisdiction)
        record.set_legal_class(item_id=row.item_id, legal_class=counting, actor=actor, at=at)
        QueueEntry.objects.filter(pk=row.item_id).update(state=rules.QueueState.WAITING.value)
    _entry("batch.withdrawn", "batch", batch_id, actor, at)
    return [row.item_id for row in rows]


def _entry(action: str, kind: str, subject: UUID, actor: Actor, at: datetime) -> None:
    audit.record(action=action, actor=actor, subject_kind=kind, subject_id=subject, at=at)
