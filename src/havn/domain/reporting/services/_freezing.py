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
    periods: Sequence[indicators.Quarter],
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


def _periods_of(year: int) -> list[indicators.Quarter]:
    return [indicators.Quarter(year, number) for number in (1, 2, 3, 4)]


def _protected(
    periods: Sequence[indicators.Quarter], *, organisation: UUID, actor: Actor, at: datetime
) -> dict[str, dict[str, list[indicators.Value]]]:
    facts = list(ledger.facts_until(actor=actor, names=indicators.FACTS_READ, until=at))
    return {
        str(period): indicators.protected_figures(
            facts,
            period=period,
            as_of=at,
            hidden_before=_hidden_in(organisation, str(period.previous)),
        )
        for period in periods
    }


def _hidden_in(organisation: UUID, period: str) -> frozenset[str]:
    """Return the names of the cells that were hidden in that quarter's release."""
    rows = FrozenFigure.objects.filter(organisation=organisation, period=period, obs_status="Q")
    return frozenset(
        name
        for row in rows
        for name in indicators.cells_of(
            row.indicator,
            indicators.Value(measure=row.measure, breakdown=row.breakdown, code=row.code),
        )
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
        low=getattr(value, "low", None),
        high=getattr(value, "high", None),
        obs_status=value.obs_status,
        conf_status=value.conf_status,
        as_of=release.as_of,
        log_position=release.log_position,
    )
