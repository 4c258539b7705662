# SPDX-License-Identifier: Apache-2.0
"""P12, trained staff: which part of the people in post had training in the last two years."""

from __future__ import annotations

from datetime import datetime

from havn.domain.indicators.rules.codes import OPEN_ENDED
from havn.domain.indicators.rules.definition import (
    Breakdown,
    Definition,
    Direction,
    Measure,
    MeasureKind,
    Value,
)
from havn.domain.indicators.rules.history import History
from havn.domain.indicators.rules.period import Period
from havn.domain.indicators.rules.shares import LEAST_DENOMINATOR, share_value, split_shares
from havn.lib.encoding import gettext_noop

YEARS = 2
ROLE = Breakdown(
    "role",
    gettext_noop("Role"),
    {
        "analyst": gettext_noop("Analysts"),
        "police": gettext_noop("Police"),
        "prosecutor": gettext_noop("Prosecutors"),
        "judge": gettext_noop("Judges"),
        "child_protection": gettext_noop("Child protection"),
        **OPEN_ENDED,
    },
)

DEFINITION = Definition(
    id="P12",
    version=1,
    numeric_id="2.2.12",
    target=2,
    goal="G2.2",
    name=gettext_noop("Trained staff"),
    definition=gettext_noop(
        "Of the people in post at the end of the period, the share that had training on this subject "
        "in the 24 months before."
    ),
    rationale=gettext_noop("People who were trained find more, and bear it longer."),
    pitfalls=gettext_noop(
        "A short course counts like a long one. Where people come and go, training is lost with them. "
        "What lies outside the node is declared by the office."
    ),
    computation=gettext_noop(
        "People whose last staff_in_post before the end of the period has not ended and who have a "
        "staff_trained in the 24 months before that end, divided by all such people."
    ),
    cohort=gettext_noop("People in post at the end of the period."),
    unit=gettext_noop("per cent"),
    direction=Direction.UP,
    frequency="Y",
    facts=("staff_in_post", "staff_trained"),
    measures=(
        Measure(
            "trained",
            gettext_noop("Trained in the last 24 months"),
            gettext_noop("per cent"),
            MeasureKind.SHARE,
            is_additive=False,
        ),
    ),
    breakdowns=(ROLE,),
    suppression_class="P",
    suppression_group="staff",
    min_denominator=LEAST_DENOMINATOR,
    is_declared=True,
    compare_with=(
        gettext_noop(
            "INHOPE 2023: 404 people trained; Directive 2011/93/EU Art. 23(3) asks for it."
        ),
    ),
)


def compute(history: History, period: Period) -> list[Value]:
    """Return the unprotected shares at the end of the period."""
    end = period.ends_at
    since = datetime(end.year - YEARS, end.month, 1, tzinfo=end.tzinfo)
    cases = [
        (role, any(since <= at < end for at in story.trained))
        for story in history.staff.values()
        if (role := story.role_at(end)) is not None
    ]
    total = share_value("trained", sum(is_hit for _, is_hit in cases), len(cases))
    return [total, *split_shares("trained", cases, ROLE)]
