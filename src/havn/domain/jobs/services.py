# SPDX-License-Identifier: Apache-2.0
"""Ordering, claiming, finishing and retrying work."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from havn.domain.actor import Actor, Role
from havn.domain.audit import services as audit
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.jobs import rules
from havn.domain.jobs.models import NEEDS_A_PERSON, OPEN, Job
from havn.lib.encoding import uuid4, uuid7


@dataclass(frozen=True, slots=True)
class Order:
    """One piece of work to be ordered; the key is the reason for it."""

    kind: str
    key: str
    due_at: datetime
    subject_id: UUID | None = None
    organisation: UUID | None = None


def enqueue(
    *,
    kind: str,
    key: str,
    due_at: datetime,
    at: datetime,
    subject_id: UUID | None = None,
    organisation: UUID | None = None,
) -> None:
    """Order work once per key, in the caller's transaction; the same key again changes nothing."""
    order = Order(kind, key, due_at, subject_id=subject_id, organisation=organisation)
    enqueue_all(orders=[order], at=at)


def enqueue_all(*, orders: Iterable[Order], at: datetime) -> None:
    """Order many pieces of work, each once per key, in the caller's transaction."""
    Job.objects.bulk_create(
        [
            Job(
                id=uuid7(at),
                kind=order.kind,
                key=order.key,
                subject_id=order.subject_id,
                organisation=order.organisation,
                due_at=order.due_at,
                recorded_at=at,
            )
            for order in orders
        ],
        ignore_conflicts=True,
    )


def claim(
    *,
    kinds: Collection[str],
    at: datetime,
    most: int = 20,
    lease: timedelta = rules.LEASE,
) -> list[Job]:
    """Claim due jobs, the oldest first, with one conditional update; its row count decides.

    One that no worker lived to finish is claimed by itself, and after so often put before a person.
    """
    free = OPEN & Q(kind__in=list(kinds), due_at__lte=at)
    free &= Q(lease_until__isnull=True) | Q(lease_until__lt=at)
    while candidates := _alone_if_it_lapsed(
        list(Job.objects.filter(free).order_by("due_at", "id")[:most])
    ):
        claimed, deadly = _claim_of(candidates, free=free, at=at, lease=lease)
        if not deadly:
            return claimed
    return []


def _claim_of(
    candidates: Sequence[Job], *, free: Q, at: datetime, lease: timedelta
) -> tuple[list[Job], list[Job]]:
    """Return which of the candidates are ours now, and which of those were put before a person."""
    token, lapsed = uuid4(), int(candidates[0].lease_until is not None)
    with transaction.atomic():
        # Locked first, so that two workers neither wait for each other nor take the same row.
        rows = Job.objects.select_for_update(skip_locked=True).filter(
            free, pk__in=[job.pk for job in candidates]
        )
        mine = set(rows.order_by("pk").values_list("pk", flat=True))
        won = Job.objects.filter(free, pk__in=mine).update(
            lease_until=at + lease, lease_token=token, lapses=F("lapses") + lapsed
        )
        if won != len(mine):
            mine = set(Job.objects.filter(lease_token=token).values_list("pk", flat=True))
        claimed = [job for job in candidates if job.pk in mine]
        for job in claimed:
            job.lease_until, job.lease_token = at + lease, token
            job.lapses += lapsed
        deadly = [job for job in claimed if rules.is_deadly(job.lapses)]
        for job in deadly:
            _give_up(job, at=at)
    return claimed, deadly


def _alone_if_it_lapsed(due: Sequence[Job]) -> Sequence[Job]:
    """Return what is claimed at one look: what may have ended its worker takes no other work along."""
    suspects = [job for job in due if job.lapses or job.lease_until is not None]
    if suspects and suspects[0] is due[0]:
        return suspects[:1]
    return [job for job in due if job not in suspects]


def _give_up(job: Job, *, at: datetime) -> None:
    """Put a claimed job before a person that no worker lived to finish."""
    Job.objects.filter(pk=job.pk, lease_token=job.lease_token).update(
        lease_until=None, lease_token=None, last_error=rules.NEVER_ENDED, given_up_at=at
    )
    audit.record(
        action="job.failed",
        actor=Actor.system(organisation=job.organisation),
        subject_kind="job",
        subject_id=job.pk,
        at=at,
        detail={"kind": job.kind, "lapses": job.lapses, "given_up": True},
    )


def finish(*, job: Job, at: datetime) -> bool:
    """Mark a claimed job done; false when its lease was lost to somebody else."""
    return finish_all(jobs=[job], at=at) == 1


def finish_all(*, jobs: Sequence[Job], at: datetime) -> int:
    """Mark jobs that were claimed together done; returns how many, fewer where a lease was lost."""
    ours = Job.objects.filter(
        OPEN,
        pk__in=[job.pk for job in jobs],
        lease_token__in={job.lease_token for job in jobs},
    )
    return ours.update(done_at=at, lease_until=None, last_error="")


def postpone(*, job: Job, due_at: datetime) -> bool:
    """Give a claimed job back for later without counting the attempt as a failure."""
    won = Job.objects.filter(OPEN, pk=job.pk, lease_token=job.lease_token).update(
        due_at=due_at, lease_until=None, lease_token=None, attempts=0, lapses=0
    )
    return won == 1


def hurry(*, kind: str, at: datetime) -> int:
    """Let all work of a kind that waits for its time be due now; returns how much that was.

    Waits for whoever gives such work back just now: otherwise neither would see what the other did.
    """
    of_kind = Job.objects.select_for_update().filter(OPEN, kind=kind).order_by("pk")
    list(of_kind.values_list("pk", flat=True))
    waiting = Job.objects.filter(OPEN, kind=kind, lease_until__isnull=True, due_at__gt=at)
    return waiting.update(due_at=at)


def free_leases() -> int:
    """Give every claimed job back at once; for a worker that knows that it is the only one.

    The worker before it was killed, perhaps by one of them: each is counted as a lapse.
    """
    claimed = Job.objects.filter(OPEN, lease_until__isnull=False)
    return claimed.update(lease_until=None, lease_token=None, lapses=F("lapses") + 1)


@audit.action("job.failed")
def fail(*, job: Job, reason: str, goes_on: bool = False, actor: Actor, at: datetime) -> None:
    """Record a failure: tried again after a growing delay, or given up to a person.

    Work that `goes_on` for ever is shown to a person just so, and tried again all the same.
    """
    attempts = min(job.attempts + 1, rules.MOST_COUNTED)
    gives_up = rules.is_given_up(attempts) and not goes_on
    Job.objects.filter(OPEN, pk=job.pk, lease_token=job.lease_token).update(
        due_at=at + rules.delay_after(attempts),
        attempts=attempts,
        lease_until=None,
        lease_token=None,
        last_error=reason[:200],
        given_up_at=at if gives_up else None,
    )
    audit.record(
        action="job.failed",
        actor=actor,
        subject_kind="job",
        subject_id=job.pk,
        at=at,
        detail={"kind": job.kind, "attempts": attempts, "given_up": gives_up},
    )


@audit.action("job.retried")
def retry_job(*, job_id: UUID, actor: Actor, at: datetime) -> None:
    """Put a job that was given up back to work; only a supervisor or operator may."""
    if not actor.has_role(Role.SUPERVISOR, Role.OPERATOR):
        raise RefusedError("not_your_role", str(_("Your role does not allow this.")))
    of_nobody_or_own = Q(organisation=actor.scope) | Q(organisation__isnull=True)
    job = Job.objects.filter(of_nobody_or_own, pk=job_id).first()
    if job is None:
        raise NotFoundError
    won = Job.objects.filter(NEEDS_A_PERSON, pk=job_id).update(
        given_up_at=None, attempts=0, lapses=0, due_at=at
    )
    if won != 1:
        raise RefusedError("not_given_up", str(_("This job is not waiting for a person.")))
    audit.record(action="job.retried", actor=actor, subject_kind="job", subject_id=job_id, at=at)


def bring_forward(*, kinds: Collection[str], subject_id: UUID, due_at: datetime) -> int:
    """Make open jobs about a subject due by this time and return how many; part of a larger action."""
    later = Job.objects.filter(
        OPEN, kind__in=list(kinds), subject_id=subject_id, due_at__gt=due_at
    )
    return later.update(due_at=due_at)


def withdraw(*, kinds: Collection[str], subject_ids: Collection[UUID], at: datetime) -> int:
    """Withdraw open jobs about the subjects and return how many; part of a larger action."""
    about = Job.objects.filter(OPEN, kind__in=list(kinds), subject_id__in=list(subject_ids))
    return about.update(withdrawn_at=at)
