# SPDX-License-Identifier: Apache-2.0
"""Whether a commitment is late: derived from its steps and the clock, never stored or told. (C9)"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from havn.domain.commitments.rules.record import Record
from havn.domain.commitments.rules.states import OPEN, Kind, State


class Timing(StrEnum):
    """How a commitment stands to its due day."""

    NOT_DUE = "not_due"
    LATE = "late"
    LATE_REDATED = "late_redated"
    KEPT = "kept"
    KEPT_LATE = "kept_late"
    GIVEN_UP = "given_up"  # withdrawn or replaced


@dataclass(frozen=True, slots=True)
class Lateness:
    """What the clock says: the day in force, the day that counts, and how the commitment stands to them."""

    due: date
    counting_due: date
    timing: Timing

    @property
    def is_late(self) -> bool:
        """Whether it is shown as late."""
        return self.timing in {Timing.LATE, Timing.LATE_REDATED}


def end_of(day: date) -> datetime:
    """Return the first instant after a day; the whole day itself is still in time."""
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def last_instant_of(day: date) -> datetime:
    """Return the last second of a day, with which facts about a due day are dated."""
    return end_of(day) - timedelta(seconds=1)


def counting_due(record: Record) -> date:
    """Return the due day that counts: a new one set after the old one had passed does not."""
    counts = record.terms.due
    for step in record.steps:
        if step.kind is Kind.REDATED and step.day is not None:
            if step.at >= end_of(counts):
                break
            counts = step.day
    return counts


def achieved_at(record: Record) -> datetime | None:
    """Return when it was achieved: confirmed by a second office, and not opened again since."""
    step = record.last(Kind.CONFIRMED)
    return step.at if step is not None and record.state is State.ACHIEVED else None


def lateness(record: Record, *, at: datetime) -> Lateness:
    """Return how a record stands to its due day at an instant."""
    counts, due = counting_due(record), record.due
    timing = timing_of(record.state, due=due, counts=counts, achieved=achieved_at(record), at=at)
    return Lateness(due, counts, timing)


def timing_of(
    state: State, *, due: date, counts: date, achieved: datetime | None, at: datetime
) -> Timing:
    """Return how a commitment stands to the day that counts, by what a row says of it."""
    if achieved is not None:
        return Timing.KEPT if achieved < end_of(counts) else Timing.KEPT_LATE
    if state in {State.WITHDRAWN, State.REPLACED}:
        return Timing.GIVEN_UP
    if state not in OPEN or at < end_of(counts):
        return Timing.NOT_DUE
    return Timing.LATE if due == counts else Timing.LATE_REDATED


def late_since(record: Record, *, at: datetime) -> datetime | None:
    """Return since when an open commitment is late: its day passed, or it was opened again after that."""
    if not lateness(record, at=at).is_late:
        return None
    opened = record.last(Kind.REOPENED)
    since = end_of(counting_due(record))
    return max(since, opened.at) if opened is not None else since
