# SPDX-License-Identifier: Apache-2.0
"""Reading reports by year and version, their parts and releases, and what waits for whom."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from havn.domain.accounts import selectors as people
from havn.domain.actor import Actor, Role
from havn.domain.errors import NotFoundError
from havn.domain.ledger import selectors as ledger
from havn.domain.reporting import rules
from havn.domain.reporting.models import (
    HubMessage,
    NationalReport,
    OfficeAnswer,
    PersonRelease,
    ReportPart,
)
from havn.domain.reporting.selectors._access import own_report, own_reports, require_government
from havn.domain.reporting.selectors._lines import ReportLine, line_of, lines_of
from havn.domain.reporting.selectors._parts import confirmations_of, owners_of, parts_open
from havn.domain.reporting.selectors.opened import what_is_open

_OPEN = (rules.ReportState.DRAFT, rules.ReportState.CONFIRMING)


@dataclass(frozen=True, slots=True)
class PersonReleaseView:
    """One of the two releases."""

    step: str
    person: str
    office: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ReportView:
    """One version of a report, as its page shows it."""

    line: ReportLine
    log_position: UUID | None
    correction_note: dict[str, str]
    supersedes: str  # the version before
    releases: tuple[PersonReleaseView, ...]
    versions: tuple[ReportLine, ...]  # all of the year, the newest first

    @property
    def id(self) -> UUID:
        """Its key."""
        return self.line.id

    @property
    def is_draft(self) -> bool:
        """Whether texts and answers may still change."""
        return self.line.state == rules.ReportState.DRAFT


@dataclass(frozen=True, slots=True)
class PartView:
    """One data owner's part: who answers for it, and what they said."""

    part: str
    office: str
    person: str
    person_id: UUID | None
    is_confirmed: bool
    question: str
    said_at: datetime | None


@dataclass(frozen=True, slots=True)
class PublicReport:
    """A released version as everybody may read it; of a withdrawn one only that there was one.

    The bounds of hidden figures are not in it: the head names their digest, and nobody but the hub has them.
    """

    line: ReportLine
    correction_note: dict[str, str]
    signed_head: str
    parts: dict[str, dict[str, Any]]
    by_digest: dict[str, dict[str, Any]]
    versions: tuple[ReportLine, ...]
    # By promise and language, as they read when it was signed.
    promise_titles: dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much waits for a person of the government roles."""

    to_confirm: int = 0
    open_points: int = 0
    to_release: int = 0
    answers_to_choose: int = 0
    questions: int = 0
    years_to_begin: int = 0


def reports(*, actor: Actor) -> list[ReportLine]:
    """Return all versions of all years, the newest first."""
    return lines_of(own_reports(actor))


def report(*, report_id: UUID, actor: Actor) -> ReportView:
    """Return one version; raises NotFoundError."""
    row = own_report(report_id, actor)
    releases = PersonRelease.objects.filter(report=row, given_back_at__isnull=True)
    found = list(releases.order_by("at"))
    names = people.names_of(person_ids={each.person for each in found}, actor=actor)
    return ReportView(
        line=line_of(row),
        log_position=row.release.log_position,
        correction_note=row.correction_note,
        supersedes=row.supersedes.version if row.supersedes else "",
        releases=tuple(
            PersonReleaseView(each.step, names.get(each.person, ""), each.office, each.at)
            for each in found
        ),
        versions=tuple(lines_of(own_reports(actor).filter(year=row.year))),
    )


def open_version(*, year: str, actor: Actor) -> UUID | None:
    """Return the version of a year that is being written, if one is."""
    return (
        own_reports(actor).filter(year=year, state__in=_OPEN).values_list("id", flat=True).first()
    )


def part_views(*, report_id: UUID, actor: Actor) -> list[PartView]:
    """Return the four parts with their owners and what they said."""
    row = own_report(report_id, actor)
    said, owners = confirmations_of(row), owners_of(row.organisation)
    ids = {owner.person for owner in owners.values()}
    names = people.names_of(person_ids=ids, actor=actor)
    found = []
    for part in rules.PARTS:
        word, owner = said.get(part), owners.get(part)
        found.append(
            PartView(
                part=part.value,
                office=owner.office if owner else word.office if word else "",
                person=names.get(owner.person, "") if owner else "",
                person_id=owner.person if owner else None,
                is_confirmed=word is not None and word.is_confirmed,
                question=word.question if word else "",
                said_at=word.at if word else None,
            )
        )
    return found


def years_to_draft(*, actor: Actor, at: datetime) -> list[int]:
    """Return the years that are over, hold facts, are ready to be drafted, and have no report."""
    first = ledger.first_fact_at(actor=actor)
    if first is None:
        return []
    have = set(
        NationalReport.objects.filter(organisation=actor.scope).values_list("year", flat=True)
    )
    years = range(max(first.year, rules.FIRST_YEAR), at.year)
    return [year for year in years if str(year) not in have and rules.draft_from(year) <= at]


def waiting_for(*, actor: Actor, at: datetime) -> Waiting:
    """Return how much waits for the actor, by role."""
    require_government(actor)
    rows = list(own_reports(actor).filter(state__in=_OPEN))
    drafts = [row for row in rows if row.state == rules.ReportState.DRAFT]
    confirming = [row for row in rows if row.state == rules.ReportState.CONFIRMING]
    mine = {
        part for part, owner in owners_of(actor.scope).items() if owner.person == actor.identifier
    }
    to_confirm = sum(len(mine & set(parts_open(row.pk))) for row in drafts)
    waiting = Waiting(
        to_confirm=to_confirm if actor.has_role(Role.DATA_OWNER) else 0,
        to_release=len(confirming) if actor.has_role(Role.SIGNATORY) else 0,
    )
    if not actor.has_role(Role.RAPPORTEUR):
        return waiting
    points = [p for row in drafts for p in what_is_open(report_id=row.pk, actor=actor)]
    answers = OfficeAnswer.objects.filter(
        organisation=actor.scope, ask__settled_at__isnull=True, ask__withdrawn_at__isnull=True
    )
    return Waiting(
        to_confirm=waiting.to_confirm,
        to_release=waiting.to_release,
        open_points=sum(1 for point in points if point.who is Role.RAPPORTEUR),
        answers_to_choose=answers.values("ask_id").distinct().count(),
        questions=HubMessage.objects.filter(
            organisation=actor.scope, kind="question", answered_at__isnull=True
        ).count(),
        years_to_begin=len(years_to_draft(actor=actor, at=at)),
    )


def report_to_remind(*, report_id: UUID, actor: Actor) -> ReportLine:
    """Return the version that reminders are about; raises NotFoundError."""
    return line_of(own_report(report_id, actor))


def public_reports(*, actor: Actor) -> list[ReportLine]:
    """Return the newest released version of each year, the newest year first."""
    rows = NationalReport.objects.filter(organisation=actor.scope, state__in=rules.EVER_RELEASED)
    newest: dict[str, ReportLine] = {}
    for line in lines_of(rows.filter(~Q(signed_head="")).select_related("release")):
        newest.setdefault(line.year, line)
    return list(newest.values())


def public_report(*, year: str, version: str, actor: Actor) -> PublicReport:
    """Return a released version as it was signed; raises NotFoundError, and gives no part of a withdrawn one.

    Without a version, the newest.
    """
    rows = NationalReport.objects.filter(
        ~Q(signed_head=""), organisation=actor.scope, year=year, state__in=rules.EVER_RELEASED
    ).select_related("release")
    lines = lines_of(rows)
    line = next((each for each in lines if not version or each.version == version), None)
    if line is None:
        raise NotFoundError
    row = rows.get(pk=line.id)
    is_there = row.state != rules.ReportState.WITHDRAWN
    parts = list(ReportPart.objects.filter(report=row).order_by("name")) if is_there else []
    return PublicReport(
        line=line,
        correction_note=row.correction_note,
        signed_head=row.signed_head if is_there else "",
        parts={part.name: json.loads(part.content) for part in parts},
        by_digest={part.sha256: json.loads(part.content) for part in parts},
        versions=tuple(lines),
        promise_titles=row.promise_titles if is_there else {},
    )


def own_past(*, year: str, actor: Actor) -> rules.Past:
    """Return the national totals of the two years before, as the newest released reports of those years say them."""
    return past_in(reports=reports_before(year=year, actor=actor), actor=actor)


def reports_before(*, year: str, actor: Actor) -> tuple[UUID, ...]:
    """Return the newest released reports of the two years before, the newest year first."""
    years = [str(int(year) - back) for back in range(1, rules.YEARS_BEFORE + 1)]
    rows = _readable(actor).filter(year__in=years)
    newest: dict[str, UUID] = {}
    for line in lines_of(rows.select_related("release")):
        newest.setdefault(line.year, line.id)
    return tuple(newest.values())


def past_in(*, reports: Iterable[UUID], actor: Actor) -> rules.Past:
    """Return the national totals of released reports; of one that was withdrawn meanwhile, nothing."""
    parts = ReportPart.objects.filter(
        report__in=_readable(actor).filter(pk__in=list(reports)), name__startswith=rules.FIGURES
    )
    return rules.past_of(
        (each.report.year, json.loads(each.content)) for each in parts.select_related("report")
    )


def _readable(actor: Actor) -> QuerySet[NationalReport]:
    """Return the reports of the actor's organisation whose figures everybody may read."""
    states = [rules.ReportState.RELEASED, rules.ReportState.CORRECTED]
    return NationalReport.objects.filter(
        ~Q(signed_head=""), organisation=actor.scope, state__in=states
    )
