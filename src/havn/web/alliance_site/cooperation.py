# SPDX-License-Identifier: Apache-2.0
"""The page that asks what cooperation changed: removal at home and abroad, where nobody takes part, answers to referrals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _

from havn.domain.actor import Actor
from havn.domain.indicators.rules import DEFINITIONS
from havn.domain.publication.rules import comparison
from havn.domain.publication.rules.published import COMPUTED, STATED
from havn.domain.publication.selectors import public
from havn.lib.wire import LEFT_AWAY
from havn.web.alliance_site import countries, tables, words
from havn.web.alliance_site.citing import cited
from havn.web.alliance_site.results import newest_year

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponse

    from havn.domain.publication.rules.published import Figure

_ANYBODY = Actor.reporter()
_KNOWN = {definition.id: definition for definition in DEFINITIONS}


@dataclass(frozen=True, slots=True)
class Column:
    """One figure a country, by which the question is answered."""

    indicator: str
    breakdown: str
    code: str


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, the columns that answer it, and whose pitfalls stand beside."""

    columns: tuple[Column, ...]


QUESTIONS = {
    "removal": Asked((Column("R05", "hosting", "here"), Column("R05", "hosting", "abroad"))),
    "nobody": Asked((Column("R10", "", ""),)),
    "referrals": Asked((Column("P09", "", ""), Column("P10", "", ""))),
}


def page(request: HttpRequest, period: str = "") -> HttpResponse:
    """Show what countries' figures say about working together, and what they cannot say."""
    found = public.periods(indicator="R05", actor=_ANYBODY)
    chosen = period or newest_year(found)
    if period and period not in found:
        raise Http404
    figures = (
        public.figures(
            indicators=["R05", "R10", "P09", "P10"],
            periods=[chosen],
            breakdowns=["", "hosting"],
            actor=_ANYBODY,
        )
        if chosen
        else []
    )
    reporting = public.reporting_members(year=chosen[:4], actor=_ANYBODY) if chosen else {}
    names = {
        code: name
        for code, name in countries.names(reporting).items()
        if reporting.get(code) != STATED
    }
    answers = [
        {
            "question": _question(key),
            "table": _table(asked, figures, names, reporting),
            "pitfalls": [_KNOWN[each] for each in dict.fromkeys(column.indicator for column in asked.columns)],
        }
        for key, asked in QUESTIONS.items()
    ]  # fmt: skip
    shown = {
        "period": chosen,
        "period_text": words.period(chosen) if chosen else "",
        "periods": [(each, words.period(each)) for each in found],
        "answers": answers,
        "meanings": words.meanings(),
        "cite": cited(
            request, who=_("The Alliance"), what=_("What did cooperation change?"), period=chosen,
            as_of=max((each.as_of for each in figures), default=None), version="R05, R10, P09, P10",
        ) if figures else None,
    }  # fmt: skip
    return render(request, "alliance_site/results/cooperation.html", shown)


def _question(key: str) -> str:
    return {
        "removal": _("Is material removed as fast abroad as at home?"),
        "nobody": _("How often is there nobody in the other country who takes part?"),
        "referrals": _("Are referrals to other countries taken up, and answered?"),
    }[key]


def _table(
    asked: Asked, figures: Sequence[Figure], names: dict[str, str], reporting: dict[str, str]
) -> tables.Table | None:
    """Return one line a country, by name, with one cell a column and measure."""
    computing = frozenset(code for code, basis in reporting.items() if basis == COMPUTED)
    by_place: dict[tuple[str, ...], list[Figure]] = {}
    for each in figures:
        by_place.setdefault((each.indicator, *each.place), []).append(each)
    head, columns, notes = [_("Country")], [], []
    for column in asked.columns:
        definition = _KNOWN[column.indicator]
        for measure in definition.measures:
            if not comparison.may_compare(measure):
                continue
            place = (column.indicator, measure.name, column.breakdown)
            known = [*by_place.get((*place, column.code), ())]
            if column.breakdown:  # a country of which the whole breakdown is not shown says so
                known += by_place.get((*place, LEFT_AWAY), ())
            found = comparison.compare(known, names=names, reporting=computing)
            title = _(measure.title)
            if column.code:
                split = {each.name: each for each in definition.breakdowns}
                title = f"{tables.code_title(column.breakdown, column.code, split)}: {title}"
            head.append(title)
            columns.append((found, measure.unit))
            if found.quartiles is not None:
                said = _("%(title)s: half of %(count)s countries at %(median)s or below.")
                notes.append(
                    said
                    % {
                        "title": title,
                        "count": found.quartiles.countries,
                        "median": words.number(found.quartiles.median, measure.unit),
                    }
                )
    if not columns or not any(found.shown for found, _unit in columns):
        return None
    rows = tuple(
        tables.Row(lines[0].name, tuple(
            tables.said(line, unit)
            for line, (_found, unit) in zip(lines, columns, strict=True)
        ))
        for lines in zip(*(found.lines for found, _unit in columns), strict=True)
    )  # fmt: skip
    return tables.Table("", tuple(head), rows, notes=tuple(notes))
