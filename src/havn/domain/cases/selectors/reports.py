# SPDX-License-Identifier: Apache-2.0
"""Opening a report's texts and contact; each opening leaves an audit entry."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings

from havn.domain.actor import Actor, ActorKind, Role
from havn.domain.audit import services as audit
from havn.domain.cases import rules
from havn.domain.cases.models import DataKey, Report
from havn.domain.cases.selectors import _access
from havn.domain.errors import NotFoundError


@audit.viewed("report.text_opened", subject_kind="report", subject="report_id")
def report_texts(*, report_id: UUID, actor: Actor, at: datetime) -> dict[str, str]:
    """Return what the reporter wrote, by question, nothing once it was erased; raises NotFoundError."""
    del at  # The reading entry bears it.
    row = _access.one_report(actor, report_id)
    return _opened(row, bytes(row.sealed_texts), purpose=rules.TEXTS_PURPOSE)


@audit.viewed("report.contact_opened", subject_kind="report", subject="report_id")
def report_contact(*, report_id: UUID, actor: Actor, at: datetime) -> dict[str, str]:
    """Return how to reach the reporter; police, and what police are sent, only with consent."""
    del at
    row = _access.one_report(actor, report_id)
    if not row.has_contact:
        raise NotFoundError
    is_desk = actor.kind is ActorKind.PERSON and actor.has_role(Role.ANALYST, Role.SUPERVISOR)
    if not (is_desk or row.has_police_consent):
        raise NotFoundError
    return _opened(row, bytes(row.sealed_contact), purpose=rules.CONTACT_PURPOSE)


def _opened(row: Report, sealed: bytes, *, purpose: str) -> dict[str, str]:
    if not sealed:
        return {}
    key = DataKey.objects.filter(report=row).first()
    if key is None:
        raise NotFoundError
    return rules.open_part(
        sealed,
        wrapped_key=bytes(key.wrapped),
        private=settings.HAVN_KEYRING.read("desk-opening-key"),
        purpose=purpose,
        report_id=row.pk,
    )
