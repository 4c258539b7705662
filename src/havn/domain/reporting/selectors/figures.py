# SPDX-License-Identifier: Apache-2.0
"""Reading frozen figures; what is frozen is public, what was hidden is not there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Max, QuerySet

from havn.domain.actor import Actor
from havn.domain.errors import NotFoundError
from havn.domain.indicators import rules as indicators
from havn.domain.ledger import selectors as ledger
from havn.domain.members import selectors as members
from havn.domain.reporting import rules
from havn.domain.reporting.models import FrozenFigure


@dataclass(frozen=True, slots=True)
class ClosedQuarter:
    """A quarter whose figures are frozen."""

    period: str
    as_of: datetime


@dataclass(frozen=True, slots=True)
class IndicatorFigures:
    """One indicator's definition and its values of one quarter, in order of the definition."""

    definition: indicators.Definition
    totals: tuple[rules.Figure, ...]
    breakdowns: tuple[BreakdownFigures, ...]

    @property
    def figures(self) -> tuple[rules.Figure, ...]:
        """All values, totals first."""
        return (*self.totals, *(f for each in self.breakdowns for f in each.figures))


@dataclass(frozen=True, slots=True)
class BreakdownFigures:
    """The values of one measure split by one breakdown."""

    breakdown: indicators.Breakdown
    measure: indicators.Measure
    figures: tuple[rules.Figure, ...]
    is_drawn: bool


@dataclass(frozen=True, slots=True)
class QuarterFigures:
    """All that is published about one quarter."""

    quarter: indicators.Quarter
    as_of: datetime
    log_position: UUID | None
    is_provisional: bool
    indicators: tuple[IndicatorFigures, ...]
    provenance: rules.Provenance

    def tidy_table(self) -> bytes:
        """Return the figures as a tidy CSV file."""
        return rules.tidy_table(
            (
                (each.definition.id, each.definition.version, figure)
                for each in self.indicators
                for figure in each.figures
            ),
            self.provenance,
        )


def _frozen(actor: Actor) -> QuerySet[FrozenFigure]:
    """Return the figures that are public: of quarters at once, of a report when it was released."""
    if actor.organisation is None:
        raise NotFoundError
    # The public process may not read these three columns: they would tell of what is hidden.
    return FrozenFigure.objects.filter(
        organisation=actor.organisation,
        release__public_at__isnull=False,
        release__withdrawn_at__isnull=True,
    ).defer("low", "high", "conf_status")


def closed_quarters(*, actor: Actor) -> list[ClosedQuarter]:
    """Return the quarters with frozen figures of the actor's organisation, newest first."""
    quarters = _frozen(actor).filter(period__contains="-Q")
    rows = quarters.values("period").annotate(newest=Max("as_of")).order_by("-period")
    return [ClosedQuarter(period=row["period"], as_of=row["newest"]) for row in rows]


def quarters_to_freeze(*, actor: Actor, at: datetime) -> list[str]:
    """Return the quarters that are over, hold facts or follow one that does, and are not frozen."""
    first_at = ledger.first_fact_at(actor=actor)
    if first_at is None:
        return []
    frozen = set(
        FrozenFigure.objects.filter(organisation=actor.scope, release__kind="quarter").values_list(
            "period", flat=True
        )
    )
    waiting, quarter = [], indicators.Quarter.of(first_at)
    while quarter.is_closed(at):
        if str(quarter) not in frozen:
            waiting.append(str(quarter))
        quarter = quarter.following
    return waiting


def quarter_figures(*, period: str, actor: Actor) -> QuarterFigures:
    """Return the frozen figures of one quarter; raises NotFoundError where none are frozen."""
    newest = _frozen(actor).filter(period=period).order_by("-as_of", "-id").first()
    if newest is None:
        raise NotFoundError
    rows = list(_frozen(actor).filter(period=period, release_id=newest.release_id))
    following = _frozen(actor).filter(period__gt=period, period__contains="-Q")
    later = following.values("period").distinct().count()
    node = members.own_node(actor=actor)
    return QuarterFigures(
        quarter=indicators.Quarter.parse(period),
        as_of=newest.as_of,
        log_position=newest.log_position,
        is_provisional=later < rules.PROVISIONAL_FOR,
        indicators=tuple(
            of_indicator(d, rows, later)
            for d in indicators.DEFINITIONS
            if any(row.indicator == d.id for row in rows)
        ),
        provenance=rules.Provenance(
            ref_area=node.member_code,
            node=node.node_id,
            period=period,
            as_of=newest.as_of,
            log_position=newest.log_position,
        ),
    )


def of_indicator(
    definition: indicators.Definition, rows: list[FrozenFigure], later: int
) -> IndicatorFigures:
    """Return one indicator's values of one period out of stored rows."""
    found = {
        (row.measure, row.breakdown, row.code): row
        for row in rows
        if row.indicator == definition.id
    }
    totals = [
        _figure(found[measure.name, "", ""], measure, later)
        for measure in definition.measures
        if (measure.name, "", "") in found
    ]
    splits = []
    for breakdown in definition.breakdowns:
        for measure in definition.measures:
            keys = [(measure.name, breakdown.name, code) for code in breakdown.codes]
            figures = tuple(_figure(found[key], measure, later) for key in keys if key in found)
            if figures:
                is_drawn = rules.is_worth_drawing(
                    figures,
                    most_unknown=indicators.NOT_DRAWN_ABOVE,
                    unknown=indicators.UNKNOWN,
                )
                splits.append(BreakdownFigures(breakdown, measure, figures, is_drawn))
    return IndicatorFigures(definition, tuple(totals), tuple(splits))


def _figure(row: FrozenFigure, measure: indicators.Measure, later: int) -> rules.Figure:
    return rules.Figure(
        measure=row.measure,
        unit=measure.unit,
        breakdown=row.breakdown,
        code=row.code,
        value=row.value,
        lower_bound=row.lower_bound,
        numerator=row.numerator,
        denominator=row.denominator,
        n_started=row.n_started,
        n_done=row.n_done,
        n_censored=row.n_censored,
        obs_status=rules.status_of(row.obs_status, later),
    )
