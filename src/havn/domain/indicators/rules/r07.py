# SPDX-License-Identifier: Apache-2.0
"""R07, still up: how many confirmed items with a notice are not removed when the period ends."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

from havn.domain.indicators.rules.codes import HOSTING
from havn.domain.indicators.rules.definition import (
    Breakdown,
    CountPart,
    Definition,
    Direction,
    Measure,
    MeasureKind,
    SameCount,
    Value,
)
from havn.domain.indicators.rules.history import History
from havn.domain.indicators.rules.period import Period
from havn.domain.indicators.rules.shares import count_value, split_counts, statistic_value
from havn.lib.encoding import gettext_noop

LEAST_FOR_MEDIAN = 10
_MICROSECOND = timedelta(microseconds=1)
_IN_HOUR = timedelta(hours=1) // _MICROSECOND
AGE = Breakdown(
    "since_notice",
    gettext_noop("Time since the first notice"),
    {
        "d0": gettext_noop("Less than a day"),
        "d1": gettext_noop("1 to 6 days"),
        "d7": gettext_noop("7 to 29 days"),
        "d30": gettext_noop("30 to 89 days"),
        "d90": gettext_noop("90 days and longer"),
    },
    is_complete=True,
)
_BANDS = tuple((timedelta(days=int(code[1:])), code) for code in AGE.codes)

DEFINITION = Definition(
    id="R07",
    version=1,
    numeric_id="4.2.7",
    target=4,
    goal="G4.2",
    name=gettext_noop("Still up"),
    definition=gettext_noop(
        "The number of confirmed items with a notice that are not removed when the period ends, and "
        "how long half of them have been up since the notice."
    ),
    rationale=gettext_noop("What never goes away is missing from every other figure."),
    pitfalls=gettext_noop(
        "Giving up on an item does not take it out: only a removal does. What reappeared and is not "
        "removed again is up."
    ),
    computation=gettext_noop(
        "Items whose first notice_sent lies before the end of the period, whose last item_assessed "
        "known at the freeze confirms them, without an item_removed before that end or with an "
        "item_reappeared after the last one; the median is the middle age, the lower of two."
    ),
    cohort=gettext_noop("All confirmed items with a notice, whenever it was sent."),
    unit=gettext_noop("items"),
    direction=Direction.DOWN,
    frequency="Q",
    facts=("notice_sent", "item_assessed", "item_traced", "item_removed", "item_reappeared"),
    measures=(
        Measure("still_up", gettext_noop("Still up"), gettext_noop("items"), is_additive=False),
        Measure(
            "median_hours",
            gettext_noop("Half are up longer than"),
            gettext_noop("hours"),
            MeasureKind.STATISTIC,
            is_additive=False,
        ),
    ),
    breakdowns=(AGE, HOSTING),
    suppression_class="C",
    suppression_group="still_up",
    min_denominator=LEAST_FOR_MEDIAN,
    same_as=(
        SameCount("median_hours", CountPart.DENOMINATOR, "R07", "still_up", CountPart.VALUE),
    ),
    related=("R04", "R06", "R20"),
)


def compute(history: History, period: Period) -> list[Value]:
    """Return the unprotected counts and the middle age at the end of the period."""
    end = min(period.ends_at, history.as_of)
    stock = [
        (end - since, story.hosting)
        for story in history.items.values()
        if (since := story.notified_at)
        and since < end
        and story.is_confirmed
        and story.is_up_at(end)
    ]
    ages = sorted(age for age, _ in stock)
    middle = Fraction(ages[(len(ages) - 1) // 2] // _MICROSECOND, _IN_HOUR) if ages else None
    return [
        count_value("still_up", len(stock)),
        statistic_value("median_hours", middle, len(stock)),
        *split_counts("still_up", (_band(age) for age in ages), AGE),
        *split_counts("still_up", (hosting for _, hosting in stock), HOSTING),
    ]


def _band(age: timedelta) -> str:
    return next(code for least, code in reversed(_BANDS) if age >= least)
