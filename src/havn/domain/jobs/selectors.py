# SPDX-License-Identifier: Apache-2.0
"""Reading the work that waits or was given up."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Min, Q

from havn.domain.actor import Actor
from havn.domain.jobs.models import NEEDS_A_PERSON, OPEN, Job


@dataclass(frozen=True, slots=True)
class GivenUpJob:
    """A job that waits for a person."""

    id: UUID
    kind: str
    subject_id: UUID | None
    given_up_at: datetime | None
    again_at: datetime | None  # of work that is tried again all the same
    last_error: str


@dataclass(frozen=True, slots=True)
class QueueLine:
    """How much work of one kind waits, and since when the oldest is due."""

    kind: str
    waiting: int
    oldest_due_at: datetime | None


def given_up_jobs(*, actor: Actor, most: int = 100) -> list[GivenUpJob]:
    """Return jobs of the actor's organisation, and of no one's, that were given up, or fail as often and go on.

    Oldest first. The public process orders the filing of a submission without knowing for whom.
    """
    rows = Job.objects.filter(NEEDS_A_PERSON, _seen_by(actor)).order_by("given_up_at", "id")
    return [
        GivenUpJob(
            row.id,
            row.kind,
            row.subject_id,
            row.given_up_at,
            None if row.given_up_at else row.due_at,
            row.last_error,
        )
        for row in rows[:most]
    ]


def waiting_work(*, actor: Actor) -> list[QueueLine]:
    """Return what waits per kind for the actor's organisation (all for the operator)."""
    rows = Job.objects.filter(OPEN)
    if actor.organisation is not None:
        rows = rows.filter(_seen_by(actor))
    grouped = rows.values("kind").annotate(waiting=Count("id"), oldest=Min("due_at"))
    return [QueueLine(r["kind"], r["waiting"], r["oldest"]) for r in grouped.order_by("kind")]


def subjects_with_work(*, actor: Actor, subject_ids: Collection[UUID]) -> set[UUID]:
    """Return those of the subjects about which a job is open, or was given up to a person."""
    rows = Job.objects.filter(
        _seen_by(actor),
        subject_id__in=set(subject_ids),
        done_at__isnull=True,
        withdrawn_at__isnull=True,
    )
    return {subject for subject in rows.values_list("subject_id", flat=True) if subject}


def _seen_by(actor: Actor) -> Q:
    return Q(organisation=actor.scope) | Q(organisation__isnull=True)
