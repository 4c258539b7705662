# SPDX-License-Identifier: Apache-2.0
"""Noting how an item can be reached where its address alone does not show it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from havn.domain.actor import Actor, ActorKind, Role
from havn.domain.audit import services as audit
from havn.domain.cases import rules
from havn.domain.cases.services import _items
from havn.domain.errors import RefusedError, require_words
from havn.lib.encoding import AddressError, parse_address


@audit.action("item.reach_noted")
def note_reach(*, item_id: UUID, came_from: str, path: str, actor: Actor, at: datetime) -> None:
    """Keep, sealed to the desk's key, from which page and by which path an item shows; empty forgets it."""
    if actor.kind is not ActorKind.SYSTEM:  # which notes what a referral brought
        _items.require_role(actor, Role.ANALYST, Role.SUPERVISOR)
    item = _items.locked_item(actor, item_id)
    if not item.href:
        raise RefusedError("no_address", _("This item has no address that could be opened."))
    require_words(path, came_from)
    reach = rules.Reach(came_from=_checked(came_from), path=path.strip()[: rules.LONGEST_PATH])
    public = settings.HAVN_KEYRING.read("desk-sealing-key.pub")
    sealed = rules.seal_reach(reach, item_id=item_id, public=public)
    _items.save_if_unchanged(item, {"sealed_reach": sealed})
    audit.record(
        action="item.reach_noted",
        actor=actor,
        subject_kind="item",
        subject_id=item_id,
        at=at,
        detail={"known": bool(reach)},
    )


def _checked(came_from: str) -> str:
    if not came_from.strip():
        return ""
    try:
        return parse_address(came_from.strip()).href
    except AddressError as error:
        raise RefusedError("not_an_address", _(error.sentence)) from error
