# SPDX-License-Identifier: Apache-2.0
"""A03, knows where to report: which part of those asked names a right way."""

from __future__ import annotations

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

LEAST_ANSWERS = 50
AFTER = frozenset({"after", "single"})

DEFINITION = Definition(
    id="A03",
    version=1,
    numeric_id="3.1.3",
    target=3,
    goal="G3.1",
    name=gettext_noop("Knows where to report"),
    definition=gettext_noop(
        "The share of those asked in the year who name at least one right way to report."
    ),
    rationale=gettext_noop("Who does not know where to report does not report."),
    pitfalls=gettext_noop(
        "A list to tick from lifts the share: whether people were given one is kept with each survey "
        "and must be told with the figure. Surveys before a campaign are left out."
    ),
    computation=gettext_noop(
        "Right answers divided by answers, over the facts survey_wave of the year with the topic "
        "reporting that were not taken before a campaign."
    ),
    cohort=gettext_noop("Surveys taken in the year."),
    unit=gettext_noop("per cent"),
    direction=Direction.UP,
    frequency="Y",
    facts=("survey_wave",),
    measures=(
        Measure(
            "knows", gettext_noop("Names a right way"), gettext_noop("per cent"), MeasureKind.SHARE
        ),
    ),
    breakdowns=(AUDIENCE,),
    suppression_class="P",
    suppression_group="surveys_reporting",
    min_denominator=LEAST_ANSWERS,
    is_declared=True,
    related=("A02", "R01"),
)


def compute(history: History, period: Period) -> list[Value]:
    """Return the unprotected shares of the period."""
    found = [
        (code_of(wave.audience, AUDIENCE), wave.right, wave.answers)
        for story in history.campaigns.values()
        for wave in story.waves
        if period.holds(wave.at)
        and wave.topic == "reporting"
        and wave.wave in AFTER
        and wave.right is not None
    ]
    values = [share_value("knows", sum(each[1] for each in found), sum(each[2] for each in found))]
    for code in AUDIENCE.codes:
        of_code = [each for each in found if each[0] == code]
        right, answers = sum(each[1] for each in of_code), sum(each[2] for each in of_code)
        values.append(share_value("knows", right, answers, AUDIENCE.name, code))
    return values
