# SPDX-License-Identifier: Apache-2.0
"""Reading sealed submissions (the worker) and the status behind a receipt (the public)."""

from __future__ import annotations

from collections.abc import Collection
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


def opened_submissions(
    *, submission_ids: Collection[UUID], actor: Actor
) -> list[OpenedSubmission]:
    """Return submissions opened with the desk's key, in order of arrival; only background work may.

    Raises NotFoundError when one of them is not there, SealError or AnswersError when one is not ours.
    """
    rows = list(Submission.objects.filter(pk__in=submission_ids).order_by("received_at", "pk"))
    if len(rows) != len(submission_ids) or actor.kind is not ActorKind.SYSTEM:
        raise NotFoundError
    keyring: Keyring = settings.HAVN_KEYRING
    private = keyring.read("desk-opening-key")
    return [_opened(row, private) for row in rows]


def _opened(row: Submission, private: bytes) -> OpenedSubmission:
    if row.filed_at is not None:
        return OpenedSubmission(row.id, Answers(kind=""), row.received_at, is_filed=True)
    payload = open_sealed(bytes(row.sealed), private, purpose=SEALED_FOR)
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
