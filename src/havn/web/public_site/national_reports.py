# SPDX-License-Identifier: Apache-2.0
"""National reports on a country's own site: released versions as they were signed, and their files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from havn.domain.indicators import rules as indicators
from havn.domain.reporting import selectors as reporting
from havn.web.frame import national_report
from havn.web.public_site.visitors import visitor

if TYPE_CHECKING:
    from django.http import HttpRequest


def newest(request: HttpRequest, year: str) -> HttpResponse:
    """Show the newest released version of a year."""
    return report(request, year, "")


def report(request: HttpRequest, year: str, version: str) -> HttpResponse:
    """Show one released version; of a withdrawn one, that it was withdrawn."""
    found = reporting.public_report(year=year, version=version, actor=visitor())
    language = get_language() or "en"
    note = found.correction_note
    context = {
        "found": found,
        "line": found.line,
        "versions": found.versions,
        "is_newest": found.versions[0].version == found.line.version,
        "correction": national_report.CORRECTION_TITLES.get(found.line.correction_kind, ""),
        "note": note.get(language) or next(iter(note.values()), ""),
        "report": national_report.shown(found.parts, indicators.DEFINITIONS, language=language),
        "title": _("National report %(year)s") % {"year": year},
    }
    return render(request, "public_site/results/report.html", context)


def report_file(request: HttpRequest, year: str, version: str) -> HttpResponse:  # noqa: ARG001
    """Answer with the signed document of a version: its head, and its parts by their digests.

    The parts that hold the bounds of hidden figures are not given out; the head names their digests.
    """
    found = reporting.public_report(year=year, version=version, actor=visitor())
    if not found.signed_head:
        raise Http404
    answer = HttpResponse(
        json.dumps({"v": 1, "head": found.signed_head, "parts": found.by_digest}),
        content_type="application/json",
    )
    answer["Content-Disposition"] = (
        f'attachment; filename="havn-report-{found.line.year}-{found.line.version}.json"'
    )
    return answer
