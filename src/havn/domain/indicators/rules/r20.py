# SPDX-License-Identifier: Apache-2.0
"""R20, re-checks on time: which part of the checks that fell due was done in its time."""

from __future__ import annotations

from havn.domain.indicators.rules.definition import (
    Definition,
    Direction,
    Measure,
    MeasureKind,
    Value,
)
from havn.domain.indicators.rules.history import History
from havn.domain.indicators.rules.period import Period
from havn.domain.indicators.rules.shares import share_value
from havn.lib.encoding import gettext_noop

LEAST_PER_CENT = 90  # below it R04 to R08 are marked as of low reliability
FLAGGED = frozenset({"R04", "R05", "R06", "R07", "R08"})

DEFINITION = Definition(
    id="R20",
    version=1,
    numeric_id="4.2.20",
    target=4,
    goal="G4.2",
    name=gettext_noop("Re-checks on time"),
    definition=gettext_noop("The share of the checks that fell due that was done in its time."),
    rationale=gettext_noop(
        "Whether something is removed is known only by looking: late checks make other figures wrong."
    ),
    pitfalls=gettext_noop(
        "Checks of which nobody wrote whether they were on time are left out. Below 90 per cent the "
        "values of R04 to R08 of the same period are marked as of low reliability."
    ),
    computation=gettext_noop(
        "Facts check_done of the period that say in time, divided by those that say in time or late; "
        "a check that never was done is written as late."
    ),
    cohort=gettext_noop("Checks due in the period."),
    unit=gettext_noop("per cent"),
    direction=Direction.UP,
    frequency="Q",
    facts=("check_done",),
    measures=(
        Measure("in_time", gettext_noop("In time"), gettext_noop("per cent"), MeasureKind.SHARE),
    ),
    suppression_class="N",
    suppression_group="checks",
    related=("R04", "R05", "R06", "R07", "R08"),
)


def compute(history: History, period: Period) -> list[Value]:
    """Return the share of the period."""
    found = history.counted("check_done", period)
    return [share_value("in_time", found[True], found[True] + found[False])]


def is_below(values: list[Value]) -> bool:
    """Whether the share is known and below what R04 to R08 need."""
    return any(
        value.denominator
        and value.numerator is not None
        and 100 * value.numerator < LEAST_PER_CENT * value.denominator
        for value in values
    )
