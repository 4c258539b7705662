# SPDX-License-Identifier: Apache-2.0
"""Reading the private look at the 21 capabilities: the newest of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from havn.domain.actor import Actor, Role
from havn.domain.errors import NotFoundError
from havn.domain.reporting import rules
from havn.domain.reporting.models import CapabilityStated


@dataclass(frozen=True, slots=True)
class CapabilityView:
    """One capability with what was stated last; phase 0 where nothing was."""

    capability: rules.Capability
    phase: int
    evidence: str
    assessed_on: date | None


def capabilities(*, actor: Actor) -> list[CapabilityView]:
    """Return all 21 with what the country stated last; for rapporteur and signatory alone."""
    if not actor.has_role(Role.RAPPORTEUR, Role.SIGNATORY):
        raise NotFoundError
    rows = CapabilityStated.objects.filter(organisation=actor.scope)
    newest = {row.capability: row for row in rows.order_by("stated_at", "id")}
    found = []
    for each in rules.CAPABILITIES:
        row = newest.get(each.number)
        found.append(
            CapabilityView(
                each,
                phase=row.phase if row else 0,
                evidence=row.evidence if row else "",
                assessed_on=row.assessed_on if row else None,
            )
        )
    return found
