# SPDX-License-Identifier: Apache-2.0
"""Reading what waits to be asked, what other nodes told of an item, and what they were told."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from havn.domain.actor import Actor, ActorKind
from havn.domain.errors import NotFoundError
from havn.domain.referral.models import KnownElsewhere, KnownQuestion, KnownTold
from havn.domain.referral.selectors._views import CASEWORK, KnownView, known_view


def waits_to_be_asked(*, actor: Actor) -> bool:
    """Whether an item waits for others to be asked about it."""
    waiting = KnownQuestion.objects.filter(round_id__isnull=True)
    return actor.kind is ActorKind.SYSTEM and waiting.exists()


def items_of_round(*, round_id: UUID, actor: Actor) -> list[UUID]:
    """Return the items that are asked about together; none but to the system."""
    if actor.kind is not ActorKind.SYSTEM:
        raise NotFoundError
    rows = KnownQuestion.objects.filter(round_id=round_id, organisation=actor.scope)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def known_elsewhere(*, elsewhere_id: UUID, actor: Actor) -> KnownView:
    """Return one thing that another node told; raises NotFoundError."""
    row = KnownElsewhere.objects.filter(pk=elsewhere_id, organisation=actor.scope).first()
    if row is None or actor.kind is not ActorKind.SYSTEM:
        raise NotFoundError
    return known_view(row)


def is_heard(*, node_id: UUID, reference: UUID, actor: Actor) -> bool:
    """Whether another node told of this reference before, and took it back or not."""
    rows = KnownElsewhere.objects.filter(
        organisation=actor.scope, node_id=node_id, reference=reference
    )
    return rows.exists()


def known_of_item(*, item_id: UUID, actor: Actor) -> list[KnownView]:
    """Return what other nodes told of an item and did not take back, the first first."""
    is_desk = actor.kind is ActorKind.PERSON and actor.has_role(*CASEWORK)
    if not (is_desk or actor.kind is ActorKind.SYSTEM):
        raise NotFoundError
    rows = KnownElsewhere.objects.filter(
        item_id=item_id, organisation=actor.scope, withdrawn_at__isnull=True
    )
    return [known_view(row) for row in rows.order_by("heard_at", "pk")]


def items_told(*, item_ids: Collection[UUID], actor: Actor) -> set[UUID]:
    """Return those of the items of which another node was told, and heard nothing else since."""
    rows = KnownTold.objects.filter(
        item_id__in=list(item_ids), organisation=actor.scope, withdrawn_at__isnull=True
    )
    return set(rows.values_list("item_id", flat=True))
