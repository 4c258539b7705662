# SPDX-License-Identifier: Apache-2.0
"""The calendar of a year's report at the hub: from when it is asked for, when it is late, who is reminded when."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from havn.domain.publication.rules.states import Step

_YEAR = re.compile(r"[12][0-9]{3}", re.ASCII)
BEFORE = (60, 30, 14, 7, 1)  # days
AFTER = (1, 7)
SIGNATORY_AFTER = 14
PUBLICLY_LATE_AFTER = timedelta(days=30)


class Reminded(StrEnum):
    """Who of a member is reminded."""

    RAPPORTEUR = "rapporteur"
    SIGNATORY = "signatory"


@dataclass(frozen=True, slots=True)
class Calendar:
    """By the end of which month of the following year a step is to be done; numbers of the policy."""

    frozen_by_month: int = 1
    signed_by_month: int = 3
    published_by_month: int = 4

    def asked_at(self, year: str) -> datetime:
        """Return when a year is over and its report is asked for."""
        return datetime(int(year) + 1, 1, 1, tzinfo=UTC)

    def deadline(self, year: str) -> date:
        """Return the last day on which a report is in time."""
        return _last_day(year, self.signed_by_month)

    def publication_day(self, year: str) -> date:
        """Return the day on which the hub publishes what arrived."""
        return _last_day(year, self.published_by_month)

    def due(self, year: str, step: Step) -> date:
        """Return by which day a member is to have reached a step."""
        if step in {Step.ASKED, Step.DRAFT, Step.CONFIRMED}:
            return _last_day(year, self.frozen_by_month)
        return self.publication_day(year) if step is Step.PUBLISHED else self.deadline(year)

    def is_over(self, year: str, at: datetime) -> bool:
        """Whether the year that a report is about has ended."""
        return at >= self.asked_at(year)

    def is_publicly_late(self, year: str, at: datetime) -> bool:
        """Whether the public page says of a report that is not here that it is late."""
        return at.date() > self.deadline(year) + PUBLICLY_LATE_AFTER

    def may_publish(self, year: str, at: datetime) -> bool:
        """Whether what arrived is published by itself from now on."""
        return at.date() >= self.publication_day(year)


def is_year(text: str) -> bool:
    """Whether this names a year."""
    return _YEAR.fullmatch(text) is not None


def _last_day(year: str, month: int) -> date:
    following = int(year) + 1
    return date(following, month, monthrange(following, month)[1])


@dataclass(frozen=True, slots=True)
class PlannedReminder:
    """One reminder: how many days after the deadline (before it below zero), to whom, when."""

    days: int
    to: Reminded
    due_at: datetime


def reminders(calendar: Calendar, year: str) -> tuple[PlannedReminder, ...]:
    """Return all reminders of a year's deadline, the earliest first."""
    deadline = datetime.combine(calendar.deadline(year), datetime.min.time(), tzinfo=UTC)
    days = [-each for each in BEFORE] + list(AFTER)
    planned = [
        PlannedReminder(each, Reminded.RAPPORTEUR, deadline + timedelta(days=each))
        for each in days
    ]
    late = deadline + timedelta(days=SIGNATORY_AFTER)
    return (*planned, PlannedReminder(SIGNATORY_AFTER, Reminded.SIGNATORY, late))


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a member is with a year, and by how many days it is late with what comes next."""

    reached: Step | None
    next_step: Step | None
    due: date | None
    days_late: int
    is_publicly_late: bool


def progress(
    steps: Mapping[Step, datetime], calendar: Calendar, *, year: str, at: datetime
) -> Progress:
    """Return how far a member is: the furthest step counts, though one before it was never told."""
    order = list(Step)
    reached = max(steps, key=order.index, default=None)
    following = order[order.index(reached) + 1] if reached not in {None, Step.PUBLISHED} else None
    if reached is None:
        following = Step.ASKED
    if following is None:
        return Progress(reached, None, None, 0, is_publicly_late=False)
    due = calendar.due(year, following)
    days_late = max(0, (at.date() - due).days)
    has_arrived = reached is Step.RECEIVED
    return Progress(
        reached,
        following,
        due,
        0 if has_arrived else days_late,
        is_publicly_late=calendar.is_publicly_late(year, at) and not has_arrived,
    )
