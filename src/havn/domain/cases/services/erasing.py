# SPDX-License-Identifier: Apache-2.0
"""Erasing what a reporter wrote and how to reach them: the wrapped data key goes, and what it opened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from havn.domain.actor import Actor
from havn.domain.audit import services as audit
from havn.domain.cases.models import DataKey
from havn.domain.cases.selectors import _access
from havn.domain.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class ErasedWords:
    """What of a report was there and is erased now."""

    texts: bool
    contact: bool

    def __bool__(self) -> bool:
        return self.texts or self.contact


@audit.action("report.words_erased", did_nothing=lambda erased: not erased)
def erase_words(*, report_id: UUID, actor: Actor, at: datetime) -> ErasedWords:
    """Erase a report's texts and contact; its items, and what was found about them, stay.

    Erased before, it changes nothing.
    """
    row = _access.reports_of(actor).select_for_update().filter(pk=report_id).first()
    if row is None:
        raise NotFoundError
    erased = ErasedWords(texts=bool(row.sealed_texts), contact=bool(row.sealed_contact))
    DataKey.objects.filter(report=row).delete()
    row.sealed_texts = row.sealed_contact = b""
    row.has_contact = row.has_police_consent = False
    row.save(update_fields=["sealed_texts", "sealed_contact", "has_contact", "has_police_consent"])
    if erased:
        audit.record(
            action="report.words_erased",
            actor=actor,
            subject_kind="report",
            subject_id=row.pk,
            at=at,
            detail={"texts": int(erased.texts), "contacts": int(erased.contact)},
        )
    return erased
