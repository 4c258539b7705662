# SPDX-License-Identifier: Apache-2.0
"""One page for the minister: the own past beside now, what is public when, and what the note of reply says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from uuid import UUID

from havn.domain.actor import Actor
from havn.domain.indicators import rules as indicators
from havn.domain.members import selectors as members
from havn.domain.reporting import rules
from havn.domain.reporting.models import FrozenFigure, NationalReport
from havn.domain.reporting.selectors._access import own_report, own_reports
from havn.domain.reporting.selectors._lines import line_of
from havn.domain.reporting.selectors._versions import versions_of
from havn.domain.reporting.selectors.surroundings import commitments_of

_MOST_ROWS = 12  # one page


@dataclass(frozen=True, slots=True)
class HeadlineRow:
    """One headline: a national total now and in the year before."""

    indicator: str
    name: str
    title: str
    unit: str
    direction: str
    now: Decimal | None
    before: Decimal | None
    is_hidden: bool


@dataclass(frozen=True, slots=True)
class PromiseRow:
    """One promise: what, how it stands to its day, and the days that were given up before."""

    title: Mapping[str, str]  # by language
    state: str
    is_late: bool
    due: date
    former_dues: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class Brief:
    """What the minister reads before the public does."""

    report_id: UUID
    year: str
    version: str
    available_on: date
    public_on: date
    is_public: bool
    due_on: date
    released_on: date | None
    is_late: bool
    correction_kind: str  # "" for the first version
    headlines: tuple[HeadlineRow, ...]
    promises: tuple[PromiseRow, ...]
    corrections: int
    hidden: int
    reply: tuple[tuple[str, str], ...]  # language, text
    may_reply: bool


def brief(*, report_id: UUID, actor: Actor, today: date) -> Brief:
    """Return the brief about a report."""
    row = own_report(report_id, actor)
    line = line_of(row)
    figures = FrozenFigure.objects.filter(release_id=row.release_id)
    year = int(row.year)
    return Brief(
        report_id=row.pk,
        year=row.year,
        version=row.version,
        available_on=rules.brief_on(year),
        public_on=rules.public_on(year),
        is_public=rules.public_on(year) <= today,
        due_on=row.due_on,
        released_on=line.released_at.date() if line.released_at else None,
        is_late=line.is_late(today),
        correction_kind=line.correction_kind,
        headlines=_headlines(row, actor),
        promises=_promises(row, actor, today),
        corrections=row.corrections.count(),
        hidden=figures.filter(obs_status="Q").count(),
        reply=_reply(row),
        may_reply=row.state == rules.ReportState.DRAFT,
    )


def _promises(row: NationalReport, actor: Actor, today: date) -> tuple[PromiseRow, ...]:
    """Return the promises that were due in the year, and all that are late or were given another day."""
    at = datetime.combine(today, time(), tzinfo=UTC)
    member = members.own_node(actor=actor).member_code
    found = commitments_of(member=member, actor=actor, at=at)
    return tuple(
        PromiseRow(
            title=each.terms.title,
            state=each.state.value,
            is_late=each.lateness.is_late,
            due=each.due,
            former_dues=each.former_dues,
        )
        for each in found
        if each.lateness.is_late or each.former_dues or str(each.due.year) == row.year
    )


def _reply(row: NationalReport) -> tuple[tuple[str, str], ...]:
    found = versions_of(row.pk)
    return tuple(
        (language, version.text)
        for (kind, language), versions in sorted(found.items())
        if kind == "reply"
        for version in rules.heads(versions)
        if version.text
    )


def _headlines(row: NationalReport, actor: Actor) -> tuple[HeadlineRow, ...]:
    """Return the first national total of each indicator that has a direction, of all four targets alike.

    What was measured in neither year says nothing to a minister, and is left out.
    """
    earlier = (
        own_reports(actor)
        .filter(year=str(int(row.year) - 1), state=rules.ReportState.RELEASED)
        .first()
    )
    now = _totals(row)
    before = _totals(earlier) if earlier else {}
    found: dict[int, list[HeadlineRow]] = {}
    for definition in indicators.DEFINITIONS:
        measure = next(
            (
                each
                for each in definition.measures
                if (definition.id, each.name) in now
                and definition.direction_of(each.name) is not indicators.Direction.NONE
            ),
            None,
        )
        if measure is None:
            continue
        figure, past = now[definition.id, measure.name], before.get((definition.id, measure.name))
        row_of_it = HeadlineRow(
            indicator=definition.id,
            name=definition.name,
            title=measure.title,
            unit=measure.unit,
            direction=definition.direction_of(measure.name).value,
            now=figure.value,
            before=past.value if past else None,
            is_hidden=figure.obs_status == "Q",
        )
        if row_of_it.now is not None or row_of_it.before is not None or row_of_it.is_hidden:
            found.setdefault(definition.target, []).append(row_of_it)
    return _of_each_target(found)


def _of_each_target(found: Mapping[int, list[HeadlineRow]]) -> tuple[HeadlineRow, ...]:
    """Return as many rows as one page takes, in turn from each target, and then by target."""
    taken = dict.fromkeys(sorted(found), 0)
    for _turn in range(_MOST_ROWS):
        for target, rows in found.items():
            if taken[target] < len(rows) and sum(taken.values()) < _MOST_ROWS:
                taken[target] += 1
    return tuple(row for target, number in taken.items() for row in found[target][:number])


def _totals(row: NationalReport) -> dict[tuple[str, str], FrozenFigure]:
    rows = FrozenFigure.objects.filter(release_id=row.release_id, breakdown="", period=row.year)
    return {(each.indicator, each.measure): each for each in rows}
