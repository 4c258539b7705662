# SPDX-License-Identifier: Apache-2.0
"""P02, police informed in time: which part of the confirmed items police know of within one day and three."""

from __future__ import annotations

from datetime import timedelta

from havn.domain.indicators.rules.codes import HOSTING
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
from havn.domain.indicators.rules.p01 import CLASS
from havn.domain.indicators.rules.period import Period
from havn.domain.indicators.rules.shares import LEAST_DENOMINATOR, share_value, split_shares
from havn.lib.encoding import gettext_noop

WINDOWS = {"within_24h": timedelta(hours=24), "within_72h": timedelta(hours=72)}

DEFINITION = Definition(
    id="P02",
    version=1,
    numeric_id="2.2.2",
    target=2,
    goal="G2.2",
    name=gettext_noop("Police informed in time"),
    definition=gettext_noop(
        "The share of confirmed items of which police are told within 24 hours, and within 72 hours, "
        "of the first report."
    ),
    rationale=gettext_noop("The same as P01, in spans that are promised in public."),
    pitfalls=gettext_noop(
        "Some hotlines may not pass what is hosted abroad to their own police: look at the items "
        "hosted here. Nothing is taken out by hand."
    ),
    computation=gettext_noop(
        "Confirmed items with police_informed at most so long after the first report, divided by "
        "those whose span has ended at the freeze."
    ),
    cohort=gettext_noop(
        "Confirmed items whose first report was received in the period, for each span only those "
        "whose span has ended at the freeze."
    ),
    unit=gettext_noop("per cent"),
    direction=Direction.UP,
    frequency="Q",
    facts=("item_assessed", "police_informed", "item_traced"),
    measures=(
        Measure(
            "within_24h",
            gettext_noop("Told within 24 hours"),
            gettext_noop("per cent"),
            MeasureKind.SHARE,
        ),
        Measure(
            "within_72h",
            gettext_noop("Told within 72 hours"),
            gettext_noop("per cent"),
            MeasureKind.SHARE,
        ),
    ),
    breakdowns=(CLASS, HOSTING),
    suppression_class="C",
    suppression_group="confirmed",
    min_denominator=LEAST_DENOMINATOR,
    nested=(tuple(WINDOWS),),
    same_as=tuple(
        SameCount(
            measure, CountPart.DENOMINATOR, "P01", "median_hours", CountPart.STARTED, breakdown
        )
        for measure in WINDOWS
        for breakdown in ("", CLASS.name, HOSTING.name)
    )
    + tuple(
        SameCount(measure, CountPart.NUMERATOR, "P01", "median_hours", CountPart.DONE, breakdown)
        for measure in WINDOWS
        for breakdown in ("", CLASS.name, HOSTING.name)
    ),
    related=("P01",),
    compare_with=(
        gettext_noop(
            "INHOPE: 82 % within 3 days (2023); Europe 96 % within a day (first half of 2013) (other bases)."
        ),
    ),
)


def compute(history: History, period: Period) -> list[Value]:
    """Return the unprotected shares of the period's cohort, as known at the freeze."""
    values = []
    for measure, window in WINDOWS.items():
        cases = [
            (story, story.informed_at is not None and story.informed_at <= start + window)
            for story, start in history.confirmed_of(period)
            if start + window <= history.as_of
        ]
        values.append(share_value(measure, sum(is_hit for _, is_hit in cases), len(cases)))
        by_class = [(story.legal_class, is_hit) for story, is_hit in cases]
        by_place = [(story.hosting, is_hit) for story, is_hit in cases]
        values += split_shares(measure, by_class, CLASS)
        values += split_shares(measure, by_place, HOSTING)
    return values
