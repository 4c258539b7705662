# SPDX-License-Identifier: Apache-2.0
"""National reports on a country's own site: released versions as they were signed, and their files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.core.cache import caches
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from havn.domain.indicators import rules as indicators
from havn.domain.members import selectors as members
from havn.domain.reporting import selectors as reporting
from havn.lib import typeset, wire
from havn.web.frame import national_report, report_document
from havn.web.frame.language import moment
from havn.web.public_site.visitors import visitor

if TYPE_CHECKING:
    from collections.abc import Callable

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
        "report": national_report.shown(
            found.parts,
            indicators.DEFINITIONS,
            language=language,
            past=reporting.own_past(year=year, actor=visitor()),
            titles=found.promise_titles,
        ),
        "title": _("National report %(year)s") % {"year": year},
    }
    return render(request, "public_site/results/report.html", context)


def report_pdf(request: HttpRequest, year: str, version: str) -> HttpResponse:  # noqa: ARG001
    """Answer with a version as tagged PDF, set once for each language."""
    found = reporting.public_report(year=year, version=version, actor=visitor())
    if not found.signed_head:
        raise Http404
    language = get_language() or "en"
    line = found.line
    before = reporting.reports_before(year=year, actor=visitor())

    def make() -> bytes:
        past = reporting.past_in(reports=before, actor=visitor())
        cover = _cover(line, wire.claimed_head(found.signed_head), language=language)
        document = report_document.report_document(
            found.parts,
            indicators.DEFINITIONS,
            cover,
            past=past,
            titles=found.promise_titles,
        )
        return typeset.pdf_of(document)

    # An earlier year may be corrected while this one stands: then other versions stand beside it.
    key = ":".join(["report.pdf", language, *map(str, (line.id, *before))])
    answer = HttpResponse(_set_once(key, make), content_type="application/pdf")
    answer["Content-Disposition"] = (
        f'attachment; filename="havn-report-{line.year}-{line.version}-{language}.pdf"'
    )
    return answer


def _cover(line: reporting.ReportLine, head: wire.Head, *, language: str) -> report_document.Cover:
    node = members.own_node(actor=visitor())
    return report_document.Cover(
        title=_("National report %(year)s") % {"year": line.year},
        subtitle=_("%(member)s, version %(version)s")
        % {"member": node.member_name, "version": line.version},
        author=node.organisation_name,
        facts=(
            (_("Figures as known on"), moment(line.as_of)),
            *((_("Released by"), each.office) for each in head.released_by),
        ),
        language=language,
        made_at=line.as_of.replace(microsecond=0),
        report=str(line.id),
        member=head.member,
        year=line.year,
    )


def _set_once(key: str, make: Callable[[], bytes]) -> bytes:
    """Return a file that this process set before, or set it now: a signed version never changes."""
    cache = caches["pages"]
    content: bytes | None = cache.get(key)
    if content is None:
        content = make()
        cache.set(key, content)
    return content


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
