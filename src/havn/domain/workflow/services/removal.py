# SPDX-License-Identifier: Apache-2.0
"""The life of an item, last part: the provider answers, checks find it gone, it may come back."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from havn.domain.actor import Actor
from havn.domain.audit import services as audit
from havn.domain.cases import selectors as cases
from havn.domain.cases.rules import Availability, Mover, Notice, Track
from havn.domain.errors import RefusedError
from havn.domain.ledger import services as ledger
from havn.domain.ledger.rules import FactName
from havn.domain.takedown import rules as takedown_rules
from havn.domain.takedown import selectors as takedown
from havn.domain.takedown import services as notices
from havn.domain.takedown.rules import AnswerKind, VerdictKind
from havn.domain.tracing import rules as tracing_rules
from havn.domain.tracing import services as contacts
from havn.domain.workflow.services import _availability, _notices, _orders
from havn.domain.workflow.services._orders import Work

TRY_AGAIN_AT_MOST_EVERY = timedelta(minutes=1)

# 7. The provider answers: the desk sees it, and a check looks soon.


@audit.action("casework.answer_arrived")
def answer_arrived(*, answer_id: UUID, actor: Actor, at: datetime) -> datetime | None:
    """Move the notice by a provider's answer and order a check; returns when to try again, or None.

    A claim closes nothing: only checks do. A reminder that has not left is not sent any more.
    """
    notice_id, answer = takedown.answer(answer_id=answer_id, actor=actor)
    item_id = takedown.notice(notice_id=notice_id, actor=actor).item_id
    item = cases.item(item_id=item_id, actor=actor)
    _entry("casework.answer_arrived", item_id, actor, at)
    kind = AnswerKind(answer.kind)
    if _notices.recall_reminder(item, actor=actor, at=at):
        item = cases.item(item_id=item_id, actor=actor)
    if item.notice == Notice.QUEUED:  # A notice is on its way: the answer counts after it.
        return at + max(settings.HAVN_POLICY.notice_after, TRY_AGAIN_AT_MOST_EVERY)
    is_refusal = kind in takedown_rules.REFUSING_ANSWERS
    if item.notice in {Notice.SENT, Notice.ANSWERED, Notice.REFUSED}:
        target = Notice.REFUSED if is_refusal else Notice.ANSWERED
        _notices.move(
            item_id,
            Track.NOTICE,
            target,
            mover=Mover.PROVIDER,
            reason=kind.value,
            happened_at=answer.answered_at,
            actor=actor,
            at=at,
        )
    if kind is AnswerKind.NOT_OURS and item.is_open:
        contacts.await_person(
            item_id=item_id, waits_for=tracing_rules.WaitsFor.NO_CONTACT, actor=actor
        )
    reason = f"{item_id}:answer:{answer_id}"
    due_at = at + settings.HAVN_POLICY.check_after_answer
    _orders.order(Work.CHECK, item_id, reason, due_at=due_at, actor=actor, at=at)
    return None


# 8. Checks: gone twice is removed, dated at the first; what comes back is open again.


@audit.action("casework.checked")
def check_finished(
    *, item_id: UUID, seen: takedown_rules.Seen, actor: Actor, at: datetime
) -> takedown_rules.Verdict:
    """Keep a check, move the availability by it, and order the next one."""
    item = cases.item(item_id=item_id, actor=actor)
    if cases.is_held(item_id=item_id, actor=actor, at=at):
        raise RefusedError("held_by_police")
    before = takedown.check_history(item_id=item_id, actor=actor)
    found = takedown_rules.verdict(seen, before.baseline)
    notices.record_check(item_id=item_id, seen=seen, found=found, actor=actor, at=at)
    _fact(item_id, found.kind, actor, at)
    since = takedown.check_history(item_id=item_id, actor=actor).since
    current = Availability(item.availability)
    hidden = _availability.moves_of_hidden(item_id, current, found.kind, since=since, actor=actor)
    moves = hidden
    if moves is None:
        moves = takedown_rules.moves_after(
            current,
            found.kind,
            since=since,
            checked_at=at,
            removed_after=settings.HAVN_POLICY.removed_after,
        )
    reason = "" if hidden is None else takedown_rules.Agreement.THERE_ELSEWHERE.value
    kind = found.kind if hidden is None else VerdictKind.UNCLEAR
    if _availability.move(item_id, moves, since=since, reason=reason, actor=actor, at=at):
        _availability.follow(item_id, kind, moves, actor=actor, at=at)
        _order_next(item_id, first=before.first_checked_at or at, since=since, actor=actor, at=at)
    _entry("casework.checked", item_id, actor, at)
    return found


def _order_next(
    item_id: UUID, *, first: datetime, since: datetime | None, actor: Actor, at: datetime
) -> None:
    due_at = takedown_rules.next_check_at(
        policy=settings.HAVN_POLICY, first_checked_at=first, checked_at=at, since=since
    )
    if due_at is not None:
        reason = f"{item_id}:after:{at:%Y%m%dT%H%M%S%f}"
        _orders.order(Work.CHECK, item_id, reason, due_at=due_at, actor=actor, at=at)
        _availability.order_looks_elsewhere(
            item_id, since=since, next_check_at=due_at, actor=actor, at=at
        )


@audit.action("casework.removal_declared")
def removal_declared(*, item_id: UUID, actor: Actor, at: datetime) -> None:
    """Note that a supervisor saw in the isolated viewer that an item is gone."""
    _notices.move(
        item_id,
        Track.AVAILABILITY,
        Availability.REMOVED,
        mover=Mover.SUPERVISOR,
        reason="seen by a person",
        actor=actor,
        at=at,
    )
    _availability.follow(item_id, VerdictKind.GONE, (Availability.REMOVED,), actor=actor, at=at)
    _entry("casework.removal_declared", item_id, actor, at)


def _fact(item_id: UUID, kind: VerdictKind, actor: Actor, at: datetime) -> None:
    ledger.record_fact(
        name=FactName.CHECK_DONE,
        subject_kind="item",
        subject_id=item_id,
        organisation=actor.scope,
        at=at,
        codes={"verdict": kind.value},
    )


def _entry(action: str, item_id: UUID, actor: Actor, at: datetime) -> None:
    audit.record(action=action, actor=actor, subject_kind="item", subject_id=item_id, at=at)
