# SPDX-License-Identifier: Apache-2.0
"""The orders of an item's life: kind, key and due time of every job, written down once.

The subject of a job is the item (or the report), so that the desk sees what works on what. A key is
the reason for the work: the same reason orders it once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from havn.domain.actor import Actor
from havn.domain.jobs import services as jobs
from havn.domain.takedown.services import LOOK_WORK


class Work(StrEnum):
    """Kinds of background work."""

    FILE_SUBMISSION = "file_submission"
    TRACE = "trace"
    PACKAGE = "package"
    NOTICE = "notice"
    REMINDER = "reminder"
    ANSWER = "answer"
    CHECK = "check"
    VANTAGES = "vantages"
    VANTAGE_ASK = "vantage_ask"
    VANTAGE_LOOK = LOOK_WORK
    KNOWN_ASK = "known_ask"
    KNOWN_KEEP = "known_keep"
    HOLD_END = "hold_end"
    PROJECT_STATUS = "project_status"


AFTER_ASSESSMENT = (Work.TRACE, Work.PACKAGE, Work.CHECK)


def order(
    work: Work, subject: UUID, reason: object, *, due_at: datetime, actor: Actor, at: datetime
) -> None:
    """Order one piece of work about an item or report, once per reason."""
    order_all([(work, subject, reason)], due_at=due_at, actor=actor, at=at)


def order_all(
    works: Iterable[tuple[Work, UUID, object]], *, due_at: datetime, actor: Actor, at: datetime
) -> None:
    """Order many pieces of work (kind, subject, reason), each once per reason."""
    jobs.enqueue_all(
        orders=[
            jobs.Order(
                kind=work.value,
                key=f"{work.value}:{reason}",
                due_at=due_at,
                subject_id=subject,
                organisation=actor.organisation,
            )
            for work, subject, reason in works
        ],
        at=at,
    )


def order_status(report_ids: Iterable[UUID], *, actor: Actor, at: datetime) -> None:
    """Order that the holders of the reports' receipts see what changed."""
    order_all(
        [(Work.PROJECT_STATUS, each, f"{each}:{at:%Y%m%dT%H%M%S%f}") for each in report_ids],
        due_at=at,
        actor=actor,
        at=at,
    )


def named_in(key: str) -> UUID:
    """Return the UUID that a job's key names right after its kind."""
    return UUID(key.split(":")[1])


def withdraw(kinds: Collection[Work], subjects: Collection[UUID], *, at: datetime) -> None:
    """Withdraw open work of these kinds about these subjects."""
    jobs.withdraw(kinds=[kind.value for kind in kinds], subject_ids=subjects, at=at)


def bring_forward(work: Work, subject: UUID, *, due_at: datetime) -> None:
    """Let open work of this kind about a subject begin by this time instead of later."""
    jobs.bring_forward(kinds=[work.value], subject_id=subject, due_at=due_at)
