# SPDX-License-Identifier: Apache-2.0
"""Writing facts and events inside the transaction of the work they tell of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection

from havn.domain.ledger.models import Fact, OutgoingEvent
from havn.domain.ledger.rules import EVENT_VERSION, FACT_VERSION, EventKind, FactName
from havn.lib.encoding import uuid4, uuid7


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
    _require_transaction()
    Fact.objects.create(
        id=uuid7(at),
        name=name.value,
        subject_kind=subject_kind,
        subject_id=subject_id,
        organisation=organisation,
        happened_at=happened_at or at,
        recorded_at=at,
        codes={"v": FACT_VERSION, **(codes or {})},
    )


def append_event(
    *,
    kind: EventKind,
    subject_id: UUID,
    organisation: UUID,
    payload: Mapping[str, object],
    audience: Sequence[str],
    at: datetime,
) -> None:
    """Insert one outgoing event for the named audience (`alliance`, or node UUIDs)."""
    _require_transaction()
    OutgoingEvent.objects.create(
        id=uuid4(),
        kind=kind.value,
        organisation=organisation,
        subject_id=subject_id,
        audience=list(audience),
        payload={"v": EVENT_VERSION, **payload},
        recorded_at=at,
    )


def _require_transaction() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("facts and events belong into the transaction of their work")
