# SPDX-License-Identifier: Apache-2.0
"""V08, leads answered: which part of the leads to police gets an answer within thirty days."""

from __future__ import annotations

from datetime import timedelta

from havn.domain.indicators.rules.definition import (
    CALENDAR_OF_POLICE_WORK,
    Definition,
    Direction,
    Measure,
    MeasureKind,
    Value,
)
from havn.domain.indicators.rules.history import History
from havn.domain.indicators.rules.period import Period
from havn.domain.indicators.rules.shares import LEAST_DENOMINATOR, share_value
from havn.lib.encoding import gettext_noop

WINDOW = timedelta(days=30)

DEFINITION = Definition(
    id="V08",
    version=1,
    numeric_id="1.1.8",
    target=1,
    goal="G1.1",
    name=gettext_noop("Leads answered"),
    definition=gettext_noop(
        "The share of leads handed to police that they answer within 30 days."
    ),
    rationale=gettext_noop("A lead that nobody answers may lie unread."),
    pitfalls=gettext_noop(
        "That nothing was found is an answer and counts. How good the answer is cannot be seen. "
        "Which country sent a lead is never published."
    ),
    computation=gettext_noop(
        "Leads with lead_answered at most 30 days after the first lead_received, divided by those "
        "whose 30 days have ended at the freeze."
    ),
    cohort=gettext_noop("Leads first received in the period whose 30 days have ended."),
    unit=gettext_noop("per cent"),
    direction=Direction.UP,
    frequency="Q",
    facts=("lead_received", "lead_answered"),
    measures=(
        Measure(
            "within_30d",
            gettext_noop("Answered within 30 days"),
            gettext_noop("per cent"),
            MeasureKind.SHARE,
        ),
    ),
    calendar=CALENDAR_OF_POLICE_WORK,
    suppression_class="O",
    suppression_group="leads",
    min_denominator=LEAST_DENOMINATOR,
    related=("P03",),
)


def compute(history: History, period: Period) -> list[Value]:
    """Return the unprotected share of the period's cohort."""
    cohort = [
        (start, story.lead_answered_at)
        for story in history.items_of("lead_received_at", period)
        if (start := story.lead_received_at) and start + WINDOW <= history.as_of
    ]
    answered = sum(at is not None and at <= start + WINDOW for start, at in cohort)
    return [share_value("within_30d", answered, len(cohort))]
