# SPDX-License-Identifier: Apache-2.0
"""What a country's node told of the year that runs: a section of its page and a file, and nowhere beside what was signed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from havn.domain.actor import Actor
from havn.domain.publication import selectors
from havn.domain.publication.rules import tidy
from havn.domain.publication.rules.published import period_order
from havn.web.alliance_site import open_data, results

if TYPE_CHECKING:
    from django.http import HttpRequest

_ANYBODY = Actor.reporter()


def of_member(code: str, at: datetime) -> dict[str, Any] | None:
    """Return the section of a country's page; None where nothing was told, or a signed report says it by now."""  # H24
    found = selectors.half_year(member=code, actor=_ANYBODY)
    if found is None:
        return None
    periods = sorted({each.period for each in found.figures}, key=period_order)
    runs = found.year == str(at.year)
    return {
        "title": _("This year so far")
        if runs
        else _("The first half of %(year)s") % {"year": found.year},
        "code": code,
        "year": found.year,
        "as_of": found.as_of,
        "targets": results.by_target(found.figures, periods),
    }


def as_csv(request: HttpRequest, code: str) -> HttpResponse:
    """Answer with all that a country's node told as a tidy table; each line says that nobody released it."""  # H24
    del request
    found = selectors.half_year(member=code, actor=_ANYBODY)
    if found is None:
        raise Http404
    lines = tidy.tidy_lines(found.figures, units=open_data.units())
    answer = HttpResponse("".join(lines), content_type=open_data.CSV)
    name = f"havn-{code}-{found.year}-provisional.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
