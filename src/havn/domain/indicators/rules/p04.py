# SPDX-License-Identifier: Apache-2.0
"""P04, outcome of investigations: with what those closed in the year ended."""

from __future__ import annotations

from collections import Counter

from havn.domain.indicators.rules.codes import OPEN_ENDED
from havn.domain.indicators.rules.definition import (
    CALENDAR_OF_POLICE_WORK,
    Breakdown,
    CountPart,
    Definition,
    Direction,
    Measure,
    MeasureKind,
    SameCount,
    Value,
    code_of,
    word,
)
from havn.domain.indicators.rules.history import History
from havn.domain.indicators.rules.period import Period
from havn.domain.indicators.rules.shares import LEAST_DENOMINATOR, count_value, share_value
from havn.lib.encoding import gettext_noop

OUTCOME = Breakdown(
    "outcome",
    gettext_noop("How it ended"),
    {
        "charged": gettext_noop("Somebody was charged"),
        "transferred": gettext_noop("Handed to another country"),
        "no_suspect": gettext_noop("No suspect was found"),
        "evidence_gone": gettext_noop("The evidence was gone"),
        "not_offence": gettext_noop("Not an offence"),
        **OPEN_ENDED,
    },
    splits_numerator=True,
)

DEFINITION = Definition(
    id="P04",
    version=1,
    numeric_id="2.2.4",
    target=2,
    goal="G2.2",
    name=gettext_noop("Outcome of investigations"),
    definition=gettext_noop(
        "How many investigations were closed in the year, with which outcome, and how many are open "
        "at its end."
    ),
    rationale=gettext_noop(
        "Evidence that was gone before anybody could use it points to slow ways between countries."
    ),
    pitfalls=gettext_noop(
        "Closed is not solved. An investigation that is closed a second time counts with its last "
        "outcome and in the year of that."
    ),
    computation=gettext_noop(
        "Investigations whose last investigation_closed known at the freeze lies in the year, by its "
        "outcome; open: opened before the end of the year and not closed before it."
    ),
    cohort=gettext_noop("Investigations closed in the year."),
    unit=gettext_noop("per cent"),
    direction=Direction.NONE,
    frequency="Y",
    facts=("investigation_closed", "investigation_opened"),
    begins_with=("investigation_closed", "investigation_opened"),
    measures=(
        Measure("closed", gettext_noop("Closed"), gettext_noop("investigations")),
        Measure(
            "share",
            gettext_noop("Share of the closed ones"),
            gettext_noop("per cent"),
            MeasureKind.SHARE,
        ),
        Measure(
            "open",
            gettext_noop("Open at the end of the year"),
            gettext_noop("investigations"),
            is_additive=False,
        ),
    ),
    breakdowns=(OUTCOME,),
    calendar=CALENDAR_OF_POLICE_WORK,
    suppression_class="O",
    suppression_group="investigations",
    min_denominator=LEAST_DENOMINATOR,
    same_as=(SameCount("share", CountPart.DENOMINATOR, "P04", "closed", CountPart.VALUE),),
    related=("P03", "P05"),
)


def compute(history: History, period: Period) -> list[Value]:
    """Return the unprotected counts and shares of the period."""
    end = period.ends_at
    outcomes: Counter[str] = Counter()
    still_open = 0
    for story in history.investigations.values():
        if story.closed and period.holds(story.closed[0]):
            outcomes[code_of(word(story.closed[2], OUTCOME.name), OUTCOME)] += 1
        is_open = story.closed_at is None or story.closed_at >= end
        still_open += is_open and story.opened_at is not None and story.opened_at < end
    closed = outcomes.total()
    return [
        count_value("closed", closed),
        count_value("open", still_open),
        *(
            share_value("share", outcomes[code], closed, OUTCOME.name, code)
            for code in OUTCOME.codes
        ),
    ]
