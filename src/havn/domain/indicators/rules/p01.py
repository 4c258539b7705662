# SPDX-License-Identifier: Apache-2.0
"""P01, report to police time: how long until police know of a confirmed item."""

from __future__ import annotations

from dataclasses import replace

from havn.domain.indicators.rules.codes import HOSTING, LEGAL_CLASS
from havn.domain.indicators.rules.definition import (
    CountPart,
    Definition,
    Direction,
    SameCount,
    Value,
)
from havn.domain.indicators.rules.durations import (
    HOURS,
    quantile_values,
    span_until,
    split_quantiles,
)
from havn.domain.indicators.rules.history import History
from havn.domain.indicators.rules.period import Period
from havn.domain.indicators.rules.survival import LEAST_FOR_MEDIAN
from havn.lib.encoding import gettext_noop

CLASS = replace(
    LEGAL_CLASS,
    codes={code: LEGAL_CLASS.codes[code] for code in ("baseline", "national")},
    is_complete=True,
)

DEFINITION = Definition(
    id="P01",
    version=1,
    numeric_id="2.2.1",
    target=2,
    goal="G2.2",
    name=gettext_noop("Report to police time"),
    definition=gettext_noop(
        "How many hours pass from the first report of a confirmed item until police are told of it. "
        "Items of which police are not told yet are part of the figure."
    ),
    rationale=gettext_noop("Traces fade: police can act only on what they know."),
    pitfalls=gettext_noop(
        "Handing over in batches shows as steps. Hours in which police had asked to wait are not "
        "taken out. What is hosted abroad goes to police abroad in some countries."
    ),
    computation=gettext_noop(
        "Quantiles by Kaplan and Meier from the first report, whose time item_assessed carries, to "
        "the first police_informed, censored at the freeze."
    ),
    cohort=gettext_noop("Confirmed items whose first report was received in the period."),
    unit=gettext_noop("hours"),
    direction=Direction.DOWN,
    frequency="Q",
    facts=("item_assessed", "police_informed", "item_traced"),
    measures=HOURS.measures(
        gettext_noop("Police told of half within"),
        gettext_noop("Police told of nine in ten within"),
    ),
    breakdowns=(CLASS, HOSTING),
    suppression_class="C",
    suppression_group="confirmed",
    min_denominator=LEAST_FOR_MEDIAN,
    same_as=(
        SameCount(
            "median_hours", CountPart.STARTED, "R05", "median_hours", CountPart.STARTED, "hosting"
        ),
        SameCount("median_hours", CountPart.STARTED, "R05", "median_hours", CountPart.STARTED),
    ),
    related=("P02", "R05"),
)


def compute(history: History, period: Period) -> list[Value]:
    """Return the unprotected values of the period's cohort, followed until the freeze."""
    cohort = [
        (story, span_until(start, story.informed_at, history.as_of))
        for story, start in history.confirmed_of(period)
    ]
    values = quantile_values([span for _, span in cohort])
    by_class = [(story.legal_class, span) for story, span in cohort]
    by_place = [(story.hosting, span) for story, span in cohort]
    values += split_quantiles(by_class, CLASS.name, CLASS.codes)
    return values + split_quantiles(by_place, HOSTING.name, HOSTING.codes)
