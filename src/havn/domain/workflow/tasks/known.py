# SPDX-License-Identifier: Apache-2.0
"""Background work about known addresses: one question to one node at a time, and what is kept of it later."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from havn.domain.actor import Actor
from havn.domain.referral.clients import KnownError
from havn.domain.workflow.services import _orders, known
from havn.domain.workflow.tasks._jobs import actor_of, postpone, subject_of
from havn.domain.workflow.tasks.outside import Outside

if TYPE_CHECKING:
    from havn.domain.jobs.models import Job


def order_asking(at: datetime) -> int:
    """Order the questions to other nodes about what was filed since; returns how many."""
    return known.order_asking(actor=Actor.system(), at=at)


def ask_known(job: Job, at: datetime, outside: Outside) -> None:
    """Ask a node about what was filed together and still waits; again later where it cannot answer."""
    actor, node_id = actor_of(job), subject_of(job)
    question = known.known_asked(
        round_id=_orders.named_in(job.key), node_id=node_id, actor=actor, at=at
    )
    if question is None:
        return
    try:
        found = outside.known.ask(node_id, question.ask, at=at)
    except KnownError as error:
        postpone(
            job,
            known.known_not_answered(
                node_id=node_id,
                began_at=job.recorded_at,
                code=error.code,
                is_final=error.is_final,
                retry_after_seconds=error.retry_after_seconds,
                actor=actor,
                at=at,
            ),
        )
        return
    for each in found:  # each in a transaction of its own: nobody waits for all of them
        known.known_elsewhere(
            item_id=question.items[each.digest], node_id=node_id, found=each, actor=actor, at=at
        )
    ask_id, told = question.ask.id, len(found)
    known.known_answered(ask_id=ask_id, node_id=node_id, told=told, actor=actor, at=at)


def keep_known(job: Job, at: datetime, outside: Outside) -> None:
    """Keep what another node told of an item whose holder let it go."""
    del outside
    actor = actor_of(job)
    result = known.known_kept(elsewhere_id=_orders.named_in(job.key), actor=actor, at=at)
    postpone(job, result.again_at)
