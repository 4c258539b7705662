# SPDX-License-Identifier: Apache-2.0
"""R18, provider response: with what the notices of the year ended."""

from __future__ import annotations

from collections import Counter

from havn.domain.indicators.rules.definition import (
    Breakdown,
    CountPart,
    Definition,
    Direction,
    Measure,
    MeasureKind,
    SameCount,
    Value,
)
from havn.domain.indicators.rules.history import History
from havn.domain.indicators.rules.items import ItemStory
from havn.domain.indicators.rules.period import Period
from havn.domain.indicators.rules.shares import LEAST_DENOMINATOR, count_value, share_value
from havn.lib.encoding import gettext_noop

RESULT = Breakdown(
    "result",
    gettext_noop("What the provider did"),
    {
        "removed": gettext_noop("Removed"),
        "refused": gettext_noop("Refused"),
        "moved": gettext_noop("Moved to another country"),
        "no_answer": gettext_noop("No answer"),
    },
    splits_numerator=True,
)

DEFINITION = Definition(
    id="R18",
    version=1,
    numeric_id="4.2.18",
    target=4,
    goal="G4.2",
    name=gettext_noop("Provider response"),
    definition=gettext_noop(
        "How many items had their first notice in the period, and which part of them ended removed, "
        "refused, moved to another country or without an answer."
    ),
    rationale=gettext_noop(
        "The law asks trusted flaggers to publish it (Regulation (EU) 2022/2065 Art. 22(3))."
    ),
    pitfalls=gettext_noop(
        "What is removed counts as removed, whoever did it. Single providers stand in the report of "
        "the trusted flagger, not here. It has no personal data."
    ),
    computation=gettext_noop(
        "Items whose first notice_sent lies in the period, by what the freeze knows: item_removed "
        "after it; else a check_done with the verdict refused; else item_traced in another country "
        "after it; else no answer."
    ),
    cohort=gettext_noop("Items whose first notice was sent in the period."),
    unit=gettext_noop("per cent"),
    direction=Direction.NONE,
    frequency="Y",
    facts=("notice_sent", "item_removed", "item_reappeared", "check_done", "item_traced"),
    measures=(
        Measure("notices", gettext_noop("Items with a notice"), gettext_noop("items")),
        Measure(
            "share", gettext_noop("Share of these"), gettext_noop("per cent"), MeasureKind.SHARE
        ),
    ),
    breakdowns=(RESULT,),
    suppression_class="C",
    suppression_group="notices",
    min_denominator=LEAST_DENOMINATOR,
    same_as=(SameCount("share", CountPart.DENOMINATOR, "R18", "notices", CountPart.VALUE),),
    related=("R04", "R06", "R19"),
    compare_with=(gettext_noop("The yearly reports of other trusted flaggers (other bases)."),),
)


def compute(history: History, period: Period) -> list[Value]:
    """Return the unprotected count and shares of the period's cohort."""
    results = Counter(result_of(story) for story in history.items_of("notified_at", period))
    notices = results.total()
    return [count_value("notices", notices)] + [
        share_value("share", results[code], notices, RESULT.name, code) for code in RESULT.codes
    ]


def result_of(story: ItemStory) -> str:
    """Return what came of an item's notices."""
    if story.notified_at and story.removed_after(story.notified_at):
        return "removed"
    if story.refused_at:
        return "refused"
    return "moved" if story.has_moved else "no_answer"
