# SPDX-License-Identifier: Apache-2.0
"""X2, report on time: how many days after its deadline the national report was signed."""

from __future__ import annotations

from datetime import UTC, date
from fractions import Fraction

from havn.domain.indicators.rules.definition import (
    Definition,
    Direction,
    Measure,
    MeasureKind,
    Value,
    word,
)
from havn.domain.indicators.rules.history import History
from havn.domain.indicators.rules.period import Period
from havn.domain.indicators.rules.shares import statistic_value
from havn.lib.encoding import gettext_noop

DEFINITION = Definition(
    id="X2",
    version=1,
    numeric_id="0.0.2",
    target=0,
    goal="G0.0",
    name=gettext_noop("Report on time"),
    definition=gettext_noop(
        "How many days after its deadline the national report about the year was first signed; "
        "before the deadline the number is below zero."
    ),
    rationale=gettext_noop("Results that come late are compared late."),
    pitfalls=gettext_noop("A report can be early and empty."),
    computation=gettext_noop(
        "Day of the first national_report_signed about the year minus the deadline that it names."
    ),
    cohort=gettext_noop("The national report about the year."),
    unit=gettext_noop("days"),
    direction=Direction.DOWN,
    frequency="Y",
    facts=("national_report_signed",),
    measures=(
        Measure(
            "days",
            gettext_noop("Days after the deadline"),
            gettext_noop("days"),
            MeasureKind.STATISTIC,
            is_additive=False,
        ),
    ),
    suppression_class="N",
    suppression_group="reporting",
    related=("X3",),
)


def compute(history: History, period: Period) -> list[Value]:
    """Return the number of days; nothing where no report about the year is signed."""
    signed = [
        (story.signed[0], deadline)
        for story in history.national_reports.values()
        if story.signed
        and str(story.signed[2].get("year")) == str(period)
        and (deadline := _day(word(story.signed[2], "deadline")))
    ]
    if not signed:
        return [statistic_value("days", None, 0)]
    signed_at, deadline = min(signed)
    days = (signed_at.astimezone(UTC).date() - deadline).days
    return [statistic_value("days", Fraction(days), 1)]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
