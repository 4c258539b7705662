# SPDX-License-Identifier: Apache-2.0
"""Stored rows as an indicator's values, in the order of its definition."""

from __future__ import annotations

from dataclasses import dataclass

from havn.domain.indicators import rules as indicators
from havn.domain.reporting import rules
from havn.domain.reporting.models import FrozenFigure


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
    is_left_away: bool = False  # as a whole; its one figure has no code, and says so in files


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
            gap = found.get((measure.name, breakdown.name, ""))
            if gap is not None:
                away = (_figure(gap, measure, later),)
                splits.append(
                    BreakdownFigures(breakdown, measure, away, is_drawn=False, is_left_away=True)
                )
                continue
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
        unit=measure.unit,
        obs_status=rules.status_of(row.obs_status, later),
        **rules.cell_of(row),
    )
