# SPDX-License-Identifier: Apache-2.0
"""That what a reporter wrote was taken back from a referral, on either side."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from havn.domain.actor import Actor
from havn.domain.audit import services as audit
from havn.domain.errors import NotFoundError
from havn.domain.referral.models import Referral
from havn.domain.referral.services import _rows


@audit.action("referral.words_erased", did_nothing=lambda is_new: not is_new)
def note_words_erased(*, referral_id: UUID, why: str, actor: Actor, at: datetime) -> bool:
    """Write that a referral carries nothing of a reporter any more; false where that was known, or none was in it.

    `why` is a code, or empty where the source does not say.
    """
    row = (
        Referral.objects.select_for_update()
        .filter(pk=referral_id, organisation=actor.scope)
        .first()
    )
    if row is None:
        raise NotFoundError
    if not row.has_personal or row.words_erased_at is not None:
        return False
    row.words_erased_at, row.words_erased_because, row.changed_at = at, why, at
    row.save(update_fields=["words_erased_at", "words_erased_because", "changed_at"])
    detail = {"side": row.direction, "why": why}
    _rows.record("referral.words_erased", row, actor=actor, at=at, detail=detail)
    return True
