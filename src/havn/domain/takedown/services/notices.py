# SPDX-License-Identifier: Apache-2.0
"""Queueing and handing over notices, and taking answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.conf import settings
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from havn.domain.actor import Actor, Role
from havn.domain.audit import services as audit
from havn.domain.errors import NotFoundError, RefusedError, require_words
from havn.domain.jobs import services as jobs
from havn.domain.takedown import rules, selectors
from havn.domain.takedown.models import Notice, NoticeAnswer
from havn.lib.encoding import canonical_json, uuid4
from havn.lib.sealing import encrypt_until, seal


@dataclass(frozen=True, slots=True)
class QueuedNotice:
    """A notice that waits to be sent."""

    notice_id: UUID
    is_new: bool


@dataclass(frozen=True, slots=True)
class Handover:
    """A notice that is being handed over, counted before the mail server hears of it."""

    notice_id: UUID
    item_id: UUID
    contact_id: UUID
    rung: int
    message_id: str
    earlier_message_id: str  # of the notice that this one reminds of, or nothing
    handed_over: int
    queued_at: datetime


@dataclass(frozen=True, slots=True)
class RecordedAnswer:
    """An answer that was taken."""

    answer_id: UUID
    is_repeat: bool


@audit.action("notice.queued")
def queue_notice(
    *, item_id: UUID, contact_id: UUID, rung: int, domain: str, actor: Actor, at: datetime
) -> QueuedNotice:
    """Add the one notice of this item, contact and rung; the same again changes nothing."""
    notice_id = uuid4()
    row, is_new = Notice.objects.get_or_create(
        item_id=item_id,
        contact_id=contact_id,
        rung=rung,
        defaults={
            "id": notice_id,
            "organisation": actor.scope,
            "message_id": rules.message_id_for(notice_id, domain=domain),
            "queued_at": at,
        },
    )
    if row.withdrawn_at is not None and row.sent_at is None:
        Notice.objects.filter(pk=row.id).update(withdrawn_at=None, queued_at=at)
    _record("notice.queued", row.id, actor, at, {"rung": rung, "contact": str(contact_id)})
    return QueuedNotice(row.id, is_new)


@audit.action("notice.handed_over")
def begin_handover(*, notice_id: UUID, actor: Actor, at: datetime) -> Handover | None:
    """Count one hand-over before it happens; None when the notice was sent or withdrawn.

    A crash after this leads to a second hand-over with the same Message-ID, which is counted too.
    """
    row = _notice(notice_id, actor)
    if row.sent_at is not None or row.withdrawn_at is not None:
        _record("notice.handed_over", notice_id, actor, at, {"needed": False})
        return None
    Notice.objects.filter(pk=notice_id).update(handed_over=F("handed_over") + 1)
    _record("notice.handed_over", notice_id, actor, at, {"count": row.handed_over + 1})
    earlier = Notice.objects.filter(
        item_id=row.item_id, contact_id=row.contact_id, rung__lt=row.rung, sent_at__isnull=False
    ).order_by("-rung")
    return Handover(
        notice_id=row.id,
        item_id=row.item_id,
        contact_id=row.contact_id,
        rung=row.rung,
        message_id=row.message_id,
        earlier_message_id=earlier.values_list("message_id", flat=True).first() or "",
        handed_over=row.handed_over + 1,
        queued_at=row.queued_at,
    )


@audit.action("notice.sent")
def note_sent(*, notice_id: UUID, actor: Actor, at: datetime) -> bool:
    """Keep that the mail server took the notice; false when that was known already."""
    _notice(notice_id, actor)
    won = Notice.objects.filter(pk=notice_id, sent_at__isnull=True).update(
        sent_at=at, last_failure=""
    )
    _record("notice.sent", notice_id, actor, at, {"first": won == 1})
    return won == 1


@audit.action("notice.failed")
def note_failed(
    *, notice_id: UUID, code: str, may_have_arrived: bool, actor: Actor, at: datetime
) -> None:
    """Keep why a hand-over failed; one that surely never arrived is not counted."""
    row = _notice(notice_id, actor)
    row.last_failure = code[:60]
    if not may_have_arrived and row.handed_over:
        row.handed_over -= 1
    row.save(update_fields=["last_failure", "handed_over"])
    _record("notice.failed", notice_id, actor, at, {"code": row.last_failure})


@audit.action("notice.withdrawn")
def withdraw_notice(*, notice_id: UUID, reason: str, actor: Actor, at: datetime) -> None:
    """Take a notice back that was not sent; raises RefusedError when it was."""
    _notice(notice_id, actor)
    won = Notice.objects.filter(pk=notice_id, sent_at__isnull=True).update(withdrawn_at=at)
    if won != 1:
        raise RefusedError("notice_sent", str(_("This notice was sent already.")))
    _record("notice.withdrawn", notice_id, actor, at, {"reason": reason})


def answer_token(*, notice_id: UUID, host: str, queued_at: datetime) -> str:
    """Return the text of the link that opens the answer page of a notice, without an account."""
    named = canonical_json({"v": 1, "notice": str(notice_id), "host": host})
    key = settings.HAVN_KEYRING.read("answer-link-key")
    return encrypt_until(named, key, purpose=selectors.LINK_PURPOSE, at=queued_at)


@audit.action("answer.recorded")
def record_answer(
    *,
    token: str,
    kind: str,
    answer_id: UUID,
    at: datetime,
    removed_at: datetime | None = None,
    text: str = "",
) -> RecordedAnswer:
    """Take a provider's answer, its text sealed to the desk's key, and order what follows.

    The page makes `answer_id`, so that pressing twice is one answer; one that was corrected and sent by
    the same page is another.
    """
    found = selectors.notice_for_answer(token=token, at=at)
    actor = Actor.provider(organisation=found.organisation, contact=found.contact_id)
    words = text.strip()
    _check_answer(kind, words, removed_at, at)
    public = settings.HAVN_KEYRING.read("desk-sealing-key.pub")
    sealed = seal(words.encode("utf-8"), public, purpose=selectors.TEXT_PURPOSE) if words else b""
    removed_at = removed_at if kind == rules.AnswerKind.REMOVED else None
    answer_id = _id_of_content(answer_id, found.notice_id, kind, removed_at, words)
    _row, is_new = NoticeAnswer.objects.get_or_create(
        id=answer_id,
        defaults={
            "notice_id": found.notice_id,
            "organisation": found.organisation,
            "kind": kind,
            "removed_at": removed_at,
            "sealed_text": sealed,
            "answered_at": at,
        },
    )
    jobs.enqueue(
        kind="answer",
        key=f"answer:{answer_id}",
        subject_id=found.item_id,
        organisation=found.organisation,
        due_at=at,
        at=at,
    )
    _record("answer.recorded", answer_id, actor, at, {"kind": kind, "first": is_new}, "answer")
    return RecordedAnswer(answer_id, is_repeat=not is_new)


def _id_of_content(page: UUID, *content: object) -> UUID:
    """Return the key of what one page says: the sealed text of an earlier answer cannot be compared."""
    return uuid5(page, canonical_json([str(part) for part in content]).decode("utf-8"))


def _check_answer(kind: str, words: str, removed_at: datetime | None, at: datetime) -> None:
    if kind not in set(rules.AnswerKind):
        raise RefusedError("unknown_kind", str(_("Choose one of the four answers.")))
    if len(words) > rules.LONGEST_ANSWER:
        raise RefusedError(
            "text_too_long", str(_("This text has more than 4,000 characters. Shorten it."))
        )
    require_words(words)
    if kind in rules.ANSWERS_WITH_TEXT and not words:
        raise RefusedError("text_needed", str(_("Say in a sentence what you need, or why.")))
    if removed_at is not None and removed_at > at:
        raise RefusedError(
            "removed_in_future", str(_("The time of removal cannot lie in the future."))
        )


@audit.action("answer.seen")
def mark_answer_seen(*, answer_id: UUID, actor: Actor, at: datetime) -> None:
    """Take an answer off the desk's list; only the desk may."""
    if not actor.has_role(Role.ANALYST, Role.SUPERVISOR):
        raise RefusedError("not_your_role", str(_("Only an analyst or a supervisor may do this.")))
    row = NoticeAnswer.objects.filter(pk=answer_id, organisation=actor.scope).first()
    if row is None:
        raise NotFoundError
    NoticeAnswer.objects.filter(pk=answer_id, seen_at__isnull=True).update(
        seen_at=at, seen_by=actor.identifier
    )
    _record("answer.seen", answer_id, actor, at, {}, "answer")


def _notice(notice_id: UUID, actor: Actor) -> Notice:
    row = Notice.objects.select_for_update().filter(pk=notice_id, organisation=actor.scope).first()
    if row is None:
        raise NotFoundError
    return row


def _record(
    action: str,
    subject_id: UUID,
    actor: Actor,
    at: datetime,
    detail: dict[str, object],
    kind: str = "notice",
) -> None:
    audit.record(
        action=action,
        actor=actor,
        subject_kind=kind,
        subject_id=subject_id,
        at=at,
        detail=detail,
    )
