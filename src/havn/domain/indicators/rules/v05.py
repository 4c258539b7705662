# SPDX-License-Identifier: Apache-2.0
"""V05, safeguarded: which part of the identified victims is brought to safety within three days."""

from __future__ import annotations

from datetime import timedelta

from havn.domain.indicators.rules.definition import (
    CountPart,
    Definition,
    Direction,
    Measure,
    MeasureKind,
    SameCount,
    Value,
)
from havn.domain.indicators.rules.durations import HOURS, quantile_values, span_until
from havn.domain.indicators.rules.history import History
from havn.domain.indicators.rules.period import Period
from havn.domain.indicators.rules.shares import LEAST_DENOMINATOR, share_value
from havn.lib.encoding import gettext_noop

WINDOW = timedelta(hours=72)

DEFINITION = Definition(
    id="V05",
    version=1,
    numeric_id="1.1.5",
    target=1,
    goal="G1.1",
    name=gettext_noop("Safeguarded"),
    definition=gettext_noop(
        "The share of identified victims of whom a child protection authority says within 72 hours "
        "that they are safe, and how long that takes for half of them."
    ),
    rationale=gettext_noop("Identification helps a child only when somebody makes it safe."),
    pitfalls=gettext_noop(
        "Who is an adult by now is left out, with that reason on record. Safety is not one event: it "
        "can be lost again, and the figure does not see that."
    ),
    computation=gettext_noop(
        "Victims with victim_safeguarded at most 72 hours after the first victim_identified, divided "
        "by those whose 72 hours have ended at the freeze; the median is by Kaplan and Meier."
    ),
    cohort=gettext_noop("Victims first identified in the year who are not adults by now."),
    unit=gettext_noop("per cent"),
    direction=Direction.UP,
    frequency="Y",
    facts=("victim_safeguarded", "victim_identified"),
    measures=(
        Measure(
            "within_72h",
            gettext_noop("Safe within 72 hours"),
            gettext_noop("per cent"),
            MeasureKind.SHARE,
        ),
        Measure(
            "median_hours",
            gettext_noop("Half safe within"),
            gettext_noop("hours"),
            MeasureKind.QUANTILE,
            Direction.DOWN,
        ),
    ),
    suppression_class="P",
    suppression_group="victims",
    min_denominator=LEAST_DENOMINATOR,
    same_as=(
        SameCount("within_72h", CountPart.DENOMINATOR, "V01", "identified", CountPart.VALUE),
        SameCount("median_hours", CountPart.STARTED, "V01", "identified", CountPart.VALUE),
        SameCount("within_72h", CountPart.NUMERATOR, "V05", "median_hours", CountPart.DONE),
    ),
    related=("V01", "V06"),
    compare_with=(
        gettext_noop(
            "Europol's task force of 2021: 9 of 18 were safe already when it told the press (other base)."
        ),
    ),
)


def compute(history: History, period: Period) -> list[Value]:
    """Return the unprotected share and median of the period's cohort."""
    cohort = [
        (start, span_until(start, story.safeguarded_at, history.as_of))
        for story in history.victims.values()
        if (start := story.identified_at) and period.holds(start) and not story.is_adult_by_now
    ]
    closed = [span for start, span in cohort if start + WINDOW <= history.as_of]
    in_time = sum(span.is_done and span.lasted <= WINDOW for span in closed)
    median, _p90 = quantile_values([span for _, span in cohort], scale=HOURS)
    return [share_value("within_72h", in_time, len(closed)), median]
