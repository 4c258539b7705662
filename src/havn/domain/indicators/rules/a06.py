# SPDX-License-Identifier: Apache-2.0
"""A06, helpline hand-offs: how often the way to a helpline was followed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from havn.domain.indicators.rules.codes import COUNTRY
from havn.domain.indicators.rules.definition import (
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

HELPLINE = replace(COUNTRY, title=gettext_noop("Country of the helpline"))

DEFINITION = Definition(
    id="A06",
    version=1,
    numeric_id="3.1.6",
    target=3,
    goal="G3.1",
    name=gettext_noop("Helpline hand-offs"),
    definition=gettext_noop(
        "How often somebody followed a link from the public pages to a helpline in the year."
    ),
    rationale=gettext_noop("Who needs to talk to somebody should find somebody."),
    pitfalls=gettext_noop(
        "Programs follow links too, and a call to the printed number is not seen. No visitor is "
        "followed and nothing is kept on a device."
    ),
    computation=gettext_noop("Sum of the facts helpline_followed of the year."),
    cohort=gettext_noop("Links followed in the year."),
    unit=gettext_noop("times"),
    classification="ISO 3166-1 alpha-2",
    direction=Direction.NONE,
    frequency="Y",
    facts=("helpline_followed",),
    measures=(Measure("followed", gettext_noop("Links followed"), gettext_noop("times")),),
    breakdowns=(HELPLINE,),
    suppression_class="C",
    suppression_group="helplines",
    related=("A07",),
    compare_with=(
        gettext_noop("116 111 runs in 23 states of the EU and 7 more countries (2022)."),
    ),
)


def compute(history: History, period: Period) -> list[Value]:
    """Return the unprotected counts of the period, by every country that has any."""
    found: Counter[str] = Counter()
    for country, number in history.counted("helpline_followed", period).items():
        found[code_of(country, HELPLINE)] += number
    return [count_value("followed", found.total())] + [
        count_value("followed", found[code], HELPLINE.name, code)
        for code in sorted(found)
        if found[code]
    ]
