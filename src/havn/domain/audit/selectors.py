# SPDX-License-Identifier: Apache-2.0
"""Reading the audit chain."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from havn.domain.actor import Actor
from havn.domain.audit.models import Detail, Entry, Head
from havn.domain.audit.rules import SealedEntry


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One audit entry as a page shows it."""

    action: str
    actor_kind: str
    actor_id: UUID | None
    happened_at: datetime
    detail: str


def sealed_entry(entry: Entry, detail: Detail | None = None) -> SealedEntry:
    """Return the row as the chain's pure functions take it."""
    return SealedEntry(
        identifier=str(entry.id),
        action=entry.action,
        actor=f"{entry.actor_kind}:{entry.actor_id or ''}",
        organisation=str(entry.organisation or ""),
        subject_kind=entry.subject_kind,
        subject=str(entry.subject_id or ""),
        happened_at=entry.happened_at,
        recorded_at=entry.recorded_at,
        detail_commit=bytes(entry.detail_commit),
        sequence=entry.sequence,
        chain_hash=bytes(entry.chain_hash),
        detail=detail.detail if detail else None,
        salt=bytes(detail.salt) if detail else None,
    )


def chain(*, actor: Actor) -> Iterator[SealedEntry]:
    """Yield linked entries by sequence, then the unlinked ones."""
    del actor  # The chain is read by the operator's command and by the worker only.
    entries = Entry.objects.select_related("detail")
    ordered = (
        entries.filter(sequence__isnull=False).order_by("sequence"),
        entries.filter(sequence__isnull=True).order_by("recorded_at", "id"),
    )
    for rows in ordered:
        for entry in rows.iterator(chunk_size=2000):
            yield sealed_entry(entry, getattr(entry, "detail", None))


def newest_link(*, actor: Actor) -> tuple[int, bytes] | None:
    """Return sequence and hash of the last linked entry."""
    del actor
    last = Entry.objects.filter(sequence__isnull=False).order_by("-sequence").first()
    if last is None or last.sequence is None:
        return None
    return last.sequence, bytes(last.chain_hash)


def newest_head(*, actor: Actor) -> tuple[int, datetime] | None:
    """Return sequence and time of the last signed head."""
    del actor
    head = Head.objects.order_by("-sequence").first()
    return (head.sequence, head.signed_at) if head else None


def signed_head(*, sequence: int, actor: Actor) -> str | None:
    """Return the signed head that covers the chain up to an entry; None where there is none."""
    del actor
    return Head.objects.filter(pk=sequence).values_list("signature", flat=True).first()


def newest_signed_head(*, actor: Actor) -> tuple[int, str] | None:
    """Return sequence and token of the last signed head, for others to witness."""
    del actor
    head = Head.objects.order_by("-sequence").first()
    return (head.sequence, head.signature) if head else None


def history(
    *, actor: Actor, subjects: Collection[tuple[str, UUID]], most: int = 200
) -> list[HistoryLine]:
    """Return what happened to records (kind, UUID) of the actor's organisation, newest first."""
    by_kind: dict[str, list[UUID]] = {}
    for kind, subject_id in subjects:
        by_kind.setdefault(kind, []).append(subject_id)
    about = Q(pk__in=[])
    for kind, subject_ids in by_kind.items():
        about |= Q(subject_kind=kind, subject_id__in=subject_ids)
    rows = (
        Entry.objects.filter(about, organisation=actor.scope)
        .select_related("detail")
        .order_by("-recorded_at", "-id")[:most]
    )
    return [
        HistoryLine(
            action=row.action,
            actor_kind=row.actor_kind,
            actor_id=row.actor_id,
            happened_at=row.happened_at,
            detail=row.detail.detail if hasattr(row, "detail") else "",
        )
        for row in rows
    ]


def oldest_unlinked_at(*, actor: Actor) -> datetime | None:
    """Return since when an entry waits for the sealer, None when all are linked."""
    del actor
    waiting = Entry.objects.filter(sequence__isnull=True).order_by("recorded_at", "id")
    return waiting.values_list("recorded_at", flat=True).first()


def newest_recorded_at(*, actor: Actor) -> datetime | None:
    """Return the time of the newest entry, by which a clock that runs behind is noticed."""
    del actor
    newest = Entry.objects.filter(sequence__isnull=False).order_by("-sequence")
    return newest.values_list("recorded_at", flat=True).first()
