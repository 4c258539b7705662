# SPDX-License-Identifier: Apache-2.0
"""R09, hosted here: how many confirmed items lie in the own country.

A group of its own: one national total, and no number of R10 is a part of it.
"""

from __future__ import annotations

from havn.domain.indicators.rules.definition import (
    Definition,
    Direction,
    Measure,
    Value,
)
from havn.domain.indicators.rules.history import History
from havn.domain.indicators.rules.items import HERE
from havn.domain.indicators.rules.period import Period
from havn.domain.indicators.rules.shares import count_value
from havn.lib.encoding import gettext_noop

DEFINITION = Definition(
    id="R09",
    version=1,
    numeric_id="4.2.9",
    target=4,
    goal="G4.2",
    name=gettext_noop("Hosted here"),
    definition=gettext_noop("The number of confirmed items that are hosted in this country."),
    rationale=gettext_noop("Shows how much of the work only this country can do."),
    pitfalls=gettext_noop(
        "Follows where analysts look and who sells servers, and says nothing about the people of a "
        "country. Services that stand in front of others, and anonymous networks, mislead. The "
        "share of all that the Alliance traced is computed where the figures of all members meet. "
        "There is no breakdown by kind of service, because no fact names it yet."
    ),
    computation=gettext_noop(
        "Count of confirmed items of which the last item_traced that found a country names this "
        "one."
    ),
    cohort=gettext_noop("Items whose country was first found in the period."),
    unit=gettext_noop("items"),
    classification="ISO 3166-1 alpha-2",
    direction=Direction.NONE,
    frequency="Q",
    facts=("item_assessed", "item_traced"),
    begins_with=("item_traced",),
    measures=(Measure("hosted_here", gettext_noop("Hosted here"), gettext_noop("items")),),
    breakdowns=(),
    suppression_class="C",
    suppression_group="hosted_here",
    min_denominator=0,
    related=("R05", "R10"),
    compare_with=(
        gettext_noop(
            "IWF, share of all it found: Netherlands 29 % in 2024 and 16 % in 2025 (other base)."
        ),
    ),
)


def compute(history: History, period: Period) -> list[Value]:
    """Return the number of the period; it is a national total, which is always shown."""
    number = sum(
        story.is_confirmed and story.hosting == HERE
        for story in history.items_of("placed_at", period)
    )
    return [count_value("hosted_here", number)]
