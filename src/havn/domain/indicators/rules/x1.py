# SPDX-License-Identifier: Apache-2.0
"""X1, commitments on time: which part of the promises that fell due was kept by then."""

from __future__ import annotations

from havn.domain.indicators.rules.definition import (
    Definition,
    Direction,
    Measure,
    MeasureKind,
    Value,
)
from havn.domain.indicators.rules.history import History
from havn.domain.indicators.rules.period import Period
from havn.domain.indicators.rules.shares import count_value, share_value, split_shares
from havn.domain.indicators.rules.targets import TARGET, target_of
from havn.lib.encoding import gettext_noop

DEFINITION = Definition(
    id="X1",
    version=1,
    numeric_id="0.0.1",
    target=0,
    goal="G0.0",
    name=gettext_noop("Commitments on time"),
    definition=gettext_noop(
        "Of the commitments that fell due in the year, the share achieved by their due date; those "
        "that were withdrawn are shown apart and not taken out."
    ),
    rationale=gettext_noop("A promise is worth what is kept of it."),
    pitfalls=gettext_noop(
        "Easy promises are easy to keep. A date that is moved after the due day does not count: the "
        "first due date does."
    ),
    computation=gettext_noop(
        "Commitments with commitment_achieved not later than their first commitment_due, divided by "
        "those whose first commitment_due lies in the year."
    ),
    cohort=gettext_noop("Commitments that first fell due in the year."),
    unit=gettext_noop("per cent"),
    direction=Direction.UP,
    frequency="Y",
    facts=("commitment_due", "commitment_achieved"),
    measures=(
        Measure("on_time", gettext_noop("On time"), gettext_noop("per cent"), MeasureKind.SHARE),
        Measure(
            "withdrawn",
            gettext_noop("Withdrawn"),
            gettext_noop("commitments"),
            direction=Direction.NONE,
        ),
    ),
    breakdowns=(TARGET,),
    suppression_class="N",
    suppression_group="commitments",
    related=("X2",),
)


def compute(history: History, period: Period) -> list[Value]:
    """Return the shares of the period."""
    cohort = [
        (story, target_of(story.due[2]))
        for story in history.commitments.values()
        if story.due and period.holds(story.due[0])
    ]
    cases = [
        (
            target,
            story.achieved_at is not None
            and story.due_at is not None
            and story.achieved_at <= story.due_at,
        )
        for story, target in cohort
    ]
    return [
        share_value("on_time", sum(is_hit for _, is_hit in cases), len(cases)),
        count_value("withdrawn", sum(story.is_withdrawn for story, _ in cohort)),
        *split_shares("on_time", cases, TARGET),
    ]
