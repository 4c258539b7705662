# SPDX-License-Identifier: Apache-2.0
"""A05, reports from children: of the reports that say an age, which part is under 18."""

from __future__ import annotations

from collections import Counter

from havn.domain.indicators.rules.codes import AGES, CHANNEL, UNDER_18
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

DEFINITION = Definition(
    id="A05",
    version=1,
    numeric_id="3.1.5",
    target=3,
    goal="G3.1",
    name=gettext_noop("Reports from children"),
    definition=gettext_noop(
        "Of the reports in which the person says how old they are, the share of those under 18."
    ),
    rationale=gettext_noop("Shows whether children themselves find the way."),
    pitfalls=gettext_noop(
        "The question may be left out, and many do. A higher share can mean more trust or more harm."
    ),
    computation=gettext_noop(
        "Facts report_received of the period with an age under 18, divided by those with any age."
    ),
    cohort=gettext_noop("Reports received in the period that say an age."),
    unit=gettext_noop("per cent"),
    classification=gettext_noop("Age as in SDMX"),
    direction=Direction.NONE,
    frequency="Q",
    facts=("report_received",),
    measures=(
        Measure("under_18", gettext_noop("Under 18"), gettext_noop("per cent"), MeasureKind.SHARE),
    ),
    breakdowns=(CHANNEL,),
    suppression_class="P",
    suppression_group="reports",
    min_denominator=LEAST_DENOMINATOR,
    same_as=(
        SameCount("under_18", CountPart.DENOMINATOR, "R01", "received", CountPart.VALUE),
        SameCount(
            "under_18", CountPart.DENOMINATOR, "R01", "received", CountPart.VALUE, CHANNEL.name
        ),
    ),
    related=("R01",),
)


def compute(history: History, period: Period) -> list[Value]:
    """Return the unprotected shares of the period."""
    children: Counter[str] = Counter()
    anybody: Counter[str] = Counter()
    for (channel, _language, _kind, age, _is_duplicate), number in history.counted(
        "report_received", period
    ).items():
        if age in AGES:
            code = code_of(channel, CHANNEL)
            anybody[code] += number
            children[code] += number * (age in UNDER_18)
    return [share_value("under_18", children.total(), anybody.total())] + [
        share_value("under_18", children[code], anybody[code], CHANNEL.name, code)
        for code in CHANNEL.codes
    ]
