# SPDX-License-Identifier: Apache-2.0
"""Reading checks, and what the plan of the next one needs to know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from havn.domain.actor import Actor
from havn.domain.takedown import rules
from havn.domain.takedown.models import Check
from havn.domain.takedown.selectors._access import require_desk
from havn.domain.takedown.selectors._views import CheckView, check_view


@dataclass(frozen=True, slots=True)
class CheckHistory:
    """What the plan needs to know of an item's checks."""

    baseline: rules.Baseline | None
    first_checked_at: datetime | None
    last_checked_at: datetime | None
    count: int
    since: datetime | None  # gone since, as the checks so far tell


def checks(*, item_id: UUID, actor: Actor, most: int = 50) -> list[CheckView]:
    """Return the checks of an item of the actor's organisation, newest first."""
    require_desk(actor)
    rows = Check.objects.filter(item_id=item_id, organisation=actor.scope)
    return [check_view(row) for row in rows.order_by("-checked_at", "-id")[:most]]


def check_history(*, item_id: UUID, actor: Actor) -> CheckHistory:
    """Return the baseline and the times that decide about the next check, of our own checks alone."""
    rows = Check.objects.filter(
        item_id=item_id, organisation=actor.scope, vantage=rules.OWN_VANTAGE
    )
    ordered = list(rows.order_by("checked_at", "id").values_list("checked_at", "verdict"))
    first = rows.filter(rule=rules.FIRST_LOOK).order_by("checked_at", "id").first()
    return CheckHistory(
        baseline=_baseline(first),
        first_checked_at=ordered[0][0] if ordered else None,
        last_checked_at=ordered[-1][0] if ordered else None,
        count=len(ordered),
        since=rules.gone_since(ordered),
    )


def _baseline(row: Check | None) -> rules.Baseline | None:
    if row is None:
        return None
    final_url = row.redirects[-1][1] if row.redirects else ""
    return rules.Baseline(final_url=final_url, status=row.status or 200, headers=row.headers)
