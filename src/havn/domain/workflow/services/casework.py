# SPDX-License-Identifier: Apache-2.0
r"""The life of an item on one screen: what happens, which stages are told, which work is ordered.

    submission -> report -> queue -> assessment -> trace  -> contact -> notice -> reminder
                                         |    \-> package -> police -> hold
                                         \-> check, check, ... -> gone twice: removed -> reappeared

Every function is one transaction with its own audit entry; what waits for the outside is a job
ordered in the same transaction, done by `tasks/casework.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings

from havn.domain.actor import Actor
from havn.domain.assessment import rules as assessment_rules
from havn.domain.assessment import services as assessment
from havn.domain.audit import services as audit
from havn.domain.cases import selectors as cases
from havn.domain.cases import services as record
from havn.domain.cases.rules import Mover, Police, Track
from havn.domain.errors import RefusedError
from havn.domain.intake import rules as intake_rules
from havn.domain.intake import selectors as submissions
from havn.domain.intake import services as intake
from havn.domain.investigation import services as investigation
from havn.domain.ledger import services as ledger
from havn.domain.ledger.rules import FactName
from havn.domain.tracing import rules as tracing_rules
from havn.domain.workflow.services import _notices, _orders
from havn.domain.workflow.services._orders import Work
from havn.domain.workflow.services.removal import (
    answer_arrived,
    check_finished,
    removal_declared,
)
from havn.domain.workflow.services.telling import (
    contact_confirmed,
    contact_declined,
    contact_named,
    country_decided,
    item_passed_on,
    notice_failed,
    notice_handed_over,
    notice_overtaken,
    notice_sent,
    reminder_due,
    trace_finished,
)
from havn.lib.encoding import uuid4

__all__ = [
    "addresses_pasted",
    "answer_arrived",
    "assess_batch",
    "assess_item",
    "check_finished",
    "contact_confirmed",
    "contact_declined",
    "contact_named",
    "country_decided",
    "file_submission",
    "hold_ended",
    "hold_lifted",
    "hold_placed",
    "item_passed_on",
    "notice_failed",
    "notice_handed_over",
    "notice_overtaken",
    "notice_sent",
    "package_answered",
    "package_made",
    "reminder_due",
    "removal_declared",
    "report_imported",
    "trace_finished",
    "withdraw_batch",
]


# 1. A report comes in and becomes items in the queue.


@audit.action("casework.filed", did_nothing=lambda report_id: report_id is None)
def file_submission(*, submission_id: UUID, actor: Actor, at: datetime) -> UUID | None:
    """Turn a sealed submission into a report with items in the queue; None when it was filed."""
    opened = submissions.opened_submission(submission_id=submission_id, actor=actor)
    if opened.is_filed:
        return None
    report = _report_of(opened, actor)
    _file(report, actor=actor, at=at)
    intake.mark_filed(submission_id=submission_id, report_id=report.report_id, actor=actor, at=at)
    _orders.order_status(report.report_id, actor=actor, at=at)
    _entry("casework.filed", "report", report.report_id, actor, at)
    return report.report_id


@audit.action("casework.imported", did_nothing=lambda filed: filed.is_repeat)
def report_imported(*, row: record.NewReport, actor: Actor, at: datetime) -> record.FiledReport:
    """File one row of a file by the same path; the same report again changes nothing."""
    filed = _file(row, actor=actor, at=at)
    if not filed.is_repeat:
        _entry("casework.imported", "report", row.report_id, actor, at)
    return filed


@audit.action("casework.pasted")
def addresses_pasted(
    *, report_id: UUID, addresses: Sequence[str], actor: Actor, at: datetime
) -> list[record.PastedLine]:
    """Add addresses that an analyst found as items of the report, each new one in the queue."""
    lines = record.add_items(
        report_id=report_id, addresses=list(addresses), origin="pasted", actor=actor, at=at
    )
    for line in lines:
        if line.outcome == "new" and line.item_id is not None:
            assessment.enter_queue(item_id=line.item_id, actor=actor, at=at)
    _orders.order_status(report_id, actor=actor, at=at)
    _entry("casework.pasted", "report", report_id, actor, at)
    return lines


def _file(row: record.NewReport, *, actor: Actor, at: datetime) -> record.FiledReport:
    filed = record.file_report(report=row, actor=actor, at=at)
    if not filed.is_repeat:
        for item in filed.items:
            if not item.is_duplicate:
                assessment.enter_queue(item_id=item.item_id, actor=actor, at=at)
    return filed


def _report_of(opened: submissions.OpenedSubmission, actor: Actor) -> record.NewReport:
    answers: intake_rules.Answers = opened.answers
    texts = {
        "app": answers.app,
        "seen": answers.seen,
        "words": answers.words,
        "where": answers.where,
        "when": answers.when,
    }
    return record.NewReport(
        report_id=uuid4(),
        organisation=actor.scope,
        channel="web",
        language=answers.language,
        received_at=opened.received_at,
        addresses=answers.addresses,
        described=answers.app if answers.kind == "not_web" else "",
        texts=texts,
        contact={"reach": answers.contact} if answers.contact else None,
        has_police_consent=answers.has_police_consent,
        urgency="urgent" if answers.is_urgent else "normal",
    )


# 2. A person assesses it; a confirmed item is traced, checked, and police are due.


@audit.action("casework.assessed")
def assess_item(
    *,
    item_id: UUID,
    lease_token: UUID,
    decision: assessment_rules.Decision,
    actor: Actor,
    at: datetime,
) -> None:
    """Keep a person's assessment and order what follows from it."""
    assessment.assess(
        item_id=item_id, lease_token=lease_token, decision=decision, actor=actor, at=at
    )
    _follow_assessment(item_id, due_at=at, actor=actor, at=at)
    _entry("casework.assessed", "item", item_id, actor, at)


@audit.action("casework.batch_assessed", did_nothing=lambda result: result.is_repeat)
def assess_batch(
    *,
    item_ids: Sequence[UUID],
    decision: assessment_rules.Decision,
    batch_id: UUID,
    actor: Actor,
    at: datetime,
) -> assessment.BatchResult:
    """Keep one assessment for many items; nothing is sent before the time to undo is over."""
    result = assessment.assess_many(
        item_ids=list(item_ids), decision=decision, batch_id=batch_id, actor=actor, at=at
    )
    if result.is_repeat:
        return result
    due_at = at + settings.HAVN_POLICY.undo_within
    for item_id in result.assessed:
        _follow_assessment(item_id, due_at=due_at, actor=actor, at=at)
    _entry("casework.batch_assessed", "batch", batch_id, actor, at)
    return result


@audit.action("casework.batch_withdrawn")
def withdraw_batch(*, batch_id: UUID, actor: Actor, at: datetime) -> int:
    """Take a batch of assessments back before anything was sent; returns how many items."""
    item_ids = assessment.withdraw_batch(batch_id=batch_id, actor=actor, at=at)
    for item_id in item_ids:
        _orders.withdraw(_orders.AFTER_ASSESSMENT, item_id, at=at)
        if cases.item(item_id=item_id, actor=actor).police == Police.DUE:
            _notices.move(item_id, Track.POLICE, Police.NONE, actor=actor, at=at)
        _tell_reporters(item_id, actor=actor, at=at)
    _entry("casework.batch_withdrawn", "batch", batch_id, actor, at)
    return len(item_ids)


def _follow_assessment(item_id: UUID, *, due_at: datetime, actor: Actor, at: datetime) -> None:
    item = cases.item(item_id=item_id, actor=actor)
    _tell_reporters(item_id, actor=actor, at=at)
    if not _notices.is_confirmed(item):
        _notices.take_back(item_id, reason="not confirmed", actor=actor, at=at)
        return
    reason = f"{item_id}:{item.version}"
    if item.police == Police.NONE:
        _notices.move(item_id, Track.POLICE, Police.DUE, actor=actor, at=at)
        _orders.order(Work.PACKAGE, item_id, reason, due_at=due_at, actor=actor, at=at)
    _orders.order(Work.TRACE, item_id, reason, due_at=due_at, actor=actor, at=at)
    if item.has_address and not tracing_rules.is_hidden_service(item.host):
        _orders.order(Work.CHECK, item_id, reason, due_at=due_at, actor=actor, at=at)


# 3. Police are told by a signed package, answer it, and may hold.


@audit.action("casework.package_made")
def package_made(*, item_id: UUID, token: str, actor: Actor, at: datetime) -> None:
    """Keep the signed package for police, who are told by that; done twice it is kept once."""
    item = cases.item(item_id=item_id, actor=actor)
    if item.police == Police.DUE:
        investigation.keep_package(item_id=item_id, token=token, actor=actor, at=at)
        _notices.move(item_id, Track.POLICE, Police.TOLD, actor=actor, at=at)
        _fact(FactName.LEAD_RECEIVED, item_id, {}, actor, at)
    _entry("casework.package_made", "item", item_id, actor, at)


@audit.action("casework.package_answered")
def package_answered(
    *,
    item_id: UUID,
    kind: str,
    reason: str = "",
    reference: str = "",
    actor: Actor,
    at: datetime,
) -> None:
    """Keep what police answered to a package: taken, known, or not actionable because."""
    investigation.answer_package(
        item_id=item_id, kind=kind, reason=reason, reference=reference, actor=actor, at=at
    )
    _notices.move(
        item_id, Track.POLICE, kind, mover=Mover.INVESTIGATOR, reason=reason, actor=actor, at=at
    )
    _fact(FactName.LEAD_ANSWERED, item_id, {"kind": kind}, actor, at)
    _entry("casework.package_answered", "item", item_id, actor, at)


@audit.action("casework.hold_placed")
def hold_placed(
    *, item_id: UUID | None, host: str, reason: str, hours: float, actor: Actor, at: datetime
) -> UUID:
    """Stop notices and checks of an item or host until the hold ends, which it does by itself."""
    hold_id = record.place_hold(
        item_id=item_id, host=host, reason=reason, hours=hours, actor=actor, at=at
    )
    until = cases.hold(hold_id=hold_id, actor=actor).until
    _orders.order(
        Work.HOLD_END, item_id or hold_id, f"{hold_id}:until", due_at=until, actor=actor, at=at
    )
    _entry("casework.hold_placed", "hold", hold_id, actor, at)
    return hold_id


@audit.action("casework.hold_lifted")
def hold_lifted(*, hold_id: UUID, actor: Actor, at: datetime) -> None:
    """End a hold early; the work goes on at once."""
    record.lift_hold(hold_id=hold_id, actor=actor, at=at)
    _orders.order(Work.HOLD_END, hold_id, f"{hold_id}:lifted", due_at=at, actor=actor, at=at)
    _entry("casework.hold_lifted", "hold", hold_id, actor, at)


@audit.action("casework.hold_ended")
def hold_ended(*, hold_id: UUID, actor: Actor, at: datetime) -> int:
    """Let the items of an ended hold go on, unless another hold is in force; returns how many."""
    hold = cases.hold(hold_id=hold_id, actor=actor)
    if hold.lifted_at is None and hold.until > at:
        raise RefusedError("hold_in_force")
    held = [hold.item_id] if hold.item_id else cases.items_on_host(host=hold.host, actor=actor)
    freed = [i for i in held if not cases.is_held(item_id=i, actor=actor, at=at)]
    for item_id in freed:
        _resume(item_id, hold_id, actor=actor, at=at)
    _entry("casework.hold_ended", "hold", hold_id, actor, at)
    return len(freed)


def _resume(item_id: UUID, hold_id: UUID, *, actor: Actor, at: datetime) -> None:
    item = cases.item(item_id=item_id, actor=actor)
    if not _notices.is_confirmed(item):
        return
    _notices.resume_waiting(item, reason=hold_id, actor=actor, at=at)
    _notices.notify_if_ready(item_id, actor=actor, at=at)
    if item.has_address and not tracing_rules.is_hidden_service(item.host):
        reason = f"{item_id}:hold:{hold_id}"
        _orders.order(Work.CHECK, item_id, reason, due_at=at, actor=actor, at=at)


def _tell_reporters(item_id: UUID, *, actor: Actor, at: datetime) -> None:
    for report_id in cases.reports_of_item(item_id=item_id, actor=actor):
        _orders.order_status(report_id, actor=actor, at=at)


def _fact(
    name: FactName, item_id: UUID, codes: dict[str, object], actor: Actor, at: datetime
) -> None:
    ledger.record_fact(
        name=name,
        subject_kind="item",
        subject_id=item_id,
        organisation=actor.scope,
        at=at,
        codes=codes,
    )


def _entry(action: str, kind: str, subject: UUID, actor: Actor, at: datetime) -> None:
    audit.record(action=action, actor=actor, subject_kind=kind, subject_id=subject, at=at)
