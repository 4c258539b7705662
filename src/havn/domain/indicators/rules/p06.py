# SPDX-License-Identifier: Apache-2.0
"""P06, suspects and convictions: how many persons were identified, arrested, convicted."""

from __future__ import annotations

from havn.domain.indicators.rules.codes import OFFENCE
from havn.domain.indicators.rules.definition import (
    CALENDAR_OF_POLICE_WORK,
    UNKNOWN,
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

STEPS = {
    "identified": "suspect_identified",
    "arrested": "suspect_arrested",
    "convicted": "person_convicted",
}
WHO = Breakdown(
    "who",
    gettext_noop("Adult or child"),
    {
        "adult": gettext_noop("Adults"),
        "child": gettext_noop("Children with harmful behaviour"),
        UNKNOWN: gettext_noop("Not known"),
    },
)

DEFINITION = Definition(
    id="P06",
    version=1,
    numeric_id="2.2.6",
    target=2,
    goal="G2.2",
    name=gettext_noop("Suspects and convictions"),
    definition=gettext_noop(
        "The number of different persons who in the year were for the first time identified as "
        "suspects, arrested, or convicted."
    ),
    rationale=gettext_noop(
        "The second target of the Alliance is that offenders are found and tried."
    ),
    pitfalls=gettext_noop(
        "The three are different persons of different years: no ratio between them says anything "
        "within one year. Children with harmful behaviour are shown apart."
    ),
    computation=gettext_noop(
        "Count of different persons whose first suspect_identified, suspect_arrested or "
        "person_convicted lies in the year."
    ),
    cohort=gettext_noop("Persons with the first fact of that name in the year."),
    unit=gettext_noop("persons"),
    classification="ICCS",
    direction=Direction.NONE,
    frequency="Y",
    facts=tuple(STEPS.values()),
    begins_with=tuple(STEPS.values()),
    measures=(
        Measure("identified", gettext_noop("Identified"), gettext_noop("persons")),
        Measure("arrested", gettext_noop("Arrested"), gettext_noop("persons")),
        Measure("convicted", gettext_noop("Convicted"), gettext_noop("persons")),
    ),
    breakdowns=(OFFENCE, WHO),
    calendar=CALENDAR_OF_POLICE_WORK,
    suppression_class="O",
    suppression_group="suspects",
    related=("P03",),
    compare_with=(
        gettext_noop("Regulation (EU) 2021/1232 Art. 8(c) asks states for convictions."),
    ),
)


def compute(history: History, period: Period) -> list[Value]:
    """Return the unprotected counts of the period."""
    values = []
    for measure, name in STEPS.items():
        found = [
            step[2]
            for story in history.suspects.values()
            if (step := story.steps.get(name)) and period.holds(step[0])
        ]
        values.append(count_value(measure, len(found)))
        for breakdown in DEFINITION.breakdowns:
            words = [word(codes, breakdown.name) for codes in found]
            values += split_counts(measure, words, breakdown)
    return values
