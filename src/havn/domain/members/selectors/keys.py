# SPDX-License-Identifier: Apache-2.0
"""Whose public key is whose, and which holds in which epoch."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from havn.domain.actor import Actor
from havn.domain.errors import NotFoundError
from havn.domain.members.models import NodeKey
from havn.domain.members.rules import KeyUse, State
from havn.domain.members.selectors._views import KeyView, key_in_epoch, key_view, keys_by_node


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """Whose signing key it is, and whether its signature counts."""

    node_id: UUID
    participant_code: str
    key: KeyView
    is_active: bool  # the node and its participant take part now


def node_of_key(*, key_id: str, actor: Actor) -> KeyHolder:
    """Return whose signing key this is, revoked ones included; raises NotFoundError for an unknown one."""
    del actor  # Keys are public.
    row = (
        NodeKey.objects.select_related("node__organisation__member")
        .filter(key_id=key_id, kind=KeyUse.SIGNING)
        .first()
    )
    member = row.node.organisation.member if row else None
    if row is None or member is None:
        raise NotFoundError
    return KeyHolder(
        node_id=row.node_id,
        participant_code=member.code,
        key=key_view(row),
        is_active=row.node.state == member.state == State.ACTIVE,
    )


def log_keys_of(*, node_id: UUID, actor: Actor) -> tuple[KeyView, ...]:
    """Return the keys of a node's log and of its witness, the oldest first, revoked ones marked."""
    del actor
    keys = keys_by_node([node_id])[node_id]
    return tuple(key for key in keys if key.use is KeyUse.LOG)


def exchange_key_of(*, node_id: UUID, epoch: int, actor: Actor) -> bytes:
    """Return the node's public exchange key of an epoch: the newest since then or before.

    A key that was revoked later still opens the tags of its own epochs. Raises NotFoundError without one.
    """
    del actor
    return key_in_epoch(NodeKey.objects.filter(node_id=node_id, kind=KeyUse.EXCHANGE), epoch)
