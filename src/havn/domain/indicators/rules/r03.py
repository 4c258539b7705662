# SPDX-License-Identifier: Apache-2.0
"""R03, time to assessment: how long a report waits for the first look of an analyst."""

from __future__ import annotations

from havn.domain.indicators.rules.definition import Definition, Direction, Value
from havn.domain.indicators.rules.durations import HOURS, quantile_values, span_until
from havn.domain.indicators.rules.history import History
from havn.domain.indicators.rules.period import Period
from havn.domain.indicators.rules.survival import LEAST_FOR_MEDIAN
from havn.lib.encoding import gettext_noop

DEFINITION = Definition(
    id="R03",
    version=1,
    numeric_id="4.2.3",
    target=4,
    goal="G4.2",
    name=gettext_noop("Time to assessment"),
    definition=gettext_noop(
        "How many hours pass from the first report of an item until its first assessment."
    ),
    rationale=gettext_noop("Nothing begins before somebody has looked."),
    pitfalls=gettext_noop(
        "Queues with priorities hide the tail, so look at nine in ten. An item that nobody has "
        "assessed yet has no fact and is not seen. There is no breakdown by channel, because the "
        "facts of an item do not name it."
    ),
    computation=gettext_noop(
        "Quantiles by Kaplan and Meier from the first report, whose time item_assessed carries, to "
        "the first item_assessed."
    ),
    cohort=gettext_noop("Assessed items whose first report was received in the period."),
    unit=gettext_noop("hours"),
    direction=Direction.DOWN,
    frequency="Q",
    facts=("item_assessed",),
    measures=HOURS.measures(
        gettext_noop("Half assessed within"), gettext_noop("Nine in ten assessed within")
    ),
    suppression_class="C",
    suppression_group="assessment_time",
    min_denominator=LEAST_FOR_MEDIAN,
    related=("R02",),
)


def compute(history: History, period: Period) -> list[Value]:
    """Return the unprotected values of the period's cohort."""
    spans = [
        span_until(start, story.first_assessed_at, history.as_of)
        for story in history.items_of("received_at", period)
        if story.legal_class and (start := story.received_at)
    ]
    return quantile_values(spans)
