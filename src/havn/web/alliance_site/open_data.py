# SPDX-License-Identifier: Apache-2.0
"""Open data: tidy CSV with its descriptor, SDMX-CSV with its structure, JSON with OpenAPI, one bulk file a period."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import Http404, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse

from havn.domain.actor import Actor
from havn.domain.errors import NotFoundError
from havn.domain.indicators.rules import DEFINITIONS
from havn.domain.publication import selectors
from havn.domain.publication.rules import open_data, sdmx, tidy
from havn.domain.publication.rules.published import COMPUTED, STATED
from havn.domain.publication.selectors import proofs, public
from havn.lib.encoding import canonical_json, instant_text
from havn.web.alliance_site import countries, roster, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.http import HttpRequest

_ANYBODY = Actor.reporter()
CSV = "text/csv; charset=utf-8"
_SDMX_CSV = "application/vnd.sdmx.data+csv; version=2.0.0; charset=utf-8"
_SDMX_ML = "application/vnd.sdmx.structure+xml; version=2.1; charset=utf-8"
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # so that the same figures make the same file
BASES = {"figures": COMPUTED, "stated": STATED}
LINES_AT_ONCE = 500
TITLE = "Results of the Alliance"


@cache
def units() -> dict[tuple[str, str], str]:
    """Return the unit of every measure."""
    return {
        (definition.id, measure.name): measure.unit
        for definition in DEFINITIONS
        for measure in definition.measures
    }


def page(request: HttpRequest) -> HttpResponse:
    """Show what files there are, how to cite them, and how to verify a figure."""
    told = selectors.half_years_to_read(actor=_ANYBODY)
    names = countries.names(code for code, _year, _as_of in told) if told else {}
    shown = {
        "periods": [(each, words.period(each)) for each in public.periods(actor=_ANYBODY)],
        "half_years": [(code, names[code], year, as_of) for code, year, as_of in told],
        "definitions": DEFINITIONS,
        "licence": open_data.LICENCE,
        "licence_name": open_data.LICENCE_NAME,
        "columns": [(name, told) for name, (_type, told) in tidy.COLUMNS.items()],
    }
    return render(request, "alliance_site/results/open_data.html", shown)


def verify(request: HttpRequest) -> HttpResponse:
    """Show how anybody verifies a figure on their own machine."""
    return render(request, "alliance_site/results/verify.html", {})


def period_csv(request: HttpRequest, period: str, kind: str) -> StreamingHttpResponse:
    """Answer with a period's tidy table; what countries stated is a file of its own."""
    del request
    _require_period(period)
    if kind not in BASES:
        raise Http404
    found = public.each_figure(period=period, basis=BASES[kind], actor=_ANYBODY)
    return _streamed(tidy.tidy_lines(found, units=units()), f"havn-{period}-{kind}.csv", CSV)


def indicator_csv(request: HttpRequest, indicator: str) -> StreamingHttpResponse:
    """Answer with all computed figures of an indicator as a tidy table."""
    del request
    _require_indicator(indicator)
    found = public.figures(indicator=indicator, actor=_ANYBODY)
    computed = (each for each in found if each.basis == COMPUTED)
    return _streamed(tidy.tidy_lines(computed, units=units()), f"havn-{indicator}.csv", CSV)


def descriptor(request: HttpRequest, period: str, kind: str) -> JsonResponse:
    """Answer with what describes a period's table to programs (CSV on the Web)."""
    _require_period(period)
    if kind not in BASES:
        raise Http404
    url = reverse("alliance:period_csv", kwargs={"period": period, "kind": kind})
    value = tidy.descriptor(
        url=request.build_absolute_uri(url),
        title=f"{TITLE} {period}",
        licence=open_data.LICENCE,
    )
    return JsonResponse(value, content_type="application/csvm+json")


def sdmx_csv(request: HttpRequest, period: str) -> StreamingHttpResponse:
    """Answer with a period as SDMX-CSV; computed and stated differ by a dimension."""
    del request
    _require_period(period)

    def everything() -> Iterable[Any]:
        for basis in (COMPUTED, STATED):
            yield from public.each_figure(period=period, basis=basis, actor=_ANYBODY)

    return _streamed(
        sdmx.csv_lines(everything(), units=units()), f"havn-{period}-sdmx.csv", _SDMX_CSV
    )


def sdmx_structure(request: HttpRequest) -> HttpResponse:
    """Answer with the structure message that says what the columns mean."""
    del request
    areas = countries.names(public.members_with_reports(actor=_ANYBODY))
    content = sdmx.structure_message(DEFINITIONS, areas=areas, at=_newest())
    return HttpResponse(content, content_type=_SDMX_ML)


def _newest() -> datetime:
    return public.holdings(actor=_ANYBODY).newest_as_of or datetime(2012, 12, 5, tzinfo=UTC)


def periods_json(request: HttpRequest) -> JsonResponse:
    """Answer with the periods that there are."""
    del request
    years = public.years(actor=_ANYBODY)
    found = [
        {
            "period": each,
            "members": years[each[:4]][0],
            "as_of": instant_text(years[each[:4]][1]),
        }
        for each in public.periods(actor=_ANYBODY)
        if each[:4] in years
    ]
    return JsonResponse({"v": open_data.VERSION, "periods": found})


def definitions_json(request: HttpRequest) -> JsonResponse:
    """Answer with what every indicator means."""
    del request
    return JsonResponse(open_data.definitions_document(DEFINITIONS))


def figures_json(request: HttpRequest, indicator: str, period: str) -> JsonResponse:
    """Answer with all figures of an indicator in a period."""
    del request
    _require_indicator(indicator)
    found = public.figures(indicator=indicator, periods=[period], actor=_ANYBODY)
    if not found:
        raise Http404
    value = open_data.figures_document(found, indicator=indicator, period=period, units=units())
    return JsonResponse(value)


def openapi(request: HttpRequest) -> JsonResponse:
    """Answer with the OpenAPI document."""
    del request
    return JsonResponse(open_data.openapi(title=TITLE))


def bulk(request: HttpRequest, period: str) -> HttpResponse:
    """Answer with one file that holds all of a period: both tables, their descriptors, SDMX and definitions."""
    _require_period(period)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for kind in BASES:
            _pack(archive, f"{kind}.csv", _joined(period_csv(request, period, kind)))
            _pack(archive, f"{kind}.csv-metadata.json", descriptor(request, period, kind).content)
        _pack(archive, "sdmx.csv", _joined(sdmx_csv(request, period)))
        _pack(archive, "sdmx-structure.xml", sdmx_structure(request).content)
        _pack(archive, "indicators.json", definitions_json(request).content)
    answer = HttpResponse(packed.getvalue(), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="havn-{period}.zip"'
    return answer


def proof(request: HttpRequest, report: UUID, indicator: str) -> HttpResponse:
    """Answer with the file by which anybody verifies an indicator's figures of a report, offline."""
    del request
    _require_indicator(indicator)
    try:
        found = proofs.proof_file(report=report, indicator=indicator, actor=_ANYBODY)
    except NotFoundError:
        raise Http404 from None
    value = found.value | {"roster": roster.evidence(found.participants)}
    answer = HttpResponse(canonical_json(value), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="havn-{indicator}-proof.json"'
    return answer


def _pack(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, date_time=_ZIP_TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, content)


def _joined(answer: StreamingHttpResponse) -> bytes:
    return b"".join(answer)


def _streamed(lines: Iterable[str], name: str, content_type: str) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(_in_heaps(lines), content_type=content_type)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _in_heaps(lines: Iterable[str]) -> Iterator[str]:
    """Yield many lines at a time: a thousand small writes cost more than the figures."""
    waiting = iter(lines)
    while heap := "".join(islice(waiting, LINES_AT_ONCE)):
        yield heap


def _require_period(period: str) -> None:
    if period not in public.periods(actor=_ANYBODY):
        raise Http404


def _require_indicator(indicator: str) -> None:
    if indicator not in {each.id for each in DEFINITIONS}:
        raise Http404
