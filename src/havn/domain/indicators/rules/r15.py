# SPDX-License-Identifier: Apache-2.0
"""R15, hits acted on: in how many of the hits that partners tell of something was done."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

from havn.domain.indicators.rules.codes import OPEN_ENDED
from havn.domain.indicators.rules.definition import (
    OTHER,
    Breakdown,
    Definition,
    Direction,
    Measure,
    MeasureKind,
    Value,
    code_of,
)
from havn.domain.indicators.rules.history import History
from havn.domain.indicators.rules.period import Period
from havn.domain.indicators.rules.shares import (
    LEAST_DENOMINATOR,
    share_value,
    split_shares,
    statistic_value,
)
from havn.lib.encoding import gettext_noop

NOTHING = frozenset({"", "none"})
ACTION = Breakdown(
    "action",
    gettext_noop("What was done"),
    {
        "removed": gettext_noop("Removed"),
        "reported": gettext_noop("Reported to an authority"),
        "blocked": gettext_noop("Upload stopped"),
        OTHER: gettext_noop("Other"),
    },
    splits_numerator=True,
)
KIND = Breakdown(
    "kind",
    gettext_noop("Kind of match"),
    {
        "exact": gettext_noop("Exact"),
        "near": gettext_noop("By likeness"),
        **OPEN_ENDED,
    },
)

DEFINITION = Definition(
    id="R15",
    version=1,
    numeric_id="4.1.15",
    target=4,
    goal="G4.1",
    name=gettext_noop("Hits acted on"),
    definition=gettext_noop(
        "Of the hits that partners told of in the period, the share on which they acted; and how "
        "many hits each partner that told of any had."
    ),
    rationale=gettext_noop("A hit helps only when something follows."),
    pitfalls=gettext_noop(
        "A few large partners decide the figure: the number of partners stands beside it. A hit "
        "that does not say what was done counts as not acted on."
    ),
    computation=gettext_noop(
        "Facts hit_reported of the period with an action other than none, divided by all of them; "
        "all of them divided by the partners that wrote any."
    ),
    cohort=gettext_noop("Hits told of in the period."),
    unit=gettext_noop("per cent"),
    direction=Direction.UP,
    frequency="Q",
    facts=("hit_reported",),
    measures=(
        Measure("acted", gettext_noop("Acted on"), gettext_noop("per cent"), MeasureKind.SHARE),
        Measure(
            "per_partner",
            gettext_noop("Hits for each active partner"),
            gettext_noop("hits"),
            MeasureKind.STATISTIC,
            Direction.NONE,
            is_additive=False,
        ),
    ),
    breakdowns=(ACTION, KIND),
    suppression_class="C",
    suppression_group="hits",
    min_denominator=LEAST_DENOMINATOR,
    related=("R14",),
)


def compute(history: History, period: Period) -> list[Value]:
    """Return the unprotected shares of the period."""
    by_partner = [
        [hit for hit in story.hits if period.holds(hit[0])] for story in history.partners.values()
    ]
    hits = [hit for found in by_partner for hit in found]
    active = sum(bool(found) for found in by_partner)
    actions = Counter(code_of(action, ACTION) for _, action, _ in hits if action not in NOTHING)
    return [
        share_value("acted", actions.total(), len(hits)),
        statistic_value("per_partner", Fraction(len(hits), active) if active else None, active),
        *(
            share_value("acted", actions[code], len(hits), ACTION.name, code)
            for code in ACTION.codes
        ),
        *split_shares("acted", ((kind, action not in NOTHING) for _, action, kind in hits), KIND),
    ]
