# SPDX-License-Identifier: Apache-2.0
"""Reading the queue, what a person holds, assessments, and a person's own exposure."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Min, Q

from havn.domain.actor import Actor, Role
from havn.domain.assessment import rules
from havn.domain.assessment.models import Assessment, Exposure, QueueEntry
from havn.domain.cases import selectors as cases
from havn.domain.cases.rules import LegalClass
from havn.domain.errors import NotFoundError
from havn.lib.sealing import open_sealed

LONGEST_LOOK = timedelta(minutes=30)  # an exposure nobody ended counts no longer than this
CASEWORK = (Role.ANALYST, Role.SUPERVISOR)


@dataclass(frozen=True, slots=True)
class HeldItem:
    """What the actor holds, with draft and note opened."""

    item_id: UUID
    lease_token: UUID
    lease_until: datetime
    deadline_at: datetime
    lapses: int
    draft: dict[str, str] = field(default_factory=dict)
    draft_at: datetime | None = None
    handover_note: str = ""


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """How much waits, and how long."""

    waiting: int
    overdue: int
    held: int
    supervisor: int
    oldest_received_at: datetime | None


@dataclass(frozen=True, slots=True)
class ExposureView:
    """The actor's own time at the viewer today; nobody else sees it."""

    items: int
    seconds: int
    is_running: bool = False


@dataclass(frozen=True, slots=True)
class SupervisorEntry:
    """An item that was let go too often, or is to be assessed again."""

    item: cases.ItemLine
    reason: str  # again, lapsed, skipped
    since: datetime
    may_take: bool


@dataclass(frozen=True, slots=True)
class AssessmentView:
    """One assessment as the history shows it."""

    legal_class: str
    jurisdiction: str
    scheme: str
    scheme_version: str
    age_band: str
    sex: str
    origin: str
    labels: tuple[str, ...]
    assessor_id: UUID | None
    node_id: UUID | None
    assessed_at: datetime
    is_withdrawn: bool


@dataclass(frozen=True, slots=True)
class BatchView:
    """Assessments made together, and until when they may be taken back."""

    batch_id: UUID
    item_ids: tuple[UUID, ...]
    may_undo_until: datetime
    is_withdrawn: bool


def held_item(*, item_id: UUID, actor: Actor, at: datetime) -> HeldItem | None:
    """Return the item with its draft if the actor holds it now."""
    row = QueueEntry.objects.filter(
        pk=item_id, organisation=actor.scope, holder_id=actor.identifier, lease_until__gt=at
    ).first()
    if row is None or actor.identifier is None or row.lease_token is None:
        return None
    draft = _opened(bytes(row.draft), purpose=rules.DRAFT_PURPOSE)
    return HeldItem(
        item_id=row.item_id,
        lease_token=row.lease_token,
        lease_until=row.lease_until or at,
        deadline_at=row.deadline_at,
        lapses=row.lapses,
        draft=json.loads(draft) if draft else {},
        draft_at=row.draft_at,
        handover_note=_opened(bytes(row.handover_note), purpose=rules.NOTE_PURPOSE),
    )


def mine(*, actor: Actor, at: datetime) -> list[HeldItem]:
    """Return what the actor holds now, the shortest lease first; drafts stay closed."""
    if actor.identifier is None:
        return []
    rows = QueueEntry.objects.filter(
        organisation=actor.scope, holder_id=actor.identifier, lease_until__gt=at
    ).order_by("lease_until")
    return [
        HeldItem(row.item_id, row.lease_token, row.lease_until, row.deadline_at, row.lapses)
        for row in rows
        if row.lease_token is not None and row.lease_until is not None
    ]


def queue_counts(*, actor: Actor, at: datetime) -> QueueCounts:
    """Return how many items wait, are late, are held, or wait for a supervisor."""
    waiting = Q(state=rules.QueueState.WAITING.value)
    held = Q(holder_id__isnull=False, lease_until__gt=at)
    found = QueueEntry.objects.filter(organisation=actor.scope).aggregate(
        waiting=Count("pk", filter=waiting),
        overdue=Count("pk", filter=waiting & Q(deadline_at__lt=at)),
        held=Count("pk", filter=held),
        supervisor=Count("pk", filter=Q(state=rules.QueueState.SUPERVISOR.value)),
        oldest=Min("received_at", filter=waiting),
    )
    oldest = found.pop("oldest")
    return QueueCounts(**found, oldest_received_at=oldest)


def exposure_today(*, actor: Actor, at: datetime) -> ExposureView:
    """Return the actor's own exposure since midnight UTC."""
    if actor.identifier is None:
        return ExposureView(0, 0)
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    rows = list(Exposure.objects.filter(person_id=actor.identifier, started_at__gte=midnight))
    spent = sum(
        (min((row.ended_at or at) - row.started_at, LONGEST_LOOK) for row in rows), timedelta()
    )
    is_running = any(row.ended_at is None for row in rows)
    return ExposureView(len(rows), int(spent.total_seconds()), is_running=is_running)


def supervisor_entries(*, actor: Actor, at: datetime) -> list[SupervisorEntry]:
    """Return items that were let go too often or are to be assessed again, the oldest first."""
    rows = list(
        QueueEntry.objects.filter(
            organisation=actor.scope, state=rules.QueueState.SUPERVISOR.value
        ).order_by("received_at", "pk")[:200]
    )
    lines = cases.item_lines(item_ids=[row.item_id for row in rows], actor=actor)
    is_supervisor = actor.has_role(Role.SUPERVISOR)
    return [
        SupervisorEntry(
            item=lines[row.item_id],
            reason=_reason_of(row, lines[row.item_id]),
            since=row.received_at,
            may_take=is_supervisor and (row.lease_until is None or row.lease_until < at),
        )
        for row in rows
        if row.item_id in lines
    ]


def _reason_of(row: QueueEntry, line: cases.ItemLine) -> str:
    if line.legal_class:
        return "again"
    most = settings.HAVN_POLICY.lapses_before_supervisor
    return "lapsed" if row.lapses >= most else "skipped"


def assessments(*, item_id: UUID, actor: Actor) -> list[AssessmentView]:
    """Return all assessments of an item, newest first; raises NotFoundError."""
    cases.item(item_id=item_id, actor=actor)
    rows = Assessment.objects.filter(item_id=item_id).select_related("withdrawal")
    return [
        AssessmentView(
            legal_class=row.legal_class,
            jurisdiction=row.jurisdiction,
            scheme=row.scheme,
            scheme_version=row.scheme_version,
            age_band=row.age_band,
            sex=row.sex,
            origin=row.origin,
            labels=tuple(row.labels),
            assessor_id=row.assessor_id,
            node_id=row.node_id,
            assessed_at=row.assessed_at,
            is_withdrawn=hasattr(row, "withdrawal"),
        )
        for row in rows.order_by("-assessed_at", "-pk")
    ]


@dataclass(frozen=True, slots=True)
class OwnAssessment:
    """What our own people found last, as it may be told to another node: nobody is named."""

    legal_class: str
    jurisdiction: str
    scheme: str
    scheme_version: str
    age_band: str
    sex: str
    origin: str
    assessed_at: datetime


def own_baseline(*, item_ids: Collection[UUID], actor: Actor) -> dict[UUID, OwnAssessment]:
    """Return those of the items that our own people assessed as baseline, last and not taken back."""
    rows = Assessment.objects.filter(
        item_id__in=list(item_ids),
        organisation=actor.scope,
        node_id__isnull=True,
        withdrawal__isnull=True,
    ).order_by("assessed_at", "pk")
    names = OwnAssessment.__slots__
    last = {row[0]: OwnAssessment(*row[1:]) for row in rows.values_list("item_id", *names)}
    return {
        item_id: made
        for item_id, made in last.items()
        if made.legal_class == LegalClass.BASELINE.value
    }


def batch(*, batch_id: UUID, actor: Actor, at: datetime) -> BatchView:
    """Return what was assessed together; raises NotFoundError."""
    del at
    rows = list(
        Assessment.objects.filter(batch_id=batch_id, organisation=actor.scope).select_related(
            "withdrawal"
        )
    )
    if not rows or not actor.has_role(*CASEWORK):
        raise NotFoundError
    return BatchView(
        batch_id=batch_id,
        item_ids=tuple(row.item_id for row in rows),
        may_undo_until=rows[0].assessed_at + settings.HAVN_POLICY.undo_within,
        is_withdrawn=all(hasattr(row, "withdrawal") for row in rows),
    )


def _opened(sealed: bytes, *, purpose: str) -> str:
    if not sealed:
        return ""
    private = settings.HAVN_KEYRING.read("desk-opening-key")
    return open_sealed(sealed, private, purpose=purpose).decode()
