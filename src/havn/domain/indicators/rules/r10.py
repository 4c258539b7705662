# SPDX-License-Identifier: Apache-2.0
"""R10, orphans: the share of items hosted abroad for which no node of the Alliance is there."""

from __future__ import annotations

from collections.abc import Iterable

from havn.domain.indicators.rules.codes import COUNTRY
from havn.domain.indicators.rules.definition import (
    Definition,
    Direction,
    Measure,
    MeasureKind,
    Value,
    code_of,
    gettext_noop,
)
from havn.domain.indicators.rules.history import History
from havn.domain.indicators.rules.items import ABROAD, ItemStory
from havn.domain.indicators.rules.period import Period
from havn.domain.indicators.rules.shares import (
    LEAST_DENOMINATOR,
    protected_share,
    share_value,
)
from havn.domain.indicators.rules.suppression import PRIMARY, SECONDARY, Cell, Line

_COUNTS = ("abroad", "orphans", "others")

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


def table(values: Iterable[Value]) -> tuple[list[Cell], list[Line]]:
    """Return the counts as a table: countries by orphan or not, with both margins."""
    cells, rows = [], {}
    for value in values:
        abroad, orphans = value.denominator or 0, value.numerator or 0
        counts = dict(zip(_COUNTS, (abroad, orphans, abroad - orphans), strict=True))
        names = [_cell_name(value.code, kind) for kind in _COUNTS]
        rows[value.code] = names
        cells += [
            Cell(name, number, may_hide=bool(value.breakdown))
            for name, number in zip(names, counts.values(), strict=True)
        ]
    lines = [Line(names[0], tuple(names[1:])) for names in rows.values()]
    countries = [code for code in rows if code]
    lines += [
        Line(_cell_name("", kind), tuple(_cell_name(code, kind) for code in countries))
        for kind in _COUNTS
    ]
    return cells, lines


def _cell_name(code: str, kind: str) -> str:
    return f"R10:{code}:{kind}"


def cells_of(value: Value) -> tuple[str, ...]:
    """Return the names of the table cells that a hidden value stands for."""
    return tuple(_cell_name(value.code, kind) for kind in _COUNTS)


def protect(values: Iterable[Value], hidden: dict[str, str]) -> list[Value]:
    """Return the values with hidden counts, and shares of too few items, taken out."""
    protected = []
    for value in values:
        marks = {hidden.get(_cell_name(value.code, kind), "") for kind in _COUNTS} - {""}
        mark = PRIMARY if PRIMARY in marks else SECONDARY if marks else ""
        protected.append(protected_share(value, mark))
    return protected
