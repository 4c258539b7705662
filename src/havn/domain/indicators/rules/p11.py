# SPDX-License-Identifier: Apache-2.0
"""P11, legal criteria met: how much of what the treaties ask stands in this country's law."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from havn.domain.indicators.rules.codes import OPEN_ENDED
from havn.domain.indicators.rules.definition import (
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
from havn.domain.indicators.rules.shares import count_value, statistic_value
from havn.lib.encoding import gettext_noop

GROUP = Breakdown(
    "group",
    gettext_noop("Group of criteria"),
    {
        "offences": gettext_noop("Offences"),
        "procedure": gettext_noop("Procedure and jurisdiction"),
        "providers": gettext_noop("Duties of providers"),
        "protection": gettext_noop("Protection of victims"),
        "prevention": gettext_noop("Prevention"),
        **OPEN_ENDED,
    },
)
WEIGHTS = {"yes": Fraction(1), "partly": Fraction(1, 2), "no": Fraction(0)}
LEFT_OUT = frozenset({"l24"})
HALVES = frozenset({"l25_report", "l25_remove"})

DEFINITION = Definition(
    id="P11",
    version=1,
    numeric_id="2.1.11",
    target=2,
    goal="G2.1",
    name=gettext_noop("Legal criteria met"),
    definition=gettext_noop(
        "Of the criteria of law that were assessed by the end of the period, the share that is met; "
        "one that is met partly counts half."
    ),
    rationale=gettext_noop("What is not against the law in one country shelters there."),
    pitfalls=gettext_noop(
        "This is law on paper: an index found no link between having a law and people feeling that "
        "it is enforced. What is not known is counted apart and never as no."
    ),
    computation=gettext_noop(
        "(yes + half of partly) divided by the criteria with yes, partly or no, of the last "
        "criterion_assessed of each before the end of the period; L24 is left out, and the two halves "
        "of L25 weigh one half each."
    ),
    cohort=gettext_noop("Criteria as last assessed before the end of the period."),
    unit=gettext_noop("per cent"),
    direction=Direction.UP,
    frequency="Y",
    facts=("criterion_assessed",),
    measures=(
        Measure(
            "met",
            gettext_noop("Criteria met"),
            gettext_noop("per cent"),
            MeasureKind.STATISTIC,
            is_additive=False,
        ),
        Measure(
            "unknown",
            gettext_noop("Not known"),
            gettext_noop("criteria"),
            direction=Direction.NONE,
            is_additive=False,
        ),
    ),
    breakdowns=(GROUP,),
    suppression_class="N",
    suppression_group="law",
    compare_with=(
        gettext_noop(
            "ICMEC 2018: 118 of 196 countries with sufficient law; 140 on possession, 125 with a "
            "definition, 32 with a duty of providers to report."
        ),
    ),
)


def compute(history: History, period: Period) -> list[Value]:
    """Return the shares and what is not known, all together and by group."""
    found = [
        (code_of(group, GROUP), criterion, value)
        for story in history.criteria.values()
        if (last := story.last_before(period.ends_at))
        for criterion, group, value in [last]
        if criterion.lower() not in LEFT_OUT
    ]
    values = _values(found)
    for code in GROUP.codes:
        values += _values((each for each in found if each[0] == code), GROUP.name, code)
    return values


def _values(
    found: Iterable[tuple[str, str, str]], breakdown: str = "", code: str = ""
) -> list[Value]:
    met = weighed = Fraction()
    assessed = unknown = 0
    for _group, criterion, value in found:
        weight = Fraction(1, 2) if criterion.lower() in HALVES else Fraction(1)
        if value in WEIGHTS:
            assessed += 1
            weighed += weight
            met += weight * WEIGHTS[value]
        else:
            unknown += 1
    share = 100 * met / weighed if weighed else None
    return [
        statistic_value("met", share, assessed, breakdown, code),
        count_value("unknown", unknown, breakdown, code),
    ]
