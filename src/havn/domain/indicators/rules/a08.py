# SPDX-License-Identifier: Apache-2.0
"""A08, programme coverage: which part of the schools had a session."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from havn.domain.indicators.rules.codes import OPEN_ENDED
from havn.domain.indicators.rules.definition import (
    Breakdown,
    Definition,
    Direction,
    Measure,
    MeasureKind,
    Value,
    code_of,
)
from havn.domain.indicators.rules.history import History
from havn.domain.indicators.rules.period import Period
from havn.domain.indicators.rules.shares import share_value
from havn.lib.encoding import gettext_noop

LEVEL = Breakdown(
    "level",
    gettext_noop("Level of school"),
    {
        "primary": gettext_noop("Primary"),
        "lower_secondary": gettext_noop("Lower secondary"),
        "upper_secondary": gettext_noop("Upper secondary"),
        **OPEN_ENDED,
    },
)

DEFINITION = Definition(
    id="A08",
    version=1,
    numeric_id="3.1.8",
    target=3,
    goal="G3.1",
    name=gettext_noop("Programme coverage"),
    definition=gettext_noop(
        "Schools with at least one recorded session in the year, as a share of the schools in the "
        "register."
    ),
    rationale=gettext_noop("Shows how many children the programme can reach."),
    pitfalls=gettext_noop(
        "One talk is not a programme. The number of schools is declared by the education office; "
        "where the register is old, the share can pass one hundred. There is no breakdown by region, "
        "because regions have no common codes."
    ),
    computation=gettext_noop(
        "Schools with a school_session in the year, divided by the schools that the last register "
        "of each level before the end of the year names."
    ),
    cohort=gettext_noop("Schools with a session in the year."),
    unit=gettext_noop("per cent"),
    direction=Direction.UP,
    frequency="Y",
    facts=("school_session",),
    measures=(
        Measure(
            "covered",
            gettext_noop("Covered"),
            gettext_noop("per cent"),
            MeasureKind.SHARE,
            may_pass_whole=True,
        ),
    ),
    breakdowns=(LEVEL,),
    suppression_class="N",
    suppression_group="schools",
    is_declared=True,
    related=("A01",),
)


def compute(history: History, period: Period) -> list[Value]:
    """Return the shares of the period."""
    covered: Counter[str] = Counter()
    for story in history.schools.values():
        sessions = [each for each in story.sessions if period.holds(each[0])]
        if sessions:
            covered[code_of(min(sessions)[1], LEVEL)] += 1
    schools = _registered(history, period.ends_at)
    return [share_value("covered", covered.total(), schools.total())] + [
        share_value("covered", covered[code], schools[code], LEVEL.name, code)
        for code in LEVEL.codes
    ]


def _registered(history: History, end: datetime) -> Counter[str]:
    """Return how many schools of each level the last register before `end` names."""
    last: dict[str, tuple[datetime, datetime, str, int]] = {}
    for story in history.schools.values():
        for each in story.registers:
            if each[0] < end:
                last[each[2]] = max(last.get(each[2], each), each)
    schools: Counter[str] = Counter()
    for _at, _recorded, level, number in last.values():
        schools[code_of(level, LEVEL)] += number
    return schools
