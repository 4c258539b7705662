# SPDX-License-Identifier: Apache-2.0
"""Freezing quarters by themselves: ordered for ten days after their end, done once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from django.db import transaction

from havn.domain.actor import Actor
from havn.domain.indicators.rules import Quarter
from havn.domain.jobs import services as jobs
from havn.domain.reporting import selectors, services

FREEZE_QUARTER = "freeze_quarter"
FREEZE_AFTER = timedelta(days=10)  # so that the spans of a week have ended


class ClaimedWork(Protocol):
    """A job as this work needs it."""

    @property
    def organisation(self) -> UUID | None:
        """Whose figures are frozen."""


def order_freeze(*, organisation: UUID, at: datetime) -> None:
    """Order the freeze of the quarter that runs now, once; a worker calls it when it starts."""
    quarter = Quarter.of(at)
    with transaction.atomic():
        jobs.enqueue(
            kind=FREEZE_QUARTER,
            key=f"{FREEZE_QUARTER}:{organisation}:{quarter}",
            organisation=organisation,
            due_at=quarter.ends_at + FREEZE_AFTER,
            at=at,
        )


def freeze_quarters(job: ClaimedWork, at: datetime, outside: object) -> None:
    """Freeze every quarter that waits for it, and order the next freeze.

    One that cannot be frozen stops no other; its error is raised at the end, for the record and a retry.
    """
    del outside
    actor = Actor.system(organisation=job.organisation)
    errors = []
    for period in selectors.quarters_to_freeze(actor=actor, at=at - FREEZE_AFTER):
        try:
            services.freeze_quarter(period=period, actor=actor, at=at)
        except Exception as error:  # noqa: BLE001 - raised below, when the others are frozen
            errors.append(error)
    if job.organisation is not None:
        order_freeze(organisation=job.organisation, at=at)
    if errors:
        raise errors[0]
