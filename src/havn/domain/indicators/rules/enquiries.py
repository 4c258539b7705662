# SPDX-License-Identifier: Apache-2.0
"""What the facts say about each investigation and each joint operation."""

from __future__ import annotations

from datetime import datetime

from havn.domain.indicators.rules.definition import FactRead, whole
from havn.domain.indicators.rules.people import Told, earlier, order_of


class InvestigationStory:
    """When one investigation was opened and closed; of several closings the last one counts."""

    opened: Told | None = None
    closed: Told | None = None

    @property
    def opened_at(self) -> datetime | None:
        """When it was first opened."""
        return self.opened[0] if self.opened else None

    @property
    def closed_at(self) -> datetime | None:
        """When it was last closed."""
        return self.closed[0] if self.closed else None


class OperationStory:
    """When this country joined one operation, and what it last told of its results."""

    joined: Told | None = None
    result: Told | None = None
    is_closed = False
    is_released = False  # by the country that leads it
    members = 0  # the most member countries that any fact names

    @property
    def joined_at(self) -> datetime | None:
        """When this country joined."""
        return self.joined[0] if self.joined else None


def later(known: Told | None, fact: FactRead) -> Told:
    """Return the last of two facts of a name; of one instant, the one recorded last."""
    told = (fact.happened_at, fact.recorded_at, fact.codes)
    return told if known is None or order_of(told) > order_of(known) else known


def _opened(story: InvestigationStory, fact: FactRead) -> None:
    story.opened = earlier(story.opened, fact)


def _closed(story: InvestigationStory, fact: FactRead) -> None:
    story.closed = later(story.closed, fact)


def _joined(story: OperationStory, fact: FactRead) -> None:
    story.joined = earlier(story.joined, fact)
    story.members = max(story.members, whole(fact.codes, "members") or 0)


def _result(story: OperationStory, fact: FactRead) -> None:
    story.result = later(story.result, fact)


def _operation_closed(story: OperationStory, fact: FactRead) -> None:
    del fact
    story.is_closed = True


def _operation_released(story: OperationStory, fact: FactRead) -> None:
    del fact
    story.is_released = True


INVESTIGATION_TELLERS = {"investigation_opened": _opened, "investigation_closed": _closed}
OPERATION_TELLERS = {
    "operation_joined": _joined,
    "operation_result": _result,
    "operation_closed": _operation_closed,
    "operation_released": _operation_released,
}
