# SPDX-License-Identifier: Apache-2.0
"""A01, reach: which part of an audience a campaign reached."""

from __future__ import annotations

from collections import Counter

from havn.domain.indicators.rules.codes import AUDIENCE
from havn.domain.indicators.rules.definition import (
    Definition,
    Direction,
    Measure,
    MeasureKind,
    Value,
    code_of,
)
from havn.domain.indicators.rules.history import History
from havn.domain.indicators.rules.period import Period
from havn.domain.indicators.rules.shares import count_value, share_value
from havn.lib.encoding import gettext_noop

SURVEY = "survey"

DEFINITION = Definition(
    id="A01",
    version=1,
    numeric_id="3.1.1",
    target=3,
    goal="G3.1",
    name=gettext_noop("Reach"),
    definition=gettext_noop(
        "The share of the audience that says in a survey that it saw the campaigns of the year. How "
        "often advertisements were shown is kept apart."
    ),
    rationale=gettext_noop("A campaign that nobody sees changes nothing."),
    pitfalls=gettext_noop(
        "Advertisements shown are not persons. A sum over several campaigns counts a person once for "
        "each of them."
    ),
    computation=gettext_noop(
        "Sum of reach divided by sum of population over the facts campaign_run of the year counted "
        "by survey; shown: sum of reach over those counted any other way."
    ),
    cohort=gettext_noop("Campaigns whose run was told of in the year."),
    unit=gettext_noop("per cent"),
    direction=Direction.UP,
    frequency="Y",
    facts=("campaign_run",),
    measures=(
        Measure(
            "reached",
            gettext_noop("Reached"),
            gettext_noop("per cent"),
            MeasureKind.SHARE,
            may_pass_whole=True,
        ),
        Measure(
            "shown",
            gettext_noop("Times shown, by other counts"),
            gettext_noop("times"),
            direction=Direction.NONE,
        ),
    ),
    breakdowns=(AUDIENCE,),
    suppression_class="N",
    suppression_group="campaigns",
    is_declared=True,
    related=("A02", "A04"),
    compare_with=(
        gettext_noop(
            "Safer Internet Day, United Kingdom: 25 % of 11 to 16 (2015), 40 % of 8 to 17 (2016), 45 % (2018)."
        ),
    ),
)


def compute(history: History, period: Period) -> list[Value]:
    """Return the shares and counts of the period."""
    reached: Counter[str] = Counter()
    population: Counter[str] = Counter()
    shown: Counter[str] = Counter()
    for story in history.campaigns.values():
        for run in story.runs:
            if not period.holds(run.at):
                continue
            code = code_of(run.audience, AUDIENCE)
            if run.method == SURVEY:
                reached[code] += run.reached
                population[code] += run.population
            else:
                shown[code] += run.reached
    values = [
        share_value("reached", reached.total(), population.total()),
        count_value("shown", shown.total()),
    ]
    for code in AUDIENCE.codes:
        values.append(share_value("reached", reached[code], population[code], "audience", code))
        values.append(count_value("shown", shown[code], "audience", code))
    return values
