# SPDX-License-Identifier: Apache-2.0
"""The orders of an item's life: kind, key and due time of every job, written down once.

The subject of a job is the item (or the report), so that the desk sees what works on what. A key is
the reason for the work: the same reason orders it once.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from havn.domain.actor import Actor
from havn.domain.jobs import services as jobs


class Work(StrEnum):
    """Kinds of background work."""

    FILE_SUBMISSION = "file_submission"
    TRACE = "trace"
    PACKAGE = "package"
    NOTICE = "notice"
    REMINDER = "reminder"
    ANSWER = "answer"
    CHECK = "check"
    HOLD_END = "hold_end"
    PROJECT_STATUS = "project_status"


AFTER_ASSESSMENT = (Work.TRACE, Work.PACKAGE, Work.CHECK)


def order(
    work: Work, subject: UUID, reason: object, *, due_at: datetime, actor: Actor, at: datetime
) -> None:
    """Order one piece of work about an item or report, once per reason."""
    jobs.enqueue(
        kind=work.value,
        key=f"{work.value}:{reason}",
        subject_id=subject,
        organisation=actor.organisation,
        due_at=due_at,
        at=at,
    )


def order_status(report_id: UUID, *, actor: Actor, at: datetime) -> None:
    """Order that the holder of a receipt sees what changed; once a second is enough."""
    reason = f"{report_id}:{at:%Y%m%dT%H%M%S%f}"
    order(Work.PROJECT_STATUS, report_id, reason, due_at=at, actor=actor, at=at)


def named_in(key: str) -> UUID:
    """Return the UUID that a job's key names right after its kind."""
    return UUID(key.split(":")[1])


def withdraw(kinds: Collection[Work], subject: UUID, *, at: datetime) -> None:
    """Withdraw open work of these kinds about a subject."""
    jobs.withdraw(kinds=[kind.value for kind in kinds], subject_id=subject, at=at)
