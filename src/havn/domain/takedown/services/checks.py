# SPDX-License-Identifier: Apache-2.0
"""Writing checks down."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from havn.domain.actor import Actor
from havn.domain.audit import services as audit
from havn.domain.takedown import rules
from havn.domain.takedown.models import Check
from havn.lib.encoding import uuid7


@audit.action("check.recorded")
def record_check(
    *, item_id: UUID, seen: rules.Seen, found: rules.Verdict, actor: Actor, at: datetime
) -> UUID:
    """Add one check of an item: status and headers, and what they mean."""
    row = Check.objects.create(
        id=uuid7(at),
        item_id=item_id,
        organisation=actor.scope,
        checked_at=at,
        addresses=list(seen.addresses),
        came_from_sent=seen.came_from_sent,
        method=seen.method,
        status=seen.status,
        failure=(seen.failure or "")[:30],
        redirects=[list(step) for step in seen.redirects],
        headers=dict(seen.headers),
        tls_subject=seen.tls_subject[:255],
        verdict=found.kind.value,
        rule=found.rule,
    )
    audit.record(
        action="check.recorded",
        actor=actor,
        subject_kind="item",
        subject_id=item_id,
        at=at,
        detail={"verdict": row.verdict, "rule": row.rule},
    )
    return row.id
