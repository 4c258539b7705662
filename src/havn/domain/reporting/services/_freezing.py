# SPDX-License-Identifier: Apache-2.0
"""Part of freezing: the figures of periods are computed, protected over whole groups, and stored as one release."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from havn.domain.actor import Actor
from havn.domain.indicators import rules as indicators
from havn.domain.ledger import selectors as ledger
from havn.domain.reporting import rules
from havn.domain.reporting.models import FigureRelease, FrozenFigure
from havn.lib.encoding import uuid7

_Figures = dict[indicators.Period, dict[str, list[indicators.Value]]]


def freeze_year(*, year: int, actor: Actor, at: datetime) -> FigureRelease:
    """Freeze a closed year and its quarters as they are known now; part of making a report's draft."""
    whole = indicators.Year(year)
    return release_of(
        "report", [whole, *whole.quarters], organisation=actor.scope, actor=actor, at=at
    )


def release_of(
    kind: str,
    periods: Sequence[indicators.Period],
    *,
    organisation: UUID,
    actor: Actor,
    at: datetime,
    public_at: datetime | None = None,
) -> FigureRelease:
    """Compute and store the figures of these periods as known now; what earlier releases hid stays hidden.

    A quarter that is published by itself has none of persons and police work. (N30)
    """
    release = FigureRelease.objects.create(
        id=uuid7(at),
        organisation=organisation,
        kind=kind,
        as_of=at,
        log_position=ledger.newest_position(actor=actor, until=at),
        made_at=at,
        public_at=public_at,
    )
    found = indicators.protected_figures(
        ledger.facts_until(actor=actor, names=indicators.FACTS_READ, until=at),
        periods=periods,
        as_of=at,
        earlier=_earlier(organisation, periods, at),
    )
    FrozenFigure.objects.bulk_create(
        [
            _row(indicator, value, str(period), release)
            for period, figures in found.items()
            for indicator, values in figures.items()
            if kind != "quarter" or not _is_internal(indicator)
            for value in values
        ],
        batch_size=200,
    )
    return release


def _is_internal(indicator: str) -> bool:
    return indicators.is_internal_by_quarter(indicators.definition_of(indicator))


def _earlier(
    organisation: UUID, periods: Sequence[indicators.Period], at: datetime
) -> list[indicators.Release]:
    """Return what was published of these years and of the one before, oldest first.

    What was withdrawn counts too: it was seen.
    """
    years = {int(str(period)[:4]) for period in periods}
    of_years = Q()
    for year in {*years, *(year - 1 for year in years)}:
        of_years |= Q(period__startswith=str(year))
    rows = FrozenFigure.objects.filter(
        of_years, organisation=organisation, release__public_at__isnull=False, as_of__lte=at
    )
    found: dict[UUID, tuple[datetime, _Figures]] = {}
    for row in rows.order_by("as_of", "id"):
        _as_of, figures = found.setdefault(row.release_id, (row.as_of, {}))
        of_period = figures.setdefault(indicators.parse_period(row.period), {})
        of_period.setdefault(row.indicator, []).append(_value(row))
    return [indicators.Release(as_of, figures) for as_of, figures in found.values()]


def _value(row: FrozenFigure) -> indicators.Value:
    return indicators.Value(
        low=row.low,
        high=row.high,
        obs_status=row.obs_status,
        conf_status=row.conf_status,
        **rules.cell_of(row),
    )


def _row(
    indicator: str, value: indicators.Value, period: str, release: FigureRelease
) -> FrozenFigure:
    return FrozenFigure(
        id=uuid7(release.as_of),
        organisation=release.organisation,
        release=release,
        indicator=indicator,
        definition_version=indicators.definition_of(indicator).version,
        period=period,
        **rules.cell_of(value),
        low=value.low,
        high=value.high,
        obs_status=value.obs_status,
        conf_status=value.conf_status,
        as_of=release.as_of,
        log_position=release.log_position,
    )
