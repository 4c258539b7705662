# SPDX-License-Identifier: Apache-2.0
"""R06, removed in time: shares of notified items removed within a day, three days, a week."""

from __future__ import annotations

from datetime import datetime, timedelta

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
from havn.domain.indicators.rules.items import ItemStory
from havn.domain.indicators.rules.period import Period
from havn.domain.indicators.rules.shares import (
    LEAST_DENOMINATOR,
    share_value,
)
from havn.lib.encoding import gettext_noop

WINDOWS = {
    "within_24h": timedelta(hours=24),
    "within_72h": timedelta(hours=72),
    "within_7d": timedelta(days=7),
}

DEFINITION = Definition(
    id="R06",
    version=1,
    numeric_id="4.2.6",
    target=4,
    goal="G4.2",
    name=gettext_noop("Removed in time"),
    definition=gettext_noop(
        "The share of items that were removed within 24 hours, 72 hours and 7 days of the first "
        "notice to a provider, out of all items on which a notice was sent."
    ),
    rationale=gettext_noop("Shows whether notices work, in spans that are promised in public."),
    pitfalls=gettext_noop(
        "An item that cannot be reached is not yet removed. Published figures of other services "
        "have different bases and make no series with this one. There is no breakdown by provider "
        "or kind of service, because no fact names them yet."
    ),
    computation=gettext_noop(
        "Items removed at most so long after the first notice_sent, divided by the items whose "
        "span has ended at the freeze."
    ),
    cohort=gettext_noop(
        "Items whose first notice was sent in the period, for each span only those whose span "
        "has ended at the freeze."
    ),
    unit=gettext_noop("per cent"),
    classification="",
    direction=Direction.UP,
    frequency="Q",
    facts=("notice_sent", "item_removed", "item_reappeared"),
    measures=(
        Measure(
            "within_24h",
            gettext_noop("Removed within 24 hours"),
            gettext_noop("per cent"),
            MeasureKind.SHARE,
        ),
        Measure(
            "within_72h",
            gettext_noop("Removed within 72 hours"),
            gettext_noop("per cent"),
            MeasureKind.SHARE,
        ),
        Measure(
            "within_7d",
            gettext_noop("Removed within 7 days"),
            gettext_noop("per cent"),
            MeasureKind.SHARE,
        ),
    ),
    breakdowns=(),
    suppression_class="C",
    suppression_group="notices",
    nested=(tuple(WINDOWS),),
    same_as=tuple(
        SameCount(measure, CountPart.DENOMINATOR, "R18", "notices", CountPart.VALUE)
        for measure in WINDOWS
    ),
    min_denominator=LEAST_DENOMINATOR,
    related=("R05",),
    compare_with=(
        gettext_noop("INHOPE: 92 % within 7 days, Europe, first half of 2013 (other base)."),
    ),
)


def compute(history: History, period: Period) -> list[Value]:
    """Return the unprotected shares of the period's cohort, as known at the freeze."""
    noticed = [
        (story, start)
        for story in history.items_of("notified_at", period)
        if (start := story.notified_at)
    ]
    return [_share(noticed, measure, window, history.as_of) for measure, window in WINDOWS.items()]


def _share(
    noticed: list[tuple[ItemStory, datetime]], measure: str, window: timedelta, as_of: datetime
) -> Value:
    closed = [(story, start) for story, start in noticed if start + window <= as_of]
    in_time = 0
    for story, start in closed:
        removed_at = story.removed_after(start)
        in_time += removed_at is not None and removed_at <= start + window
    return share_value(measure, in_time, len(closed))
