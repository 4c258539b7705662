# SPDX-License-Identifier: Apache-2.0
"""Reading facts for indicators."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from havn.domain.actor import Actor
from havn.domain.ledger import rules
from havn.domain.ledger.models import Fact


@dataclass(frozen=True, slots=True)
class FactLine:
    """One fact as indicators read it."""

    name: str
    subject_kind: str
    subject_id: UUID
    happened_at: datetime
    recorded_at: datetime
    codes: dict[str, Any]


def facts_until(*, actor: Actor, names: Collection[str], until: datetime) -> Iterator[FactLine]:
    """Yield facts of the actor's organisation with these names, recorded until `until`."""
    rows = Fact.objects.filter(
        organisation=actor.scope, name__in=list(names), recorded_at__lte=until
    ).order_by("happened_at", "id")
    for row in rows.iterator(chunk_size=2000):
        yield FactLine(
            name=row.name,
            subject_kind=row.subject_kind,
            subject_id=row.subject_id,
            happened_at=row.happened_at,
            recorded_at=row.recorded_at,
            codes=row.codes,
        )


def first_fact_at(*, actor: Actor) -> datetime | None:
    """Return when the first fact of the actor's organisation happened, years written wrong apart."""
    begins = datetime(rules.FIRST_YEAR, 1, 1, tzinfo=UTC)
    facts = Fact.objects.filter(organisation=actor.scope, happened_at__gte=begins)
    first = facts.order_by("happened_at").first()
    return first.happened_at if first else None


def newest_position(*, actor: Actor, until: datetime) -> UUID | None:
    """Return the identifier of the last fact recorded until `until`, the log position read."""
    row = (
        Fact.objects.filter(organisation=actor.scope, recorded_at__lte=until)
        .order_by("-recorded_at", "-id")
        .first()
    )
    return row.id if row else None
