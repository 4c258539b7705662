# SPDX-License-Identifier: Apache-2.0
"""What everybody may read at the hub: published figures, which periods there are, releases and corrections."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count as Counted
from django.db.models import Max, Min, Q, QuerySet

from havn.domain.actor import Actor
from havn.domain.errors import NotFoundError
from havn.domain.publication.models import PublishedFigure, PublishedReport
from havn.domain.publication.rules import ReportState
from havn.domain.publication.rules.comparison import Count
from havn.domain.publication.rules.published import COMPUTED, Figure, period_order
from havn.lib.encoding import EncodingError, from_b64u

_FIELDS = (
    "member",
    "indicator",
    "definition",
    "period",
    "measure",
    "breakdown",
    "code",
    "value",
    "lower_bound",
    "numerator",
    "denominator",
    "n_started",
    "n_done",
    "n_censored",
    "status",
    "basis",
    "source",
    "report_id",
)
_REPORT_FIELDS = ("id", "version", "as_of", "node", "log_position")
_SHOWN = (ReportState.PUBLISHED.value, ReportState.WITHDRAWN.value)
_READ_AT_ONCE = 2000


def periods(
    *, indicator: str = "", member: str = "", most: int = 100, actor: Actor
) -> tuple[str, ...]:
    """Return the periods with published figures, the newest first; one index is leapt through, not read."""
    del actor  # What is published is public.
    wanted = {
        name: value for name, value in (("indicator", indicator), ("member", member)) if value
    }
    where = "".join(f" AND {name} = %s" for name in wanted)
    nearest = f"SELECT MIN(period) FROM publication_publishedfigure WHERE is_current{where}"  # noqa: S608
    statement = (
        f"WITH RECURSIVE leap(period) AS (SELECT ({nearest}) UNION ALL "  # noqa: S608 - names of columns
        f"SELECT ({nearest} AND period > leap.period) FROM leap WHERE leap.period IS NOT NULL) "
        "SELECT period FROM leap WHERE period IS NOT NULL"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*wanted.values()] * 2)
        found = [row[0] for row in cursor.fetchall()]
    return tuple(sorted(found, key=period_order, reverse=True)[:most])


def figures(
    *,
    indicator: str = "",
    indicators: Iterable[str] = (),
    member: str = "",
    periods: Iterable[str] = (),
    breakdowns: Iterable[str] | None = None,
    actor: Actor,
) -> list[Figure]:
    """Return current figures; `breakdowns` names those wanted, "" for the totals, None for all."""
    del actor
    return list(
        _read(
            indicators=[indicator] if indicator else list(indicators),
            member=member,
            periods=list(periods),
            breakdowns=None if breakdowns is None else list(breakdowns),
        )
    )


def each_figure(*, period: str, basis: str, actor: Actor) -> Iterator[Figure]:
    """Yield all current figures of a period, one after another: by indicator, then member."""
    del actor
    rows = PublishedFigure.objects.filter(is_current=True, period=period, basis=basis)
    ordered = rows.order_by("indicator", "member", "measure", "breakdown", "code")
    reports = _reports(PublishedReport.objects.filter(is_current=True, year=period[:4]))
    for row in ordered.values_list(*_FIELDS).iterator(chunk_size=_READ_AT_ONCE):
        if row[-1] in reports:
            yield Figure(*row, *reports[row[-1]])


def _read(
    *, indicators: list[str], member: str, periods: list[str], breakdowns: list[str] | None
) -> Iterator[Figure]:
    rows = PublishedFigure.objects.filter(is_current=True)
    if indicators:
        rows = rows.filter(indicator__in=indicators)
    if member:
        rows = rows.filter(member=member)
    if periods:
        rows = rows.filter(period__in=periods)
    if breakdowns is not None:
        rows = rows.filter(breakdown__in=breakdowns)
    # A report's own columns are read once a report: converting them once a figure takes longer than all the rest.
    held = PublishedReport.objects.filter(is_current=True)
    if member:
        held = held.filter(member=member)
    if periods:
        held = held.filter(year__in={period[:4] for period in periods})
    reports = _reports(held)
    ordered = rows.order_by("indicator", "member", "period", "measure", "breakdown", "code")
    for row in ordered.values_list(*_FIELDS):
        if row[-1] in reports:
            yield Figure(*row, *reports[row[-1]])


def _reports(rows: QuerySet[PublishedReport]) -> dict[UUID, tuple[Any, ...]]:
    return {row[0]: row[1:] for row in rows.values_list(*_REPORT_FIELDS)}


@dataclass(frozen=True, slots=True)
class Point:
    """One member's figure as far as a distribution needs it."""

    member: str
    indicator: str
    measure: str
    definition: int
    value: Decimal | None
    lower_bound: Decimal | None
    status: str
    basis: str = COMPUTED


def points(*, measures: Iterable[tuple[str, str]], period: str, actor: Actor) -> list[Point]:
    """Return the computed national figures of these measures (indicator and name) in a period."""
    del actor
    wanted = Q()
    for indicator, measure in measures:
        wanted |= Q(indicator=indicator, measure=measure)
    if not wanted:
        return []
    rows = PublishedFigure.objects.filter(
        wanted, is_current=True, period=period, breakdown="", basis=COMPUTED
    )
    names = ("member", "indicator", "measure", "definition", "value", "lower_bound", "status")
    return [Point(*row) for row in rows.values_list(*names)]


def counts(
    *, indicator: str, measure: str, period: str, field: str = "value", actor: Actor
) -> list[Count]:
    """Return every member's national count with the bounds of hidden ones; for totals only, shown nowhere."""
    del actor
    rows = PublishedFigure.objects.filter(
        is_current=True, indicator=indicator, measure=measure, period=period, breakdown=""
    ).filter(basis=COMPUTED)
    return [
        Count(None if value is None else int(value), low, high)
        for status, value, low, high in rows.values_list("status", field, "low", "high")
        if status not in {"M", "L"}
    ]


@dataclass(frozen=True, slots=True)
class Release:
    """One published version of a member's report of a year."""

    report: UUID
    member: str
    year: str
    version: str
    basis: str
    is_current: bool
    is_withdrawn: bool
    correction_kind: str
    follows_refused: (
        bool  # the version that it corrects was refused here, and nobody could read it
    )
    as_of: datetime
    received_at: datetime
    published_at: datetime
    changed_at: datetime
    notes: dict[str, str]  # why it was corrected, by language; the country's own words
    head_digest: str


def releases(
    *, year: str = "", member: str = "", is_current: bool = False, most: int = 500, actor: Actor
) -> list[Release]:
    """Return published and withdrawn versions, the newest first."""
    del actor
    rows = PublishedReport.objects.filter(state__in=_SHOWN, published_at__isnull=False)
    if year:
        rows = rows.filter(year=year)
    if member:
        rows = rows.filter(member=member)
    if is_current:
        rows = rows.filter(is_current=True)
    return [_release(row) for row in rows.order_by("-published_at", "member", "-version")[:most]]


def release(*, report: UUID, actor: Actor) -> Release:
    """Return one published version; raises NotFoundError."""
    del actor
    row = PublishedReport.objects.filter(
        pk=report, state__in=_SHOWN, published_at__isnull=False
    ).first()
    if row is None:
        raise NotFoundError
    return _release(row)


def reporting_members(*, year: str, actor: Actor) -> dict[str, str]:
    """Return the members of which a report of the year is published, with its basis."""
    del actor
    rows = PublishedReport.objects.filter(is_current=True, year=year)
    return dict(rows.values_list("member", "basis"))


def first_received(*, year: str, actor: Actor) -> dict[str, datetime]:
    """Return when the first version of each member's report of a year came that was accepted, published or not.

    One that was taken back before its day came in time all the same; of it no more than this is told.
    """
    del actor
    rows = PublishedReport.objects.filter(year=year).exclude(state=ReportState.WAITING.value)
    return dict(rows.values_list("member").annotate(first=Min("received_at")).order_by("member"))


def members_with_reports(*, actor: Actor) -> list[str]:
    """Return every member that published at least one report."""
    del actor
    rows = PublishedReport.objects.filter(is_current=True).values_list("member", flat=True)
    return sorted(set(rows))


def years(*, actor: Actor) -> dict[str, tuple[int, datetime]]:
    """Return for each year how many members have reported, and what is newest of it."""
    del actor
    rows = PublishedReport.objects.filter(is_current=True).values("year")
    found = rows.annotate(members=Counted("member"), newest=Max("as_of"))
    return {each["year"]: (each["members"], each["newest"]) for each in found}


@dataclass(frozen=True, slots=True)
class Holdings:
    """How much the hub shows."""

    reports: int
    members: int
    newest_as_of: datetime | None
    newest_year: str


def holdings(*, actor: Actor) -> Holdings:
    """Return how many reports are published, by how many members, and what is newest."""
    del actor
    rows = PublishedReport.objects.filter(is_current=True)
    found = list(rows.values_list("member", "year", "as_of"))
    return Holdings(
        reports=len(found),
        members=len({member for member, _, _ in found}),
        newest_as_of=max((as_of for _, _, as_of in found), default=None),
        newest_year=max((year for _, year, _ in found), default=""),
    )


def _release(row: PublishedReport) -> Release:
    assert row.published_at is not None
    return Release(
        report=row.pk,
        member=row.member,
        year=row.year,
        version=row.version,
        basis=row.basis,
        is_current=row.is_current,
        is_withdrawn=row.state == ReportState.WITHDRAWN.value,
        correction_kind=row.correction_kind,
        follows_refused=row.follows_refused,
        as_of=row.as_of,
        received_at=row.received_at,
        published_at=row.published_at,
        changed_at=row.withdrawn_at or row.published_at,
        notes=_notes(row.head) if row.correction_kind else {},
        head_digest=row.head_digest,
    )


def _notes(head: str) -> dict[str, str]:
    """Return the note of a correction out of a head whose signature was verified when it came."""
    correction = _head_values(head).get("correction")
    return dict(correction["note"]) if correction else {}


def _head_values(head: str) -> dict[str, Any]:
    """Return what a stored head says; it was verified when it came."""
    try:
        value = json.loads(from_b64u(head.split(".")[1]))
    except (IndexError, ValueError, EncodingError):
        return {}
    return value if isinstance(value, dict) else {}
