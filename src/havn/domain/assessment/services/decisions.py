# SPDX-License-Identifier: Apache-2.0
"""Keeping assessments of one item or many, and taking a batch back before anything was sent."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from havn.domain.actor import Actor, Role
from havn.domain.assessment import rules
from havn.domain.assessment.models import Assessment, QueueEntry, Withdrawal
from havn.domain.assessment.services import _leases
from havn.domain.assessment.services._assessments import (
    DONE,
    assessment_of,
    classes_that_count,
    tell,
)
from havn.domain.audit import services as audit
from havn.domain.cases import services as record
from havn.domain.cases.rules import LegalClass
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.ledger import services as ledger
from havn.domain.ledger.rules import FactName


@audit.action("item.assessed")
def assess(
    *, item_id: UUID, lease_token: UUID, decision: rules.Decision, actor: Actor, at: datetime
) -> None:
    """Keep the decision of the person who holds the item, and take it out of the queue."""
    _leases.held_entry(item_id=item_id, lease_token=lease_token, actor=actor, at=at)
    _require_sense(decision)
    _leases.stop_clock(_leases.require_analyst(actor), at=at)
    QueueEntry.objects.filter(pk=item_id).update(**DONE)
    is_first = item_id not in _assessed_before([item_id])
    Assessment.objects.bulk_create([assessment_of(item_id, decision, actor=actor, at=at)])
    class_now = classes_that_count([item_id], decision.jurisdiction)[item_id]
    record.set_legal_class(item_id=item_id, legal_class=class_now, actor=actor, at=at)
    tell({item_id: is_first}, decision, actor=actor, at=at)
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
    _require_sense(decision)
    chosen = tuple(dict.fromkeys(item_ids))
    _claim_for_batch(chosen, person, actor, at)
    _leases.stop_clock(person, at=at)
    before = _assessed_before(chosen)
    Assessment.objects.bulk_create(
        [assessment_of(each, decision, batch_id=batch_id, actor=actor, at=at) for each in chosen]
    )
    classes = classes_that_count(chosen, decision.jurisdiction)
    record.set_legal_classes(classes=classes, batch_id=batch_id, actor=actor, at=at)
    tell({each: each not in before for each in chosen}, decision, actor=actor, at=at)
    _entry("batch.assessed", "batch", batch_id, actor, at, items=chosen)
    return BatchResult(batch_id, chosen)


def _claim_for_batch(item_ids: Sequence[UUID], person: UUID, actor: Actor, at: datetime) -> None:
    """Take all entries out of the queue, or none; the row count of one conditional update decides."""
    entries = QueueEntry.objects.filter(pk__in=item_ids, organisation=actor.scope)
    # Locked in one order, so that two lists that overlap do not wait in a ring.
    if len(entries.select_for_update().order_by("pk").values_list("pk")) != len(item_ids):
        raise NotFoundError
    states = [rules.QueueState.WAITING.value]
    if actor.has_role(Role.SUPERVISOR):
        states.append(rules.QueueState.SUPERVISOR.value)
    is_free = _leases.free(at) | Q(holder_id=person)
    if entries.filter(is_free, state__in=states).update(**DONE) != len(item_ids):
        raise RefusedError(
            "held", _("Somebody works on one of the items, or it is assessed already.")
        )


def _require_sense(decision: rules.Decision) -> None:
    if rules.refusal_of(decision) is not None:
        raise RefusedError(
            "baseline_needs_a_real_child",
            _("Drawn or AI-generated material cannot be “Baseline”. Choose another class."),
        )


def _assessed_before(item_ids: Collection[UUID]) -> set[UUID]:
    rows = Assessment.objects.filter(item_id__in=item_ids)
    return set(rows.values_list("item_id", flat=True))


def _tell_withdrawn(
    classes: Mapping[UUID, LegalClass | None], *, actor: Actor, at: datetime
) -> None:
    """Write that assessments were taken back, and which class counts now: none, or an earlier one.

    Facts are only added: the later one wins, so that indicators do not count what was undone.
    """
    told: dict[UUID, dict[str, object]] = {
        item_id: {"legal_class": counting.value if counting else "", "withdrawn": True}
        for item_id, counting in classes.items()
    }
    ledger.record_facts(
        name=FactName.ITEM_ASSESSED,
        subject_kind="item",
        organisation=actor.scope,
        at=at,
        facts=[ledger.NewFact(item_id, codes) for item_id, codes in told.items()],
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
    Withdrawal.objects.bulk_create(
        [Withdrawal(assessment=row, withdrawn_by=person, withdrawn_at=at) for row in rows]
    )
    item_ids = [row.item_id for row in rows]
    classes = classes_that_count(item_ids, rows[0].jurisdiction)  # one decision: one jurisdiction
    record.set_legal_classes(classes=classes, batch_id=batch_id, actor=actor, at=at)
    QueueEntry.objects.filter(pk__in=item_ids).update(state=rules.QueueState.WAITING.value)
    _tell_withdrawn(classes, actor=actor, at=at)
    _entry("batch.withdrawn", "batch", batch_id, actor, at, items=item_ids)
    return item_ids


def _entry(
    action: str,
    kind: str,
    subject: UUID,
    actor: Actor,
    at: datetime,
    items: Sequence[UUID] = (),
) -> None:
    detail = {"items": [str(item) for item in items]} if items else None
    audit.record(
        action=action, actor=actor, subject_kind=kind, subject_id=subject, at=at, detail=detail
    )
