# SPDX-License-Identifier: Apache-2.0
"""Opening how an item can be reached: by people with a reading entry, by the worker for its look."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings

from havn.domain.actor import Actor, ActorKind
from havn.domain.audit import services as audit
from havn.domain.cases import rules
from havn.domain.cases.models import ContentItem
from havn.domain.cases.selectors import _access
from havn.domain.errors import NotFoundError


@audit.viewed("item.reach_opened", subject_kind="item", subject="item_id")
def item_reach(*, item_id: UUID, actor: Actor, at: datetime) -> rules.Reach:
    """Return how the item can be reached; leaves a reading entry."""
    del at  # The reading entry bears it.
    return _opened(_access.one_item(actor, item_id))


def reach_for_work(*, item_id: UUID, actor: Actor) -> rules.Reach:
    """Return the same to the worker, whose look, notice or package leaves the entry."""
    if actor.kind is not ActorKind.SYSTEM:
        raise NotFoundError
    return _opened(_access.one_item(actor, item_id))


def _opened(row: ContentItem) -> rules.Reach:
    if not row.sealed_reach:
        return rules.Reach()
    return rules.open_reach(
        bytes(row.sealed_reach),
        item_id=row.pk,
        private=settings.HAVN_KEYRING.read("desk-opening-key"),
    )
