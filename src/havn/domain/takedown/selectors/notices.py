# SPDX-License-Identifier: Apache-2.0
"""Reading notices and answers; and the notice that an answer link opens."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from havn.domain.actor import Actor
from havn.domain.audit import services as audit
from havn.domain.cases import selectors as cases
from havn.domain.cases.rules import Place
from havn.domain.errors import NotFoundError
from havn.domain.takedown import rules
from havn.domain.takedown.models import Notice, NoticeAnswer
from havn.domain.takedown.selectors._access import require_desk
from havn.lib.sealing import SealError, decrypt_fresh, open_sealed

LINK_PURPOSE = "answer-link"
TEXT_PURPOSE = "notice-answer"


@dataclass(frozen=True, slots=True)
class AnsweredBefore:
    """An answer that was given through the same link."""

    kind: str
    answered_at: datetime


@dataclass(frozen=True, slots=True)
class NoticeForAnswer:
    """What the page behind an answer link shows; the address itself stands in the mail."""

    notice_id: UUID
    item_id: UUID
    organisation: UUID
    contact_id: UUID
    reference: str
    host: str
    rung: int
    sent_at: datetime | None
    is_withdrawn: bool
    answers: tuple[AnsweredBefore, ...]


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One answer in the list of a notice."""

    id: UUID
    kind: str
    removed_at: datetime | None
    answered_at: datetime
    seen_at: datetime | None
    has_text: bool


@dataclass(frozen=True, slots=True)
class NoticeView:
    """One notice, as a page shows it."""

    id: UUID
    item_id: UUID
    contact_id: UUID
    reference: str
    rung: int
    message_id: str
    queued_at: datetime
    sent_at: datetime | None
    handed_over: int
    last_failure: str
    withdrawn_at: datetime | None
    answers: tuple[AnswerLine, ...]

    @property
    def is_waiting(self) -> bool:
        """Whether it is still to be sent."""
        return self.sent_at is None and self.withdrawn_at is None


@dataclass(frozen=True, slots=True)
class AnswerToSee:
    """An answer that nobody of the desk has seen yet."""

    answer_id: UUID
    item_id: UUID
    host: str
    kind: str
    removed_at: datetime | None
    answered_at: datetime
    has_text: bool


def notice_for_answer(*, token: str, at: datetime) -> NoticeForAnswer:
    """Return the notice that an answer link opens; raises NotFoundError for any other token."""
    try:
        opened = decrypt_fresh(
            token,
            settings.HAVN_KEYRING.read("answer-link-key"),
            purpose=LINK_PURPOSE,
            at=at,
            lifetime=settings.HAVN_POLICY.answer_link_for,
        )
        named = json.loads(opened)
        notice_id, host = UUID(named["notice"]), str(named["host"])
    except (SealError, ValueError, KeyError, TypeError) as error:
        raise NotFoundError from error
    row = Notice.objects.filter(pk=notice_id).first()
    if row is None:
        raise NotFoundError
    answers = NoticeAnswer.objects.filter(notice_id=notice_id).order_by("answered_at", "id")
    return NoticeForAnswer(
        notice_id=row.id,
        item_id=row.item_id,
        organisation=row.organisation,
        contact_id=row.contact_id,
        reference=rules.reference_of(row.id),
        host=host,
        rung=row.rung,
        sent_at=row.sent_at,
        is_withdrawn=row.withdrawn_at is not None,
        answers=tuple(AnsweredBefore(a.kind, a.answered_at) for a in answers[:20]),
    )


def notices(*, item_id: UUID, actor: Actor) -> list[NoticeView]:
    """Return the notices about an item of the actor's organisation, newest first."""
    require_desk(actor)
    rows = Notice.objects.filter(item_id=item_id, organisation=actor.scope)
    return [_notice_view(row) for row in _with_answers(rows.order_by("-queued_at", "-rung"))]


def notice(*, notice_id: UUID, actor: Actor) -> NoticeView:
    """Return one notice of the actor's organisation; raises NotFoundError."""
    require_desk(actor)
    rows = Notice.objects.filter(pk=notice_id, organisation=actor.scope)
    for row in _with_answers(rows):
        return _notice_view(row)
    raise NotFoundError


def latest_notice(*, item_id: UUID, actor: Actor) -> NoticeView | None:
    """Return the newest notice about an item that was not withdrawn, or None."""
    rows = Notice.objects.filter(
        item_id=item_id, organisation=actor.scope, withdrawn_at__isnull=True
    ).order_by("-rung", "-queued_at")
    for row in _with_answers(rows[:1]):
        return _notice_view(row)
    return None


def answer(*, answer_id: UUID, actor: Actor) -> tuple[UUID, AnswerLine]:
    """Return an answer of the actor's organisation with its notice; raises NotFoundError."""
    row = NoticeAnswer.objects.filter(pk=answer_id, organisation=actor.scope).first()
    if row is None:
        raise NotFoundError
    return row.notice_id, _answer_line(row)


def answers_to_see(
    *, actor: Actor, after: UUID | None = None, most: int = 50
) -> list[AnswerToSee]:
    """Return unseen answers of the actor's organisation, oldest first, from after a key."""
    require_desk(actor)
    rows = NoticeAnswer.objects.filter(organisation=actor.scope, seen_at__isnull=True)
    last = rows.filter(pk=after).first() if after is not None else None
    if last is not None:
        rows = rows.filter(answered_at__gte=last.answered_at).exclude(
            answered_at=last.answered_at, id__lte=last.id
        )
    found = list(rows.select_related("notice").order_by("answered_at", "id")[:most])
    lines = cases.item_lines(item_ids=[row.notice.item_id for row in found], actor=actor)
    return [
        AnswerToSee(
            answer_id=row.id,
            item_id=row.notice.item_id,
            host=lines[row.notice.item_id].host,
            kind=row.kind,
            removed_at=row.removed_at,
            answered_at=row.answered_at,
            has_text=bool(row.sealed_text),
        )
        for row in found
        if row.notice.item_id in lines
    ]


def answered_items(*, actor: Actor, at: datetime, after: str = "") -> cases.ItemPage:
    """Return items whose provider answered and that are still there, the oldest first.

    Those of which an answer is still to be seen stand in the list of answers.
    """
    unseen = NoticeAnswer.objects.filter(organisation=actor.scope, seen_at__isnull=True)
    return cases.items_at(
        place=Place.ANSWERS,
        actor=actor,
        at=at,
        without=unseen.values("notice__item_id"),
        after=after,
    )


@audit.viewed("answer.text_opened", subject_kind="answer", subject="answer_id")
def answer_text(*, answer_id: UUID, actor: Actor, at: datetime) -> str:
    """Return what a provider wrote, opened with the desk's key; leaves a reading entry."""
    del at
    require_desk(actor)
    row = NoticeAnswer.objects.filter(pk=answer_id, organisation=actor.scope).first()
    if row is None:
        raise NotFoundError
    if not row.sealed_text:
        return ""
    private = settings.HAVN_KEYRING.read("desk-opening-key")
    return open_sealed(bytes(row.sealed_text), private, purpose=TEXT_PURPOSE).decode("utf-8")


def _with_answers(rows: QuerySet[Notice]) -> QuerySet[Notice]:
    return rows.prefetch_related("answers")


def _notice_view(row: Notice) -> NoticeView:
    answers = sorted(row.answers.all(), key=lambda a: (a.answered_at, a.id))
    return NoticeView(
        id=row.id,
        item_id=row.item_id,
        contact_id=row.contact_id,
        reference=rules.reference_of(row.id),
        rung=row.rung,
        message_id=row.message_id,
        queued_at=row.queued_at,
        sent_at=row.sent_at,
        handed_over=row.handed_over,
        last_failure=row.last_failure,
        withdrawn_at=row.withdrawn_at,
        answers=tuple(_answer_line(a) for a in answers),
    )


def _answer_line(row: NoticeAnswer) -> AnswerLine:
    return AnswerLine(
        id=row.id,
        kind=row.kind,
        removed_at=row.removed_at,
        answered_at=row.answered_at,
        seen_at=row.seen_at,
        has_text=bool(row.sealed_text),
    )
