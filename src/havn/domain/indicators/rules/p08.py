# SPDX-License-Identifier: Apache-2.0
"""P08, operation results: what the operations that this country led have brought, as last told."""

from __future__ import annotations

from havn.domain.indicators.rules.definition import (
    CALENDAR_OF_POLICE_WORK,
    CountPart,
    Definition,
    Direction,
    Measure,
    SameCount,
    Value,
    whole,
    word,
)
from havn.domain.indicators.rules.history import History
from havn.domain.indicators.rules.period import Period
from havn.domain.indicators.rules.shares import count_value
from havn.lib.encoding import gettext_noop

RESULTS = ("suspects", "arrests", "children")

DEFINITION = Definition(
    id="P08",
    version=1,
    numeric_id="2.2.8",
    target=2,
    goal="G2.2",
    name=gettext_noop("Operation results"),
    definition=gettext_noop(
        "Suspects, arrests and children brought to safety in the operations that this country led "
        "and joined in the year, as last told before the freeze."
    ),
    rationale=gettext_noop("Shows what joint operations bring, and that it grows for years."),
    pitfalls=gettext_noop(
        "The figures of one operation rise for years, so a value without its freeze date says "
        "nothing. A sum over countries would count persons twice: only the country that led an "
        "operation reports it. Single operations are not shown."
    ),
    computation=gettext_noop(
        "Sum of the last operation_result known at the freeze over operations whose first "
        "operation_joined lies in the year with the role lead."
    ),
    cohort=gettext_noop("Operations first joined in the year and led by this country."),
    unit=gettext_noop("persons"),
    direction=Direction.NONE,
    frequency="Y",
    facts=("operation_result", "operation_joined", "operation_closed", "operation_released"),
    begins_with=("operation_joined",),
    measures=(
        Measure(
            "operations", gettext_noop("Operations with a result"), gettext_noop("operations")
        ),
        Measure("suspects", gettext_noop("Suspects"), gettext_noop("persons")),
        Measure("arrests", gettext_noop("Arrests"), gettext_noop("persons")),
        Measure("children", gettext_noop("Children brought to safety"), gettext_noop("persons")),
    ),
    calendar=CALENDAR_OF_POLICE_WORK,
    suppression_class="O",
    suppression_group="operations",
    same_as=(SameCount("operations", CountPart.VALUE, "P07", "joined", CountPart.VALUE),),
    related=("P07",),
    compare_with=(
        gettext_noop(
            "Operation Rescue: 670 suspects on Europol's page, 779 in the Alliance's launch text; "
            "Icarus: 269 suspects, 112 arrests, 22 countries."
        ),
    ),
)


def compute(history: History, period: Period) -> list[Value]:
    """Return the unprotected sums of the period."""
    results = [
        story.result[2]
        for story in history.operations.values()
        if story.joined
        and story.result
        and period.holds(story.joined[0])
        and word(story.joined[2], "role") == "lead"
    ]
    sums = [(name, sum(whole(codes, name) or 0 for codes in results)) for name in RESULTS]
    return [count_value(name, number) for name, number in [("operations", len(results)), *sums]]
