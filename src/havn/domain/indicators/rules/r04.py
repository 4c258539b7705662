# SPDX-License-Identifier: Apache-2.0
"""R04, notice to removal: how long what is hosted here stays up after the first notice."""

from __future__ import annotations

from havn.domain.indicators.rules.definition import (
    CountPart,
    Definition,
    Direction,
    SameCount,
    Value,
)
from havn.domain.indicators.rules.durations import HOURS, quantile_values, span_until
from havn.domain.indicators.rules.history import History
from havn.domain.indicators.rules.items import HERE
from havn.domain.indicators.rules.period import Period
from havn.domain.indicators.rules.survival import LEAST_FOR_MEDIAN
from havn.lib.encoding import gettext_noop

DEFINITION = Definition(
    id="R04",
    version=1,
    numeric_id="4.2.4",
    target=4,
    goal="G4.2",
    name=gettext_noop("Time from notice to removal"),
    definition=gettext_noop(
        "How many hours pass from the first notice to a provider in this country until the item is "
        "removed. Items that are still up are part of the figure."
    ),
    rationale=gettext_noop("Shows how fast providers in this country act."),
    pitfalls=gettext_noop(
        "The interval between checks is the floor of the precision. There is no breakdown by "
        "provider or kind of service, because no fact names them yet. Where R20 is below 90 per "
        "cent, too many checks came late for this figure to be relied on."
    ),
    computation=gettext_noop(
        "Quantiles by Kaplan and Meier from the first notice_sent to item_removed, of items that "
        "item_traced found here, censored at the freeze."
    ),
    cohort=gettext_noop("Items hosted here whose first notice was sent in the period."),
    unit=gettext_noop("hours"),
    direction=Direction.DOWN,
    frequency="Q",
    facts=("notice_sent", "item_traced", "item_removed", "item_reappeared"),
    measures=HOURS.measures(
        gettext_noop("Half removed within"), gettext_noop("Nine in ten removed within")
    ),
    suppression_class="C",
    suppression_group="notices",
    min_denominator=LEAST_FOR_MEDIAN,
    same_as=(SameCount("median_hours", CountPart.STARTED, "R18", "notices", CountPart.VALUE),),
    related=("R05", "R06", "R20"),
    compare_with=(
        gettext_noop("NCMEC notices 2024: a little over 3 days on average (other base)."),
    ),
)


def compute(history: History, period: Period) -> list[Value]:
    """Return the unprotected values of the period's cohort, followed until the freeze."""
    spans = [
        span_until(start, story.removed_after(start), history.as_of)
        for story in history.items_of("notified_at", period)
        if story.hosting == HERE and (start := story.notified_at)
    ]
    return quantile_values(spans)
