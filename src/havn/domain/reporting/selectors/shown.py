# SPDX-License-Identifier: Apache-2.0
"""The figures of a report's draft as the desk shows them: with marks, notes and what changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from havn.domain.actor import Actor
from havn.domain.indicators import rules as indicators
from havn.domain.reporting import rules
from havn.domain.reporting.models import FigureCorrection, FrozenFigure, NationalReport
from havn.domain.reporting.selectors._access import own_report
from havn.domain.reporting.selectors._figures import IndicatorFigures, of_indicator


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One figure that stands otherwise than it was published."""

    period: str
    measure: str
    breakdown: str
    code: str
    old: Decimal | None
    new: Decimal | None
    needs_note: bool


@dataclass(frozen=True, slots=True)
class ReportIndicator:
    """One indicator of a report: its values by period, whose part it is, and what changed."""

    definition: indicators.Definition
    part: rules.Part
    periods: tuple[tuple[str, IndicatorFigures], ...]  # the year first
    changes: tuple[ChangeView, ...]

    @property
    def needs_note(self) -> bool:
        """Whether its note must say why a figure changed."""
        return any(change.needs_note for change in self.changes)


@dataclass(frozen=True, slots=True)
class ReportFigures:
    """All figures of a report."""

    as_of: datetime
    log_position: UUID | None
    indicators: tuple[ReportIndicator, ...]
    hidden: int
    cells: int


def report_figures(*, report_id: UUID, actor: Actor) -> ReportFigures:
    """Return the figures of a report, indicator by indicator."""
    row = own_report(report_id, actor)
    rows = list(FrozenFigure.objects.filter(release_id=row.release_id))
    found = {each.indicator for each in rows}
    changes = _changes(row)
    return ReportFigures(
        as_of=row.release.as_of,
        log_position=row.release.log_position,
        indicators=tuple(
            ReportIndicator(
                definition,
                rules.part_of(definition.id),
                periods=_periods(definition, rows, row.release.as_of),
                changes=tuple(changes.get(definition.id, ())),
            )
            for definition in indicators.DEFINITIONS
            if definition.id in found
        ),
        hidden=sum(1 for each in rows if each.obs_status == "Q"),
        cells=len(rows),
    )


def _periods(
    definition: indicators.Definition, rows: list[FrozenFigure], as_of: datetime
) -> tuple[tuple[str, IndicatorFigures], ...]:
    names = sorted({row.period for row in rows}, key=lambda period: ("-Q" in period, period))
    found = []
    for period in names:
        mine = [row for row in rows if row.period == period]
        later = rules.PROVISIONAL_FOR if rules.is_final(period, as_of) else 0
        figures = of_indicator(definition, mine, later)
        if figures.figures:
            found.append((period, figures))
    return tuple(found)


def _changes(row: NationalReport) -> dict[str, list[ChangeView]]:
    found: dict[str, list[ChangeView]] = {}
    for each in FigureCorrection.objects.filter(report=row).order_by("indicator", "period", "id"):
        view = ChangeView(
            period=each.period,
            measure=each.measure,
            breakdown=each.breakdown,
            code=each.code,
            old=each.old,
            new=each.new,
            needs_note=each.needs_note,
        )
        hides = row.correction_kind == rules.Correction.DISCLOSURE
        found.setdefault(each.indicator, []).append(
            replace(view, old=None, new=None) if hides else view
        )
    return found
