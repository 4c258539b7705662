# SPDX-License-Identifier: Apache-2.0
"""Reading what offices were asked and said; and the question that a link opens."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from havn.domain.actor import Actor, ActorKind
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.reporting import rules
from havn.domain.reporting.models import OfficeAnswer, OfficeAsk, SentReminder
from havn.domain.reporting.selectors._access import own_report
from havn.lib.sealing import SealError, decrypt_fresh

_EXPIRED = _("This link has expired. Reply to the mail that it came with, and ask for a new one.")
_WITHDRAWN = _(
    "This question was withdrawn: nobody waits for your answer. If you want to say something all the same, "
    "reply to the mail that the link came with."
)
_LONGEST = timedelta(days=800)  # the question's own day of expiry decides


@dataclass(frozen=True, slots=True)
class AskForAnswer:
    """What the page behind a link shows: no answer of anybody, and no address."""

    ask_id: UUID
    organisation: UUID
    office: str
    question: str
    wants: str
    due_on: date


@dataclass(frozen=True, slots=True)
class AnswerView:
    """One answer of an office."""

    id: UUID
    figure: Decimal | None
    text: str
    source: str
    stated_by: str
    known_on: date
    answered_at: datetime
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class AskView:
    """One question to an office with its answers and reminders."""

    id: UUID
    office: str
    email: str
    question: str
    wants: str
    due_on: date
    asked_at: datetime
    expires_at: datetime
    withdrawn_at: datetime | None
    is_settled: bool
    answers: tuple[AnswerView, ...]
    reminded: int
    is_mailed: bool

    @property
    def is_out(self) -> bool:
        """Whether nothing was answered and the link still stands."""
        return not self.answers and self.withdrawn_at is None

    @property
    def waits_for_choice(self) -> bool:
        """Whether answers are there and none was chosen."""
        return bool(self.answers) and not self.is_settled and self.withdrawn_at is None

    def age(self, at: datetime) -> int:
        """Return for how many days it is out."""
        return (at - self.asked_at).days


@dataclass(frozen=True, slots=True)
class AskToSend:
    """What a mail to an office needs."""

    ask_id: UUID
    report_id: UUID
    year: str
    office: str
    email: str
    language: str
    question: str
    due_on: date
    asked_at: datetime
    is_waiting: bool


def ask_for_answer(*, token: str, at: datetime) -> AskForAnswer:
    """Return the question that a link opens; raises NotFoundError for a wrong link.

    Of a right one that no longer stands, RefusedError says so: `link_expired` or `link_withdrawn`.
    """
    try:
        opened = decrypt_fresh(
            token,
            settings.HAVN_KEYRING.read("answer-link-key"),
            purpose=rules.LINK_PURPOSE,
            at=at,
            lifetime=_LONGEST,
        )
        ask_id = UUID(json.loads(opened)["ask"])
    except (SealError, ValueError, KeyError, TypeError) as error:
        raise NotFoundError from error
    # Only the columns that the public process may read.
    row = (
        OfficeAsk.objects.filter(pk=ask_id)
        .values(
            "id",
            "organisation",
            "office",
            "question",
            "wants",
            "due_on",
            "expires_at",
            "withdrawn_at",
        )
        .first()
    )
    if row is None:
        raise NotFoundError
    if row["withdrawn_at"] is not None:
        raise RefusedError("link_withdrawn", str(_WITHDRAWN))
    if row["expires_at"] <= at:
        raise RefusedError("link_expired", str(_EXPIRED))
    return AskForAnswer(
        ask_id=row["id"],
        organisation=row["organisation"],
        office=row["office"],
        question=row["question"],
        wants=row["wants"],
        due_on=row["due_on"],
    )


def asks(*, report_id: UUID, actor: Actor) -> list[AskView]:
    """Return what offices were asked for the year of a report, what is still out first."""
    report = own_report(report_id, actor)
    rows = OfficeAsk.objects.filter(
        organisation=actor.scope, report__year=report.year
    ).prefetch_related("answers")
    found = list(rows.order_by("due_on", "id"))
    sent: dict[UUID, set[int]] = {}
    for each in SentReminder.objects.filter(subject_id__in=[row.pk for row in found]):
        sent.setdefault(each.subject_id, set()).add(each.days)
    views = [_view(row, sent.get(row.pk, set())) for row in found]
    return sorted(views, key=lambda view: (not view.is_out, view.is_settled))


def ask_to_send(*, ask_id: UUID, actor: Actor) -> AskToSend:
    """Return what a mail about a question needs; for the system alone."""
    row = (
        OfficeAsk.objects.select_related("report")
        .filter(pk=ask_id, organisation=actor.scope)
        .first()
    )
    if row is None or actor.kind is not ActorKind.SYSTEM:
        raise NotFoundError
    return AskToSend(
        ask_id=row.pk,
        report_id=row.report_id,
        year=row.report.year,
        office=row.office,
        email=row.email,
        language=row.language,
        question=row.question,
        due_on=row.due_on,
        asked_at=row.asked_at,
        is_waiting=row.withdrawn_at is None
        and row.settled_at is None
        and not row.answers.exists(),
    )


def _view(row: OfficeAsk, sent: set[int]) -> AskView:
    answers = sorted(row.answers.all(), key=lambda each: (each.answered_at, each.pk))
    return AskView(
        id=row.pk,
        office=row.office,
        email=row.email,
        question=row.question,
        wants=row.wants,
        due_on=row.due_on,
        asked_at=row.asked_at,
        expires_at=row.expires_at,
        withdrawn_at=row.withdrawn_at,
        is_settled=row.settled_at is not None,
        answers=tuple(_answer(each) for each in answers),
        reminded=len(sent - {rules.FIRST_MAIL}),
        is_mailed=rules.FIRST_MAIL in sent,
    )


def _answer(row: OfficeAnswer) -> AnswerView:
    return AnswerView(
        id=row.pk,
        figure=row.figure,
        text=row.text,
        source=row.source,
        stated_by=row.stated_by,
        known_on=row.known_on,
        answered_at=row.answered_at,
        is_chosen=row.chosen_at is not None,
    )
