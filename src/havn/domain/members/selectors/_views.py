# SPDX-License-Identifier: Apache-2.0
"""Nodes and their keys as values; what the selectors of the roster are made of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from havn.domain.errors import NotFoundError
from havn.domain.members.models import Node, NodeKey
from havn.domain.members.rules import KeyUse, Spoken, State


@dataclass(frozen=True, slots=True)
class KeyView:
    """A public key of a node."""

    key_id: str
    use: KeyUse
    public: bytes
    since: int
    is_revoked: bool


@dataclass(frozen=True, slots=True)
class NodeView:
    """A node of the roster with its keys and whose it is."""

    node_id: UUID
    name: str
    base_address: str
    state: State
    is_own: bool
    protocol_least: int
    protocol_most: int
    organisation_id: UUID
    organisation_name: str
    organisation_kind: str
    roles: tuple[str, ...]
    mandates: tuple[str, ...]
    languages: tuple[str, ...]
    participant_code: str
    participant_name: str
    participant_state: State
    keys: tuple[KeyView, ...]

    @property
    def spoken(self) -> Spoken:
        """Which versions of the protocol it speaks, as the roster says."""
        return Spoken(self.protocol_least, self.protocol_most)

    @property
    def is_active(self) -> bool:
        """Whether the node and its participant take part now."""
        return self.state is self.participant_state is State.ACTIVE

    def keys_for(self, use: KeyUse) -> tuple[KeyView, ...]:
        """Return the keys of one use that were not revoked, the oldest first."""
        return tuple(key for key in self.keys if key.use is use and not key.is_revoked)


def key_view(row: NodeKey) -> KeyView:
    """Return a row of the roster's keys as a value."""
    return KeyView(
        key_id=row.key_id,
        use=KeyUse(row.kind),
        public=bytes(row.public),
        since=row.since_epoch,
        is_revoked=row.is_revoked,
    )


def nodes() -> QuerySet[Node]:
    """Return all nodes of participants, with what a view needs of them."""
    return Node.objects.select_related("organisation__member").filter(
        organisation__member__isnull=False
    )


def node_views(rows: Iterable[Node]) -> tuple[NodeView, ...]:
    """Return nodes as values, in their participants' order."""
    found = list(rows)
    keys = keys_by_node(row.pk for row in found)
    views = [_view(row, keys[row.pk]) for row in found]
    return tuple(sorted(views, key=lambda each: (each.participant_code, str(each.node_id))))


def keys_by_node(node_ids: Iterable[UUID]) -> dict[UUID, tuple[KeyView, ...]]:
    """Return the keys of nodes in a fixed order: by use, the oldest first."""
    found: dict[UUID, list[KeyView]] = {each: [] for each in node_ids}
    rows = NodeKey.objects.filter(node_id__in=list(found))
    for row in rows.order_by("kind", "since_epoch", "key_id"):
        found[row.node_id].append(key_view(row))
    return {node: tuple(keys) for node, keys in found.items()}


def _view(row: Node, keys: tuple[KeyView, ...]) -> NodeView:
    organisation, member = row.organisation, row.organisation.member
    if member is None:
        raise NotFoundError
    return NodeView(
        node_id=row.pk,
        name=row.name,
        base_address=row.base_address,
        state=State(row.state),
        is_own=row.is_own,
        protocol_least=row.protocol_least,
        protocol_most=row.protocol_most,
        organisation_id=organisation.pk,
        organisation_name=organisation.name,
        organisation_kind=organisation.kind,
        roles=tuple(organisation.roles),
        mandates=tuple(organisation.mandates),
        languages=tuple(organisation.languages),
        participant_code=member.code,
        participant_name=member.name,
        participant_state=State(member.state),
        keys=keys,
    )


def key_in_epoch(rows: Iterable[NodeKey], epoch: int) -> bytes:
    """Return the public half of those keys of one use that holds in an epoch; raises NotFoundError without one."""  # R27
    held = [row for row in rows if row.since_epoch <= epoch]
    if not held:
        raise NotFoundError
    return bytes(min(held, key=lambda row: (-row.since_epoch, row.key_id)).public)
