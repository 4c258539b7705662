# SPDX-License-Identifier: Apache-2.0
"""The clock of commitments: that a due day came, and that a promise is late, become facts once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from havn.domain.actor import Actor
from havn.domain.audit import services as audit
from havn.domain.commitments import rules
from havn.domain.commitments.models import Commitment
from havn.domain.commitments.services import _rows
from havn.domain.ledger import services as ledger
from havn.domain.ledger.rules import FactName


@audit.action("commitment.due_noted", did_nothing=lambda noted: not noted)
def note_due(*, commitment_id: UUID, actor: Actor, at: datetime) -> bool:
    """Write as facts, each once, that a promise's due day came and that it is late; false where nothing was new.

    The day is the one that counts: a new one set after the old one had passed does not move it.
    """
    row = _rows.own_row(commitment_id, actor)
    record = _rows.record_of(row)
    if not row.is_public:
        return False
    counts = rules.counting_due(record)
    is_due = row.due_noted_at is None and at >= rules.end_of(counts)
    since = rules.late_since(record, at=at) if row.late_noted_at is None else None
    if is_due:
        _fact(
            FactName.COMMITMENT_DUE, row, record, rules.last_instant_of(counts), actor=actor, at=at
        )
        row.due_noted_at = at
    if since is not None:
        _fact(FactName.COMMITMENT_LATE, row, record, since, actor=actor, at=at)
        row.late_noted_at = at
    if not is_due and since is None:
        return False
    row.save(update_fields=["due_noted_at", "late_noted_at"])
    detail = {"due": is_due, "late": since is not None}
    _rows.entry("commitment.due_noted", row.pk, actor=actor, at=at, detail=detail)
    return True


def _fact(
    name: FactName,
    row: Commitment,
    record: rules.Record,
    happened_at: datetime,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    ledger.record_fact(
        name=name,
        subject_kind="commitment",
        subject_id=row.pk,
        organisation=actor.scope,
        at=at,
        happened_at=happened_at,
        codes=_rows.codes_of(record),
    )
