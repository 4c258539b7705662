# SPDX-License-Identifier: Apache-2.0
"""R19, wrong notices: which part of the notices turned out to be about nothing illegal."""

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
from havn.domain.indicators.rules.shares import LEAST_DENOMINATOR, share_value
from havn.lib.encoding import gettext_noop

DEFINITION = Definition(
    id="R19",
    version=1,
    numeric_id="4.2.19",
    target=4,
    goal="G4.2",
    name=gettext_noop("Wrong notices"),
    definition=gettext_noop(
        "Of the items with a first notice in the period, the share that was later found not to be "
        "illegal, or whose assessment was taken back."
    ),
    rationale=gettext_noop("A wrong notice takes away what somebody may say."),
    pitfalls=gettext_noop(
        "Providers rarely argue, so few mistakes come to light. Single providers are not shown."
    ),
    computation=gettext_noop(
        "Items whose last item_assessed is later than the first notice_sent and does not confirm "
        "them, divided by items whose first notice_sent lies in the period."
    ),
    cohort=gettext_noop("Items whose first notice was sent in the period."),
    unit=gettext_noop("per cent"),
    direction=Direction.DOWN,
    frequency="Y",
    facts=("notice_sent", "item_assessed"),
    measures=(
        Measure(
            "wrong", gettext_noop("Wrong notices"), gettext_noop("per cent"), MeasureKind.SHARE
        ),
    ),
    suppression_class="C",
    suppression_group="notices",
    min_denominator=LEAST_DENOMINATOR,
    same_as=(SameCount("wrong", CountPart.DENOMINATOR, "R18", "notices", CountPart.VALUE),),
    related=("R18",),
)


def compute(history: History, period: Period) -> list[Value]:
    """Return the unprotected share of the period's cohort."""
    cohort = history.items_of("notified_at", period)
    wrong = sum(
        not story.is_confirmed and story.counted[0] > story.notified_at
        for story in cohort
        if story.notified_at
    )
    return [share_value("wrong", wrong, len(cohort))]
