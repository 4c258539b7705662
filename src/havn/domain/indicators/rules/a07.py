# SPDX-License-Identifier: Apache-2.0
"""A07, form completed: for how many of the forms that were begun a report arrived."""

from __future__ import annotations

from collections import Counter

from havn.domain.indicators.rules.codes import LANGUAGE
from havn.domain.indicators.rules.definition import (
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
from havn.domain.indicators.rules.shares import LEAST_DENOMINATOR, share_value
from havn.lib.encoding import gettext_noop

WEB = "web"

DEFINITION = Definition(
    id="A07",
    version=1,
    numeric_id="3.1.7",
    target=3,
    goal="G3.1",
    name=gettext_noop("Form completed"),
    definition=gettext_noop(
        "Reports that came by the public form, for each hundred times that the form was begun."
    ),
    rationale=gettext_noop("A form that people give up on loses reports."),
    pitfalls=gettext_noop(
        "Giving up can be right, for instance because a helpline was chosen instead. Both are plain "
        "counters of one period: nobody is followed from one to the other."
    ),
    computation=gettext_noop(
        "Facts report_received by web divided by the sum of form_started, both of the period."
    ),
    cohort=gettext_noop("Forms begun, and reports received by the form, in the period."),
    unit=gettext_noop("per cent"),
    direction=Direction.UP,
    frequency="Q",
    facts=("form_started", "report_received"),
    measures=(
        Measure(
            "completed",
            gettext_noop("Completed"),
            gettext_noop("per cent"),
            MeasureKind.SHARE,
            may_pass_whole=True,
        ),
    ),
    breakdowns=(LANGUAGE,),
    suppression_class="C",
    suppression_group="reports",
    min_denominator=LEAST_DENOMINATOR,
    same_as=(
        SameCount(
            "completed",
            CountPart.NUMERATOR,
            "R01",
            "received",
            CountPart.VALUE,
            other_breakdown="channel",
            other_code=WEB,
        ),
        SameCount(
            "completed", CountPart.NUMERATOR, "R01", "received", CountPart.VALUE, LANGUAGE.name
        ),
    ),
    related=("A06", "R01"),
)


def compute(history: History, period: Period) -> list[Value]:
    """Return the unprotected shares of the period."""
    arrived: Counter[str] = Counter()
    for (channel, language, *_rest), number in history.counted("report_received", period).items():
        arrived[code_of(language, LANGUAGE)] += number * (channel == WEB)
    begun: Counter[str] = Counter()
    for language, number in history.counted("form_started", period).items():
        begun[code_of(language, LANGUAGE)] += number
    return [share_value("completed", arrived.total(), begun.total())] + [
        share_value("completed", arrived[code], begun[code], LANGUAGE.name, code)
        for code in LANGUAGE.codes
    ]
