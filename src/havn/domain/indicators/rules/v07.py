# SPDX-License-Identifier: Apache-2.0
"""V07, identified across borders: victims whose first trace lay in another country than their name."""

from __future__ import annotations

from havn.domain.indicators.rules.definition import (
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
from havn.domain.indicators.rules.shares import LEAST_DENOMINATOR, count_value, share_value
from havn.lib.encoding import gettext_noop

DEFINITION = Definition(
    id="V07",
    version=1,
    numeric_id="1.1.7",
    target=1,
    goal="G1.1",
    name=gettext_noop("Identified across borders"),
    definition=gettext_noop(
        "The share of identified victims where the country that identified them is not the country "
        "of the first fact about them."
    ),
    rationale=gettext_noop("Shows how much of the work rests on cooperation."),
    pitfalls=gettext_noop(
        "A high share can mean good cooperation or weak work at home. Where one of the two countries "
        "is not known, the victim is counted apart and not in the share's numerator."
    ),
    computation=gettext_noop(
        "Victims whose first victim_identified names another country than the first fact about them, "
        "divided by all whose first victim_identified lies in the year."
    ),
    cohort=gettext_noop("Victims first identified in the year."),
    unit=gettext_noop("per cent"),
    classification="ISO 3166-1 alpha-2",
    direction=Direction.NONE,
    frequency="Y",
    facts=("victim_identified", "victim_recorded"),
    measures=(
        Measure(
            "across",
            gettext_noop("Identified across borders"),
            gettext_noop("per cent"),
            MeasureKind.SHARE,
        ),
        Measure("unknown", gettext_noop("A country is not known"), gettext_noop("persons")),
    ),
    suppression_class="P",
    suppression_group="victims",
    min_denominator=LEAST_DENOMINATOR,
    same_as=(
        SameCount("across", CountPart.DENOMINATOR, "V01", "identified", CountPart.VALUE),
        SameCount("unknown", CountPart.VALUE, "V01", "identified", CountPart.VALUE),
    ),
    related=("V01", "P10"),
    compare_with=(
        gettext_noop(
            "Europol's task force of 2025: 213 leads from 300 sets of data (other base)."
        ),
    ),
)


def compute(history: History, period: Period) -> list[Value]:
    """Return the unprotected share of the period, and how many are not known."""
    cohort = [
        (story.identified_word("country"), story.first_country)
        for story in history.victims.values()
        if (at := story.identified_at) and period.holds(at)
    ]
    unknown = sum(not by or not first for by, first in cohort)
    across = sum(by != first for by, first in cohort if by and first)
    return [share_value("across", across, len(cohort)), count_value("unknown", unknown)]
