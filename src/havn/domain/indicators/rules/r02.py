# SPDX-License-Identifier: Apache-2.0
"""R02, confirmed share: which part of the assessed items is illegal."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from havn.domain.indicators.rules.codes import MADE
from havn.domain.indicators.rules.definition import (
    Definition,
    Direction,
    Measure,
    MeasureKind,
    Value,
)
from havn.domain.indicators.rules.history import History
from havn.domain.indicators.rules.p01 import CLASS
from havn.domain.indicators.rules.period import Period
from havn.domain.indicators.rules.shares import LEAST_DENOMINATOR, share_value, split_shares
from havn.lib.encoding import gettext_noop

BY_CLASS = replace(CLASS, splits_numerator=True)

DEFINITION = Definition(
    id="R02",
    version=1,
    numeric_id="4.2.2",
    target=4,
    goal="G4.2",
    name=gettext_noop("Confirmed share"),
    definition=gettext_noop(
        "Of the items assessed for the first time in the period, the share whose last assessment is "
        "baseline or national."
    ),
    rationale=gettext_noop("Shows what kind of reports arrive."),
    pitfalls=gettext_noop(
        "Depends on what is sent in; searching actively lifts it. There is no breakdown by channel, "
        "because the facts of an item do not name it."
    ),
    computation=gettext_noop(
        "Items whose first item_assessed lies in the period and whose last one confirms them, "
        "divided by all of these that are not taken back."
    ),
    cohort=gettext_noop("Items first assessed in the period."),
    unit=gettext_noop("per cent"),
    direction=Direction.NONE,
    frequency="Q",
    facts=("item_assessed",),
    measures=(
        Measure(
            "confirmed", gettext_noop("Confirmed"), gettext_noop("per cent"), MeasureKind.SHARE
        ),
    ),
    breakdowns=(BY_CLASS, MADE),
    suppression_class="C",
    suppression_group="assessed",
    min_denominator=LEAST_DENOMINATOR,
    related=("R01", "R03", "R16"),
    compare_with=(gettext_noop("INHOPE: 65 % in 2024, 69 % in 2023 (other bases)."),),
)


def compute(history: History, period: Period) -> list[Value]:
    """Return the unprotected shares of the period."""
    assessed = [
        story for story in history.items_of("first_assessed_at", period) if story.legal_class
    ]
    classes = Counter(story.legal_class for story in assessed)
    confirmed = sum(classes[code] for code in BY_CLASS.codes)
    by_origin = [(story.origin[2], story.is_confirmed) for story in assessed]
    return [
        share_value("confirmed", confirmed, len(assessed)),
        *(
            share_value("confirmed", classes[code], len(assessed), BY_CLASS.name, code)
            for code in BY_CLASS.codes
        ),
        *split_shares("confirmed", by_origin, MADE),
    ]
