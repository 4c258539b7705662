# SPDX-License-Identifier: Apache-2.0
"""Publishing what arrived, and taking back at once what discloses; nothing is overwritten."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from havn.domain.actor import Actor, ActorKind
from havn.domain.audit import services as audit
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.publication import selectors
from havn.domain.publication.models import PublishedReport
from havn.domain.publication.rules import CorrectionKind, ReportState, order_of
from havn.domain.publication.selectors._access import require_secretariat
from havn.domain.publication.services import _rows


@audit.action("publication.year_published", did_nothing=lambda count: not count)
def publish_year(*, year: str, actor: Actor, at: datetime) -> int:
    """Publish every report of a year that is here and not public yet; returns how many."""  # H13
    require_secretariat(actor)
    if actor.kind is ActorKind.SYSTEM and not selectors.calendar(actor=actor).may_publish(
        year, at
    ):
        return 0
    rows = PublishedReport.objects.select_for_update().filter(
        year=year, state=ReportState.ACCEPTED.value
    )
    found = sorted(rows, key=lambda row: order_of(row.version))
    for row in found:
        _rows.publish(row, actor=actor, at=at)
    if found:
        audit.record(
            action="publication.year_published",
            actor=actor,
            subject_kind="reporting_year",
            subject_id=None,
            at=at,
            detail={"year": year, "reports": len(found)},
        )
    return len(found)


@audit.action("publication.report_published")
def publish_report(*, report_id: UUID, actor: Actor, at: datetime) -> None:
    """Publish one report before or after the day; refused with `not_waiting` where there is nothing to publish."""
    require_secretariat(actor)
    row = _locked(report_id)
    if row.state != ReportState.ACCEPTED:
        raise RefusedError(
            "not_waiting",
            str(_("This report does not wait to be published. Load the page again.")),
        )
    _rows.publish(row, actor=actor, at=at)


@audit.action("publication.corrections_followed", did_nothing=lambda count: not count)
def follow_corrections(*, actor: Actor, at: datetime) -> int:
    """Let corrections follow what they correct: a disclosing version goes at once, a public one is replaced."""
    # H14 H15
    rows = PublishedReport.objects.filter(
        state=ReportState.ACCEPTED.value, supersedes__isnull=False
    )
    followed = sum(_follow(row, actor=actor, at=at) for row in rows.order_by("received_at"))
    if followed:
        audit.record(
            action="publication.corrections_followed",
            actor=actor,
            subject_kind="reporting_year",
            subject_id=None,
            at=at,
            detail={"count": followed},
        )
    return followed


def _follow(row: PublishedReport, *, actor: Actor, at: datetime) -> bool:
    before = _before(row)
    if before is None:
        return False
    discloses = (
        row.correction_kind == CorrectionKind.DISCLOSURE and before.state != ReportState.WITHDRAWN
    )
    if discloses:
        _rows.withdraw(before, actor=actor, at=at)
    if before.published_at is not None:
        _rows.publish(row, actor=actor, at=at)
    return discloses or before.published_at is not None


def _before(row: PublishedReport) -> PublishedReport | None:
    """Return the version that one corrects here: what it names, or where that was refused the last one before it."""
    if row.supersedes is None:
        return None
    if not row.follows_refused:
        return PublishedReport.objects.filter(pk=row.supersedes).first()
    versions = PublishedReport.objects.filter(member=row.member, year=row.year).exclude(
        state=ReportState.WAITING.value
    )
    before = [each for each in versions if order_of(each.version) < order_of(row.version)]
    return max(before, key=lambda each: order_of(each.version), default=None)


@audit.action("publication.report_withdrawn", did_nothing=lambda was_there: not was_there)
def withdraw_report(*, report_id: UUID, actor: Actor, at: datetime) -> bool:
    """Take a version back at once, because something hidden can be derived from it; false when it was.

    The entry and what nodes are told name the version, and never the number.
    """  # H15
    require_secretariat(actor)
    row = _locked(report_id)
    if row.state == ReportState.WITHDRAWN:
        return False
    _rows.withdraw(row, actor=actor, at=at)
    return True


def _locked(report_id: UUID) -> PublishedReport:
    row = PublishedReport.objects.select_for_update().filter(pk=report_id).first()
    if row is None:
        raise NotFoundError
    return row
