# SPDX-License-Identifier: Apache-2.0
"""What providers did with notices: by whom it was sent to first, by type of content, by what came of it.

The yearly report of a trusted flagger (Regulation (EU) 2022/2065 Art. 22(3)) names providers. It counts the items that
indicator R18 counts, so both have the same total; a provider is the contact of an item's first notice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime

from havn.domain.indicators.rules import r18
from havn.domain.indicators.rules.definition import UNKNOWN, FactRead, word
from havn.domain.indicators.rules.history import History
from havn.domain.indicators.rules.period import Period

FACTS = frozenset({*r18.DEFINITION.facts, "item_assessed"})
Response = tuple[str, str, str]  # contact, legal class, result


def provider_responses(
    facts: Iterable[FactRead], *, period: Period, as_of: datetime
) -> Counter[Response]:
    """Return how many items were notified first in the period, by contact, legal class and result."""
    first: dict[object, tuple[datetime, datetime, str]] = {}
    history = History.of(_noting(facts, first, as_of), as_of)
    found: Counter[Response] = Counter()
    for subject, story in history.items.items():
        if story.notified_at is not None and period.holds(story.notified_at):
            contact = first[subject][2] or UNKNOWN
            found[contact, story.legal_class or UNKNOWN, r18.result_of(story)] += 1
    return found


def _noting(
    facts: Iterable[FactRead], first: dict[object, tuple[datetime, datetime, str]], as_of: datetime
) -> Iterator[FactRead]:
    """Yield the facts, and note of each item whom its first notice went to."""
    for fact in facts:
        is_known = fact.happened_at <= as_of and fact.recorded_at <= as_of
        if fact.name == "notice_sent" and fact.subject_kind == "item" and is_known:
            told = (fact.happened_at, fact.recorded_at, word(fact.codes, "contact"))
            first[fact.subject_id] = min(told, first.get(fact.subject_id, told))
        yield fact
