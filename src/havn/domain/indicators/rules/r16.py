# SPDX-License-Identifier: Apache-2.0
"""R16, new or known: which part of the items with a fingerprint nobody had seen before."""

from __future__ import annotations

from havn.domain.indicators.rules.codes import MADE
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

DEFINITION = Definition(
    id="R16",
    version=1,
    numeric_id="4.1.16",
    target=4,
    goal="G4.1",
    name=gettext_noop("New or known"),
    definition=gettext_noop(
        "Of the items with a fingerprint, the share whose fingerprint was not known at the first "
        "assessment."
    ),
    rationale=gettext_noop("New material can mean a child that is being harmed now."),
    pitfalls=gettext_noop("A low share means a good list, or a search that finds only the old."),
    computation=gettext_noop(
        "Items whose first item_assessed lies in the period and says known false, divided by those "
        "where it says true or false."
    ),
    cohort=gettext_noop("Items with a fingerprint first assessed in the period."),
    unit=gettext_noop("per cent"),
    direction=Direction.NONE,
    frequency="Q",
    facts=("item_assessed",),
    measures=(Measure("new", gettext_noop("New"), gettext_noop("per cent"), MeasureKind.SHARE),),
    breakdowns=(MADE,),
    suppression_class="C",
    suppression_group="assessed",
    min_denominator=LEAST_DENOMINATOR,
    same_as=(
        SameCount("new", CountPart.DENOMINATOR, "R02", "confirmed", CountPart.DENOMINATOR),
        SameCount(
            "new", CountPart.DENOMINATOR, "R02", "confirmed", CountPart.DENOMINATOR, MADE.name
        ),
    ),
    related=("R02", "R11"),
    compare_with=(gettext_noop("INHOPE: 37 % new in 2024, 88 % in 2023 (other bases)."),),
)


def compute(history: History, period: Period) -> list[Value]:
    """Return the unprotected shares of the period."""
    cases = [
        (story.origin[2], not story.known_before[2])
        for story in history.items_of("first_assessed_at", period)
        if story.legal_class and story.known_before is not None
    ]
    total = share_value("new", sum(is_new for _, is_new in cases), len(cases))
    return [total, *split_shares("new", cases, MADE)]
