# SPDX-License-Identifier: Apache-2.0
"""Reading sealed submissions (the worker) and the status behind a receipt (the public)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings

from havn.domain.actor import Actor, ActorKind
from havn.domain.errors import NotFoundError
from havn.domain.intake.models import ReceiptStatus, Submission
from havn.domain.intake.rules import SEALED_FOR, Answers, receipt_digest
from havn.lib.sealing import open_sealed

if TYPE_CHECKING:
    from havn.lib.keyring import Keyring


@dataclass(frozen=True, slots=True)
class OpenedSubmission:
    """A submission as the desk side opened it."""

    submission_id: UUID
    answers: Answers
    received_at: datetime
    is_filed: bool


@dataclass(frozen=True, slots=True)
class ReceiptStatusView:
    """What the holder of a receipt may see."""

    state: str
    items_total: int
    items_assessed: int
    items_removed: int
    updated_date: date


def opened_submission(*, submission_id: UUID, actor: Actor) -> OpenedSubmission:
    """Return a submission opened with the desk's key; only background work may."""
    row = Submission.objects.filter(pk=submission_id).first()
    if row is None or actor.kind is not ActorKind.SYSTEM:
        raise NotFoundError
    if row.filed_at is not None:
        return OpenedSubmission(row.id, Answers(kind=""), row.received_at, is_filed=True)
    keyring: Keyring = settings.HAVN_KEYRING
    payload = open_sealed(bytes(row.sealed), keyring.read("desk-opening-key"), purpose=SEALED_FOR)
    return OpenedSubmission(row.id, Answers.from_payload(payload), row.received_at, is_filed=False)


def receipt_status(*, receipt: str, actor: Actor, at: datetime) -> ReceiptStatusView | None:
    """Return what became of the report; None for wrong, expired and erased ones, at one query."""
    del actor  # Whoever holds the receipt may ask.
    keyring: Keyring = settings.HAVN_KEYRING
    digest = receipt_digest(receipt, keyring.read("receipt-pepper"))
    found = ReceiptStatus.objects.filter(receipt_digest=digest, closes_date__gte=at.date()).first()
    if found is None:
        return None
    return ReceiptStatusView(
        state=found.state,
        items_total=found.items_total,
        items_assessed=found.items_assessed,
        items_removed=found.items_removed,
        updated_date=found.updated_date,
    )
