# SPDX-License-Identifier: Apache-2.0
"""P05, length of investigations: how long from opening to closing."""

from __future__ import annotations

from havn.domain.indicators.rules.definition import (
    CALENDAR_OF_POLICE_WORK,
    CountPart,
    Definition,
    Direction,
    SameCount,
    Value,
)
from havn.domain.indicators.rules.durations import DAYS, quantile_values, span_until
from havn.domain.indicators.rules.history import History
from havn.domain.indicators.rules.period import Period
from havn.domain.indicators.rules.survival import LEAST_FOR_MEDIAN
from havn.lib.encoding import gettext_noop

DEFINITION = Definition(
    id="P05",
    version=1,
    numeric_id="2.2.5",
    target=2,
    goal="G2.2",
    name=gettext_noop("Length of investigations"),
    definition=gettext_noop(
        "How many days pass from the opening of an investigation until it is closed. Those still "
        "open are part of the figure."
    ),
    rationale=gettext_noop("Long investigations keep victims and suspects waiting."),
    pitfalls=gettext_noop(
        "Closing weak cases fast looks good. One that is closed again later counts until the last "
        "closing."
    ),
    computation=gettext_noop(
        "Quantiles by Kaplan and Meier from the first investigation_opened to the last "
        "investigation_closed, censored at the freeze."
    ),
    cohort=gettext_noop("Investigations first opened in the year."),
    unit=gettext_noop("days"),
    direction=Direction.DOWN,
    frequency="Y",
    facts=("investigation_opened", "investigation_closed"),
    measures=DAYS.measures(
        gettext_noop("Half closed within"), gettext_noop("Nine in ten closed within")
    ),
    calendar=CALENDAR_OF_POLICE_WORK,
    suppression_class="O",
    suppression_group="investigations",
    min_denominator=LEAST_FOR_MEDIAN,
    same_as=(SameCount("median_days", CountPart.STARTED, "P03", "opened", CountPart.VALUE),),
    related=("P03", "P04"),
)


def compute(history: History, period: Period) -> list[Value]:
    """Return the unprotected values of the period's cohort, followed until the freeze."""
    spans = [
        span_until(start, story.closed_at, history.as_of)
        for story in history.investigations.values()
        if (start := story.opened_at) and period.holds(start)
    ]
    return quantile_values(spans, scale=DAYS)
