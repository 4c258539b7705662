# SPDX-License-Identifier: Apache-2.0
"""The embargo on police work (class O): nothing of a period is shown before its operations are over and released.

A figure of class O is shown twelve months after its period, or when the operations that it counts are closed, whichever is
later, and only when the country that led each of them has released it. It does not matter how large the number is: that
there was work at all may warn somebody. Investigations and suspects hang on no operation; for them the twelve months
count. What is held back carries the same public mark as every hidden figure.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from havn.domain.indicators.rules.definition import Definition, Value
from havn.domain.indicators.rules.history import History
from havn.domain.indicators.rules.period import Period
from havn.domain.indicators.rules.suppression import EMBARGOED, NOT_COLLECTED

CLASS = "O"


def shown_from(period: Period) -> datetime:
    """Return from when figures of police work about a period may be shown at the earliest."""
    ends_at = period.ends_at
    return ends_at.replace(year=ends_at.year + 1)


def is_held_back(definition: Definition, period: Period, history: History) -> bool:
    """Whether nothing may be shown of an indicator about a period, as known at the time of the history."""
    if definition.suppression_class != CLASS:
        return False
    if history.as_of < shown_from(period):
        return True
    return "operation_joined" in definition.facts and any(
        not (story.is_closed and story.is_released)
        for story in history.operations.values()
        if story.joined_at is not None and period.holds(story.joined_at)
    )


def held_back(values: Sequence[Value]) -> list[Value]:
    """Return one empty value a measure, whatever there was; what is not collected is no secret."""
    return [
        value if value.obs_status == NOT_COLLECTED else value.hidden(EMBARGOED)
        for value in values
        if value.obs_status == NOT_COLLECTED or not value.breakdown
    ]
