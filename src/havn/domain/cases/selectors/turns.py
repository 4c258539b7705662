# SPDX-License-Identifier: Apache-2.0
"""Whose turn each open item is, since when, and on which page: no state is a dead end unseen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import (
    BooleanField,
    Count,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Window,
)
from django.db.models.functions import Coalesce, RowNumber

from havn.domain.actor import Actor
from havn.domain.cases import rules
from havn.domain.cases.models import TrackMove
from havn.domain.cases.selectors import _access
from havn.domain.cases.selectors.items import ItemLine, _line_of
from havn.domain.cases.selectors.places import is_held_now
from havn.domain.jobs import selectors as jobs

LOOK_AT = 500
ANY = Q()
# Every state in which it can be the worker's turn is among these; `whose_turn` then decides.
_MACHINES = (
    Q(police__in=[rules.Police.NONE, rules.Police.DUE])
    | Q(notice=rules.Notice.QUEUED)
    | Q(availability=rules.Availability.UNAVAILABLE)
) & ~Q(legal_class="")


@dataclass(frozen=True, slots=True)
class OpenEnd:
    """An open item, who is next, where they see it, and since when it waits."""

    item: ItemLine
    waits_for: rules.Owner
    place: str
    since: datetime

    def is_overdue(self, at: datetime) -> bool:
        """Whether it waits longer than its owner is given."""
        return at - self.since > rules.LONGEST_WAIT[self.waits_for]


@dataclass(frozen=True, slots=True)
class Waits:
    """How many open items wait for one owner on one page, and which of them waits longest."""

    waits_for: rules.Owner
    place: str
    count: int
    oldest_id: UUID
    oldest_at: datetime


# All that `whose_turn` looks at: rows that are alike in these wait for the same.
_ALIKE = (
    "assignment",
    "police",
    "notice",
    "availability",
    "legal_class",
    "has_address",
    "is_held",
)


def count_waits(*, actor: Actor, at: datetime) -> list[Waits]:
    """Return for what all open items wait, counted by the database; by owner and page."""
    alike = [F(name) for name in _ALIKE]
    oldest = (
        _open_items(actor, at)
        .annotate(
            count=Window(Count("pk"), partition_by=alike),
            place=Window(RowNumber(), partition_by=alike, order_by=["since", "pk"]),
        )
        .filter(place=1)
    )
    found: dict[tuple[str, str], Waits] = {}
    for row in oldest:
        turn = _turn_of(row)
        if turn is not None:
            key = (turn.owner.value, turn.place.value)
            waits = Waits(turn.owner, turn.place.value, row.count, row.pk, row.since)
            found[key] = _together(found[key], waits) if key in found else waits
    return [found[key] for key in sorted(found)]


def _together(one: Waits, other: Waits) -> Waits:
    oldest = min(one, other, key=lambda each: (each.oldest_at, each.oldest_id))
    return replace(oldest, count=one.count + other.count)


def _flag(condition: Q) -> ExpressionWrapper[Q]:
    return ExpressionWrapper(condition, output_field=BooleanField())


def waits_to_see(*, actor: Actor, at: datetime, most: int = 50) -> list[OpenEnd]:
    """Return what a supervisor should look at: their own turns, and what waits too long for others.

    The longest waiting first.
    """
    found = (
        end
        for end in _ends(actor, at=at)
        if end.waits_for is rules.Owner.SUPERVISOR or end.is_overdue(at)
    )
    return list(islice(found, most))


def stuck_items(*, actor: Actor, at: datetime, most: int = 50) -> list[OpenEnd]:
    """Return items that wait for the worker although no job about them is open or given up."""
    found: list[OpenEnd] = []
    waiting = (e for e in _ends(actor, at=at, only=_MACHINES) if e.waits_for is rules.Owner.WORKER)
    while len(found) < most and (some := list(islice(waiting, LOOK_AT))):
        busy = jobs.subjects_with_work(
            actor=actor, subject_ids=[subject for end in some for subject in _subjects(end)]
        )
        found += [end for end in some if not busy.intersection(_subjects(end))]
    return found[:most]


def _subjects(end: OpenEnd) -> tuple[UUID, UUID]:
    return end.item.id, end.item.report_id


def _ends(actor: Actor, *, at: datetime, only: Q = ANY) -> Iterator[OpenEnd]:
    rows = _open_items(actor, at).filter(only).order_by("since", "pk")
    for row in rows.iterator(chunk_size=500):
        turn = _turn_of(row)
        if turn is not None:
            yield OpenEnd(_line_of(row), turn.owner, turn.place.value, row.since)


def _turn_of(row: Any) -> rules.Turn | None:
    return rules.whose_turn(
        rules.Tracks(
            assignment=rules.Assignment(row.assignment),
            police=rules.Police(row.police),
            notice=rules.Notice(row.notice),
            availability=rules.Availability(row.availability),
        ),
        legal_class=rules.LegalClass(row.legal_class) if row.legal_class else None,
        has_address=row.has_address,
        is_held=row.is_held,
    )


def _open_items(actor: Actor, at: datetime) -> QuerySet[Any]:
    """Return open items with what their turn depends on, and since when they wait."""
    moves = TrackMove.objects.filter(item=OuterRef("pk")).order_by("-recorded_at")
    return (
        _access.items_of(actor)
        .filter(is_open=True)
        .annotate(
            since=Coalesce(Subquery(moves.values("recorded_at")[:1]), "received_at"),
            has_address=_flag(~Q(href="")),
            is_held=_flag(is_held_now(actor=actor, at=at)),
        )
    )
