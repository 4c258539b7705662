# SPDX-License-Identifier: Apache-2.0
"""Reading for the half-year update: whether it is due, what the site shows, and what was told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from havn.domain.actor import Actor
from havn.domain.errors import NotFoundError
from havn.domain.reporting import rules
from havn.domain.reporting.models import HalfYearUpdate, NationalReport
from havn.domain.reporting.selectors._access import require_government
from havn.domain.reporting.selectors.figures import QuarterFigures, quarter_figures


@dataclass(frozen=True, slots=True)
class ToldHalfYear:
    """An update as the desk lists it."""

    update: UUID
    year: str
    quarters: tuple[str, ...]
    figures: int
    hidden: int
    told_at: datetime
    withdrawn_at: datetime | None


def half_year_is_due(*, year: int, actor: Actor, at: datetime) -> bool:
    """Whether the first half of a year is to be told: its day has come, and neither it nor the report was told."""
    if not rules.may_tell_half_year(year, at):
        return False
    of_year = {"organisation": actor.scope, "year": str(year)}
    told = HalfYearUpdate.objects.filter(**of_year)
    released = NationalReport.objects.filter(**of_year, state__in=rules.EVER_RELEASED)
    return not (told.exists() or released.exists())


def first_half(*, year: int, actor: Actor) -> list[QuarterFigures]:
    """Return what the node's own site shows of the first two quarters; nothing before the second one is frozen."""  # N30
    found = []
    for period in rules.first_half_of(year):
        try:
            found.append(quarter_figures(period=period, actor=actor))
        except NotFoundError:
            found.clear()
    return found


def half_years_told(*, actor: Actor) -> list[ToldHalfYear]:
    """Return the updates that the secretariat was told, the newest first."""
    require_government(actor)
    rows = HalfYearUpdate.objects.filter(organisation=actor.scope).order_by("-year")
    return [
        ToldHalfYear(
            update=row.pk,
            year=row.year,
            quarters=tuple(row.quarters),
            figures=row.figures,
            hidden=row.hidden,
            told_at=row.told_at,
            withdrawn_at=row.withdrawn_at,
        )
        for row in rows
    ]
