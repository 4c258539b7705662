# SPDX-License-Identifier: Apache-2.0
"""Background work of a hub: the roster, the exchange with other nodes, and what members send."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from havn.domain.members import tasks as members
from havn.domain.workflow.tasks import exchanging, law
from havn.domain.workflow.tasks.hub import calendar, laws
from havn.domain.workflow.tasks.hub.calendar import order_calendar
from havn.domain.workflow.tasks.hub.reading import READINGS

__all__ = [
    "BACKGROUND_WORK",
    "DONE_TOGETHER",
    "ORDERING",
    "READINGS",
    "WITHOUT_A_NODE",
    "order_calendar",
    "read_unknown_again",
]

if TYPE_CHECKING:
    from havn.domain.jobs.models import Job


read_unknown_again = partial(exchanging.read_again, READINGS)


def beat(job: Job, at: datetime, outside: Any) -> None:
    """Do one beat of the hub's own log; nothing here is numbered that a recovery would disturb."""
    exchanging.beat(job, at, outside, on_recovered=lambda _lost: None)


# What a hub does that has no node of its own: it keeps the roster fresh, and its calendar.
WITHOUT_A_NODE: dict[str, Callable[..., None]] = {
    members.REFRESH_ROSTER: members.keep_roster,
    calendar.CALENDAR: calendar.look_at_calendar,
    calendar.REMINDER: calendar.remind,
    calendar.QUESTION_MAIL: calendar.mail_question,
}
BACKGROUND_WORK: dict[str, Callable[..., None]] = {
    **WITHOUT_A_NODE,
    exchanging.BEAT: beat,
    exchanging.VISIT: exchanging.visit,
    exchanging.ARRIVALS: exchanging.arrivals_by(READINGS),
    law.GAP_WORK: law.gaps_of_hub(laws.take_stated),
}
ORDERING: tuple[Callable[[datetime], int], ...] = (
    calendar.follow_corrections,
    calendar.order_reminders,
)
DONE_TOGETHER: dict[str, Callable[..., None]] = {}
