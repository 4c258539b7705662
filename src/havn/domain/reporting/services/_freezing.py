# SPDX-License-Identifier: Apache-2.0
"""Part of freezing: the figures of periods are computed, protected and stored as one release."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from havn.domain.actor import Actor
from havn.domain.indicators import rules as indicators
from havn.domain.ledger import selectors as ledger
from havn.domain.reporting.models import FigureRelease, FrozenFigure
from havn.lib.encoding import uuid7


def freeze_year(*, year: int, actor: Actor, at: datetime) -> FigureRelease:
    """Freeze a closed year and its quarters as they are known now; part of making a report's draft."""
    return release_of("report", _periods_of(year), organisation=actor.scope, actor=actor, at=at)


def release_of(
    kind: str,
    periods: Sequence[indicators.Period],
    *,
    organisation: UUID,
    actor: Actor,
    at: datetime,
    public_at: datetime | None = None,
) -> FigureRelease:
    position = ledger.newest_position(actor=actor, until=at)
    release = FigureRelease.objects.create(
        id=uuid7(at),
        organisation=organisation,
        kind=kind,
        as_of=at,
        log_position=position,
        made_at=at,
        public_at=public_at,
    )
    found = _protected(periods, organisation=organisation, actor=actor, at=at)
    FrozenFigure.objects.bulk_create(
        [
            _row(indicator, value, period, release)
            for period, figures in found.items()
            for indicator, values in figures.items()
            for value in values
        ],
        batch_size=200,
    )
    return release


def _periods_of(year: int) -> list[indicators.Period]:
    whole = indicators.Year(year)
    return [*whole.quarters, whole]


def _protected(
    periods: Sequence[indicators.Period], *, organisation: UUID, actor: Actor, at: datetime
) -> dict[str, dict[str, list[indicators.Value]]]:
    found = indicators.protected_figures(
        ledger.facts_until(actor=actor, names=indicators.FACTS_READ, until=at),
        periods=periods,
        as_of=at,
        earlier=_published(periods, organisation),
    )
    return {str(period): figures for period, figures in found.items()}


def _published(
    periods: Sequence[indicators.Period], organisation: UUID
) -> list[indicators.Release]:
    """Return what was published of these periods, and of the ones before them: that stays hidden, or seen."""
    names = {str(each) for period in periods for each in (period, period.previous)}
    releases = FigureRelease.objects.filter(
        organisation=organisation, public_at__isnull=False, figures__period__in=names
    )
    found = []
    for release in releases.distinct().order_by("as_of", "id"):
        figures: dict[indicators.Period, dict[str, list[indicators.Value]]] = {}
        for row in release.figures.order_by("period", "indicator", "id"):
            of_period = figures.setdefault(indicators.parse_period(row.period), {})
            of_period.setdefault(row.indicator, []).append(_value(row))
        found.append(indicators.Release(release.as_of, figures))
    return found


def _value(row: FrozenFigure) -> indicators.Value:
    return indicators.Value(
        measure=row.measure,
        breakdown=row.breakdown,
        code=row.code,
        value=row.value,
        lower_bound=row.lower_bound,
        numerator=row.numerator,
        denominator=row.denominator,
        n_started=row.n_started,
        n_done=row.n_done,
        n_censored=row.n_censored,
        obs_status=row.obs_status,
        conf_status=row.conf_status,
        low=row.low,
        high=row.high,
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
        measure=value.measure,
        breakdown=value.breakdown,
        code=value.code,
        value=value.value,
        lower_bound=value.lower_bound,
        numerator=value.numerator,
        denominator=value.denominator,
        n_started=value.n_started,
        n_done=value.n_done,
        n_censored=value.n_censored,
        low=value.low,
        high=value.high,
        obs_status=value.obs_status,
        conf_status=value.conf_status,
        as_of=release.as_of,
        log_position=release.log_position,
    )
