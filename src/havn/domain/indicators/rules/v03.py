# SPDX-License-Identifier: Apache-2.0
"""V03, yearly growth: by how much the number of identified victims changed (goal G1.1)."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from havn.domain.indicators.rules.definition import (
    CountPart,
    Definition,
    Direction,
    Measure,
    MeasureKind,
    SameCount,
    Value,
)
from havn.domain.indicators.rules.history import History
from havn.domain.indicators.rules.period import Period, Year
from havn.domain.indicators.rules.shares import LEAST_DENOMINATOR, rounded, statistic_value
from havn.lib.encoding import gettext_noop

YEARS = 3

DEFINITION = Definition(
    id="V03",
    version=1,
    numeric_id="1.1.3",
    target=1,
    goal="G1.1",
    name=gettext_noop("Yearly growth of identified victims"),
    definition=gettext_noop(
        "By how much per cent more victims were identified than in the year before, and the mean of "
        "the last three yearly changes."
    ),
    rationale=gettext_noop("The Alliance's goal is growth of at least ten per cent a year."),
    pitfalls=gettext_noop(
        "Small numbers swing widely, so the base must be at least 20 victims. Growth may mean more "
        "identification or more abuse."
    ),
    computation=gettext_noop(
        "V01 of the year minus V01 of the year before, divided by V01 of the year before; the mean "
        "is that of three such changes in a row."
    ),
    cohort=gettext_noop("Victims first identified in the year, and in the years before."),
    unit=gettext_noop("per cent"),
    direction=Direction.UP,
    frequency="Y",
    facts=("victim_identified",),
    measures=(
        Measure(
            "growth",
            gettext_noop("Change against the year before"),
            gettext_noop("per cent"),
            MeasureKind.GAIN,
            is_additive=False,
        ),
        Measure(
            "growth_3y",
            gettext_noop("Mean of the last three changes"),
            gettext_noop("per cent"),
            MeasureKind.STATISTIC,
            is_additive=False,
        ),
    ),
    suppression_class="P",
    suppression_group="victims",
    min_denominator=LEAST_DENOMINATOR,
    same_as=(SameCount("growth", CountPart.NUMERATOR, "V01", "identified", CountPart.VALUE),),
    related=("V01",),
    compare_with=(gettext_noop("The Alliance's goal G1.1: at least 10 % a year."),),
)


def compute(history: History, period: Period) -> list[Value]:
    """Return the unprotected changes; empty where a base is zero, or for a period that is no year."""
    counts = _counts(history, period)
    now, base = counts[0], counts[1]
    changes = [
        Fraction(100 * (one - before), before) if before else None
        for one, before in pairwise(counts)
    ]
    growth = Value(
        measure="growth",
        value=None if changes[0] is None else rounded(changes[0]),
        numerator=now,
        denominator=base,
        obs_status="A" if base else "M",
    )
    known = [change for change in changes if change is not None]
    mean = sum(known, Fraction()) / YEARS if len(known) == YEARS else None
    return [growth, statistic_value("growth_3y", mean, min(counts[1:]))]


def _counts(history: History, period: Period) -> list[int]:
    """Return how many were identified in the year, and in each of the three before it."""
    years = [Year(period.year - back) for back in range(YEARS + 1)]
    identified = [story.identified_at for story in history.victims.values()]
    return [sum(at is not None and year.holds(at) for at in identified) for year in years]
