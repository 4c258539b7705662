# SPDX-License-Identifier: Apache-2.0
"""The calendar of a reporting year: when the draft is made, what is due when, and who is reminded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

BEFORE_DUE = (60, 30, 14, 7, 1)  # days, to whoever owes it
AFTER_DUE = (1, 7)  # to the rapporteur
TO_SIGNATORY_AFTER = 14
BRIEF_BEFORE = timedelta(days=14)  # the minister reads what the public page will say
CORRECTED_WITHIN = 10  # working days after an error in facts was discovered
_WORKING_DAYS = 5  # of a week, from Monday on; holidays differ from country to country
_MORNING = time(6, tzinfo=UTC)


class Told(StrEnum):
    """Who is reminded."""

    OWNER = "owner"  # the office that was asked; of the report itself, the rapporteur
    RAPPORTEUR = "rapporteur"
    SIGNATORY = "signatory"


@dataclass(frozen=True, slots=True)
class Reminder:
    """One reminder: `days` before the due day, after it where negative."""

    days: int
    told: Told
    at: datetime


def reminders(due_on: date) -> tuple[Reminder, ...]:
    """Return all reminders of what is due on a day, the earliest first."""
    plan = [(days, Told.OWNER) for days in BEFORE_DUE]
    plan += [(-days, Told.RAPPORTEUR) for days in AFTER_DUE]
    plan += [(-TO_SIGNATORY_AFTER, Told.SIGNATORY)]
    return tuple(Reminder(days, told, _morning(due_on, days)) for days, told in plan)


def to_come(due_on: date, *, at: datetime) -> Sequence[Reminder]:
    """Return the reminders whose time has not passed; what is asked late is not reminded of all at once."""
    return [each for each in reminders(due_on) if each.at > at]


def draft_from(year: int) -> datetime:
    """Return from when the draft of a year is made: the facts known by 31 January."""
    return datetime(year + 1, 2, 1, tzinfo=UTC)


def half_year_from(year: int) -> datetime:
    """Return from when the secretariat is told of the first half of a running year."""
    return datetime(year, 9, 30, tzinfo=UTC)


def may_tell_half_year(year: int, at: datetime) -> bool:
    """Whether it is time for it: from that day on, and only while the year runs."""  # N28 N29
    return half_year_from(year) <= at < datetime(year + 1, 1, 1, tzinfo=UTC)


def deadline_of(year: int) -> date:
    """Return the day by which both releases must be given."""
    return date(year + 1, 3, 31)


def corrected_by(discovered_on: date) -> date:
    """Return the day by which an error in facts is corrected: ten working days, Monday to Friday, after it was found."""
    day, left = discovered_on, CORRECTED_WITHIN
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < _WORKING_DAYS
    return day


def public_on(year: int) -> date:
    """Return the day on which the hub publishes what arrived."""
    return date(year + 1, 4, 30)


def brief_on(year: int) -> date:
    """Return the day from which the minister has the brief."""
    return public_on(year) - BRIEF_BEFORE


def _morning(due_on: date, days: int) -> datetime:
    return datetime.combine(due_on, _MORNING) - timedelta(days=days)
