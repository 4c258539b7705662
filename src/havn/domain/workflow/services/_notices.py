# SPDX-License-Identifier: Apache-2.0
"""When a notice may be queued, queued again, or has to be taken back; parts of larger actions."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings

from havn.domain.actor import Actor
from havn.domain.cases import selectors as cases
from havn.domain.cases import services as record
from havn.domain.cases.rules import (
    Assignment,
    Availability,
    LegalClass,
    Mover,
    Notice,
    Track,
    is_confirming,
)
from havn.domain.members import selectors as members
from havn.domain.takedown import rules as takedown_rules
from havn.domain.takedown import selectors as takedown
from havn.domain.takedown import services as notices
from havn.domain.tracing import selectors as tracing
from havn.domain.workflow.services import _referrals
from havn.domain.workflow.services._orders import Work, order

_GONE = frozenset({Availability.UNAVAILABLE, Availability.REMOVED})


def is_confirmed(item: cases.ItemView | cases.ItemLine) -> bool:
    """Whether the assessment that counts confirms the item."""
    return bool(item.legal_class) and is_confirming(LegalClass(item.legal_class))


def may_be_notified(item: cases.ItemView, *, actor: Actor, at: datetime) -> bool:
    """Whether a notice about the item makes sense and nothing forbids it."""
    return (
        item.is_open
        and item.has_address
        and is_confirmed(item)
        and item.assignment == Assignment.HERE
        and item.availability not in _GONE
        and not cases.is_held(item_id=item.id, actor=actor, at=at)
    )


def notify_if_ready(item_id: UUID, *, actor: Actor, at: datetime) -> bool:
    """Queue the first notice once item and contact are ready; false when something is missing."""
    item = cases.item(item_id=item_id, actor=actor)
    contact = tracing.contact_of_item(item_id=item_id, actor=actor)
    if item.notice not in {Notice.NONE, Notice.NO_PROVIDER}:
        return False
    if contact is None or not contact.is_confirmed:
        return False
    trace = tracing.last_trace(item_id=item_id, actor=actor)
    if trace is not None and trace.waits_for == "country":
        return False
    if not may_be_notified(item, actor=actor, at=at):
        return False
    _queue_round(item, contact.id, actor=actor, at=at)
    return True


def notify_again(item_id: UUID, *, actor: Actor, at: datetime) -> bool:
    """Queue the first notice of a new round, for an item that reappeared."""
    item = cases.item(item_id=item_id, actor=actor)
    if item.notice in {Notice.NONE, Notice.NO_PROVIDER}:
        return notify_if_ready(item_id, actor=actor, at=at)
    contact = tracing.contact_of_item(item_id=item_id, actor=actor)
    is_ready = contact is not None and contact.is_confirmed and item.notice != Notice.QUEUED
    if contact is None or not is_ready or not may_be_notified(item, actor=actor, at=at):
        return False
    _queue_round(item, contact.id, actor=actor, at=at)
    return True


def remind(item: cases.ItemView, contact_id: UUID, *, actor: Actor, at: datetime) -> None:
    """Queue the notice of the next rung to the same contact, to be sent at once."""
    _queue(item.id, contact_id, item.notice_rung + 1, due_at=at, actor=actor, at=at)


def take_back(
    item_id: UUID, *, unless_to: UUID | None = None, reason: str, actor: Actor, at: datetime
) -> None:
    """Withdraw a notice that still waits, so that the track says none again.

    One to the contact `unless_to` goes on waiting.
    """
    item = cases.item(item_id=item_id, actor=actor)
    waiting = takedown.latest_notice(item_id=item_id, actor=actor)
    if item.notice != Notice.QUEUED or waiting is None or waiting.sent_at is not None:
        return
    if waiting.contact_id == unless_to:
        return
    notices.withdraw_notice(notice_id=waiting.id, reason=reason, actor=actor, at=at)
    move(item_id, Track.NOTICE, Notice.NONE, reason=reason, actor=actor, at=at)


def recall_reminder(item: cases.ItemView, *, actor: Actor, at: datetime) -> bool:
    """Take a reminder that waits back once its provider answered, so that the track says sent again.

    False, and nothing done, when none waits, the provider has not answered, or the track may not say
    sent now, as while police hold the item.
    """
    waiting = takedown.latest_notice(item_id=item.id, actor=actor)
    if item.notice != Notice.QUEUED or waiting is None or not waiting.is_waiting:
        return False
    is_allowed = is_confirmed(item) and item.assignment == Assignment.HERE
    if not is_allowed or cases.is_held(item_id=item.id, actor=actor, at=at):
        return False
    told_at = _answered_before(waiting, actor=actor)
    if told_at is None:
        return False
    notices.withdraw_notice(notice_id=waiting.id, reason="answered", actor=actor, at=at)
    reason = "reminder taken back"
    move(
        item.id, Track.NOTICE, Notice.SENT, reason=reason, happened_at=told_at, actor=actor, at=at
    )
    return True


def _answered_before(waiting: takedown.NoticeView, *, actor: Actor) -> datetime | None:
    """Return when the notice was sent that a waiting one reminds of, if it was answered."""
    most = settings.HAVN_POLICY.most_rungs
    for each in takedown.notices(item_id=waiting.item_id, actor=actor):
        is_reminded_of = each.contact_id == waiting.contact_id and each.rung == waiting.rung - 1
        if (
            is_reminded_of
            and each.answers
            and takedown_rules.is_reminder_due(each.rung, most_rungs=most)
        ):
            return each.sent_at
    return None


def resume_waiting(item: cases.ItemView, *, reason: object, actor: Actor, at: datetime) -> None:
    """Order a notice again that waited through a hold."""
    waiting = takedown.latest_notice(item_id=item.id, actor=actor)
    if item.notice == Notice.QUEUED and waiting is not None:
        order(Work.NOTICE, item.id, f"{waiting.id}:{reason}", due_at=at, actor=actor, at=at)


def move(
    item_id: UUID,
    track: Track,
    target: str,
    *,
    actor: Actor,
    at: datetime,
    mover: Mover = Mover.SYSTEM,
    reason: str = "",
    happened_at: datetime | None = None,
) -> None:
    """Move a track, by the system unless said otherwise; whoever referred the item hears of it."""
    record.move_track(
        item_id=item_id,
        track=track,
        target=target,
        mover=mover,
        reason=reason,
        happened_at=happened_at,
        actor=actor,
        at=at,
    )
    _referrals.tell_move(item_id, track, target, happened_at=happened_at, actor=actor, at=at)


def _queue_round(item: cases.ItemView, contact_id: UUID, *, actor: Actor, at: datetime) -> None:
    policy = settings.HAVN_POLICY
    rung = takedown_rules.rung_after_return(item.notice_rung, most_rungs=policy.most_rungs)
    # Police have precedence: this is the time in which they may hold.
    _queue(item.id, contact_id, rung, due_at=at + policy.notice_after, actor=actor, at=at)


def _queue(
    item_id: UUID, contact_id: UUID, rung: int, *, due_at: datetime, actor: Actor, at: datetime
) -> None:
    sender = members.own_node(actor=actor)
    queued = notices.queue_notice(
        item_id=item_id,
        contact_id=contact_id,
        rung=rung,
        domain=sender.contact_email.rpartition("@")[2],
        actor=actor,
        at=at,
    )
    move(item_id, Track.NOTICE, Notice.QUEUED, reason=f"rung {rung}", actor=actor, at=at)
    reason = f"{queued.notice_id}:{at:%Y%m%dT%H%M%S%f}"
    order(Work.NOTICE, item_id, reason, due_at=due_at, actor=actor, at=at)
