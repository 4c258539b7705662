# SPDX-License-Identifier: Apache-2.0
"""Reading police holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from havn.domain.actor import Actor
from havn.domain.cases.models import Hold
from havn.domain.cases.selectors import _access
from havn.domain.errors import NotFoundError
from havn.lib.encoding import Address


@dataclass(frozen=True, slots=True)
class HoldView:
    """One hold: on an item, or on all that lies on a host."""

    id: UUID
    item_id: UUID | None
    host: str
    placed_by: UUID
    placed_at: datetime
    until: datetime
    lifted_at: datetime | None


def holds_in_force(*, actor: Actor, at: datetime) -> list[HoldView]:
    """Return the holds of the actor's organisation that have not ended, soonest end first."""
    rows = _holds_of(actor).filter(lifted_at__isnull=True, until__gt=at)
    return [_view(row) for row in rows.order_by("until", "pk")]


def holds_on_item(*, item_id: UUID, actor: Actor, at: datetime) -> list[HoldView]:
    """Return the holds in force on an item, those on its host included."""
    item = _access.one_item(actor, item_id)
    on_it = Q(item_id=item_id)
    if item.host:
        on_it |= Q(item__isnull=True, host=item.host)
    rows = _holds_of(actor).filter(on_it, lifted_at__isnull=True, until__gt=at)
    return [_view(row) for row in rows.order_by("until", "pk")]


def is_held(*, item_id: UUID, actor: Actor, at: datetime) -> bool:
    """Whether police hold the item or its host."""
    return bool(holds_on_item(item_id=item_id, actor=actor, at=at))


def is_address_held(*, address: Address, actor: Actor, at: datetime) -> bool:
    """Whether police hold an item at this address, or everything on its host."""
    on_it = Q(item__key=address.key) | Q(item__isnull=True, host=address.host)
    return _holds_of(actor).filter(on_it, lifted_at__isnull=True, until__gt=at).exists()


def hold(*, hold_id: UUID, actor: Actor) -> HoldView:
    """Return one hold of the actor's organisation, ended or not; raises NotFoundError."""
    row = _holds_of(actor).filter(pk=hold_id).first()
    if row is None:
        raise NotFoundError
    return _view(row)


def _holds_of(actor: Actor) -> QuerySet[Hold]:
    return Hold.objects.filter(organisation=_access.organisation_of(actor))


def _view(row: Hold) -> HoldView:
    return HoldView(
        id=row.pk,
        item_id=row.item_id,
        host=row.host,
        placed_by=row.placed_by,
        placed_at=row.placed_at,
        until=row.until,
        lifted_at=row.lifted_at,
    )
