# SPDX-License-Identifier: Apache-2.0
"""Background work between vantages: whom to ask, one question at a time, and our looks for others."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from havn.domain.actor import Actor
from havn.domain.cases import selectors as cases
from havn.domain.takedown import selectors as takedown
from havn.domain.takedown import tasks as takedown_tasks
from havn.domain.takedown.clients import VantageError
from havn.domain.takedown.rules import AskMessage, AskReason, AskState, LookState
from havn.domain.workflow.services import _orders, vantages
from havn.domain.workflow.tasks._jobs import actor_of, postpone, subject_of
from havn.domain.workflow.tasks.outside import Outside
from havn.lib import clock
from havn.lib.encoding import parse_address

if TYPE_CHECKING:
    from havn.domain.jobs.models import Job


def choose_vantages(job: Job, at: datetime, outside: Outside) -> None:
    """Ask nodes of other countries about an item, before a check or for a person."""
    reason = AskReason.PERSON if ":person:" in job.key else AskReason.REMOVAL
    points = outside.vantages.points()
    if points:
        vantages.vantages_asked(
            item_id=subject_of(job), points=points, reason=reason, actor=actor_of(job), at=at
        )


def ask_vantage(job: Job, at: datetime, outside: Outside) -> None:
    """Hand one question over, or ask for its answer; again later until the time is over."""
    actor, ask_id = actor_of(job), _orders.named_in(job.key)
    ask = takedown.ask(ask_id=ask_id, actor=actor)
    if not ask.is_open:
        return
    item = cases.item(item_id=ask.item_id, actor=actor)
    if cases.is_held(item_id=item.id, actor=actor, at=at) and ask.state is AskState.WAITING:
        postpone(job, vantages.vantage_waits(ask_id=ask_id, actor=actor, at=at))
        return
    reach = cases.reach_for_work(item_id=item.id, actor=actor)
    message = AskMessage(id=ask_id, address=item.href, came_from=reach.came_from)
    try:
        again_at = _asked_once(ask, message, outside=outside, actor=actor, at=at)
    except VantageError as error:
        again_at = _not_told(ask_id, error, actor=actor, at=at)
    postpone(job, again_at)


def _asked_once(
    ask: takedown.AskToWork, message: AskMessage, *, outside: Outside, actor: Actor, at: datetime
) -> datetime | None:
    if ask.state is AskState.WAITING:
        outside.vantages.ask(ask.node_id, message)
        return vantages.vantage_sent(ask_id=ask.id, actor=actor, at=at)
    told = outside.vantages.answer(ask.node_id, message, asked_at=ask.asked_at, at=at)
    if told.state is LookState.WAITING:
        return vantages.vantage_waits(ask_id=ask.id, actor=actor, at=at)
    if told.found is None:
        vantages.vantage_closed(ask_id=ask.id, code=told.refused, actor=actor, at=at)
    else:
        vantages.vantage_answered(ask_id=ask.id, found=told.found, actor=actor, at=at)
    return None


def _not_told(ask_id: UUID, error: VantageError, *, actor: Actor, at: datetime) -> datetime | None:
    if error.is_final:
        vantages.vantage_closed(ask_id=ask_id, code=error.code, actor=actor, at=at)
        return None
    return vantages.vantage_waits(
        ask_id=ask_id,
        code=error.code,
        retry_after_seconds=error.retry_after_seconds,
        actor=actor,
        at=at,
    )


def look_for_another(job: Job, at: datetime, outside: Outside) -> None:
    """Look at an address for another node; not where police hold it here."""
    actor, look_id = actor_of(job), subject_of(job)
    todo = takedown.look_to_do(look_id=look_id, actor=actor)
    if todo is None:
        return
    address = parse_address(todo.address)
    if cases.is_address_held(address=address, actor=actor, at=at):  # V17
        vantages.not_looked_for_another(look_id=look_id, actor=actor, at=at)
        return
    began = clock.monotonic()  # V14: what `look_at` does
    seen = takedown_tasks.look_at(todo.address, came_from=todo.came_from, checker=outside.checker)
    took = timedelta(seconds=clock.monotonic() - began)
    vantages.looked_for_another(look_id=look_id, seen=seen, took=took, actor=actor, at=at)
