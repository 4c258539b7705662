# SPDX-License-Identifier: Apache-2.0
"""Handing an address over to the isolated viewer, and the clock that begins with it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from havn.domain.actor import Actor
from havn.domain.assessment.models import Exposure
from havn.domain.assessment.services import _leases
from havn.domain.audit import services as audit
from havn.domain.cases import selectors as cases
from havn.domain.errors import RefusedError
from havn.lib.encoding import uuid7


@audit.action("item.address_handed_over")
def start_exposure(*, item_id: UUID, actor: Actor, at: datetime) -> str:
    """Return the item's address for the isolated viewer; the person's clock runs from now.

    It ends with the next decision, skip, hand-over or give-back, when the time with the item runs
    out, or by hand.
    """
    person = _leases.require_analyst(actor)
    item = cases.item(item_id=item_id, actor=actor)
    if not item.href:
        raise RefusedError("no_address", _("This item has no web address."))
    _leases.stop_clock(person, at=at)
    Exposure.objects.create(id=uuid7(at), item_id=item_id, person_id=person, started_at=at)
    audit.record(
        action="item.address_handed_over",
        actor=actor,
        subject_kind="item",
        subject_id=item_id,
        at=at,
    )
    return item.href


def end_exposure(*, actor: Actor, at: datetime) -> bool:
    """End the actor's own clock, by hand; false when none ran."""
    return bool(_leases.stop_clock(_leases.require_analyst(actor), at=at))
