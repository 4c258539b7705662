# SPDX-License-Identifier: Apache-2.0
"""A02, knowledge gain: by how much more people answer rightly after a campaign than before it."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from havn.domain.indicators.rules.codes import AUDIENCE, TOPIC
from havn.domain.indicators.rules.definition import (
    Definition,
    Direction,
    Measure,
    MeasureKind,
    Value,
    code_of,
)
from havn.domain.indicators.rules.history import History
from havn.domain.indicators.rules.intervals import difference
from havn.domain.indicators.rules.outreach import CampaignStory, Wave
from havn.domain.indicators.rules.period import Period
from havn.domain.indicators.rules.shares import rounded, share_value
from havn.lib.encoding import gettext_noop

LEAST_ANSWERS = 50
Pair = tuple[Wave, Wave]

DEFINITION = Definition(
    id="A02",
    version=1,
    numeric_id="3.1.2",
    target=3,
    goal="G3.1",
    name=gettext_noop("Knowledge gain"),
    definition=gettext_noop(
        "By how many points the share of right answers to the same question is higher right after a "
        "campaign than right before it, with the interval in which it lies in 95 of 100 such surveys."
    ),
    rationale=gettext_noop("Shows whether people learn what the campaign wants to tell."),
    pitfalls=gettext_noop(
        "The two groups may differ, and the first survey teaches too. Without a group that did not "
        "see the campaign this is a change, not an effect of the campaign."
    ),
    computation=gettext_noop(
        "Right answers divided by answers after, minus the same before, of the facts survey_wave of the campaigns "
        "with both waves (the last of each) for one topic and audience; interval after Newcombe, "
        "from two intervals after Wilson."
    ),
    cohort=gettext_noop("Campaigns whose last wave after it lies in the year."),
    unit=gettext_noop("points"),
    direction=Direction.UP,
    frequency="Y",
    facts=("survey_wave",),
    measures=(
        Measure(
            "before",
            gettext_noop("Right answers before"),
            gettext_noop("per cent"),
            MeasureKind.SHARE,
            Direction.NONE,
        ),
        Measure(
            "after",
            gettext_noop("Right answers after"),
            gettext_noop("per cent"),
            MeasureKind.SHARE,
            Direction.NONE,
        ),
        Measure("gain", gettext_noop("Gain"), gettext_noop("points"), MeasureKind.GAIN),
        Measure(
            "gain_from",
            gettext_noop("Gain, lower end of the interval"),
            gettext_noop("points"),
            MeasureKind.GAIN,
        ),
        Measure(
            "gain_to",
            gettext_noop("Gain, upper end of the interval"),
            gettext_noop("points"),
            MeasureKind.GAIN,
        ),
    ),
    breakdowns=(AUDIENCE, TOPIC),
    suppression_class="P",
    suppression_group="surveys_gain",
    min_denominator=LEAST_ANSWERS,
    is_declared=True,
    related=("A01", "A03"),
    compare_with=(
        gettext_noop(
            "The United Kingdom's evaluation of 2015 asked after the campaign only, so it has no gain."
        ),
    ),
)


def compute(history: History, period: Period) -> list[Value]:
    """Return the unprotected shares and gains of the period."""
    pairs = [
        pair
        for story in history.campaigns.values()
        for pair in pairs_of(story)
        if period.holds(pair[1].at)
    ]
    values = _values(pairs)
    for code in AUDIENCE.codes:
        found = (pair for pair in pairs if code_of(pair[1].audience, AUDIENCE) == code)
        values += _values(found, AUDIENCE.name, code)
    for code in TOPIC.codes:
        found = (pair for pair in pairs if code_of(pair[1].topic, TOPIC) == code)
        values += _values(found, TOPIC.name, code)
    return values


def pairs_of(story: CampaignStory) -> list[Pair]:
    """Return the last wave before and the last after, for each topic and audience that has both."""
    last: dict[tuple[str, str, str], Wave] = {}
    for wave in story.waves:
        key = (wave.topic, wave.audience, wave.wave)
        if wave.right is not None and (key not in last or _order(wave) > _order(last[key])):
            last[key] = wave
    return [
        (before, after)
        for (topic, audience, name), after in last.items()
        if name == "after" and (before := last.get((topic, audience, "before")))
    ]


def _order(wave: Wave) -> tuple[object, ...]:
    return (wave.at, wave.answers, wave.right)


def _values(pairs: Iterable[Pair], breakdown: str = "", code: str = "") -> list[Value]:
    right, answers = [0, 0], [0, 0]
    for pair in pairs:
        for place, wave in enumerate(pair):
            right[place] += wave.right or 0
            answers[place] += wave.answers
    shares = [
        share_value(name, right[place], answers[place], breakdown, code)
        for place, name in enumerate(("before", "after"))
    ]
    gains: list[Decimal | None] = [None, None, None]
    if all(answers):
        gain, low, high = difference((right[1], answers[1]), (right[0], answers[0]))
        gains = [rounded(Fraction(100 * each)) for each in (gain, low, high)]
    return shares + [
        Value(
            measure=name,
            breakdown=breakdown,
            code=code,
            value=value,
            denominator=min(answers),
            obs_status="M" if value is None else "A",
        )
        for name, value in zip(("gain", "gain_from", "gain_to"), gains, strict=True)
    ]
