# SPDX-License-Identifier: Apache-2.0
"""R05, report to removal: how long confirmed items stay reachable."""

from __future__ import annotations

from havn.domain.indicators.rules.codes import HOSTING
from havn.domain.indicators.rules.definition import (
    Definition,
    Direction,
    Measure,
    MeasureKind,
    Value,
)
from havn.domain.indicators.rules.durations import (
    quantile_values,
    span_until,
    split_quantiles,
)
from havn.domain.indicators.rules.history import History
from havn.domain.indicators.rules.period import Period
from havn.domain.indicators.rules.survival import LEAST_FOR_MEDIAN
from havn.lib.encoding import gettext_noop

DEFINITION = Definition(
    id="R05",
    version=1,
    numeric_id="4.2.5",
    target=4,
    goal="G4.2",
    name=gettext_noop("Time from report to removal"),
    definition=gettext_noop(
        "How long it takes from the report until a confirmed item is removed: half of the items "
        "are removed within the median, nine out of ten within the 90th percentile. An item is "
        "removed when two checks at least 24 hours apart find it gone; the first one counts. "
        "Items that are still reachable are part of the figure."
    ),
    rationale=gettext_noop("Every hour that material stays reachable harms the child again."),
    pitfalls=gettext_noop(
        "Depends on providers and authorities abroad, so items hosted here and abroad are shown "
        "apart. The interval between checks is the floor of the precision."
    ),
    computation=gettext_noop(
        "Quantiles by Kaplan and Meier from the first report, whose time item_assessed carries, to "
        "item_removed, censored at the freeze; a quantile that is not reached is empty and has a lower bound."
    ),
    cohort=gettext_noop("Confirmed items whose first report was received in the period."),
    unit=gettext_noop("hours"),
    classification="",
    direction=Direction.DOWN,
    frequency="Q",
    facts=("item_assessed", "item_traced", "item_removed", "item_reappeared"),
    measures=(
        Measure(
            "median_hours",
            gettext_noop("Half removed within"),
            gettext_noop("hours"),
            MeasureKind.QUANTILE,
        ),
        Measure(
            "p90_hours",
            gettext_noop("Nine in ten removed within"),
            gettext_noop("hours"),
            MeasureKind.QUANTILE,
        ),
    ),
    breakdowns=(HOSTING,),
    suppression_class="C",
    suppression_group="confirmed",
    min_denominator=LEAST_FOR_MEDIAN,
    related=("R06",),
    compare_with=(
        gettext_noop("INHOPE 2023: 2.5 days inside its network, 28 days outside (other bases)."),
    ),
)


def compute(history: History, period: Period) -> list[Value]:
    """Return the unprotected values of the period's cohort, followed until the freeze."""
    cohort = [
        (story.hosting, span_until(start, story.removed_after(start), history.as_of))
        for story, start in history.confirmed_of(period)
    ]
    values = quantile_values([span for _, span in cohort])
    return values + split_quantiles(cohort, HOSTING.name, HOSTING.codes)
