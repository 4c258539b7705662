# SPDX-License-Identifier: Apache-2.0
"""Law on the Alliance's site: what each country's law says, one criterion over all, and counts of gaps. No ranking.

Which two countries leave a gap between them is nowhere here, and the hub does not hold it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from havn.domain.actor import Actor
from havn.domain.legislation import rules, selectors
from havn.lib.clock import now
from havn.web.alliance_site import countries
from havn.web.frame import law as words

if TYPE_CHECKING:
    from collections.abc import Mapping

_CODE = re.compile(r"[A-Z]{2}")


def law(request: HttpRequest) -> HttpResponse:
    """Show the criteria, the countries by name, and for how many pairs of countries each gap is open."""
    anybody = Actor.reporter()
    shown = {
        "countries": _countries(),
        "criteria": words.by_group(
            [(each, words.answer_row(each, None, names={})) for each in rules.CRITERIA.values()]
        ),
        "counts": [
            {"name": _(each.name), "count": each} for each in selectors.gap_counts(actor=anybody)
        ],
    }
    return render(request, "alliance_site/law/overview.html", shown)


def country(request: HttpRequest, code: str) -> HttpResponse:
    """Show what one country's law says to each criterion today."""
    names = _countries()
    if not _CODE.fullmatch(code) or code not in names:
        raise Http404
    at = now()
    held = selectors.criterion_values(
        member=code, on=at.date(), known_at=at, actor=Actor.reporter()
    )
    rows = [
        (each, words.answer_row(each, held.get(each.key), names=names, member=code))
        for each in rules.CRITERIA.values()
    ]
    shown = {
        "name": names[code],
        "code": code,
        "groups": words.by_group(rows),
        "answered": len(held),
        "total": len(rows),
        "not_bound": [
            {"instrument": _(rules.INSTRUMENTS[each]), "recital": recital}
            for each in rules.Instrument
            if (recital := rules.not_bound(code, each)) is not None
        ],
        "today": at.date(),
    }
    return render(request, "alliance_site/law/country.html", shown)


def criterion(request: HttpRequest, key: str) -> HttpResponse:
    """Show one criterion over all countries, by their names."""
    found = rules.CRITERIA.get(key)
    if found is None:
        raise Http404
    names, at = _countries(), now()
    held = selectors.criterion_over_members(
        key=key, on=at.date(), known_at=at, actor=Actor.reporter()
    )
    rows: list[Any] = [
        {"code": code, "row": words.answer_row(found, held.get(code), names=names, member=code)}
        for code in names
    ]
    shown = {
        "criterion": found,
        "question": _(found.question),
        "group": words.GROUPS[found.group.value],
        "citations": words.citations(found, rules.INSTRUMENTS, {}),
        "rows": rows,
        "today": at.date(),
    }
    return render(request, "alliance_site/law/criterion.html", shown)


def _countries() -> Mapping[str, str]:
    """Return every member's name by code, in the order of names."""
    return dict(sorted(countries.names().items(), key=lambda each: each[1].casefold()))
