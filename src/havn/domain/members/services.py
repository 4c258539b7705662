# SPDX-License-Identifier: Apache-2.0
"""Registering the node's own member, organisations and node."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from havn.domain.actor import Actor
from havn.domain.audit import services as audit
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.members.models import Member, Node, Organisation
from havn.lib.encoding import uuid4


@dataclass(frozen=True, slots=True)
class NewNode:
    """What `havn init` is told about the node."""

    member_code: str
    member_name: str
    organisation_name: str
    organisation_kind: str
    contact_email: str
    public_url: str


@audit.action("node.registered")
def register_own_node(*, node: NewNode, actor: Actor, at: datetime) -> UUID:
    """Create the own member, organisation and node once, and return the organisation's UUID."""
    if Node.objects.filter(is_own=True).exists():
        raise RefusedError("node_exists", str(_("This database already belongs to a node.")))
    member, _created = Member.objects.get_or_create(
        code=node.member_code, defaults={"id": uuid4(), "name": node.member_name}
    )
    organisation = Organisation.objects.create(
        id=uuid4(),
        member=member,
        name=node.organisation_name,
        kind=node.organisation_kind,
        contact_email=node.contact_email,
    )
    own = Node.objects.create(
        id=uuid4(),
        organisation=organisation,
        name=node.organisation_name,
        public_url=node.public_url,
        is_own=True,
        recorded_at=at,
    )
    audit.record(
        action="node.registered", actor=actor, subject_kind="node", subject_id=own.id, at=at
    )
    return organisation.id


@audit.action("node.address_changed", did_nothing=lambda changed: not changed)
def change_public_url(*, public_url: str, actor: Actor, at: datetime) -> bool:
    """Write where the own node's public site is from now on; false when it was there already."""
    own = Node.objects.select_for_update().filter(is_own=True).first()
    if own is None:
        raise NotFoundError
    if own.public_url == public_url:
        return False
    own.public_url = public_url
    own.save(update_fields=["public_url"])
    audit.record(
        action="node.address_changed", actor=actor, subject_kind="node", subject_id=own.id, at=at
    )
    return True
