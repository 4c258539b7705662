# SPDX-License-Identifier: Apache-2.0
"""Rows that several services write: steps, published and withdrawn reports, what nodes are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from havn.domain.actor import Actor
from havn.domain.audit import services as audit
from havn.domain.ledger import services as ledger
from havn.domain.ledger.rules import EventKind
from havn.domain.publication.models import MemberStep, PublishedFigure, PublishedReport
from havn.domain.publication.rules import ReportState, Step
from havn.lib.encoding import uuid7


def reach(*, member: str, year: str, step: Step, at: datetime) -> bool:
    """Write that a member reached a step; false when it was written before."""
    _row, is_new = MemberStep.objects.get_or_create(
        member=member, year=year, step=step.value, defaults={"id": uuid7(at), "at": at}
    )
    return is_new


def publish(row: PublishedReport, *, actor: Actor, at: datetime) -> None:
    """Let everybody read this version from now on, as the newest of its member and year."""
    before = PublishedReport.objects.filter(member=row.member, year=row.year, is_current=True)
    for each in before.exclude(pk=row.pk):
        _hide(each)
    row.state, row.published_at, row.is_current = ReportState.PUBLISHED.value, at, True
    row.save(update_fields=["state", "published_at", "is_current"])
    PublishedFigure.objects.filter(report=row).update(is_current=True)
    reach(member=row.member, year=row.year, step=Step.PUBLISHED, at=at)
    _tell_step(row, "published", actor=actor, at=at)
    _record("publication.report_published", row, actor=actor, at=at)


def withdraw(row: PublishedReport, *, actor: Actor, at: datetime) -> None:
    """Let nobody read this version any more; the row stays, so that its number is never given again."""
    row.state, row.withdrawn_at = ReportState.WITHDRAWN.value, at
    row.save(update_fields=["state", "withdrawn_at"])
    _hide(row)
    _tell_step(row, "withdrawn", actor=actor, at=at)
    _record("publication.report_withdrawn", row, actor=actor, at=at)


def _hide(row: PublishedReport) -> None:
    """Let a version and its figures be the current ones no more."""
    row.is_current = False
    row.save(update_fields=["is_current"])
    PublishedFigure.objects.filter(report=row, is_current=True).update(is_current=False)


def _tell_step(row: PublishedReport, step: str, *, actor: Actor, at: datetime) -> None:
    if row.node is None:
        return
    body = {"year": row.year, "step": step, "at": at.isoformat(), "report": str(row.pk)}
    tell(EventKind.REPORT_STEP, subject=row.pk, body=body, to=[row.node], actor=actor, at=at)


def _record(action: str, row: PublishedReport, *, actor: Actor, at: datetime) -> None:
    audit.record(
        action=action,
        actor=actor,
        subject_kind="published_report",
        subject_id=row.pk,
        at=at,
        detail={"member": row.member, "year": row.year, "version": row.version},
    )


def tell(
    kind: EventKind,
    *,
    subject: UUID,
    body: Mapping[str, object],
    to: Sequence[UUID],
    actor: Actor,
    at: datetime,
) -> None:
    """Write an event for these nodes into the hub's log; a hub that is no node tells nobody."""
    if actor.organisation is None:
        return
    ledger.append_event(
        kind=kind,
        subject_id=subject,
        organisation=actor.organisation,
        payload=body,
        audience=[str(node) for node in to],
        at=at,
    )
