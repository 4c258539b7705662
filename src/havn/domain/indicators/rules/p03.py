# SPDX-License-Identifier: Apache-2.0
"""P03, investigations opened: how many, and how many for each hundred items that police were told of."""

from __future__ import annotations

from fractions import Fraction

from havn.domain.indicators.rules.codes import SOURCE
from havn.domain.indicators.rules.definition import (
    CALENDAR_OF_POLICE_WORK,
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
    rounded,
    share_value,
    split_counts,
)
from havn.lib.encoding import gettext_noop

DEFINITION = Definition(
    id="P03",
    version=1,
    numeric_id="2.2.3",
    target=2,
    goal="G2.2",
    name=gettext_noop("Investigations opened"),
    definition=gettext_noop(
        "The number of investigations opened in the year; how many that is for each hundred items "
        "that police were told of; and the share of those items to which police answered anything."
    ),
    rationale=gettext_noop("Shows whether reports lead to police work."),
    pitfalls=gettext_noop(
        "Police may not tell what they opened, so the share with any answer stands beside it. One "
        "investigation can rest on many items, and many on none."
    ),
    computation=gettext_noop(
        "Count of investigations whose first investigation_opened lies in the year; that count "
        "times 100 divided by the items whose first police_informed lies in it; items of these with "
        "any lead_answered, divided by all of them."
    ),
    cohort=gettext_noop("Investigations opened, and items that police were told of, in the year."),
    unit=gettext_noop("investigations"),
    direction=Direction.NONE,
    frequency="Y",
    facts=("investigation_opened", "police_informed", "lead_answered"),
    measures=(
        Measure("opened", gettext_noop("Opened"), gettext_noop("investigations")),
        Measure(
            "per_100_items",
            gettext_noop("For each hundred items"),
            gettext_noop("investigations"),
            MeasureKind.STATISTIC,
        ),
        Measure(
            "answered",
            gettext_noop("Items with any answer"),
            gettext_noop("per cent"),
            MeasureKind.SHARE,
        ),
    ),
    breakdowns=(SOURCE,),
    calendar=CALENDAR_OF_POLICE_WORK,
    suppression_class="O",
    suppression_group="investigations",
    min_denominator=LEAST_DENOMINATOR,
    same_as=(
        SameCount("per_100_items", CountPart.NUMERATOR, "P03", "opened", CountPart.VALUE),
        SameCount(
            "per_100_items", CountPart.DENOMINATOR, "P03", "answered", CountPart.DENOMINATOR
        ),
    ),
    related=("P04", "P05", "V08"),
)


def compute(history: History, period: Period) -> list[Value]:
    """Return the unprotected counts, rate and share of the period."""
    opened = [
        word(story.opened[2], SOURCE.name)
        for story in history.investigations.values()
        if story.opened and period.holds(story.opened[0])
    ]
    told = history.items_of("informed_at", period)
    answered = sum(story.lead_answered_at is not None for story in told)
    rate = Value(
        measure="per_100_items",
        value=rounded(Fraction(100 * len(opened), len(told))) if told else None,
        numerator=len(opened),
        denominator=len(told),
        obs_status="A" if told else "M",
    )
    return [
        count_value("opened", len(opened)),
        rate,
        share_value("answered", answered, len(told)),
        *split_counts("opened", opened, SOURCE),
    ]
