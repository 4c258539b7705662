# SPDX-License-Identifier: Apache-2.0
"""Following the roster: a node asks its hub regularly, a hub keeps its own fresh and reads it like everybody."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from havn.domain.actor import Actor
from havn.domain.errors import RefusedError
from havn.domain.jobs import services as jobs
from havn.domain.members import services
from havn.domain.members.clients import (
    RESIGN_AFTER,
    FolderFetcher,
    Repository,
    RosterSource,
    TufRoster,
    joined,
)
from havn.domain.members.rules import RosterError

if TYPE_CHECKING:
    from typing import Protocol

    from havn.domain.jobs.models import Job
    from havn.lib import http

    class Outside(Protocol):
        """Of the outside world only what fetches documents."""

        @property
        def documents(self) -> http.GuardedClient | None:
            """Return the client that fetches documents."""


REFRESH_ROSTER = "refresh_roster"
ROSTER_FOLDER, REPOSITORY_FOLDER = "roster", "alliance"


def order_refresh(*, at: datetime) -> None:
    """Order the work that looks at the roster for ever, once; a worker calls it when it starts."""
    with transaction.atomic():
        jobs.enqueue(kind=REFRESH_ROSTER, key=REFRESH_ROSTER, due_at=at, at=at)


def refresh_roster(job: Job, at: datetime, outside: Outside | None) -> None:
    """Take a newer roster over, where there is one, and look again later; what fails is kept by its code."""
    found = joined(_folder(ROSTER_FOLDER))
    if found is not None:
        follow(
            found.source(
                outside.documents if outside is not None else None,
                allow_insecure=settings.HAVN_POLICY.is_demonstration,
            ),
            at=at,
        )
    jobs.postpone(job=job, due_at=at + settings.HAVN_POLICY.roster_refresh)


def keep_roster(job: Job, at: datetime, outside: object) -> None:
    """Sign the hub's roster anew once a day, and take it over as every node does."""  # R10
    del outside
    repository = Repository(_folder(REPOSITORY_FOLDER))
    if repository.is_there:
        if repository.signed_at() + RESIGN_AFTER <= at:
            repository.resign(online=settings.HAVN_KEYRING.read("roster-online-key"), at=at)
        follow(own_source(), at=at)
    jobs.postpone(job=job, due_at=at + settings.HAVN_POLICY.roster_refresh)


def own_source() -> RosterSource:
    """Return the hub's own repository, read as every node reads it."""
    repository = Repository(_folder(REPOSITORY_FOLDER))
    return TufRoster(
        _folder(ROSTER_FOLDER),
        first_root=repository.first_root(),
        fetcher=FolderFetcher(repository.folder),
        allow_insecure=settings.HAVN_POLICY.is_demonstration,
    )


def follow(source: RosterSource, *, at: datetime) -> None:
    """Read and take over; a roster that cannot be believed leaves the one in force until it expires."""  # R18
    actor = Actor.system()
    try:
        roster = source.read()
        services.adopt_roster(roster=roster, actor=actor, at=at)
    except (RosterError, RefusedError) as error:
        services.note_roster_trouble(code=str(error.code), actor=actor, at=at)


def _folder(name: str) -> Path:
    folder: Path = settings.HAVN_FOLDER
    return folder / name
