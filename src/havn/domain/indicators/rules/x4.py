# SPDX-License-Identifier: Apache-2.0
"""X4, revised after publication: which part of the final figures turned out to be otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from havn.domain.indicators.rules.definition import (
    Breakdown,
    Definition,
    Direction,
    Measure,
    MeasureKind,
    Release,
    Value,
)
from havn.domain.indicators.rules.period import Period, Year
from havn.domain.indicators.rules.shares import share_value, split_shares
from havn.lib.encoding import gettext_noop

MOST_CHANGE = Decimal("0.05")
_NUMBERS = {"V": 9, "P": 12, "A": 8, "R": 20}
INDICATOR = Breakdown(
    "indicator",
    gettext_noop("Indicator"),
    {
        f"{letter}{number:02}": f"{letter}{number:02}"
        for letter, most in _NUMBERS.items()
        for number in range(1, most + 1)
    }
    | {name: name for name in ("X1", "X2")},
    is_complete=True,
)

DEFINITION = Definition(
    id="X4",
    version=1,
    numeric_id="0.0.4",
    target=0,
    goal="G0.0",
    name=gettext_noop("Revised after publication"),
    definition=gettext_noop(
        "Of the values about the year that were final, the share that would differ by more than five "
        "per cent if it were computed today."
    ),
    rationale=gettext_noop("A figure that keeps changing cannot be compared."),
    pitfalls=gettext_noop("Zero may mean that nobody checks."),
    computation=gettext_noop(
        "Values of final releases that differ by more than 5 per cent from the same value as known "
        "at the freeze, divided by all values of final releases about the year that have a number "
        "in both; of several final releases of a period the first counts."
    ),
    cohort=gettext_noop("Values about the year and its quarters in a final release."),
    unit=gettext_noop("per cent"),
    direction=Direction.DOWN,
    frequency="Y",
    facts=(),
    measures=(
        Measure(
            "revised",
            gettext_noop("Revised by more than 5 per cent"),
            gettext_noop("per cent"),
            MeasureKind.SHARE,
            is_additive=False,
        ),
    ),
    breakdowns=(INDICATOR,),
    suppression_class="N",
    suppression_group="revisions",
    related=("X3",),
)


def compute(
    period: Period,
    now: Mapping[Period, Mapping[str, Sequence[Value]]],
    earlier: Iterable[Release],
) -> list[Value]:
    """Return the shares, from the values as computed now and from earlier releases."""
    final: dict[Period, Release] = {}
    for release in sorted(earlier, key=lambda each: each.as_of):
        for about in release.figures:
            if _is_within(about, period) and release.is_final(about):
                final.setdefault(about, release)
    cases = []
    for about, release in final.items():
        for indicator, values in release.figures[about].items():
            known = {_key(value): value.value for value in now.get(about, {}).get(indicator, ())}
            for value in values:
                today = known.get(_key(value))
                if value.value is not None and today is not None and indicator in INDICATOR.codes:
                    is_other = abs(today - value.value) > MOST_CHANGE * abs(value.value)
                    cases.append((indicator, is_other))
    total = share_value("revised", sum(is_other for _, is_other in cases), len(cases))
    return [total, *split_shares("revised", cases, INDICATOR)]


def _is_within(about: Period, period: Period) -> bool:
    return about == period or (isinstance(period, Year) and about in period.quarters)


def _key(value: Value) -> tuple[str, str, str]:
    return (value.measure, value.breakdown, value.code)
