# SPDX-License-Identifier: Apache-2.0
"""R08, reappeared: which part of the removed items came back within ninety days."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from fractions import Fraction

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
from havn.domain.indicators.rules.shares import LEAST_DENOMINATOR, share_value, statistic_value
from havn.lib.encoding import gettext_noop

WINDOW = timedelta(days=90)
WHERE = Breakdown(
    "where",
    gettext_noop("Where it came back"),
    {
        "same": gettext_noop("At the same address"),
        "other": gettext_noop("At another address"),
        **OPEN_ENDED,
    },
    splits_numerator=True,
)

DEFINITION = Definition(
    id="R08",
    version=1,
    numeric_id="4.2.8",
    target=4,
    goal="G4.2",
    name=gettext_noop("Reappeared"),
    definition=gettext_noop(
        "Of the items removed ninety days ago, the share that came back within those ninety days."
    ),
    rationale=gettext_noop("Removal that does not last starts the harm anew."),
    pitfalls=gettext_noop(
        "Only what is looked for is found: the number of checks for each item stands beside the "
        "share. Early facts do not say at which address an item came back."
    ),
    computation=gettext_noop(
        "Items with an item_reappeared after their first item_removed and at most 90 days later, "
        "divided by the items whose 90 days after the first item_removed ended in the period; checks: "
        "facts check_done of these items until the freeze."
    ),
    cohort=gettext_noop("Items whose 90 days after the first removal ended in the period."),
    unit=gettext_noop("per cent"),
    direction=Direction.DOWN,
    frequency="Q",
    facts=("item_removed", "item_reappeared", "check_done"),
    measures=(
        Measure(
            "within_90d",
            gettext_noop("Came back within 90 days"),
            gettext_noop("per cent"),
            MeasureKind.SHARE,
        ),
        Measure(
            "checks",
            gettext_noop("Checks for each item"),
            gettext_noop("checks"),
            MeasureKind.STATISTIC,
            Direction.NONE,
        ),
    ),
    breakdowns=(WHERE,),
    suppression_class="C",
    suppression_group="reappeared",
    min_denominator=LEAST_DENOMINATOR,
    same_as=(
        SameCount("checks", CountPart.DENOMINATOR, "R08", "within_90d", CountPart.DENOMINATOR),
    ),
    related=("R05", "R20"),
)


def compute(history: History, period: Period) -> list[Value]:
    """Return the unprotected shares of the period's cohort."""
    begin, end = period.starts_at - WINDOW, period.ends_at - WINDOW
    last = history.as_of - WINDOW
    cohort = [
        (story, removed_at)
        for story in history.items.values()
        if (removed_at := story.removed_at) is not None
        and begin <= removed_at < end
        and removed_at <= last
    ]
    found: Counter[str] = Counter()
    for story, removed_at in cohort:
        again = [each for each in story.reappearances if removed_at < each[0]]
        first = min(again, default=None)
        if first is not None and first[0] <= removed_at + WINDOW:
            found[code_of(first[1], WHERE)] += 1
    checks = sum(story.checks for story, _ in cohort)
    return [
        share_value("within_90d", found.total(), len(cohort)),
        statistic_value("checks", Fraction(checks, len(cohort)) if cohort else None, len(cohort)),
        *(
            share_value("within_90d", found[code], len(cohort), WHERE.name, code)
            for code in WHERE.codes
        ),
    ]
