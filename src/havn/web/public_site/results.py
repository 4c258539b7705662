# SPDX-License-Identifier: Apache-2.0
"""Views of the results: closed quarters, and one quarter with definition, table, chart and file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from havn.domain.reporting import selectors as reporting
from havn.web.frame import hidden
from havn.web.frame.charts import Bar, Chart, bar_chart
from havn.web.public_site.visitors import visitor

if TYPE_CHECKING:
    from decimal import Decimal

    from django.http import HttpRequest

    from havn.domain.reporting.rules import Figure

HIDDEN = "–"
_NOTHING = frozenset({"L", "M"})  # not collected, nothing to measure


@dataclass(frozen=True, slots=True)
class TableRow:
    """One line of a table: what it is about, its value, and on how many it rests."""

    label: str
    value: str
    rests_on: str


@dataclass(frozen=True, slots=True)
class ShownTable:
    """One table with the chart drawn from it."""

    caption: str
    rows: tuple[TableRow, ...]
    chart: Chart | None
    says_on_how_many: bool  # a count rests on nothing but itself
    is_left_away: bool = False  # then there are no rows, and a sentence says why


def results(request: HttpRequest) -> HttpResponse:
    """List the national reports that are released, and the quarters whose figures are frozen."""
    actor = visitor()
    context = {
        "quarters": reporting.closed_quarters(actor=actor),
        "reports": reporting.public_reports(actor=actor),
    }
    return render(request, "public_site/results/list.html", context)


def quarter(request: HttpRequest, period: str) -> HttpResponse:
    """Show one quarter: each indicator's definition, its table and the chart drawn from the table."""
    found = reporting.quarter_figures(period=period, actor=visitor())
    shown = [each for each in found.indicators if _has_something(each)]
    return render(
        request,
        "public_site/results/quarter.html",
        {
            "found": found,
            "shown": [(each.definition, _tables(each)) for each in shown],
            "without": [each.definition for each in found.indicators if each not in shown],
            "period": period,
            "about_figures": f"{hidden.what_a_dash_means()} {hidden.held_back()}",
        },
    )


def _has_something(each: reporting.IndicatorFigures) -> bool:
    """Whether there is a figure of the indicator, be it hidden: not where nothing is collected or nothing happened."""
    return any(figure.obs_status not in _NOTHING for figure in each.figures)


def table_file(request: HttpRequest, period: str) -> HttpResponse:  # noqa: ARG001
    """Answer with the quarter's figures as a file of comma-separated values."""
    found = reporting.quarter_figures(period=period, actor=visitor())
    answer = HttpResponse(found.tidy_table(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="havn-{found.quarter}.csv"'
    return answer


def _tables(each: reporting.IndicatorFigures) -> list[ShownTable]:
    definition = each.definition
    names = {measure.name: _(measure.title) for measure in definition.measures}
    tables = []
    if each.totals:
        rows = [(names[figure.measure], figure) for figure in each.totals]
        tables.append(_table(_("All together"), rows, is_drawn=_share_a_unit(each.totals)))
    for split in each.breakdowns:
        if split.is_left_away:
            caption = f"{_(split.measure.title)}: {_(split.breakdown.title)}"
            tables.append(ShownTable(caption, (), None, says_on_how_many=False, is_left_away=True))
            continue
        rows = [(_(split.breakdown.codes[figure.code]), figure) for figure in split.figures]
        caption = f"{_(split.measure.title)}: {_(split.breakdown.title)}"
        tables.append(_table(caption, rows, is_drawn=split.is_drawn))
    return tables


def _share_a_unit(figures: tuple[Figure, ...]) -> bool:
    return len(figures) > 1 and len({figure.unit for figure in figures}) == 1


def _table(caption: str, rows: list[tuple[str, Figure]], *, is_drawn: bool) -> ShownTable:
    lines = tuple(
        TableRow(label, value_text(figure), _count(figure.rests_on)) for label, figure in rows
    )
    bars = [Bar(label, _length(figure), value_text(figure)) for label, figure in rows]
    chart = (
        bar_chart(caption, bars)
        if is_drawn and any(bar.value is not None for bar in bars)
        else None
    )
    says_on_how_many = any(figure.rests_on is not None for _label, figure in rows)
    return ShownTable(caption, lines, chart, says_on_how_many=says_on_how_many)


def value_text(figure: Figure) -> str:
    """Return a figure in words: its number and unit, a bound where that is all one knows, a dash where hidden."""
    if figure.is_hidden:
        return HIDDEN
    if figure.is_not_reached:
        return _("more than %(number)s") % {"number": _number(figure.lower_bound, figure.unit)}
    return _number(figure.value, figure.unit) if figure.value is not None else HIDDEN


def _length(figure: Figure) -> Decimal | None:
    if figure.is_hidden:
        return None
    return figure.value if figure.value is not None else figure.lower_bound


def _number(number: Decimal | None, unit: str) -> str:
    if number is None:
        return HIDDEN
    whole = number == number.to_integral()
    return f"{number_format(number, 0 if whole else 1, use_l10n=True)} {_(unit)}".strip()


def _count(number: int | None) -> str:
    return HIDDEN if number is None else number_format(number, 0, use_l10n=True)
