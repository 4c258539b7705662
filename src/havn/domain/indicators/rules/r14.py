# SPDX-License-Identifier: Apache-2.0
"""R14, lists fetched: which part of the partners has a list no older than a day."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import datetime, timedelta
from fractions import Fraction

from havn.domain.indicators.rules.codes import OPEN_ENDED
from havn.domain.indicators.rules.definition import (
    Breakdown,
    Definition,
    Direction,
    Measure,
    MeasureKind,
    Value,
    code_of,
)
from havn.domain.indicators.rules.history import History
from havn.domain.indicators.rules.period import Period
from havn.domain.indicators.rules.shares import statistic_value
from havn.lib.encoding import gettext_noop

DAY = timedelta(days=1)
PROTOCOL = Breakdown(
    "protocol",
    gettext_noop("Protocol"),
    {
        "havn": gettext_noop("Havn's own"),
        "threatexchange": gettext_noop("ThreatExchange"),
        "file": gettext_noop("A signed file"),
        **OPEN_ENDED,
    },
)

DEFINITION = Definition(
    id="R14",
    version=1,
    numeric_id="4.1.14",
    target=4,
    goal="G4.1",
    name=gettext_noop("Lists fetched"),
    definition=gettext_noop(
        "The share of the partners who may fetch the list that fetched it in the last 24 hours, as "
        "the mean over all days of the period."
    ),
    rationale=gettext_noop("A list that nobody fetches protects nobody."),
    pitfalls=gettext_noop("Fetched is not used. Single partners are never shown."),
    computation=gettext_noop(
        "For the end of each day of the period that the freeze has seen: partners whose list_pulled "
        "lies in the 24 hours before, divided by partners whose right to fetch had begun and not "
        "ended; then the mean of the days that had such partners."
    ),
    cohort=gettext_noop("Partners who may fetch the list, on each day of the period."),
    unit=gettext_noop("per cent"),
    direction=Direction.UP,
    frequency="Q",
    facts=("list_pulled",),
    measures=(
        Measure(
            "fresh",
            gettext_noop("Fetched within a day"),
            gettext_noop("per cent"),
            MeasureKind.STATISTIC,
            is_additive=False,
        ),
    ),
    breakdowns=(PROTOCOL,),
    suppression_class="N",
    suppression_group="fetching",
    related=("R15",),
)


def compute(history: History, period: Period) -> list[Value]:
    """Return the mean shares of the period; they rest on so many days."""
    partners = [(story, sorted(story.pulls)) for story in history.partners.values()]
    by_code: dict[str, list[Fraction]] = {code: [] for code in ("", *PROTOCOL.codes)}
    end = period.starts_at + DAY
    while end <= min(period.ends_at, history.as_of):
        may: dict[str, list[bool]] = {}
        for story, pulls in partners:
            protocol = story.protocol_at(end)
            if protocol is not None:
                is_fresh = _is_fresh(pulls, end)
                may.setdefault("", []).append(is_fresh)
                may.setdefault(code_of(protocol, PROTOCOL), []).append(is_fresh)
        for code, found in may.items():
            by_code[code].append(Fraction(sum(found), len(found)))
        end += DAY
    return [
        statistic_value(
            "fresh",
            100 * sum(days, Fraction()) / len(days) if days else None,
            len(days),
            PROTOCOL.name if code else "",
            code,
        )
        for code, days in by_code.items()
    ]


def _is_fresh(pulls: Sequence[datetime], end: datetime) -> bool:
    place = bisect_left(pulls, end - DAY)
    return place < len(pulls) and pulls[place] < end
