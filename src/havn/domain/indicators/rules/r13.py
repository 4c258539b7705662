# SPDX-License-Identifier: Apache-2.0
"""R13, list quality: how many entries of the list proved wrong or were taken off."""

from __future__ import annotations

from havn.domain.indicators.rules.codes import LEGAL_CLASS
from havn.domain.indicators.rules.definition import (
    Definition,
    Direction,
    Measure,
    MeasureKind,
    Value,
    word,
)
from havn.domain.indicators.rules.history import History
from havn.domain.indicators.rules.period import Period
from havn.domain.indicators.rules.shares import share_value, split_shares
from havn.lib.encoding import gettext_noop

DEFINITION = Definition(
    id="R13",
    version=1,
    numeric_id="4.1.13",
    target=4,
    goal="G4.1",
    name=gettext_noop("List quality"),
    definition=gettext_noop(
        "For each thousand entries of the list: in how many cases a dispute was upheld in the "
        "period, and how many were withdrawn."
    ),
    rationale=gettext_noop("A wrong entry accuses somebody; the list must be right."),
    pitfalls=gettext_noop("That nobody disputes anything may mean that nobody looks."),
    computation=gettext_noop(
        "Entries with an upheld fp_disputed, or with fp_withdrawn, in the period, divided by entries "
        "with fp_listed before its end and not withdrawn before its start."
    ),
    cohort=gettext_noop("Entries on the list at any time of the period."),
    unit=gettext_noop("per thousand"),
    direction=Direction.DOWN,
    frequency="Q",
    facts=("fp_listed", "fp_disputed", "fp_withdrawn"),
    measures=(
        Measure(
            "disputed",
            gettext_noop("Dispute upheld"),
            gettext_noop("per thousand"),
            MeasureKind.SHARE,
            is_additive=False,
        ),
        Measure(
            "withdrawn",
            gettext_noop("Withdrawn"),
            gettext_noop("per thousand"),
            MeasureKind.SHARE,
            is_additive=False,
        ),
    ),
    breakdowns=(LEGAL_CLASS,),
    suppression_class="N",
    suppression_group="lists",
    related=("R11",),
    compare_with=(gettext_noop("Providers report how they vet their lists (2024/2916)."),),
)


def compute(history: History, period: Period) -> list[Value]:
    """Return the shares of the period."""
    start, end = period.starts_at, period.ends_at
    stock = [
        (word(story.attested[2], "legal_class") if story.attested else "", story)
        for story in history.sources.values()
        if story.listed_at
        and story.listed_at < end
        and not (story.withdrawn_at and story.withdrawn_at < start)
    ]
    values = []
    for measure, attribute in (("disputed", "upheld_at"), ("withdrawn", "withdrawn_at")):
        cases = [
            (found, (at := getattr(story, attribute)) is not None and period.holds(at))
            for found, story in stock
        ]
        values.append(share_value(measure, sum(hit for _, hit in cases), len(cases), per=1000))
        values += split_shares(measure, cases, LEGAL_CLASS, per=1000)
    return values
