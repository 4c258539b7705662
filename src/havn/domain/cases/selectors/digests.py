# SPDX-License-Identifier: Apache-2.0
"""Items by the digest of their address: what other nodes are asked about, and what they may ask about.

The process that answers other nodes may read these columns alone (config/grants.py).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from havn.domain.actor import Actor
from havn.domain.cases.models import ContentItem, Hold
from havn.domain.cases.selectors import _access
from havn.lib.encoding import KEY_VERSION


@dataclass(frozen=True, slots=True)
class DigestLine:
    """An open item that police do not hold, by the digest of its address."""

    item_id: UUID
    digest: str
    legal_class: str
    availability: str


def items_to_ask_about(
    *, item_ids: Collection[UUID], actor: Actor, at: datetime
) -> list[DigestLine]:
    """Return those of the items that still wait for an assessment, have an address, and nobody holds."""
    rows = _open_items(actor).filter(
        pk__in=list(item_ids), legal_class="", key_version=KEY_VERSION
    )
    return _not_held(rows, actor, at)


def open_items_of_digests(
    *, digests: Collection[str], key_version: int, actor: Actor, at: datetime
) -> list[DigestLine]:
    """Return the open items at addresses with these digests, but what police hold."""
    rows = _open_items(actor).filter(key_version=key_version, key_digest__in=list(digests))
    return _not_held(rows, actor, at)


def _open_items(actor: Actor) -> QuerySet[ContentItem]:
    return _access.items_of(actor).filter(is_open=True).exclude(key_digest="")


def _not_held(rows: QuerySet[ContentItem], actor: Actor, at: datetime) -> list[DigestLine]:
    plain = ("pk", "key_digest", "legal_class", "availability", "host")
    found = list(rows.order_by("pk").values_list(*plain))
    on_them = Q(item_id__in=[row[0] for row in found])
    on_them |= Q(item_id__isnull=True, host__in=[row[4] for row in found])
    holds = Hold.objects.filter(
        on_them, organisation=_access.organisation_of(actor), lifted_at__isnull=True, until__gt=at
    )
    items = set(holds.filter(item_id__isnull=False).values_list("item_id", flat=True))
    hosts = set(holds.filter(item_id__isnull=True).values_list("host", flat=True))
    return [DigestLine(*row[:4]) for row in found if row[0] not in items and row[4] not in hosts]
