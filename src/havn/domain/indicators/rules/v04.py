# SPDX-License-Identifier: Apache-2.0
"""V04, time to identification: how long victims stay without a name."""

from __future__ import annotations

from dataclasses import replace

from havn.domain.indicators.rules.codes import SOURCE
from havn.domain.indicators.rules.definition import (
    UNKNOWN,
    Breakdown,
    Definition,
    Direction,
    Value,
    code_of,
)
from havn.domain.indicators.rules.durations import (
    DAYS,
    quantile_values,
    span_until,
    split_quantiles,
)
from havn.domain.indicators.rules.history import History
from havn.domain.indicators.rules.period import Period
from havn.domain.indicators.rules.survival import LEAST_FOR_MEDIAN
from havn.lib.encoding import gettext_noop

ORIGIN = replace(SOURCE, name="origin")
PLACE = Breakdown(
    "place",
    gettext_noop("Where the victim is thought to be"),
    {
        "here": gettext_noop("In this country"),
        "abroad": gettext_noop("Abroad"),
        UNKNOWN: gettext_noop("Not known"),
    },
)

DEFINITION = Definition(
    id="V04",
    version=1,
    numeric_id="1.1.4",
    target=1,
    goal="G1.1",
    name=gettext_noop("Time to identification"),
    definition=gettext_noop(
        "How many days pass from the day a victim comes on record until identification: half are "
        "identified within the median. Victims not yet identified are part of the figure."
    ),
    rationale=gettext_noop("Abuse may go on until the victim is found."),
    pitfalls=gettext_noop(
        "Most cases are still open when the year is frozen, so the upper quantile is often not "
        "reached. Old series that come on record late distort the figure."
    ),
    computation=gettext_noop(
        "Quantiles by Kaplan and Meier from the first victim_recorded to the first "
        "victim_identified, censored at the freeze."
    ),
    cohort=gettext_noop("Victims first recorded in the year."),
    unit=gettext_noop("days"),
    direction=Direction.DOWN,
    frequency="Y",
    facts=("victim_recorded", "victim_identified"),
    measures=DAYS.measures(
        gettext_noop("Half identified within"), gettext_noop("Nine in ten identified within")
    ),
    breakdowns=(ORIGIN, PLACE),
    suppression_class="P",
    suppression_group="victim_times",
    min_denominator=LEAST_FOR_MEDIAN,
    related=("V01", "V02"),
)


def compute(history: History, period: Period) -> list[Value]:
    """Return the unprotected values of the period's cohort, followed until the freeze."""
    cohort = [
        (story, span_until(start, story.identified_at, history.as_of))
        for story in history.victims.values()
        if (start := story.recorded_at) and period.holds(start)
    ]
    values = quantile_values([span for _, span in cohort], scale=DAYS)
    for breakdown in DEFINITION.breakdowns:
        cases = [
            (code_of(story.recorded_word(breakdown.name), breakdown), span)
            for story, span in cohort
        ]
        values += split_quantiles(cases, breakdown.name, breakdown.codes, scale=DAYS)
    return values
