# SPDX-License-Identifier: Apache-2.0
"""The open items of each page, as `rules.whose_turn` names it; asked of the database, page by page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from havn.domain.actor import Actor
from havn.domain.cases import rules
from havn.domain.cases.models import ContentItem, Hold
from havn.domain.cases.rules import Assignment, Availability, Notice, Place, Police
from havn.domain.cases.selectors import _access
from havn.domain.cases.selectors.items import ItemPage, _line_of
from havn.lib.encoding import list_place, read_list_place

MOST_COUNTED = 1000
# What `whose_turn` says in Python, said to the database; a test compares them over all states.
_CONFIRMED = ~Q(legal_class__in=["", rules.LegalClass.SELF_REPORTED.value])
_WITH_ANOTHER = Q(assignment__in=[Assignment.OFFERED.value, Assignment.MEMBER.value])
_UNTOLD = Q(police=Police.DUE.value) | (Q(police=Police.NONE.value) & ~_WITH_ANOTHER)
_LOST = Q(availability__in=[Availability.CHANGED.value, Availability.UNCLEAR.value])
_GONE = Q(availability=Availability.UNAVAILABLE.value)
_HERE = Q(assignment=Assignment.HERE.value) & ~Q(href="") & ~_LOST
_BEFORE_NOTICE = Q(notice__in=[Notice.NONE.value, Notice.NO_PROVIDER.value])
_AFTER_NOTICE = Q(notice__in=[Notice.ANSWERED.value, Notice.REFUSED.value])
_SUPERVISORS = Q(assignment=Assignment.PASSED_ON.value) | (
    Q(assignment=Assignment.HERE.value) & (Q(href="") | _LOST)
)
_BY_MACHINE = _HERE & (_GONE | Q(notice=Notice.QUEUED.value))
_AT = {
    Place.CONTACTS: _HERE & ~_GONE & _BEFORE_NOTICE,
    Place.ANSWERS: _HERE & ~_GONE & _AFTER_NOTICE,
    Place.ORPHANS: Q(assignment=Assignment.ORPHAN.value),
    Place.REFERRALS: Q(assignment=Assignment.OFFERED.value),
    Place.REFERRED: Q(assignment=Assignment.MEMBER.value),
}


def items_at(
    *,
    place: Place,
    actor: Actor,
    at: datetime,
    without: Iterable[Any] = (),
    after: str = "",
    most: int = 50,
) -> ItemPage:
    """Return open items that somebody finds on this page, the oldest first, but those in `without`.

    `without` is a query of UUIDs, or UUIDs; `after` is the previous page's `next_after`.
    """
    rows = _items_at(place, actor, at).exclude(pk__in=without)
    begins = read_list_place(after)
    if begins is not None:
        received_at, item_id = begins
        rows = rows.filter(
            Q(received_at__gt=received_at) | Q(received_at=received_at, pk__gt=item_id)
        )
    found = list(rows.order_by("received_at", "pk")[: most + 1])
    is_last = len(found) <= most
    next_after = "" if is_last else list_place(found[most - 1].received_at, found[most - 1].pk)
    return ItemPage(tuple(_line_of(row) for row in found[:most]), next_after)


def count_at(*, place: Place, actor: Actor, at: datetime, without: Iterable[Any] = ()) -> int:
    """Return how many open items somebody finds on this page, but those in `without`.

    A thousand stands for more.
    """
    return _items_at(place, actor, at).exclude(pk__in=without)[:MOST_COUNTED].count()


def _items_at(place: Place, actor: Actor, at: datetime) -> QuerySet[ContentItem]:
    """Return the rows of one of the pages; SUPERVISION stands for the supervisor's own turns."""
    is_open = _access.items_of(actor).filter(is_open=True)
    rows, held = is_open.filter(_CONFIRMED), is_held_now(actor=actor, at=at)
    if place is Place.SUPERVISION:
        theirs = _CONFIRMED & _SUPERVISORS & ~_UNTOLD & ~held
        return is_open.filter(theirs | Q(legal_class=rules.LegalClass.SELF_REPORTED.value))
    if place is Place.HOLDS:
        return rows.filter(held).exclude(_UNTOLD)
    if place is Place.TROUBLE:
        return rows.filter(_UNTOLD | (_BY_MACHINE & ~held))
    return rows.filter(_AT[place]).exclude(_UNTOLD).exclude(held)


def is_held_now(*, actor: Actor, at: datetime) -> Q:
    """Return what tells the items that police hold, by themselves or by their host."""
    holds = Hold.objects.filter(
        organisation=_access.organisation_of(actor), lifted_at__isnull=True, until__gt=at
    )
    on_items = holds.filter(item__isnull=False).values("item__pk")
    return Q(pk__in=on_items) | Q(host__in=holds.filter(item__isnull=True).values("host"))
