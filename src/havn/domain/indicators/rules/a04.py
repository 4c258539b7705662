# SPDX-License-Identifier: Apache-2.0
"""A04, acted after: which part of those asked changed something or talked to somebody."""

from __future__ import annotations

from havn.domain.indicators.rules.a03 import AFTER, LEAST_ANSWERS
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
from havn.domain.indicators.rules.shares import share_value
from havn.lib.encoding import gettext_noop

DEFINITION = Definition(
    id="A04",
    version=1,
    numeric_id="3.1.4",
    target=3,
    goal="G3.1",
    name=gettext_noop("Acted after"),
    definition=gettext_noop(
        "The share of those asked after a campaign who say that they changed something or talked to "
        "somebody about it."
    ),
    rationale=gettext_noop("Knowing more is worth something when people do something with it."),
    pitfalls=gettext_noop("People say of themselves that they did more than they did."),
    computation=gettext_noop(
        "Those who acted divided by answers, over the facts survey_wave of the year that asked for "
        "it and were not taken before a campaign."
    ),
    cohort=gettext_noop("Surveys taken in the year that asked for it."),
    unit=gettext_noop("per cent"),
    direction=Direction.UP,
    frequency="Y",
    facts=("survey_wave",),
    measures=(
        Measure("acted", gettext_noop("Acted"), gettext_noop("per cent"), MeasureKind.SHARE),
    ),
    breakdowns=(AUDIENCE,),
    suppression_class="P",
    suppression_group="surveys_acted",
    min_denominator=LEAST_ANSWERS,
    is_declared=True,
    related=("A02",),
    compare_with=(
        gettext_noop("United Kingdom 2015: 32 % of those of 11 to 16 changed something."),
    ),
)


def compute(history: History, period: Period) -> list[Value]:
    """Return the unprotected shares of the period."""
    found = [
        (code_of(wave.audience, AUDIENCE), wave.acted, wave.answers)
        for story in history.campaigns.values()
        for wave in story.waves
        if period.holds(wave.at) and wave.wave in AFTER and wave.acted is not None
    ]
    values = [share_value("acted", sum(each[1] for each in found), sum(each[2] for each in found))]
    for code in AUDIENCE.codes:
        of_code = [each for each in found if each[0] == code]
        acted, answers = sum(each[1] for each in of_code), sum(each[2] for each in of_code)
        values.append(share_value("acted", acted, answers, AUDIENCE.name, code))
    return values
