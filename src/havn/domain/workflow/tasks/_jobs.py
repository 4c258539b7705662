# SPDX-License-Identifier: Apache-2.0
"""What every task asks of its job: on whose behalf, about what, and when again."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from havn.domain.actor import Actor
from havn.domain.errors import NotFoundError
from havn.domain.jobs import services as jobs

if TYPE_CHECKING:
    from havn.domain.jobs.models import Job


def postpone(job: Job, due_at: datetime | None) -> None:
    """Let a job come again at that time; without one it ends."""
    if due_at is not None:
        jobs.postpone(job=job, due_at=due_at)


def actor_of(job: Job) -> Actor:
    """Return the system on behalf of the job's organisation."""
    return Actor.system(organisation=job.organisation)


def subject_of(job: Job) -> UUID:
    """Return what the job is about; raise NotFoundError where it names nothing."""
    if job.subject_id is None:
        raise NotFoundError
    return job.subject_id
