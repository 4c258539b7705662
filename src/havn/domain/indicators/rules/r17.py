# SPDX-License-Identifier: Apache-2.0
"""R17, agreement of assessors: how far two people who see the same item come to the same class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

from havn.domain.indicators.rules.definition import (
    Definition,
    Direction,
    Measure,
    MeasureKind,
    Value,
)
from havn.domain.indicators.rules.history import History
from havn.domain.indicators.rules.period import Period
from havn.domain.indicators.rules.shares import statistic_value
from havn.lib.encoding import gettext_noop

LEAST_ITEMS = 50

DEFINITION = Definition(
    id="R17",
    version=1,
    numeric_id="4.2.17",
    target=4,
    goal="G4.2",
    name=gettext_noop("Agreement of assessors"),
    definition=gettext_noop(
        "Cohen's kappa of the legal class over items that a second person assessed without knowing "
        "the first result: 1 is full agreement, 0 is what chance would give."
    ),
    rationale=gettext_noop("A class that depends on who looks is not a class."),
    pitfalls=gettext_noop(
        "The items must be drawn by chance; a sample of hard ones lowers the figure. Where nearly "
        "all items have one class, kappa is low although people agree."
    ),
    computation=gettext_noop(
        "(observed agreement - agreement by chance) / (1 - agreement by chance), between the class "
        "that counts and the last item_assessed marked double; nothing where chance alone gives 1."
    ),
    cohort=gettext_noop("Items whose first second assessment lies in the period."),
    unit=gettext_noop("0 to 1"),
    direction=Direction.UP,
    frequency="Q",
    facts=("item_assessed",),
    measures=(
        Measure(
            "kappa",
            gettext_noop("Kappa"),
            gettext_noop("0 to 1"),
            MeasureKind.STATISTIC,
            is_additive=False,
        ),
    ),
    suppression_class="C",
    suppression_group="agreement",
    min_denominator=LEAST_ITEMS,
    related=("R02",),
)


def compute(history: History, period: Period) -> list[Value]:
    """Return the unprotected statistic of the period."""
    pairs = [
        (story.legal_class, story.double[2])
        for story in history.items_of("double_at", period)
        if story.legal_class and story.double[2]
    ]
    return [statistic_value("kappa", kappa(pairs), len(pairs), places=3)]


def kappa(pairs: Sequence[tuple[str, str]]) -> Fraction | None:
    """Return Cohen's kappa, None where chance alone gives full agreement or nothing was assessed twice."""
    if not pairs:
        return None
    number = len(pairs)
    observed = Fraction(sum(one == other for one, other in pairs), number)
    ones = Counter(one for one, _ in pairs)
    others = Counter(other for _, other in pairs)
    chance = Fraction(sum(ones[name] * others[name] for name in ones), number**2)
    return None if chance == 1 else (observed - chance) / (1 - chance)
