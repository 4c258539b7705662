# SPDX-License-Identifier: Apache-2.0
"""Fills a hub's tables with made-up figures: members, years and indicators in any number, always the same."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from uuid import UUID, uuid5

from havn.domain.indicators.rules import DEFINITIONS, Definition, Measure
from havn.domain.publication.models import PublishedFigure, PublishedReport

_SPACE = UUID("5d0b7a60-7c1f-4e59-9d8c-0d9f3a5b6c7d")


def number_of(*parts: object) -> int:
    """Return a number that follows from its parts alone."""
    return int.from_bytes(sha256(repr(parts).encode()).digest()[:4], "big")


def report_row(
    member: str, year: str, *, basis: str = "computed", **fields: object
) -> PublishedReport:
    at = datetime(int(year) + 1, 3, 31, 12, tzinfo=UTC)
    known = {
        "id": uuid5(_SPACE, f"{member} {year} {fields.get('version', '1.0')}"),
        "member": member, "year": year, "version": "1.0", "basis": basis, "state": "published",
        "head": "", "head_digest": sha256(f"{member}{year}".encode()).hexdigest(),
        "as_of": datetime(int(year) + 1, 1, 31, tzinfo=UTC),
        "node": None if basis == "stated" else uuid5(_SPACE, member),
        "received_at": at, "accepted_at": at, "published_at": at, "is_current": True,
    }  # fmt: skip
    return PublishedReport(**(known | fields))


def figure_row(
    report: PublishedReport, indicator: str, measure: str, **fields: object
) -> PublishedFigure:
    known = {
        "report": report, "member": report.member, "indicator": indicator, "definition": 1,
        "period": report.year, "measure": measure, "basis": report.basis, "is_current": report.is_current,
        "source": "a yearbook" if report.basis == "stated" else "",
    } | fields  # fmt: skip
    place = [
        known.get(name, "") for name in ("indicator", "period", "measure", "breakdown", "code")
    ]
    known["id"] = uuid5(report.pk, "/".join(map(str, place)))
    known["freq"] = "Q" if "-" in str(known["period"]) else "A"
    return PublishedFigure(**known)


def made_up_values(measure: Measure, *parts: object) -> dict[str, object]:
    """Return the numbers of one figure as its kind has them."""
    found = number_of(*parts)
    if measure.kind.value == "count":
        return {"value": Decimal(found % 5000)}
    if measure.kind.value == "quantile":
        done = 20 + found % 300
        return {
            "value": Decimal(found % 9000) / 10,
            "n_started": done + 12,
            "n_done": done,
            "n_censored": 12,
        }
    below = 50 + found % 400
    above = found % below
    return {"value": Decimal(above * 100) / below, "numerator": above, "denominator": below}


def fill(
    members: Sequence[str],
    years: Iterable[str],
    *,
    definitions: Iterable[Definition] = DEFINITIONS,
    stated: frozenset[str] = frozenset(),
    codes: int = 3,
    quarters: bool = False,
) -> int:
    """Write reports with figures, totals and the first breakdown's first codes; return how many figures."""
    count = 0
    for year in years:
        rows = []
        for member in members:
            report = report_row(member, year, basis="stated" if member in stated else "computed")
            report.save()
            periods = [year] + [f"{year}-Q{number}" for number in (1, 2, 3, 4) if quarters]
            for definition in definitions:
                splits = [("", "")] + [
                    (each.name, code)
                    for each in definition.breakdowns[:1]
                    for code in list(each.codes)[:codes]
                ]
                for period in periods:
                    for measure in definition.measures:
                        for name, code in splits:
                            values = made_up_values(
                                measure, member, period, definition.id, measure.name, code
                            )
                            rows.append(
                                figure_row(
                                    report, definition.id, measure.name, period=period,
                                    breakdown=name, code=code, **values,
                                )
                            )  # fmt: skip
        PublishedFigure.objects.bulk_create(rows, batch_size=2000)
        count += len(rows)
    return count
