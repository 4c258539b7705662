# SPDX-License-Identifier: Apache-2.0
"""X3, complete data: which part of the figures that a member owes it has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from havn.domain.indicators.rules.definition import (
    Definition,
    Direction,
    Measure,
    MeasureKind,
    Value,
)
from havn.domain.indicators.rules.shares import share_value, split_shares
from havn.domain.indicators.rules.targets import TARGET
from havn.lib.encoding import gettext_noop

DEFINITION = Definition(
    id="X3",
    version=1,
    numeric_id="0.0.3",
    target=0,
    goal="G0.0",
    name=gettext_noop("Complete data"),
    definition=gettext_noop(
        "Of the figures that the handbook asks for, the share that is there, final or provisional."
    ),
    rationale=gettext_noop("A gap in the figures can hide what they would say."),
    pitfalls=gettext_noop(
        "A figure that is hidden because it is small counts as there. A figure for which nothing "
        "happened that could be measured is not owed."
    ),
    computation=gettext_noop(
        "Values of all other indicators of the period that are collected, divided by all values "
        "except those with nothing to measure."
    ),
    cohort=gettext_noop("All figures of the period except X3 and X4."),
    unit=gettext_noop("per cent"),
    direction=Direction.UP,
    frequency="Y",
    facts=(),
    measures=(
        Measure(
            "complete",
            gettext_noop("Complete"),
            gettext_noop("per cent"),
            MeasureKind.SHARE,
            is_additive=False,
        ),
    ),
    breakdowns=(TARGET,),
    suppression_class="N",
    suppression_group="completeness",
    related=("X2", "X4"),
)


def compute(figures: Mapping[str, Sequence[Value]], targets: Mapping[str, int]) -> list[Value]:
    """Return the shares, from the values of the other indicators and the target of each."""
    cases = [
        (str(targets[indicator] or ""), value.obs_status != "L")
        for indicator, values in figures.items()
        for value in values
        if value.obs_status != "M"
    ]
    total = share_value("complete", sum(is_there for _, is_there in cases), len(cases))
    return [total, *split_shares("complete", cases, TARGET)]
