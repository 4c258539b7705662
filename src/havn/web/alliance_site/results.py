# SPDX-License-Identifier: Apache-2.0
"""Pages of results: what there is, a target, an indicator, a period, a country, one indicator of a country."""

from __future__ import annotations

from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _

from havn.domain.actor import Actor
from havn.domain.indicators.rules import DEFINITIONS
from havn.domain.publication import selectors as publication
from havn.domain.publication.rules import comparison
from havn.domain.publication.rules.published import COMPUTED, STATED, period_order
from havn.domain.publication.selectors import proofs, public
from havn.lib.clock import now
from havn.web.alliance_site import countries, tables, words
from havn.web.alliance_site.citing import cited
from havn.web.frame.language import day

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse

    from havn.domain.indicators.rules import Definition, Measure
    from havn.domain.publication.rules import Calendar
    from havn.domain.publication.rules.published import Figure

TARGETS = (1, 2, 3, 4)
YEARS_BESIDE = 3
PERIODS_OF_SERIES = 14
_ANYBODY = Actor.reporter()
_KNOWN = {definition.id: definition for definition in DEFINITIONS}


def index(request: HttpRequest) -> HttpResponse:
    """Show what can be looked at: targets with their indicators, periods, countries."""
    shown = {
        "targets": [
            {"number": number, "text": words.target(number), "definitions": _of_target(number)}
            for number in (*TARGETS, 0)
            if _of_target(number)
        ],
        "periods": _named(public.periods(actor=_ANYBODY)),
        "countries": sorted(countries.names().items(), key=lambda pair: pair[1].casefold()),
        "holdings": public.holdings(actor=_ANYBODY),
    }
    return render(request, "alliance_site/results/index.html", shown)


def target(request: HttpRequest, number: int) -> HttpResponse:
    """Show a target: its indicators with what they mean, and where the Alliance stands by each."""
    definitions = _of_target(number)
    if not definitions and number not in TARGETS:
        raise Http404
    shown = of_target(number) | {"number": number, "text": words.target(number)}
    return render(request, "alliance_site/results/target.html", shown)


def of_target(number: int) -> dict[str, Any]:
    """Return the indicators of a target, each with where the Alliance stands by its first share or time."""
    period = newest_year(public.periods(actor=_ANYBODY))
    return {
        "period": words.period(period) if period else "",
        "lines": headlines(_of_target(number), period=period),
    }


def headlines(
    definitions: Sequence[Definition], *, period: str
) -> list[tuple[Definition, str, str]]:
    """Return for each indicator its first share or time, and where the Alliance stands by it; never a count."""
    first = {
        each.id: measure
        for each in definitions
        if (measure := next(filter(comparison.may_compare, each.measures), None))
    }
    found: dict[str, list[public.Point]] = {}
    if period:
        wanted = [(indicator, measure.name) for indicator, measure in first.items()]
        for point in public.points(measures=wanted, period=period, actor=_ANYBODY):
            found.setdefault(point.indicator, []).append(point)
    return [
        (
            each,
            _(first[each.id].title) if each.id in first else "",
            _median(found.get(each.id, []), first[each.id]) if each.id in first else "",
        )
        for each in definitions
    ]


def _median(points: Sequence[public.Point], measure: Measure) -> str:
    quartiles = comparison.quartiles_of(points)
    if quartiles is None:
        return ""
    return _("half of %(count)s countries at %(median)s or below") % {
        "count": quartiles.countries,
        "median": words.number(quartiles.median, measure.unit),
    }


def indicator(request: HttpRequest, indicator: str, period: str = "") -> HttpResponse:
    """Show an indicator in a period: its pitfalls, and the countries beside each other where that may be."""
    definition = _definition(indicator)
    found = public.periods(indicator=definition.id, actor=_ANYBODY)
    chosen = period or newest_year(found)
    if period and period not in found:
        raise Http404
    beside = _beside(chosen, found)
    figures = (
        public.figures(indicator=definition.id, periods=beside, breakdowns=[""], actor=_ANYBODY)
        if chosen
        else []
    )
    now = [each for each in figures if each.period == chosen]
    reporting = public.reporting_members(year=chosen[:4], actor=_ANYBODY) if chosen else {}
    names = countries.names(reporting)
    shown = {
        "definition": definition,
        "better": words.better(definition),
        "period": chosen,
        "period_text": words.period(chosen) if chosen else "",
        "periods": _named(found),
        "tables": _compared_tables(definition, figures, chosen, names=names, reporting=reporting),
        "totals": _totals(definition, chosen, now) if chosen else [],
        "reported": sorted(
            ((code, names[code]) for code, basis in reporting.items() if basis == COMPUTED),
            key=lambda pair: pair[1].casefold(),
        ),
        "stated": _stated(definition, now, names),
        "has_counts": any(not comparison.may_compare(each) for each in definition.measures),
        "meanings": words.meanings(),
        "cite": cited(
            request, who=_("The Alliance"), what=_(definition.name), period=chosen,
            as_of=max((each.as_of for each in now), default=None), version=str(definition.version),
        ) if now else None,
        "metadata": metadata(definition),
    }  # fmt: skip
    return render(request, "alliance_site/results/indicator.html", shown)


def _compared_tables(
    definition: Definition,
    figures: Iterable[Figure],
    chosen: str,
    *,
    names: dict[str, str],
    reporting: dict[str, str],
) -> list[tables.Table]:
    made: list[tables.Table] = []
    by_measure: dict[str, list[Figure]] = {}
    for each in figures:
        if each.basis == COMPUTED:
            by_measure.setdefault(each.measure, []).append(each)
    computing = frozenset(code for code, basis in reporting.items() if basis == COMPUTED)
    shown = {code: name for code, name in names.items() if reporting.get(code) != STATED}
    unreliable = _checked_too_rarely(definition, chosen)
    for measure in definition.measures:
        known = by_measure.get(measure.name, [])
        if not comparison.may_compare(measure) or not known:
            continue
        earlier: dict[str, dict[str, Figure]] = {}
        for each in known:
            if each.period != chosen:
                earlier.setdefault(each.member, {})[each.period] = each
        now = [each for each in known if each.period == chosen]
        found = comparison.compare(now, names=shown, reporting=computing, unreliable=unreliable)
        made.append(
            tables.compared(
                definition, measure, found, earlier=earlier, period=chosen, is_mapped=not made
            )
        )
    return made


def _checked_too_rarely(definition: Definition, period: str) -> frozenset[str]:
    """Return the members whose re-checks were so late that the figures of removal say little."""
    if definition.id not in comparison.RESTS_ON_CHECKS or "R20" not in _KNOWN:
        return frozenset()
    found = public.figures(indicator="R20", periods=[period], breakdowns=[""], actor=_ANYBODY)
    return frozenset(
        each.member
        for each in found
        if each.value is not None and each.value < comparison.LEAST_CHECKED_ON_TIME
    )


def _totals(
    definition: Definition, period: str, now: Iterable[Figure]
) -> list[tuple[str, str, int]]:
    """Return what all countries had together, for the counts of an indicator."""
    present = {each.measure for each in now}
    lines = []
    for measure in definition.measures:
        if measure.kind.value != "count" or measure.name not in present:
            continue
        found = comparison.total_of(
            public.counts(
                indicator=definition.id, measure=measure.name, period=period, actor=_ANYBODY
            )
        )
        lines.append((_(measure.title), words.total(found, measure.unit), found.countries))
    return lines


def _stated(
    definition: Definition, now: Iterable[Figure], names: dict[str, str]
) -> list[tuple[str, str, str, str]]:
    """Return what countries stated; shares and times with their value, counts only with whose they are."""
    units = {each.name: each for each in definition.measures}
    lines = [
        (
            names.get(each.member, each.member),
            _(units[each.measure].title),
            words.value(each, units[each.measure].unit),
            each.source,
        )
        for each in now
        if each.basis == STATED
        and each.measure in units
        and comparison.may_compare(units[each.measure])
    ]
    return sorted(lines, key=lambda line: (line[0].casefold(), line[1]))


def period(request: HttpRequest, period: str) -> HttpResponse:
    """Show a period: who has reported, what is there, and its files."""
    if period not in public.periods(actor=_ANYBODY):
        raise Http404
    year = period[:4]
    releases = public.releases(year=year, actor=_ANYBODY)
    released = {each.member: each for each in releases if each.is_current}
    names = countries.names(released)
    seen = {each.member for each in releases}
    came_at = public.first_received(year=year, actor=_ANYBODY)
    lateness = partial(_lateness, year, publication.calendar(actor=_ANYBODY), at=now())
    lines = [
        (code, name, released.get(code), lateness(came_at.get(code), is_shown=code in seen))
        for code, name in sorted(names.items(), key=lambda pair: pair[1].casefold())
    ]
    shown = {
        "period": period,
        "period_text": words.period(period),
        "lines": lines,
        "received": len(released),
        "withdrawn": seen - released.keys(),
        "definitions": [each for each in DEFINITIONS if period.count("-") <= _is_quarterly(each)],
        "corrections": _corrections(releases, names),
        "meanings": words.meanings(),
    }
    return render(request, "alliance_site/results/period.html", shown)


def _lateness(
    year: str, calendar: Calendar, came_at: datetime | None, *, is_shown: bool, at: datetime
) -> str:
    """Return in words that a report is late or came late, by the first version that was accepted.

    No correction makes it come in time, and one that was taken back before its day does not make it late.
    """
    deadline = calendar.deadline(year)
    if came_at is not None and came_at.date() <= deadline:
        return ""
    if came_at is not None and is_shown:
        return _("came late, on %(day)s") % {"day": day(came_at.date())}
    due = _("late: it was due on %(day)s") % {"day": day(deadline)}
    return due if calendar.is_publicly_late(year, at) else ""


def _is_quarterly(definition: Definition) -> int:
    return int("Q" in definition.frequency)


def _corrections(
    releases: Iterable[public.Release], names: dict[str, str]
) -> list[dict[str, Any]]:
    return [
        {"release": each, "name": names.get(each.member, each.member), "why": words.correction(each.correction_kind)}
        for each in releases
        if each.correction_kind or each.is_withdrawn
    ]  # fmt: skip


def country(request: HttpRequest, code: str) -> HttpResponse:
    """Show a country's results beside its own past, and every version of its reports."""
    names = countries.names()
    releases = public.releases(member=code, actor=_ANYBODY)
    if code not in names and not releases:
        raise Http404
    shown = country_results(code) | {
        "code": code,
        "name": names.get(code, code),
        "releases": [(each, words.correction(each.correction_kind)) for each in releases],
        "meanings": words.meanings(),
    }
    return render(request, "alliance_site/results/country.html", shown)


def country_results(code: str) -> dict[str, Any]:
    """Return the section of results for a country's page: tables by target, stated ones apart."""
    found = public.periods(member=code, actor=_ANYBODY)
    chosen = newest_year(found)
    beside = sorted(_beside(chosen, found), key=period_order)
    figures = (
        public.figures(member=code, periods=beside, breakdowns=[""], actor=_ANYBODY)
        if chosen
        else []
    )
    return {
        "results": by_target([each for each in figures if each.basis == COMPUTED], beside),
        "stated": by_target([each for each in figures if each.basis == STATED], beside),
        "sources": sorted({each.source for each in figures if each.source}),
        "results_as_of": max((each.as_of for each in figures), default=None),
    }


def by_target(figures: Sequence[Figure], periods: Sequence[str]) -> list[dict[str, Any]]:
    """Return a country's totals as tables by target and indicator, each beside its own past."""
    by_indicator = {
        name: list(found) for name, found in groupby(figures, key=lambda each: each.indicator)
    }
    shown = []
    for number in (*TARGETS, 0):
        found = [
            (each, tables.own_past(each, by_indicator[each.id], periods=periods))
            for each in _of_target(number)
            if each.id in by_indicator
        ]
        if found:
            shown.append({"number": number, "text": words.target(number), "tables": found})
    return shown


def country_indicator(request: HttpRequest, code: str, indicator: str) -> HttpResponse:
    """Show one indicator of one country: its whole series and every breakdown."""
    definition = _definition(indicator)
    names = countries.names()
    figures = public.figures(indicator=definition.id, member=code, actor=_ANYBODY)
    if code not in names and not figures:
        raise Http404
    computed = [each for each in figures if each.basis == COMPUTED]
    stated = [each for each in figures if each.basis == STATED]
    known = sorted({each.period for each in figures}, key=period_order)[-PERIODS_OF_SERIES:]
    name = names.get(code, code)
    newest = max(figures, key=lambda each: (each.as_of, period_order(each.period)), default=None)
    shown = {
        "definition": definition,
        "better": words.better(definition),
        "code": code,
        "name": name,
        "total": tables.series(definition, computed, periods=known) if computed else None,
        "charts": [
            chart
            for measure in definition.measures
            if (chart := tables.series_chart(definition, measure, computed, periods=[each for each in known if len(each) == 4]))
        ],
        "breakdowns": tables.breakdown_tables(definition, computed, periods=known[-YEARS_BESIDE:]),
        "stated": tables.series(definition, stated, periods=known) if stated else None,
        "sources": sorted({each.source for each in stated if each.source}),
        "reports": _reports_of(figures, definition.id),
        "meanings": words.meanings(),
        "cite": cited(
            request, who=name, what=_(definition.name), period=newest.period,
            as_of=newest.as_of, version=newest.version,
        ) if newest else None,
    }  # fmt: skip
    return render(request, "alliance_site/results/country_indicator.html", shown)


def _reports_of(figures: Iterable[Figure], indicator: str) -> list[tuple[str, str]]:
    """Return the reports whose figures can be verified, with their years, the newest first."""
    years = {each.report: each.period[:4] for each in figures}
    newest = sorted(years, key=lambda report: years[report], reverse=True)
    found = proofs.provable(reports=newest, indicator=indicator, actor=_ANYBODY)
    return [(str(report), years[report]) for report in found]


def metadata(definition: Definition) -> list[tuple[str, str]]:
    """Return what an indicator's page says of how it is made, in the order of the international concepts."""
    lines = [
        (_("Why it is measured"), _(definition.rationale)),
        (_("Who is counted"), _(definition.cohort)),
        (_("Computation"), _(definition.computation)),
        (_("Classification"), definition.classification),
        (_("Facts that it reads"), ", ".join(definition.facts)),
        (_("How they are collected"), _(definition.collection)),
        (_("When it is released"), _(definition.calendar)),
        (_("How it is checked"), _(definition.validation)),
        (_("Least number of cases"), str(definition.min_denominator)),
        (_("Version of the definition"), str(definition.version)),
    ]
    return [(name, said) for name, said in lines if said]


def newest_year(periods: Sequence[str]) -> str:
    """Return the newest year, or the newest quarter where there is no year yet; "" for none."""
    return next((each for each in periods if "-" not in each), periods[0] if periods else "")


def _beside(chosen: str, periods: Sequence[str]) -> list[str]:
    """Return the period and those of the same length before it, the newest first."""
    alike = [each for each in periods if ("-" in each) == ("-" in chosen)]
    return [each for each in alike if period_order(each) <= period_order(chosen)][:YEARS_BESIDE]


def _named(periods: Iterable[str]) -> list[tuple[str, str]]:
    return [(each, words.period(each)) for each in periods]


def _of_target(number: int) -> list[Definition]:
    return [each for each in DEFINITIONS if each.target == number]


def _definition(indicator: str) -> Definition:
    if indicator not in _KNOWN:
        raise Http404
    return _KNOWN[indicator]
