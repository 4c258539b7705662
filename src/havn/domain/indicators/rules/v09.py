# SPDX-License-Identifier: Apache-2.0
"""V09, own-image blocks: how many people ask that pictures of themselves be blocked."""

from __future__ import annotations

from datetime import timedelta

from havn.domain.indicators.rules.codes import AGE
from havn.domain.indicators.rules.definition import (
    CountPart,
    Definition,
    Direction,
    Measure,
    MeasureKind,
    SameCount,
    Value,
    word,
)
from havn.domain.indicators.rules.history import History
from havn.domain.indicators.rules.period import Period
from havn.domain.indicators.rules.shares import (
    LEAST_DENOMINATOR,
    count_value,
    share_value,
    split_counts,
)
from havn.lib.encoding import gettext_noop

WINDOW = timedelta(hours=24)

DEFINITION = Definition(
    id="V09",
    version=1,
    numeric_id="1.1.9",
    target=1,
    goal="G1.1",
    name=gettext_noop("Own-image blocks"),
    definition=gettext_noop(
        "How many times somebody asks that a picture of themselves as a child be blocked, and the "
        "share of these on the list of fingerprints within 24 hours."
    ),
    rationale=gettext_noop("Shows whether the way to ask is known, and whether it is fast."),
    pitfalls=gettext_noop(
        "More requests can mean more trust or more harm. Age is told by choice; nobody is ever asked "
        "to prove it so that a request counts."
    ),
    computation=gettext_noop(
        "Count of pictures whose first self_block_requested lies in the period; share: those with "
        "fp_listed at most 24 hours later, of those whose 24 hours have ended at the freeze."
    ),
    cohort=gettext_noop("Requests first made in the period."),
    unit=gettext_noop("requests"),
    classification=gettext_noop("Age as in SDMX"),
    direction=Direction.NONE,
    frequency="Q",
    facts=("self_block_requested", "fp_listed"),
    measures=(
        Measure("requests", gettext_noop("Requests"), gettext_noop("requests")),
        Measure(
            "within_24h",
            gettext_noop("On the list within 24 hours"),
            gettext_noop("per cent"),
            MeasureKind.SHARE,
            Direction.UP,
        ),
    ),
    breakdowns=(AGE,),
    suppression_class="P",
    suppression_group="own_images",
    min_denominator=LEAST_DENOMINATOR,
    same_as=(SameCount("within_24h", CountPart.DENOMINATOR, "V09", "requests", CountPart.VALUE),),
    related=("R11", "R12"),
    compare_with=(
        gettext_noop("Take It Down and Report Remove publish counts of their own (other bases)."),
    ),
)


def compute(history: History, period: Period) -> list[Value]:
    """Return the unprotected counts and share of the period's cohort."""
    cohort = [
        (story, start)
        for story in history.sources.values()
        if (start := story.requested_at) and period.holds(start)
    ]
    ages = (word(story.requested[2], "age") for story, _ in cohort if story.requested)
    closed = [(story, start) for story, start in cohort if start + WINDOW <= history.as_of]
    in_time = sum(
        story.listed_at is not None and story.listed_at <= start + WINDOW
        for story, start in closed
    )
    return [
        count_value("requests", len(cohort)),
        share_value("within_24h", in_time, len(closed)),
        *split_counts("requests", ages, AGE),
    ]
