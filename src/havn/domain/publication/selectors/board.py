# SPDX-License-Identifier: Apache-2.0
"""The secretariat's board: members by steps for a year, questions, reminders, refusals."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Min, QuerySet

from havn.domain.actor import Actor, Role
from havn.domain.errors import NotFoundError
from havn.domain.members import selectors as members
from havn.domain.publication import rules
from havn.domain.publication.models import (
    ArrivedPart,
    MemberStep,
    PublishedReport,
    Question,
    Refusal,
    Reminder,
    SelfAssessment,
)
from havn.domain.publication.selectors._access import require_secretariat
from havn.domain.publication.selectors.standing import calendar

MOST_REFUSALS = 50


@dataclass(frozen=True, slots=True)
class ReportView:
    """One version of a report as the board lists it."""

    id: UUID
    version: str
    basis: str
    state: str
    correction_kind: str
    follows_refused: bool
    as_of: datetime
    received_at: datetime
    published_at: datetime | None
    withdrawn_at: datetime | None
    is_current: bool


@dataclass(frozen=True, slots=True)
class QuestionView:
    """A question with its answer, if there is one."""

    id: UUID
    member: str
    year: str
    text: str
    asked_at: datetime
    way: str
    answer: str
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReminderView:
    """A reminder, planned or sent."""

    id: UUID
    member: str
    year: str
    days: int
    to: str
    due_at: datetime
    sent_at: datetime | None
    way: str
    overtaken_at: datetime | None


@dataclass(frozen=True, slots=True)
class RefusalView:
    """Something that was not taken."""

    member: str
    code: str
    at: datetime
    by_node: bool
    is_half_year: bool  # its sender was not told


@dataclass(frozen=True, slots=True)
class BoardLine:
    """A member's line: when it reached which step, what comes next by when, and how late it is."""

    member: str
    name: str
    steps: tuple[tuple[rules.Step, datetime | None], ...]
    progress: rules.Progress
    reports: tuple[ReportView, ...]
    open_questions: int
    has_node: bool

    @property
    def waits(self) -> bool:
        """Whether a version is here that is not public yet."""
        return any(each.state == rules.ReportState.ACCEPTED for each in self.reports)


@dataclass(frozen=True, slots=True)
class YearBoard:
    """All members' lines for one year, by name, with the days of its calendar."""

    year: str
    deadline: date
    publication_day: date
    lines: tuple[BoardLine, ...]

    @property
    def counts(self) -> dict[rules.Step, int]:
        """How many members are at which step and no further."""
        found = dict.fromkeys(rules.Step, 0)
        for line in self.lines:
            if line.progress.reached is not None:
                found[line.progress.reached] += 1
        return found


def years(*, actor: Actor) -> list[str]:
    """Return the years that were asked for, newest first."""
    require_secretariat(actor)
    found = MemberStep.objects.values_list("year", flat=True).distinct()
    return sorted(found, reverse=True)


def year_board(*, year: str, actor: Actor, at: datetime) -> YearBoard:
    """Return the board of a year in a fixed number of queries; raises NotFoundError for what is no year."""
    require_secretariat(actor)
    if not rules.is_year(year):
        raise NotFoundError
    days = calendar(actor=actor)
    return YearBoard(
        year,
        days.deadline(year),
        days.publication_day(year),
        tuple(_lines(year, days, at=at)),
    )


def member_board(*, member: str, year: str, actor: Actor, at: datetime) -> BoardLine:
    """Return one member's line; raises NotFoundError for who takes no part."""
    lines = year_board(year=year, actor=actor, at=at).lines
    found = next((each for each in lines if each.member == member), None)
    if found is None:
        raise NotFoundError
    return found


def _lines(year: str, days: rules.Calendar, *, at: datetime) -> list[BoardLine]:
    steps: dict[str, dict[rules.Step, datetime]] = defaultdict(dict)
    for row in MemberStep.objects.filter(year=year):
        steps[row.member][rules.Step(row.step)] = row.at
    reports: dict[str, list[ReportView]] = defaultdict(list)
    for report in PublishedReport.objects.filter(year=year).order_by("received_at"):
        reports[report.member].append(_report(report))
    asked: dict[str, int] = defaultdict(int)
    for member in _open(year).values_list("member", flat=True):
        asked[member] += 1
    taking_part = [
        each
        for each in members.participants(actor=Actor.system())
        if each.kind == "member" and (each.state == "active" or each.code in steps)
    ]
    return [
        BoardLine(
            member=each.code,
            name=each.name,
            steps=tuple((step, steps[each.code].get(step)) for step in rules.Step),
            progress=rules.progress(steps[each.code], days, year=year, at=at),
            reports=tuple(reports[each.code]),
            open_questions=asked[each.code],
            has_node=any(node.is_active for node in each.nodes),
        )
        for each in sorted(taking_part, key=lambda each: each.name)
    ]


def _report(row: PublishedReport) -> ReportView:
    return ReportView(
        id=row.pk,
        version=row.version,
        basis=row.basis,
        state=row.state,
        correction_kind=row.correction_kind,
        follows_refused=row.follows_refused,
        as_of=row.as_of,
        received_at=row.received_at,
        published_at=row.published_at,
        withdrawn_at=row.withdrawn_at,
        is_current=row.is_current,
    )


def _open(year: str) -> QuerySet[Question]:
    return Question.objects.filter(year=year, answered_at__isnull=True)


def questions(*, year: str, actor: Actor, member: str = "") -> list[QuestionView]:
    """Return the questions of a year, of one member where it is named, the newest first."""
    require_secretariat(actor)
    rows = Question.objects.filter(year=year)
    if member:
        rows = rows.filter(member=member)
    return [_question(row) for row in rows.order_by("-asked_at")]


def question(*, question_id: UUID, actor: Actor) -> QuestionView:
    """Return one question; raises NotFoundError."""
    require_secretariat(actor)
    row = Question.objects.filter(pk=question_id).first()
    if row is None:
        raise NotFoundError
    return _question(row)


def questions_to_mail(*, actor: Actor) -> list[UUID]:
    """Return the questions that went nowhere yet: those to members without a node."""
    require_secretariat(actor)
    return list(Question.objects.filter(way="").values_list("pk", flat=True))


def _question(row: Question) -> QuestionView:
    return QuestionView(
        row.pk, row.member, row.year, row.text, row.asked_at, row.way, row.answer, row.answered_at
    )


def reminders_due(*, actor: Actor, at: datetime, **of: Any) -> list[ReminderView]:
    """Return reminders that are due and were not sent; with `year` and `member` all of that member's."""
    require_secretariat(actor)
    rows = (
        Reminder.objects.filter(**of)
        if of
        else Reminder.objects.filter(
            due_at__lte=at, sent_at__isnull=True, overtaken_at__isnull=True
        )
    )
    return [_reminder(row) for row in rows.order_by("due_at", "member")]


def reminder(*, reminder_id: UUID, actor: Actor) -> ReminderView:
    """Return one reminder; raises NotFoundError."""
    require_secretariat(actor)
    row = Reminder.objects.filter(pk=reminder_id).first()
    if row is None:
        raise NotFoundError
    return _reminder(row)


def _reminder(row: Reminder) -> ReminderView:
    return ReminderView(
        row.pk,
        row.member,
        row.year,
        row.days,
        row.to,
        row.due_at,
        row.sent_at,
        row.way,
        row.overtaken_at,
    )


def refusals(*, actor: Actor) -> list[RefusalView]:
    """Return the newest things that were not taken, with the code of each; the hub's operator may look too."""
    if not actor.has_role(Role.OPERATOR):
        require_secretariat(actor)
    return [
        RefusalView(
            row.member,
            row.code,
            row.at,
            by_node=row.node is not None,
            is_half_year=row.is_half_year,
        )
        for row in Refusal.objects.order_by("-at")[:MOST_REFUSALS]
    ]


def place_of(*, report_id: UUID, actor: Actor) -> tuple[str, str]:
    """Return of which member and year a report is; raises NotFoundError."""
    require_secretariat(actor)
    row = PublishedReport.objects.filter(pk=report_id).first()
    if row is None:
        raise NotFoundError
    return row.member, row.year


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """A report of which not all is here: whose, since when, whether its head came, and how many parts."""

    member: str
    report: UUID
    since: datetime
    has_head: bool
    parts: int


def waiting(*, actor: Actor) -> list[WaitingLine]:
    """Return reports of which something is missing, the oldest first; the hub's operator may look too."""
    if not actor.has_role(Role.OPERATOR):
        require_secretariat(actor)
    grouped = ArrivedPart.objects.values("report", "node").annotate(
        parts=Count("id"), since=Min("arrived_at")
    )
    parts = {row["report"]: row for row in grouped}
    heads = {
        row.pk: row
        for row in PublishedReport.objects.filter(state=rules.ReportState.WAITING.value)
    }
    nodes = members.nodes_of_ids(
        node_ids=[row["node"] for row in parts.values()], actor=Actor.system()
    )
    found = []
    for report in {**parts, **heads}:
        part, head = parts.get(report), heads.get(report)
        view = nodes.get(part["node"]) if part else None
        times = [part["since"]] if part else []
        times += [head.received_at] if head else []
        found.append(
            WaitingLine(
                member=head.member if head else view.participant_code if view else "",
                report=report,
                since=min(times),
                has_head=head is not None,
                parts=part["parts"] if part else 0,
            )
        )
    return sorted(found, key=lambda line: line.since)


@dataclass(frozen=True, slots=True)
class SelfAssessmentView:
    """How a member sees itself with one capability, as it said last."""

    capability: int
    phase: int
    evidence: str
    on: date


def self_assessments(*, member: str, actor: Actor) -> list[SelfAssessmentView]:
    """Return a member's newest word on each capability; private, for the secretariat alone."""  # H20
    require_secretariat(actor)
    newest = {
        row.capability: row
        for row in SelfAssessment.objects.filter(member=member).order_by("on", "received_at")
    }
    return [
        SelfAssessmentView(row.capability, row.phase, row.evidence, row.on)
        for _number, row in sorted(newest.items())
    ]
