# SPDX-License-Identifier: Apache-2.0
"""Taking a sealed submission in, and telling the holder of a receipt how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from havn.domain.actor import Actor
from havn.domain.audit import services as audit
from havn.domain.errors import RefusedError
from havn.domain.intake.models import ReceiptStatus, Submission
from havn.domain.intake.rules import (
    SEALED_FOR,
    Answers,
    public_state_of,
    receipt_digest,
)
from havn.domain.jobs import services as jobs
from havn.domain.rows import insert
from havn.lib.sealing import seal

if TYPE_CHECKING:
    from havn.lib.keyring import Keyring

FILE_SUBMISSION = "file_submission"


@dataclass(frozen=True, slots=True)
class Accepted:
    """The submission is on disk; `is_repeat` when it was there already."""

    receipt: str
    is_repeat: bool


@dataclass(frozen=True, slots=True)
class ItemProgress:
    """How far one item of a report is, in the words of its stage."""

    stage: str
    is_removed: bool

    @classmethod
    def of_new(cls) -> ItemProgress:
        """Return the progress of an item that nobody assessed yet."""
        return cls(stage="received", is_removed=False)


def accept_submission(
    *, token_id: UUID, receipt: str, answers: Answers, actor: Actor, at: datetime
) -> Accepted:
    """Seal the answers to the desk's key and store them once; the same form again is a repeat.

    Raises RefusedError("form_used") when the token was used for another receipt, and lets
    database and key errors through: the page then says that nothing was saved.
    """
    digest = receipt_digest(receipt, _keyring().read("receipt-pepper"))
    sealed = seal(
        answers.to_payload(), _keyring().read("desk-sealing-key.pub"), purpose=SEALED_FOR
    )
    try:
        _store_submission(token_id=token_id, digest=digest, sealed=sealed, actor=actor, at=at)
    except IntegrityError:
        known = Submission.objects.filter(pk=token_id, receipt_digest=digest).exists()
        if not known:
            raise RefusedError("form_used", str(_("This form was already sent."))) from None
        return Accepted(receipt=receipt, is_repeat=True)
    return Accepted(receipt=receipt, is_repeat=False)


@audit.action("submission.received")
def _store_submission(
    *, token_id: UUID, digest: bytes, sealed: bytes, actor: Actor, at: datetime
) -> None:
    insert(Submission(id=token_id, sealed=sealed, receipt_digest=digest, received_at=at))
    audit.record(
        action="submission.received",
        actor=actor,
        subject_kind="submission",
        subject_id=token_id,
        at=at,
    )


def order_filing(*, actor: Actor, at: datetime, most: int = 200) -> int:
    """Order the filing of submissions that nobody looks after yet, the oldest first; return how many.

    The public process writes one row of the inbox and orders nothing. Two workers may find the same
    rows: a job's key is unique, so each submission is ordered once.
    """
    del actor  # The job is bookkeeping; receiving and filing each leave an entry.
    waiting = Submission.objects.filter(ordered_at__isnull=True).order_by("received_at")
    found = list(waiting.values_list("pk", "received_at")[:most])
    if not found:
        return 0
    orders = [
        jobs.Order(FILE_SUBMISSION, f"file:{pk}", due_at=received_at, subject_id=pk)
        for pk, received_at in found
    ]
    with transaction.atomic():
        jobs.enqueue_all(orders=orders, at=at)
        Submission.objects.filter(pk__in=[pk for pk, _ in found]).update(ordered_at=at)
    return len(found)


@dataclass(frozen=True, slots=True)
class Filed:
    """Which report a submission became, and how far its items are."""

    submission_id: UUID
    report_id: UUID
    items: Sequence[ItemProgress]


@audit.action("submission.filed", did_nothing=lambda many: many == 0)
def mark_filed(*, filed: Sequence[Filed], actor: Actor, at: datetime) -> int:
    """Mark submissions as filed, empty their sealed bytes, and let their receipts show how far it is.

    Raises RefusedError("filed_already") when another worker was quicker with one: all is rolled back.
    """
    waiting = Submission.objects.filter(
        pk__in=[each.submission_id for each in filed], filed_at__isnull=True
    )
    digests = dict(waiting.values_list("pk", "receipt_digest"))
    if waiting.update(filed_at=at, sealed=b"") != len(filed) or len(digests) != len(filed):
        raise RefusedError("filed_already")
    ReceiptStatus.objects.bulk_create(
        [
            ReceiptStatus(
                receipt_digest=bytes(digests[each.submission_id]),
                report_id=each.report_id,
                closes_date=(at + settings.HAVN_POLICY.receipt_open_for).date(),
                **_shown(each.items, at=at),
            )
            for each in filed
        ]
    )
    for each in filed:
        audit.record(
            action="submission.filed",
            actor=actor,
            subject_kind="submission",
            subject_id=each.submission_id,
            at=at,
        )
    return len(filed)


@audit.action("status.projected")
def project_status(
    *, report_id: UUID, items: Sequence[ItemProgress], actor: Actor, at: datetime
) -> None:
    """Write what the holder of the report's receipt may see; a report without one is passed by."""
    ReceiptStatus.objects.filter(report_id=report_id).update(**_shown(items, at=at))
    audit.record(
        action="status.projected",
        actor=actor,
        subject_kind="report",
        subject_id=report_id,
        at=at,
    )


def _shown(items: Sequence[ItemProgress], *, at: datetime) -> dict[str, Any]:
    """Return the columns that a receipt opens, from how far the items are."""
    return {
        "state": public_state_of(item.stage for item in items).value,
        "items_total": len(items),
        "items_assessed": sum(item.stage != "received" for item in items),
        "items_removed": sum(item.is_removed for item in items),
        "updated_date": at.date(),
    }


def _keyring() -> Keyring:
    keyring: Keyring = settings.HAVN_KEYRING
    return keyring
