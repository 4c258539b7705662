# SPDX-License-Identifier: Apache-2.0
"""Opening what staff wrote about an item or a hold; each opening leaves an audit entry."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings

from havn.domain.actor import Actor, Role
from havn.domain.audit import services as audit
from havn.domain.cases import rules
from havn.domain.cases.models import Hold
from havn.domain.cases.selectors import _access
from havn.domain.errors import NotFoundError
from havn.lib.sealing import open_sealed


@audit.viewed("hold.reason_opened", subject_kind="hold", subject="hold_id")
def hold_reason(*, hold_id: UUID, actor: Actor, at: datetime) -> str:
    """Return why police hold; for investigators and supervisors; raises NotFoundError."""
    del at  # The reading entry bears it.
    row = Hold.objects.filter(pk=hold_id, organisation=_access.organisation_of(actor)).first()
    if row is None or not actor.has_role(Role.INVESTIGATOR, Role.SUPERVISOR):
        raise NotFoundError
    return _opened(bytes(row.sealed_reason), purpose=rules.HOLD_PURPOSE)


@audit.viewed("item.passed_on_to_opened", subject_kind="item", subject="item_id")
def passed_on_to(*, item_id: UUID, actor: Actor, at: datetime) -> str:
    """Return to whom an orphan was passed on, empty when it was not; raises NotFoundError."""
    del at
    row = _access.one_item(actor, item_id)
    return _opened(bytes(row.sealed_passed_on_to), purpose=rules.PASSED_ON_PURPOSE)


@audit.viewed("item.worked_here_reason_opened", subject_kind="item", subject="item_id")
def worked_here_because(*, item_id: UUID, actor: Actor, at: datetime) -> str:
    """Return why an item that is hosted abroad is worked here; raises NotFoundError."""
    del at
    row = _access.one_item(actor, item_id)
    return _opened(bytes(row.sealed_worked_here_because), purpose=rules.WORKED_HERE_PURPOSE)


def _opened(sealed: bytes, *, purpose: str) -> str:
    if not sealed:
        return ""
    private = settings.HAVN_KEYRING.read("desk-opening-key")
    return open_sealed(sealed, private, purpose=purpose).decode()
