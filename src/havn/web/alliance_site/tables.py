# SPDX-License-Identifier: Apache-2.0
"""Tables as the pages show them: head, rows, and what is drawn from them on the server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.translation import gettext as _

from havn.domain.indicators.rules import Breakdown, Definition, Measure
from havn.domain.publication.rules import comparison
from havn.domain.publication.rules.comparison import Comparison, Line, Standing
from havn.domain.publication.rules.published import UNRELEASED, Figure, period_order
from havn.web.alliance_site import words
from havn.web.frame.charts import Bar, Chart, bar_chart
from havn.web.frame.maps import Map, world_map

MOST_BARS = 60
_HOLE = "--"  # no country's code: an address is looked up once, and filled in for each


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell says, and the mark by which `havn figure verify` knows which figure it shows."""

    text: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what it is about, an address it leads to, and its cells."""

    label: str
    cells: tuple[Cell, ...]
    address: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One table, with the chart and the map that are drawn from it."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[Row, ...]
    chart: Chart | None = None
    map: Map | None = None
    notes: tuple[str, ...] = field(default=())


def compared(
    definition: Definition,
    measure: Measure,
    found: Comparison,
    *,
    earlier: dict[str, dict[str, Figure]],
    period: str,
    is_mapped: bool,
) -> Table:
    """Return all countries by name, each beside its own past; earlier figures by member and period."""
    address = reverse(
        "alliance:country_indicator", kwargs={"code": _HOLE, "indicator": definition.id}
    )
    before = sorted({each for known in earlier.values() for each in known}, key=period_order)
    rows = [
        Row(
            line.name,
            (
                *(_cell(earlier.get(line.member, {}).get(each), measure.unit) for each in before),
                said(line, measure.unit),
                Cell(_rests_on(line)),
            ),
            address.replace(_HOLE, line.member),
        )
        for line in found.lines
    ]
    head = (_("Country"), *map(words.period, before), words.period(period), _("Based on"))
    is_coloured = comparison.may_colour(definition.direction_of(measure.name))
    return Table(
        caption=_(measure.title),
        head=head,
        rows=tuple(rows),
        chart=_bars(_(measure.title), found.lines, measure.unit, is_plain=not is_coloured),
        map=_map(_(measure.title), found.lines, measure.unit)
        if is_mapped and is_coloured
        else None,
        notes=_quartiles(found, measure.unit),
    )


def mark(figure: Figure) -> str:
    """Return the mark of a figure: whose, which indicator, period, measure, breakdown, code; none of what nobody signed."""
    if figure.basis == UNRELEASED:
        return ""
    return "/".join((figure.member, figure.indicator, figure.period, *figure.place))


def said(line: Line, unit: str) -> Cell:
    """Return what a country's line says in a comparison."""
    if line.standing is not Standing.SHOWN or line.figure is None:
        return Cell(words.standing(line.standing))
    return _cell(line.figure, unit)


def _cell(figure: Figure | None, unit: str) -> Cell:
    if figure is None:
        return Cell(words.DASH)
    added = words.status(figure)
    text = words.value(figure, unit)
    return Cell(f"{text} ({added})" if added else text, mark(figure))


def _rests_on(line: Line) -> str:
    if line.figure is None or line.figure.is_hidden:
        return words.DASH
    return words.count(line.figure.rests_on)


def _quartiles(found: Comparison, unit: str) -> tuple[str, ...]:
    if found.quartiles is None:
        return (
            _(
                "A median of the Alliance is given from ten countries on; %(count)s have a value here."
            )
            % {"count": found.shown},
        )
    said = _(
        "The Alliance: half of %(count)s countries are at %(median)s or below; the middle half lies between "
        "%(lower)s and %(upper)s."
    )
    return (
        said
        % {
            "count": found.quartiles.countries,
            "median": words.number(found.quartiles.median, unit),
            "lower": words.number(found.quartiles.lower, unit),
            "upper": words.number(found.quartiles.upper, unit),
        },
    )


def _bars(caption: str, lines: Sequence[Line], unit: str, *, is_plain: bool) -> Chart | None:
    """Return bars of the countries that have a value, in the order of the table."""
    shown = [line for line in lines if line.number is not None and line.number >= 0]
    if not 1 < len(shown) <= MOST_BARS:
        return None
    bars = [Bar(line.name, line.number, words.value(line.figure, unit)) for line in shown]
    return bar_chart(caption, bars, is_plain=is_plain)


def _map(caption: str, lines: Sequence[Line], unit: str) -> Map | None:
    if not any(line.number is not None for line in lines):
        return None
    values = {line.member: line.number for line in lines if line.number is not None}
    missing = {line.member: _missing(line) for line in lines if line.member not in values}
    return world_map(
        caption, values, missing, names={line.member: line.name for line in lines},
        written=lambda number: words.number(number, unit), kinds=dict(words_of_missing()), others=_("not a member, or without a node"),
    )  # fmt: skip


def _missing(line: Line) -> str:
    return Standing.NO_DATA.value if line.standing is Standing.SHOWN else line.standing.value


def words_of_missing() -> list[tuple[str, str]]:
    """Return the marks of a map for countries without a value, and their words."""
    # A map shows figures for all together, so no breakdown is left away there.
    out = {Standing.SHOWN, Standing.LEFT_AWAY}
    return [(each.value, words.standing(each)) for each in Standing if each not in out]


def own_past(
    definition: Definition, figures: Sequence[Figure], *, periods: Sequence[str]
) -> Table:
    """Return one country's totals of one indicator, each measure beside its own past."""
    found = {(each.measure, each.period): each for each in figures if not each.breakdown}
    rows = [
        Row(
            _(measure.title),
            tuple(_cell(found.get((measure.name, period)), measure.unit) for period in periods),
        )
        for measure in definition.measures
        if any((measure.name, period) in found for period in periods)
    ]
    return Table(_("All together"), (_("What"), *map(words.period, periods)), tuple(rows))


def series(definition: Definition, figures: Sequence[Figure], *, periods: Sequence[str]) -> Table:
    """Return one country's whole series of one indicator: periods down, the newest first, measures across."""
    found = {(each.measure, each.period): each for each in figures if not each.breakdown}
    known = {measure for measure, _period in found}
    measures = [each for each in definition.measures if each.name in known]
    rows = [
        Row(
            words.period(period),
            tuple(_cell(found.get((each.name, period)), each.unit) for each in measures),
        )
        for period in reversed(periods)
    ]
    head = (_("Period"), *(_(each.title) for each in measures))
    return Table(_("All together"), head, tuple(rows))


def series_chart(
    definition: Definition, measure: Measure, figures: Sequence[Figure], *, periods: Sequence[str]
) -> Chart | None:
    """Return a country's own series of a measure as bars."""
    found = {
        each.period: each
        for each in figures
        if each.measure == measure.name and not each.breakdown
    }
    known = [(period, found[period]) for period in periods if period in found]
    if len(known) < 2 or not any(each.value is not None for _period, each in known):
        return None
    bars = [
        Bar(words.period(period), each.value, words.value(each, measure.unit))
        for period, each in known
    ]
    if any(bar.value is not None and bar.value < 0 for bar in bars):
        return None
    return bar_chart(
        _(measure.title),
        bars,
        is_plain=not comparison.may_colour(definition.direction_of(measure.name)),
    )


def breakdown_tables(
    definition: Definition, figures: Sequence[Figure], *, periods: Sequence[str]
) -> list[Table]:
    """Return one country's breakdowns: codes down, periods across, one table a measure.

    A period of which a breakdown is left away says so in every line, and below the table in a sentence.
    """
    tables = []
    split = {each.name: each for each in definition.breakdowns}
    for measure in definition.measures:
        names = dict.fromkeys(each.breakdown for each in figures if each.measure == measure.name)
        for name in names:
            if not name:
                continue
            found = {
                (each.code, each.period): each
                for each in figures
                if each.measure == measure.name and each.breakdown == name
            }
            away = {each.period: each for each in found.values() if each.is_left_away}
            shown = [each for each in found.values() if not each.is_left_away]
            codes = dict.fromkeys(each.code for each in shown)
            rows = tuple(
                Row(
                    code_title(name, code, split),
                    tuple(
                        _cell(found.get((code, period), away.get(period)), measure.unit)
                        for period in periods
                    ),
                )
                for code in codes
            )
            title = f"{_(measure.title)}: {breakdown_title(name, split)}"
            gaps = [period for period in periods if period in away]
            notes = (words.left_away(breakdown_title(name, split), gaps),) if gaps else ()
            if rows or notes:
                head = (_("What"), *map(words.period, periods))
                tables.append(Table(title, head, rows, notes=notes))
    return tables


def breakdown_title(name: str, split: Mapping[str, Breakdown]) -> str:
    """Return the title of a breakdown, of both where two are joined."""
    return ", ".join(_(getattr(split.get(each), "title", each)) for each in name.split(";"))


def code_title(name: str, code: str, split: Mapping[str, Breakdown]) -> str:
    """Return the title of a code, of both where two are joined."""
    parts = []
    for each, found in zip(name.split(";"), code.split(";"), strict=False):
        known = getattr(split.get(each), "codes", {})
        parts.append(_(known.get(found, found)))
    return ", ".join(parts)
