# SPDX-License-Identifier: Apache-2.0
"""Reading who this node is."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from havn.domain.actor import Actor
from havn.domain.errors import NotFoundError
from havn.domain.members.models import Node


@dataclass(frozen=True, slots=True)
class OwnNode:
    """The node that this database belongs to."""

    node_id: UUID
    organisation_id: UUID
    organisation_name: str
    member_code: str
    member_name: str
    contact_email: str
    public_url: str
    organisation_kind: str = ""
    state: str = "unlisted"


def own_node(*, actor: Actor) -> OwnNode:
    """Return who this node is; raises NotFoundError before `havn init`."""
    del actor  # Who runs a node is public.
    node = Node.objects.select_related("organisation__member").filter(is_own=True).first()
    if node is None or node.organisation.member is None:
        raise NotFoundError
    return OwnNode(
        node_id=node.id,
        organisation_id=node.organisation_id,
        organisation_name=node.organisation.name,
        member_code=node.organisation.member.code,
        member_name=node.organisation.member.name,
        contact_email=node.organisation.contact_email,
        public_url=node.public_url,
        organisation_kind=node.organisation.kind,
        state=node.state,
    )


def own_organisation(*, actor: Actor) -> UUID | None:
    """Return the organisation that runs this node; none on a hub that is no node."""
    try:
        return own_node(actor=actor).organisation_id
    except NotFoundError:
        return None
