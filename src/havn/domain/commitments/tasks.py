# SPDX-License-Identifier: Apache-2.0
"""Background entry: looks at a commitment when its due day has passed."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol
from uuid import UUID

from havn.domain.actor import Actor
from havn.domain.commitments import services
from havn.domain.errors import NotFoundError

DUE_WORK = services.DUE_WORK


class ClaimedWork(Protocol):
    """A job as this work needs it."""

    @property
    def organisation(self) -> UUID | None:
        """Whose commitment it is."""

    @property
    def subject_id(self) -> UUID | None:
        """Which commitment."""


def note_due(job: ClaimedWork, at: datetime, outside: object) -> None:
    """Write that a due day came, and that the promise is late; done again it changes nothing."""
    del outside
    if job.subject_id is None:
        raise NotFoundError
    actor = Actor.system(organisation=job.organisation)
    services.note_due(commitment_id=job.subject_id, actor=actor, at=at)
