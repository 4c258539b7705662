# SPDX-License-Identifier: Apache-2.0
"""R01, reports received: how many came in, duplicates shown apart."""

from __future__ import annotations

from collections import Counter

from havn.domain.indicators.rules.codes import CHANNEL, LANGUAGE, OPEN_ENDED
from havn.domain.indicators.rules.definition import (
    Breakdown,
    Definition,
    Direction,
    Measure,
    Value,
    code_of,
)
from havn.domain.indicators.rules.history import History
from havn.domain.indicators.rules.period import Period
from havn.domain.indicators.rules.shares import count_value
from havn.lib.encoding import gettext_noop

REPORTER_KIND = Breakdown(
    "reporter_kind",
    gettext_noop("Who reported"),
    {
        "public": gettext_noop("A member of the public"),
        "organisation": gettext_noop("An organisation"),
        "staff": gettext_noop("The hotline itself"),
        **OPEN_ENDED,
    },
)

DEFINITION = Definition(
    id="R01",
    version=1,
    numeric_id="4.2.1",
    target=4,
    goal="G4.2",
    name=gettext_noop("Reports received"),
    definition=gettext_noop(
        "The number of reports received in the period. A report on an address that was already "
        "being worked on is a duplicate: it counts here, is shown apart, and counts nowhere else."
    ),
    rationale=gettext_noop("Shows how much the hotline is used, and through which door."),
    pitfalls=gettext_noop(
        "More reports can mean more crime, more trust, or one automatic sender. The number of "
        "reports does not measure how common the crime is, how many children are harmed or how "
        "many cases there are."
    ),
    computation=gettext_noop("Count of the facts report_received whose time lies in the period."),
    cohort=gettext_noop("Reports received in the period."),
    unit=gettext_noop("reports"),
    classification="",
    direction=Direction.NONE,
    frequency="Q",
    facts=("report_received",),
    measures=(
        Measure("received", gettext_noop("Reports received"), gettext_noop("reports")),
        Measure("duplicates", gettext_noop("Of these, duplicates"), gettext_noop("reports")),
    ),
    breakdowns=(CHANNEL, LANGUAGE, REPORTER_KIND),
    suppression_class="C",
    suppression_group="reports",
    min_denominator=0,
    related=("R05", "R06"),
    compare_with=(),
)


def compute(history: History, period: Period) -> list[Value]:
    """Return the unprotected values of the period."""
    received = history.counted("report_received", period)
    duplicates = sum(number for told, number in received.items() if told[-1])
    values = [count_value("received", received.total()), count_value("duplicates", duplicates)]
    # The order of the breakdowns is that of the words which the history keeps.
    for place, breakdown in enumerate(DEFINITION.breakdowns):
        found: Counter[str] = Counter()
        for told, number in received.items():
            found[code_of(told[place], breakdown)] += number
        values += [
            count_value("received", found[code], breakdown.name, code) for code in breakdown.codes
        ]
    return values
