# SPDX-License-Identifier: Apache-2.0
"""V02, identified share: which part of the victims known by their images only got a name."""

from __future__ import annotations

from dataclasses import replace

from havn.domain.indicators.rules.codes import SOURCE
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
from havn.domain.indicators.rules.period import Period
from havn.domain.indicators.rules.shares import LEAST_DENOMINATOR, share_value, split_shares
from havn.lib.encoding import gettext_noop

ORIGIN = replace(SOURCE, name="origin")

DEFINITION = Definition(
    id="V02",
    version=1,
    numeric_id="1.1.2",
    target=1,
    goal="G1.1",
    name=gettext_noop("Identified share"),
    definition=gettext_noop(
        "Victims identified in the year, as a share of all who were on record and not yet identified "
        "at its start or came on record during it."
    ),
    rationale=gettext_noop("Shows whether identification keeps up with what is found."),
    pitfalls=gettext_noop(
        "Better recording of series nobody knew lowers the share. Who is identified at once, without "
        "having been on record before, counts as recorded on that day."
    ),
    computation=gettext_noop(
        "Victims whose first victim_identified lies in the year, divided by victims with a "
        "victim_recorded or victim_identified before its end and none identified before its start."
    ),
    cohort=gettext_noop("Victims not yet identified when the year began, or new in it."),
    unit=gettext_noop("per cent"),
    direction=Direction.UP,
    frequency="Y",
    facts=("victim_identified", "victim_recorded"),
    begins_with=("victim_identified", "victim_recorded"),
    measures=(
        Measure(
            "share",
            gettext_noop("Identified share"),
            gettext_noop("per cent"),
            MeasureKind.SHARE,
            is_additive=False,
        ),
    ),
    breakdowns=(ORIGIN,),
    suppression_class="P",
    suppression_group="victims",
    min_denominator=LEAST_DENOMINATOR,
    same_as=(SameCount("share", CountPart.NUMERATOR, "V01", "identified", CountPart.VALUE),),
    related=("V01", "V04"),
)


def compute(history: History, period: Period) -> list[Value]:
    """Return the unprotected shares of the period."""
    start, end = period.starts_at, period.ends_at
    cases = []
    for story in history.victims.values():
        entered_at, identified_at = story.entered_at, story.identified_at
        if entered_at is None or entered_at >= end:
            continue
        if identified_at is None or identified_at >= start:
            is_hit = identified_at is not None and identified_at < end
            cases.append((story.recorded_word("origin"), is_hit))
    total = share_value("share", sum(is_hit for _, is_hit in cases), len(cases))
    return [total, *split_shares("share", cases, ORIGIN)]
