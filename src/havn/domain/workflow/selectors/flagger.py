# SPDX-License-Identifier: Apache-2.0
"""The notices of a year as a trusted flagger publishes them (Regulation (EU) 2022/2065 Art. 22(3)): counts alone."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from itertools import islice
from uuid import UUID

from havn.domain.actor import Actor
from havn.domain.cases import selectors as cases
from havn.domain.members import selectors as members
from havn.domain.takedown import selectors as takedown
from havn.domain.takedown.rules import ending
from havn.domain.tracing import selectors as tracing
from havn.lib.wire import NoticeCount

_TOGETHER = 500  # items read at once


def notice_counts(*, year: int, actor: Actor) -> list[NoticeCount]:
    """Return how many notices of a year went to each provider, of which class, and with what they ended by now."""
    here = members.own_node(actor=actor).member_code
    sent = takedown.notices_sent(
        since=datetime(year, 1, 1, tzinfo=UTC),
        before=datetime(year + 1, 1, 1, tzinfo=UTC),
        actor=actor,
    )
    counted: Counter[tuple[UUID, str, str]] = Counter()
    while some := list(islice(sent, _TOGETHER)):
        items = cases.item_lines(item_ids={each.item_id for each in some}, actor=actor)
        counted.update(
            (each.contact_id, item.legal_class, _ending(item, here))
            for each in some
            if (item := items.get(each.item_id))
        )
    names = tracing.contact_names(contact_ids={key[0] for key in counted}, actor=actor)
    return [
        NoticeCount(names[contact], legal_class, action, number)
        for (contact, legal_class, action), number in sorted(counted.items())
    ]


def _ending(item: cases.ItemLine, here: str) -> str:
    return ending(
        availability=item.availability,
        notice=item.notice,
        is_abroad=item.hosting_country not in {"", here},
    )
