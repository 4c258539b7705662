# SPDX-License-Identifier: Apache-2.0
r"""The life of an item on one screen: what happens, which stages are told, which work is ordered.

    submission -> report -> queue -> assessment -> trace -> contact -> notice -> reminder
                                         |           \-> package -> police -> hold
                                         \-> check, check, ... -> gone twice: removed -> reappeared

Every function is one transaction with its own audit entry; what waits for the outside is a job
ordered in the same transaction, done by `tasks/casework.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from havn.domain.actor import Actor, Role
from havn.domain.assessment import rules as assessment_rules
from havn.domain.assessment import services as assessment
from havn.domain.audit import services as audit
from havn.domain.cases import selectors as cases
from havn.domain.cases import services as record
from havn.domain.cases.rules import Mover, Notice, Police, Track, can_be_checked
from havn.domain.errors import RefusedError
from havn.domain.intake import rules as intake_rules
from havn.domain.intake import selectors as submissions
from havn.domain.intake import services as intake
from havn.domain.investigation import rules as investigation_rules
from havn.domain.investigation import services as investigation
from havn.domain.jobs import selectors as jobs
from havn.domain.ledger import services as ledger
from havn.domain.ledger.rules import FactName
from havn.domain.workflow.services import _following, _known, _notices, _orders, _referrals
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
    item_worked_here,
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
    "file_submissions",
    "hold_ended",
    "hold_lifted",
    "hold_placed",
    "item_passed_on",
    "item_worked_here",
    "notice_failed",
    "notice_handed_over",
    "notice_overtaken",
    "notice_sent",
    "package_answered",
    "package_made",
    "reminder_due",
    "removal_declared",
    "reports_imported",
    "trace_finished",
    "withdraw_batch",
    "work_resumed",
]


# 1. A report comes in and becomes items in the queue.


@audit.action("casework.filed", did_nothing=lambda report_ids: not report_ids)
def file_submissions(
    *, submission_ids: Collection[UUID], actor: Actor, at: datetime
) -> list[UUID]:
    """Turn sealed submissions into reports with items in the queue, all or none.

    Returns the new reports; a submission that was filed before is passed by.
    """
    opened = [
        each
        for each in submissions.opened_submissions(submission_ids=submission_ids, actor=actor)
        if not each.is_filed
    ]
    reports = [_report_of(each, actor) for each in opened]
    filed = _file(reports, actor=actor, at=at)
    progress = _progress_of(filed, actor)
    intake.mark_filed(
        filed=[
            intake.Filed(each.submission_id, one.report_id, progress[one.report_id])
            for each, one in zip(opened, filed, strict=True)
        ],
        actor=actor,
        at=at,
    )
    for one in filed:
        _entry("casework.filed", "report", one.report_id, actor, at)
    return [one.report_id for one in filed]


def _progress_of(
    filed: Sequence[record.FiledReport], actor: Actor
) -> dict[UUID, list[intake.ItemProgress]]:
    """Return how far the items of reports are that were filed just now; most are new."""
    known = [item.item_id for one in filed for item in one.items if item.is_duplicate]
    lines = cases.item_lines(item_ids=known, actor=actor) if known else {}
    return {
        one.report_id: [
            _progress(lines[item.item_id]) if item.is_duplicate else intake.ItemProgress.of_new()
            for item in one.items
        ]
        for one in filed
    }


def _progress(line: cases.ItemLine) -> intake.ItemProgress:
    return intake.ItemProgress(stage=line.stage, is_removed=line.availability == "removed")


@audit.action("casework.imported", did_nothing=lambda filed: all(each.is_repeat for each in filed))
def reports_imported(
    *, rows: Sequence[record.NewReport], actor: Actor, at: datetime
) -> list[record.FiledReport]:
    """File rows of a file by the same path, all or none; the same report again changes nothing."""
    filed = _file(rows, actor=actor, at=at)
    for one in filed:
        if not one.is_repeat:
            _entry("casework.imported", "report", one.report_id, actor, at)
    return filed


@audit.action("casework.pasted")
def addresses_pasted(
    *, report_id: UUID, addresses: Sequence[str], actor: Actor, at: datetime
) -> list[record.PastedLine]:
    """Add addresses that an analyst found as items of the report, each new one in the queue."""
    lines = record.add_items(
        report_id=report_id, addresses=list(addresses), origin="pasted", actor=actor, at=at
    )
    new = [line.item_id for line in lines if line.outcome == "new" and line.item_id is not None]
    assessment.enter_queue(items={report_id: new}, actor=actor, at=at)
    _known.note_to_ask(new, actor=actor, at=at)
    _orders.order_status([report_id], actor=actor, at=at)
    _entry("casework.pasted", "report", report_id, actor, at)
    return lines


def _file(
    rows: Sequence[record.NewReport], *, actor: Actor, at: datetime
) -> list[record.FiledReport]:
    filed = record.file_reports(reports=rows, actor=actor, at=at)
    new = {
        one.report_id: [item.item_id for item in one.items if not item.is_duplicate]
        for one in filed
        if not one.is_repeat
    }
    assessment.enter_queue(items=new, actor=actor, at=at)
    _known.note_to_ask(
        [
            item.item_id
            for one in filed
            if not one.is_repeat
            for item in one.items
            if item.has_address and not item.is_duplicate
        ],
        actor=actor,
        at=at,
    )
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
    _following.follow_assessment(item_id, due_at=at, actor=actor, at=at)
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
    _follow_batch(result, due_at=due_at, actor=actor, at=at)
    _entry("casework.batch_assessed", "batch", batch_id, actor, at)
    return result


@audit.action("casework.batch_withdrawn")
def withdraw_batch(*, batch_id: UUID, actor: Actor, at: datetime) -> int:
    """Take a batch of assessments back before anything was sent; returns how many items."""
    item_ids = assessment.withdraw_batch(batch_id=batch_id, actor=actor, at=at)
    _orders.withdraw(_orders.AFTER_ASSESSMENT, item_ids, at=at)
    lines = cases.item_lines(item_ids=item_ids, actor=actor)
    _referrals.tell_all_assessed(lines.values(), actor=actor, at=at)
    _known.tell_if_withdrawn(item_ids, actor=actor, at=at)
    due = [line.id for line in lines.values() if line.police == Police.DUE]
    _following.move_police(due, Police.NONE, batch_id=batch_id, actor=actor, at=at)
    _following.tell_reporters(item_ids, actor=actor, at=at)
    _entry("casework.batch_withdrawn", "batch", batch_id, actor, at)
    return len(item_ids)


def _follow_batch(
    result: assessment.BatchResult, *, due_at: datetime, actor: Actor, at: datetime
) -> None:
    """Order for many items at once what `_follow_assessment` orders for one."""
    lines = cases.item_lines(item_ids=result.assessed, actor=actor)
    _following.tell_reporters(result.assessed, actor=actor, at=at)
    confirmed = [line for line in lines.values() if _notices.is_confirmed(line)]
    _referrals.tell_all_assessed(lines.values(), actor=actor, at=at)
    _known.tell_if_withdrawn(result.assessed, actor=actor, at=at)
    for line in lines.values():
        is_underway = line.notice == Notice.QUEUED or line.police == Police.DUE
        if is_underway and not _notices.is_confirmed(line):
            _following.stop_work(line, actor=actor, at=at)
    untold = [line.id for line in confirmed if line.police == Police.NONE]
    _following.move_police(untold, Police.DUE, batch_id=result.batch_id, actor=actor, at=at)
    _following.order_work(confirmed, untold=untold, due_at=due_at, actor=actor, at=at)


@audit.action("item.resumed")
def work_resumed(*, item_id: UUID, actor: Actor, at: datetime) -> None:
    """Order the machine's work on a confirmed item again, where none is ordered."""
    if not actor.has_role(Role.SUPERVISOR):
        raise RefusedError("not_your_role", str(_("Only a supervisor may do this.")))
    item = cases.item(item_id=item_id, actor=actor)
    if jobs.subjects_with_work(actor=actor, subject_ids=[item_id, item.report_id]):
        raise RefusedError("has_work", str(_("Work on this item is ordered already.")))
    if not (item.is_open and _notices.is_confirmed(item)):
        raise RefusedError("no_work", str(_("Nothing of this item is for the machine to do.")))
    reason = f"{item_id}:resumed:{at:%Y%m%dT%H%M%S%f}"
    if item.police == Police.NONE:
        _notices.move(item_id, Track.POLICE, Police.DUE, actor=actor, at=at)
    kinds = [*_following.works_after(item)]
    if item.police in {Police.NONE, Police.DUE}:
        kinds.append(Work.PACKAGE)
    works = [(work, item_id, reason) for work in kinds]
    _orders.order_all(works, due_at=at, actor=actor, at=at)
    _notices.resume_waiting(item, reason=f"resumed:{at:%Y%m%dT%H%M%S%f}", actor=actor, at=at)
    _entry("item.resumed", "item", item_id, actor, at)


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
    reason = investigation_rules.kept_reason(kind, reason)
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
    if can_be_checked(href=item.href, host=item.host):
        reason = f"{item_id}:hold:{hold_id}"
        _orders.order(Work.CHECK, item_id, reason, due_at=at, actor=actor, at=at)


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
