# SPDX-License-Identifier: Apache-2.0
"""Whose turn each open item is, since when, and on which page: no state is a dead end unseen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from uuid import UUID

from django.db.models import (
    BooleanField,
    Count,
    ExpressionWrapper,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Window,
)
from django.db.models.functions import Coalesce, RowNumber

from havn.domain.actor import Actor
from havn.domain.cases import rules
from havn.domain.cases.models import ContentItem, Hold, TrackMove
from havn.domain.cases.selectors import _access
from havn.domain.cases.selectors.items import ItemLine, _line_of
from havn.domain.cases.selectors.places import _held as _is_held
from havn.domain.jobs import selectors as jobs

LOOK_AT = 500
ANY = Q()
# Every state in which it can be the worker's turn is among these; `whose_turn` then decides.
_MACHINES = (
    Q(police__in=[rules.Police.NONE, rules.Police.DUE])
    | Q(notice=rules.Notice.QUEUED)
    | Q(availability=rules.Availability.UNAVAILABLE)
    | Q(assignment=rules.Assignment.OFFERED)
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
    rows = _access.items_of(actor).filter(is_open=True)
    moves = TrackMove.objects.filter(item=OuterRef("pk")).order_by("-recorded_at")
    oldest = rows.annotate(
        since=Coalesce(Subquery(moves.values("recorded_at")[:1]), "received_at"),
        has_address=_flag(~Q(href="")),
        is_held=_flag(_is_held(actor, at)),
        count=Window(Count("pk"), partition_by=alike),
        place=Window(RowNumber(), partition_by=alike, order_by=["since", "pk"]),
    ).filter(place=1)
    found: dict[tuple[str, str], Waits] = {}
    for row in oldest:
        turn = _turn_of(row, has_address=row.has_address, is_held=row.is_held)
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
    held_items, held_hosts = _held(actor, at=at)
    for row in _open_items(actor).filter(only).iterator(chunk_size=500):
        is_held = row.pk in held_items or row.host in held_hosts
        turn = _turn_of(row, has_address=bool(row.href), is_held=is_held)
        if turn is not None:
            since: datetime = row.__dict__["since"]
            yield OpenEnd(_line_of(row), turn.owner, turn.place.value, since)


def _turn_of(row: ContentItem, *, has_address: bool, is_held: bool) -> rules.Turn | None:
    return rules.whose_turn(
        rules.Tracks(
            assignment=rules.Assignment(row.assignment),
            police=rules.Police(row.police),
            notice=rules.Notice(row.notice),
            availability=rules.Availability(row.availability),
        ),
        legal_class=rules.LegalClass(row.legal_class) if row.legal_class else None,
        has_address=has_address,
        is_held=is_held,
    )


def _open_items(actor: Actor) -> QuerySet[ContentItem]:
    last_move = Coalesce(Max("moves__recorded_at"), "received_at")
    rows = _access.items_of(actor).filter(is_open=True)
    return rows.annotate(since=last_move).order_by("since", "pk")


def _held(actor: Actor, *, at: datetime) -> tuple[set[UUID], set[str]]:
    holds = Hold.objects.filter(
        organisation=_access.organisation_of(actor), lifted_at__isnull=True, until__gt=at
    )
    on_items = holds.filter(item__isnull=False).values_list("item__pk", flat=True)
    return set(on_items), set(holds.filter(item__isnull=True).values_list("host", flat=True))
