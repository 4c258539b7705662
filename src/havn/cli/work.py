# SPDX-License-Identifier: Apache-2.0
"""Doing claimed jobs, each by itself or several in one transaction; a failure is kept as a code."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from havn.domain.jobs.models import Job

logger = logging.getLogger(__name__)
# Quick, and in the database alone: several are claimed at one look.
QUICK = frozenset({"project_status", "package"})
# One row each that is never done: a failure delays it, and ends it never.
GOES_ON = frozenset(
    {
        "exchange_beat",
        "exchange_visit",
        "freeze_quarter",
        "law_gaps",
        "refresh_roster",
        "report_calendar",
    }
)
MOST_AT_ONCE = 20
LEASE_OF_QUICK = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Work:
    """What is done for each kind of job; `together` takes several claimed jobs, all or none."""

    alone: Mapping[str, Callable[..., None]]
    together: Mapping[str, Callable[..., None]] = field(default_factory=dict)
    context: Any = None


class LeaseLostError(Exception):
    """Somebody else claimed a job meanwhile: what we did of it is not kept."""


def run_due(*, kinds: Collection[str], work: Work) -> bool:
    """Claim and do some of the work that is due; false when none was."""
    several = {
        kind: _claimed([kind], MOST_AT_ONCE) for kind in sorted(kinds & work.together.keys())
    }
    for kind, claimed in several.items():
        if claimed:
            _do_together(kind, claimed, work)
    rest = set(kinds) - work.together.keys()
    one_by_one = _claimed(rest & QUICK, MOST_AT_ONCE) + _claimed(rest - QUICK, 1)
    for job in one_by_one:
        _do_alone(job, work)
    return bool(one_by_one) or any(several.values())


def _claimed(kinds: Collection[str], most: int) -> list[Job]:
    from django.conf import settings

    from havn.domain.jobs import services as jobs
    from havn.lib.clock import now

    if not kinds:
        return []
    lease: timedelta = settings.HAVN_POLICY.job_lease
    if most > 1:
        lease = min(lease, LEASE_OF_QUICK)
    return jobs.claim(kinds=kinds, at=now(), most=most, lease=lease)


def _do_together(kind: str, claimed: Sequence[Job], work: Work) -> None:
    """Do and finish several jobs in one transaction, or else each by itself."""
    from django.db import transaction

    from havn.domain.jobs import services as jobs
    from havn.lib.clock import now

    try:
        with transaction.atomic():
            work.together[kind](claimed, now(), work.context)
            if jobs.finish_all(jobs=claimed, at=now()) != len(claimed):
                raise LeaseLostError
    except Exception as error:  # noqa: BLE001 - nothing was kept; the one that is wrong fails below
        logger.warning("jobs are done one by one", extra={"kind": kind, "code": code_of(error)})
        for job in claimed:
            _do_alone(job, work)


def _do_alone(job: Job, work: Work) -> None:
    """Do one job, then finish it; work that asks the outside ends its own transactions."""
    from havn.domain.jobs import services as jobs
    from havn.lib.clock import now

    try:
        work.alone[job.kind](job, now(), work.context)
    except Exception as error:  # noqa: BLE001 - recorded, and the others go on
        _fail(job, error)
    else:
        jobs.finish(job=job, at=now())


def _fail(job: Job, error: Exception) -> None:
    from havn.domain.actor import Actor
    from havn.domain.jobs import services as jobs
    from havn.lib.clock import now

    reason = code_of(error)
    told = {"job_id": job.pk, "kind": job.kind, "code": reason}
    logger.error("job failed", exc_info=error, extra=told)
    actor = Actor.system(organisation=job.organisation)
    jobs.fail(job=job, reason=reason, goes_on=job.kind in GOES_ON, actor=actor, at=now())


def code_of(error: Exception) -> str:
    """Return what is kept of an error: the sentence of a foreign one may hold addresses."""
    from havn.domain.errors import RefusedError

    return error.code if isinstance(error, RefusedError) else type(error).__name__
