# SPDX-License-Identifier: Apache-2.0
"""V06, support offered: which part of the identified victims is offered help within thirty days."""

from __future__ import annotations

from datetime import timedelta

from havn.domain.indicators.rules.codes import OPEN_ENDED
from havn.domain.indicators.rules.definition import (
    Breakdown,
    CountPart,
    Definition,
    Direction,
    Measure,
    MeasureKind,
    SameCount,
    Value,
    code_of,
)
from havn.domain.indicators.rules.history import History
from havn.domain.indicators.rules.period import Period
from havn.domain.indicators.rules.shares import LEAST_DENOMINATOR, share_value
from havn.lib.encoding import gettext_noop

WINDOW = timedelta(days=30)
SUPPORT = Breakdown(
    "support",
    gettext_noop("Kind of support"),
    {
        "medical": gettext_noop("Medical care"),
        "counselling": gettext_noop("Counselling"),
        "legal": gettext_noop("Legal help"),
        "housing": gettext_noop("A safe place to live"),
        "school": gettext_noop("School and education"),
        **OPEN_ENDED,
    },
    is_partition=False,
    splits_numerator=True,
)

DEFINITION = Definition(
    id="V06",
    version=1,
    numeric_id="1.1.6",
    target=1,
    goal="G1.1",
    name=gettext_noop("Support offered"),
    definition=gettext_noop(
        "The share of identified victims to whom support is offered within 30 days, and of those "
        "the share that has taken some."
    ),
    rationale=gettext_noop("Help that nobody offers cannot be taken."),
    pitfalls=gettext_noop(
        "Refusing help is a right, so the accepted share has no better direction. Help must never "
        "depend on whether the victim works with police. One victim may be offered several kinds."
    ),
    computation=gettext_noop(
        "Victims with support_offered at most 30 days after the first victim_identified (or before "
        "it), divided by those whose 30 days have ended at the freeze; accepted: those of them with "
        "any support_given."
    ),
    cohort=gettext_noop("Victims first identified in the year whose 30 days have ended."),
    unit=gettext_noop("per cent"),
    direction=Direction.UP,
    frequency="Y",
    facts=("support_offered", "support_given", "victim_identified"),
    measures=(
        Measure(
            "offered",
            gettext_noop("Offered within 30 days"),
            gettext_noop("per cent"),
            MeasureKind.SHARE,
        ),
        Measure(
            "accepted",
            gettext_noop("Of these, accepted"),
            gettext_noop("per cent"),
            MeasureKind.SHARE,
            Direction.NONE,
        ),
    ),
    breakdowns=(SUPPORT,),
    suppression_class="P",
    suppression_group="victims",
    min_denominator=LEAST_DENOMINATOR,
    same_as=(
        SameCount("offered", CountPart.DENOMINATOR, "V01", "identified", CountPart.VALUE),
        SameCount("accepted", CountPart.DENOMINATOR, "V06", "offered", CountPart.NUMERATOR),
    ),
    related=("V01", "V05"),
)


def compute(history: History, period: Period) -> list[Value]:
    """Return the unprotected shares of the period's cohort."""
    cohort = [
        (story, [code_of(kind, SUPPORT) for at, kind in story.offers if at <= start + WINDOW])
        for story in history.victims.values()
        if (start := story.identified_at)
        and period.holds(start)
        and start + WINDOW <= history.as_of
    ]
    offered = [story for story, kinds in cohort if kinds]
    accepted = sum(story.given_at is not None for story in offered)
    values = [
        share_value("offered", len(offered), len(cohort)),
        share_value("accepted", accepted, len(offered)),
    ]
    return values + [
        share_value(
            "offered", sum(code in kinds for _, kinds in cohort), len(cohort), SUPPORT.name, code
        )
        for code in SUPPORT.codes
    ]
