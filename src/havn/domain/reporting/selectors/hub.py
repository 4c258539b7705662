# SPDX-License-Identifier: Apache-2.0
"""Reading what the secretariat's hub said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from havn.domain.actor import Actor
from havn.domain.reporting.models import HubMessage
from havn.domain.reporting.selectors._access import require_government


@dataclass(frozen=True, slots=True)
class HubMessageView:
    """One message of a hub: a receipt, a question, or a step."""

    id: UUID
    kind: str
    year: str
    report_id: UUID | None
    state: str
    code: str
    text: str
    proof: str  # of a receipt: a proof file (F46), empty where the hub gave none
    said_at: datetime
    answer: str
    answered_at: datetime | None


def hub_messages(*, actor: Actor, year: str = "") -> list[HubMessageView]:
    """Return what the hub said, the newest first; of one year, or of all."""
    require_government(actor)
    rows = HubMessage.objects.filter(organisation=actor.scope)
    if year:
        rows = rows.filter(year=year)
    return [
        HubMessageView(
            id=row.pk,
            kind=row.kind,
            year=row.year,
            report_id=row.report_id,
            state=row.state,
            code=row.code,
            text=row.text,
            proof=row.proof,
            said_at=row.said_at,
            answer=row.answer,
            answered_at=row.answered_at,
        )
        for row in rows.order_by("-said_at", "-id")[:200]
    ]
