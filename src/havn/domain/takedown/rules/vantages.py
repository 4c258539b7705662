# SPDX-License-Identifier: Apache-2.0
"""What other nodes see of an address: whom to ask, how often they let us, and what their answers mean."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from havn.domain.cases.rules import Availability
from havn.domain.takedown.rules.checks import VerdictKind

OWN_VANTAGE = "own"


class AskState(StrEnum):
    """Where our question to another node stands; after `seen` nothing follows."""

    WAITING = "waiting"  # our worker hands it over
    ASKED = "asked"  # they have it; our worker asks for the answer
    SEEN = "seen"
    REFUSED = "refused"
    UNANSWERED = "unanswered"  # the time for an answer is over


class LookState(StrEnum):
    """Where another node's question to us stands; the words of the wire."""  # V9

    WAITING = "waiting"  # our worker looks
    SEEN = "seen"
    REFUSED = "refused"


class LookRefusal(StrEnum):
    """Why a node does not look at an address that it was asked about."""

    PRIVATE_ADDRESS = "private_address"  # V6
    NOT_POSSIBLE = "not_possible"  # V7: whatever the reason, it is ours


class AskReason(StrEnum):
    """Why other nodes are asked."""

    REMOVAL = "removal"
    PERSON = "person"


class Agreement(StrEnum):
    """What all vantages together say."""

    NOBODY = "nobody"  # nobody else has said anything
    GONE_TOO = "gone_too"
    THERE_TOO = "there_too"
    THERE_ELSEWHERE = "there_elsewhere"  # a geo-block, or a site that hides from us
    THERE_UNSEEN = "there_unseen"  # nobody looked from here yet
    GONE_ELSEWHERE = "gone_elsewhere"
    NOTHING_SURE = "nothing_sure"


OPEN_ASKS = frozenset({AskState.WAITING, AskState.ASKED})
_THERE = frozenset({VerdictKind.UP, VerdictKind.CHANGED})


@dataclass(frozen=True, slots=True)
class VantagePoint:
    """A node that can be asked, and the country from which it looks."""

    node: UUID
    country: str


def vantage_name(point: VantagePoint) -> str:
    """Return how a check names from where it was made."""
    return f"{point.country}/{point.node}"


def country_of_vantage(name: str) -> str:
    """Return the country from which a check was made; nothing for our own."""
    return name.partition("/")[0] if "/" in name else ""


def chosen_points(
    points: Iterable[VantagePoint],
    *,
    own_country: str,
    hosting_country: str,
    item_id: UUID,
    most: int,
) -> tuple[VantagePoint, ...]:
    """Return whom to ask: other countries, each once, the country of the host before all others.

    The rest follows from item and node alone, so that no node is asked about everything.
    """  # V21
    ordered = sorted(
        (each for each in points if each.country not in {"", own_country}),
        key=lambda each: (each.country != hosting_country, _draw(item_id, each.node)),
    )
    chosen: dict[str, VantagePoint] = {}
    for point in ordered:
        chosen.setdefault(point.country, point)
    return tuple(chosen.values())[:most]


def _draw(item_id: UUID, node: UUID) -> bytes:
    return hashlib.sha256(item_id.bytes + node.bytes).digest()


def agreement(own: VerdictKind | None, others: Collection[VerdictKind]) -> Agreement:
    """Return what our last check and the last answer of each other vantage say together."""
    if not others:
        return Agreement.NOBODY
    if not _THERE.isdisjoint(others):
        if own is None:
            return Agreement.THERE_UNSEEN
        return Agreement.THERE_TOO if own in _THERE else Agreement.THERE_ELSEWHERE
    if VerdictKind.GONE in others:
        return Agreement.GONE_TOO if own is VerdictKind.GONE else Agreement.GONE_ELSEWHERE
    return Agreement.NOTHING_SURE


def moves_by_vantages(
    current: Availability, own: VerdictKind | None, others: Collection[VerdictKind]
) -> tuple[Availability, ...] | None:
    """Return the moves of what is gone here and there elsewhere; None where our own checks decide.

    It is not removed, and no machine can say what it is: it is unclear, so that a person looks, and
    what counted as removed is open again. A second vantage adds weight to a removal, never a removal.
    """  # V19, V20
    if own is not VerdictKind.GONE or agreement(own, others) is not Agreement.THERE_ELSEWHERE:
        return None
    if current is Availability.REMOVED:
        return (Availability.REAPPEARED, Availability.UNCLEAR)
    return () if current is Availability.UNCLEAR else (Availability.UNCLEAR,)


def ask_elsewhere_at(next_check_at: datetime, *, ahead: timedelta, at: datetime) -> datetime:
    """Return when to ask other nodes, so that they have answered before the check that may close an item."""
    return max(at, next_check_at - ahead)


def may_remove(
    *, since: datetime | None, next_check_at: datetime, removed_after: timedelta
) -> bool:
    """Whether the next check would make the item removed if it found it gone."""
    return since is not None and next_check_at - since >= removed_after


def next_poll_in(age: timedelta, *, every: timedelta) -> timedelta:
    """Return how long to wait before asking for an answer again: the longer nothing came, the longer."""
    return max(every, age / 4)
