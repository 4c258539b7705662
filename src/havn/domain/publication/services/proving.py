# SPDX-License-Identifier: Apache-2.0
"""Keeping with what a stranger verifies a report: the leaf of its head, what opens it, and that the log holds it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from havn.domain.actor import Actor
from havn.domain.audit import services as audit
from havn.domain.publication.models import PublishedReport, ReportProof


@dataclass(frozen=True, slots=True)
class Evidence:
    """What came with the event that carried the head."""

    origin: str
    leaf: bytes
    salt: bytes
    payload: bytes
    proof: str


@audit.action("publication.proof_kept", did_nothing=lambda is_new: not is_new)
def keep_proof(*, report: UUID, evidence: Evidence, actor: Actor, at: datetime) -> bool:
    """Keep the proof of a report that is here; false where there is none, or its proof is kept already."""
    if not PublishedReport.objects.filter(pk=report).exists():
        return False
    _row, is_new = ReportProof.objects.get_or_create(
        report=report,
        defaults={
            "origin": evidence.origin,
            "leaf": evidence.leaf,
            "salt": evidence.salt,
            "payload": evidence.payload,
            "proof": evidence.proof,
            "kept_at": at,
        },
    )
    if is_new:
        audit.record(
            action="publication.proof_kept",
            actor=actor,
            subject_kind="published_report",
            subject_id=report,
            at=at,
            detail={},
        )
    return is_new
