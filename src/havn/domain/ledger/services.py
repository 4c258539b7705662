# SPDX-License-Identifier: Apache-2.0
"""Writing facts and events inside the transaction of the work they tell of."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection

from havn.domain.ledger.models import Fact, OutgoingEvent
from havn.domain.ledger.rules import (
    EVENT_VERSION,
    EVERYBODY,
    FACT_VERSION,
    PAYLOAD_PURPOSE,
    EventKind,
    FactName,
    is_for,
)
from havn.lib.encoding import canonical_json, uuid4, uuid7
from havn.lib.sealing import seal


@dataclass(frozen=True, slots=True)
class NewFact:
    """About whom a fact is, its codes (lower-case words and numbers only), and when it happened."""

    subject_id: UUID
    codes: Mapping[str, object]
    happened_at: datetime | None = None


def record_fact(
    *,
    name: FactName,
    subject_kind: str,
    subject_id: UUID,
    organisation: UUID,
    at: datetime,
    happened_at: datetime | None = None,
    codes: Mapping[str, object] | None = None,
) -> None:
    """Insert one fact; `codes` holds lower-case words and numbers only."""
    record_facts(
        name=name,
        subject_kind=subject_kind,
        facts=[NewFact(subject_id, codes or {}, happened_at)],
        organisation=organisation,
        at=at,
    )


def record_facts(
    *,
    name: FactName,
    subject_kind: str,
    facts: Iterable[NewFact],
    organisation: UUID,
    at: datetime,
) -> None:
    """Insert many facts of one name."""
    _require_transaction()
    Fact.objects.bulk_create(
        [
            Fact(
                id=uuid7(at),
                name=name.value,
                subject_kind=subject_kind,
                subject_id=fact.subject_id,
                organisation=organisation,
                happened_at=fact.happened_at or at,
                recorded_at=at,
                codes={"v": FACT_VERSION, **fact.codes},
            )
            for fact in facts
        ]
    )


def append_event(
    *,
    kind: EventKind,
    subject_id: UUID,
    organisation: UUID,
    payload: Mapping[str, object],
    audience: Sequence[str],
    at: datetime,
    happened_at: datetime | None = None,
) -> None:
    """Insert one outgoing event for these nodes (UUIDs); an event for nobody is none."""
    append_events(
        kind=kind,
        payloads={subject_id: payload},
        organisation=organisation,
        audience=audience,
        at=at,
        happened_at=happened_at,
    )


def append_events(
    *,
    kind: EventKind,
    payloads: Mapping[UUID, Mapping[str, object]],
    organisation: UUID,
    audience: Sequence[str],
    at: datetime,
    happened_at: datetime | None = None,
) -> None:
    """Insert one outgoing event of this kind about each subject, its payload sealed to the desk's key."""
    _require_transaction()
    if not audience:
        return
    if not is_for(kind, audience):
        raise RuntimeError(f"{kind} is not told to everybody: see ledger/rules.py")
    OutgoingEvent.objects.bulk_create(
        [
            OutgoingEvent(
                id=uuid4(),
                kind=kind.value,
                organisation=organisation,
                subject_id=subject_id,
                audience=sorted(audience),
                sealed_payload=_sealed({"v": EVENT_VERSION, **payload}),
                happened_at=happened_at or at,
                recorded_at=at,
            )
            for subject_id, payload in payloads.items()
        ]
    )


def say_again(*, event_ids: Sequence[UUID], node: str, at: datetime) -> int:
    """Insert what was told to everybody once more, for one node that took no part then; returns how many events.

    In the order given; of one that was erased, and of one that was for some nodes alone, nothing is said. (X22)
    """
    _require_transaction()
    rows = {
        row.pk: row
        for row in OutgoingEvent.objects.filter(pk__in=event_ids, erased_at__isnull=True)
        if row.audience == [EVERYBODY]
    }
    there = [rows[event_id] for event_id in event_ids if event_id in rows]
    in_order = sorted(uuid4() for _ in there)  # of one time the identifier is the order
    OutgoingEvent.objects.bulk_create(
        [
            OutgoingEvent(
                id=new_id,
                kind=row.kind,
                organisation=row.organisation,
                subject_id=row.subject_id,
                audience=[node],
                repeats=row.pk,
                sealed_payload=row.sealed_payload,
                happened_at=row.happened_at,
                recorded_at=at,
            )
            for new_id, row in zip(in_order, there, strict=True)
        ]
    )
    return len(there)


def note_left(*, event_ids: Collection[UUID], at: datetime) -> int:
    """Write that events became leaves of the node's log; part of what appends them.

    Returns for how many: one that was erased meanwhile does not leave.
    """
    _require_transaction()
    waiting = OutgoingEvent.objects.filter(
        pk__in=list(event_ids), left_at__isnull=True, erased_at__isnull=True
    )
    return waiting.update(left_at=at)


def erase_payload(*, event_id: UUID, at: datetime) -> bool:
    """Erase what an event said; false when it was erased before. Part of a larger action."""
    _require_transaction()
    there = OutgoingEvent.objects.filter(pk=event_id, erased_at__isnull=True)
    return there.update(sealed_payload=b"", erased_at=at) == 1


def _sealed(payload: Mapping[str, object]) -> bytes:
    public = settings.HAVN_KEYRING.read("desk-sealing-key.pub")
    return seal(canonical_json(payload), public, purpose=PAYLOAD_PURPOSE)


def _require_transaction() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("facts and events belong into the transaction of their work")
