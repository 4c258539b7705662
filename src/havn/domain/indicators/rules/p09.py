# SPDX-License-Identifier: Apache-2.0
"""P09, referral acknowledged: how long until somebody at the receiving node accepts or declines.

Received and sent referrals are two cohorts with no total: a sum would mix one's own pace with that of others.
"""

from __future__ import annotations

from datetime import timedelta

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
from havn.domain.indicators.rules.durations import (
    quantile_values,
    span_until,
)
from havn.domain.indicators.rules.history import History
from havn.domain.indicators.rules.period import Period
from havn.domain.indicators.rules.referrals import (
    ACKNOWLEDGED,
    IN,
    OUT,
    RECEIVED,
    SENT,
)
from havn.domain.indicators.rules.shares import share_value
from havn.domain.indicators.rules.survival import LEAST_FOR_MEDIAN
from havn.lib.encoding import gettext_noop

WINDOW = timedelta(hours=24)
DIRECTION = Breakdown(
    "direction",
    gettext_noop("Direction"),
    {IN: gettext_noop("Received here"), OUT: gettext_noop("Sent from here")},
    is_complete=True,
)

DEFINITION = Definition(
    id="P09",
    version=1,
    numeric_id="2.2.9",
    target=2,
    goal="G2.2",
    name=gettext_noop("Referral acknowledged"),
    definition=gettext_noop(
        "How long it takes until a referral to another country is accepted or declined by somebody "
        "there. What is received here counts from its arrival here; what is sent from here counts "
        "from the sending until the answer. Referrals without an answer are part of the figure."
    ),
    rationale=gettext_noop("Until somebody takes a referral, nobody acts on it."),
    pitfalls=gettext_noop(
        "Weekends and time zones count like any other hours. Automatic receipts do not count: "
        "a person has to accept or decline. How fast referrals sent from here are answered depends "
        "on the countries that receive them, so both directions stand apart and are not summed."
    ),
    computation=gettext_noop(
        "Quantiles by Kaplan and Meier from referral_received (here) or referral_sent (from here) "
        "to referral_acknowledged, censored at the freeze. The share counts only referrals whose "
        "24 hours have ended at the freeze."
    ),
    cohort=gettext_noop("Referrals that arrived, or were sent, in the period."),
    unit=gettext_noop("hours"),
    classification="",
    direction=Direction.DOWN,
    frequency="Q",
    facts=(SENT, RECEIVED, ACKNOWLEDGED),
    begins_with=(SENT, RECEIVED),
    measures=(
        Measure(
            "median_hours",
            gettext_noop("Half acknowledged within"),
            gettext_noop("hours"),
            MeasureKind.QUANTILE,
        ),
        Measure(
            "p90_hours",
            gettext_noop("Nine in ten acknowledged within"),
            gettext_noop("hours"),
            MeasureKind.QUANTILE,
        ),
        Measure(
            "within_24h",
            gettext_noop("Acknowledged within 24 hours"),
            gettext_noop("per cent"),
            MeasureKind.SHARE,
        ),
    ),
    breakdowns=(DIRECTION,),
    suppression_class="C",
    suppression_group="acknowledged",
    min_denominator=LEAST_FOR_MEDIAN,
    same_as=(
        SameCount(
            "within_24h",
            CountPart.DENOMINATOR,
            "P09",
            "median_hours",
            CountPart.STARTED,
            DIRECTION.name,
        ),
        SameCount(
            "within_24h",
            CountPart.NUMERATOR,
            "P09",
            "median_hours",
            CountPart.DONE,
            DIRECTION.name,
        ),
    ),
    related=("P10",),
    compare_with=(),
)


def compute(history: History, period: Period) -> list[Value]:
    """Return the unprotected values of the period's cohorts, followed until the freeze."""
    as_of = history.as_of
    cohort = [
        (story.direction, start, span_until(start, story.acknowledged_at, as_of))
        for story in history.referrals.values()
        if (start := story.began_at) and period.holds(start)
    ]
    values = []
    for code in DIRECTION.codes:
        of_code = [(start, span) for direction, start, span in cohort if direction == code]
        values += quantile_values([span for _, span in of_code], DIRECTION.name, code)
        closed = [span for start, span in of_code if start + WINDOW <= as_of]
        in_time = sum(span.is_done and span.lasted <= WINDOW for span in closed)
        values.append(share_value("within_24h", in_time, len(closed), DIRECTION.name, code))
    return values
