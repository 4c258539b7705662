# SPDX-License-Identifier: Apache-2.0
"""R10, orphans: the share of items hosted abroad for which no node of the Alliance is there."""

from __future__ import annotations

from havn.domain.indicators.rules.codes import COUNTRY
from havn.domain.indicators.rules.definition import (
    Definition,
    Direction,
    Measure,
    MeasureKind,
    Value,
    code_of,
)
from havn.domain.indicators.rules.history import History
from havn.domain.indicators.rules.items import ABROAD, ItemStory
from havn.domain.indicators.rules.period import Period
from havn.domain.indicators.rules.shares import (
    LEAST_DENOMINATOR,
    share_value,
)
from havn.lib.encoding import gettext_noop

DEFINITION = Definition(
    id="R10",
    version=1,
    numeric_id="4.2.10",
    target=4,
    goal="G4.2",
    name=gettext_noop("Orphans"),
    definition=gettext_noop(
        "The share of confirmed items hosted abroad for which there was no node of the Alliance in "
        "the country of the host."
    ),
    rationale=gettext_noop("Shows where the Alliance has nobody who could act."),
    pitfalls=gettext_noop(
        "An item counts as an orphan once it was one, also where somebody took it later. Anonymous "
        "networks have no country and are not part of the share."
    ),
    computation=gettext_noop(
        "Items with item_orphaned, divided by the items of which the last item_traced that found a "
        "country names another one."
    ),
    cohort=gettext_noop("Confirmed items whose country was first found in the period."),
    unit=gettext_noop("per cent"),
    classification="ISO 3166-1 alpha-2",
    direction=Direction.DOWN,
    frequency="Q",
    facts=("item_assessed", "item_traced", "item_orphaned"),
    begins_with=("item_traced",),
    measures=(
        Measure("orphans", gettext_noop("Orphans"), gettext_noop("per cent"), MeasureKind.SHARE),
    ),
    breakdowns=(COUNTRY,),
    suppression_class="C",
    suppression_group="orphans",
    min_denominator=LEAST_DENOMINATOR,
    related=("R05", "R09"),
    compare_with=(
        gettext_noop("INHOPE 2023: hosts in 84 countries, hotlines in 45 of them (other base)."),
    ),
)


def compute(history: History, period: Period) -> list[Value]:
    """Return the unprotected shares: of all, and of every country that hosts an item of the period."""
    abroad = [
        story
        for story in history.items_of("placed_at", period)
        if story.is_confirmed and story.hosting == ABROAD
    ]
    by_country: dict[str, list[ItemStory]] = {}
    for story in abroad:
        by_country.setdefault(code_of(story.country, COUNTRY), []).append(story)
    return [_share(abroad)] + [
        _share(by_country[code], COUNTRY.name, code) for code in sorted(by_country)
    ]


def _share(abroad: list[ItemStory], breakdown: str = "", code: str = "") -> Value:
    return share_value(
        "orphans", sum(story.is_orphan for story in abroad), len(abroad), breakdown, code
    )
