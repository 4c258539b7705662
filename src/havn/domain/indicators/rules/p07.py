# SPDX-License-Identifier: Apache-2.0
"""P07, joint operations: in how many operations of several countries this one took part."""

from __future__ import annotations

from havn.domain.indicators.rules.codes import OPEN_ENDED
from havn.domain.indicators.rules.definition import (
    CALENDAR_OF_POLICE_WORK,
    Breakdown,
    Definition,
    Direction,
    Measure,
    Value,
    word,
)
from havn.domain.indicators.rules.history import History
from havn.domain.indicators.rules.period import Period
from havn.domain.indicators.rules.shares import count_value, split_counts
from havn.lib.encoding import gettext_noop

LEAST_MEMBERS = 2
ROLE = Breakdown(
    "role",
    gettext_noop("Role of this country"),
    {
        "lead": gettext_noop("Led it"),
        "partner": gettext_noop("Took part"),
        **OPEN_ENDED,
    },
)

DEFINITION = Definition(
    id="P07",
    version=1,
    numeric_id="2.2.7",
    target=2,
    goal="G2.2",
    name=gettext_noop("Joint operations"),
    definition=gettext_noop(
        "The number of operations of at least two member countries that this country joined in the "
        "year."
    ),
    rationale=gettext_noop("Offenders act across borders; police have to as well."),
    pitfalls=gettext_noop(
        "A meeting is not an operation. Countries count one operation once only where all use the "
        "reference that the Alliance gave it."
    ),
    computation=gettext_noop(
        "Count of operations whose first operation_joined lies in the year and of which any "
        "operation_joined names at least two member countries."
    ),
    cohort=gettext_noop("Operations first joined in the year."),
    unit=gettext_noop("operations"),
    direction=Direction.UP,
    frequency="Y",
    facts=("operation_joined", "operation_closed", "operation_released"),
    measures=(Measure("joined", gettext_noop("Joined"), gettext_noop("operations")),),
    breakdowns=(ROLE,),
    calendar=CALENDAR_OF_POLICE_WORK,
    suppression_class="O",
    suppression_group="operations",
    related=("P08",),
    compare_with=(gettext_noop("Europol's 17th task force on victims: 22 countries."),),
)


def compute(history: History, period: Period) -> list[Value]:
    """Return the unprotected counts of the period."""
    roles = [
        word(story.joined[2], ROLE.name)
        for story in history.operations.values()
        if story.joined and period.holds(story.joined[0]) and story.members >= LEAST_MEMBERS
    ]
    return [count_value("joined", len(roles)), *split_counts("joined", roles, ROLE)]
