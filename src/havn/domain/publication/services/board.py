# SPDX-License-Identifier: Apache-2.0
"""What the secretariat's board does: asks for a year, asks questions, keeps answers, reminds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from havn.domain.actor import Actor
from havn.domain.audit import services as audit
from havn.domain.errors import NotFoundError, RefusedError, require_words
from havn.domain.ledger.rules import EventKind
from havn.domain.publication import rules, selectors
from havn.domain.publication.models import Question, Reminder, SelfAssessment
from havn.domain.publication.selectors._access import require_secretariat
from havn.domain.publication.services import _rows
from havn.lib.encoding import uuid4, uuid7

MOST_TEXT = 2000


@audit.action("publication.year_asked", did_nothing=lambda count: not count)
def ask_year(*, year: str, actor: Actor, at: datetime) -> int:
    """Ask every member for the report of a year that is over, and plan its reminders; returns how many are new."""
    # H16
    require_secretariat(actor)
    calendar = selectors.calendar(actor=actor)
    if not rules.is_year(year):
        raise RefusedError("no_such_year", str(_("Write the year with four digits, like 2026.")))
    if not calendar.is_over(year, at):
        raise RefusedError("year_open", str(_("This year is not over yet. Ask when it is.")))
    new = [
        code
        for code in selectors.member_codes(actor=actor)
        if _rows.reach(member=code, year=year, step=rules.Step.ASKED, at=at)
    ]
    Reminder.objects.bulk_create(
        (
            Reminder(
                id=uuid7(at),
                member=code,
                year=year,
                days=each.days,
                to=each.to.value,
                due_at=each.due_at,
            )
            for code in new
            for each in rules.reminders(calendar, year)
            if each.due_at > at
        ),
        batch_size=200,
        ignore_conflicts=True,
    )
    if new:
        _record("publication.year_asked", None, actor, at, {"year": year, "members": len(new)})
    return len(new)


@audit.action("publication.step_kept", did_nothing=lambda is_new: not is_new)
def keep_step(*, member: str, year: str, step: str, actor: Actor, at: datetime) -> bool:
    """Keep how far a member says it is; false for what it said before. What the hub sees itself, nobody says."""
    # H17
    if step not in rules.TOLD_BY_NODES or not rules.is_year(year):
        raise RefusedError("body_malformed")
    is_new = _rows.reach(member=member, year=year, step=rules.Step(step), at=at)
    if is_new:
        detail = {"member": member, "year": year, "step": step}
        _record("publication.step_kept", None, actor, at, detail)
    return is_new


@audit.action("publication.question_asked")
def ask_member(*, member: str, year: str, text: str, actor: Actor, at: datetime) -> UUID:
    """Ask a member a question about a year; its node gets it, or its office by mail. Returns the question."""
    # H18
    require_secretariat(actor)
    words = text.strip()
    if not words or len(words) > MOST_TEXT:
        raise RefusedError(
            "text_length", str(_("Write the question in 1 to 2000 characters, then send it."))
        )
    require_words(words)
    if not rules.is_year(year) or member not in selectors.member_codes(actor=actor):
        raise NotFoundError
    nodes = selectors.nodes_to_tell(member=member, actor=actor)
    row = Question.objects.create(
        id=uuid4(),
        member=member,
        year=year,
        text=words,
        asked_at=at,
        by=actor.identifier,
        way="node" if nodes else "",
    )
    body = {
        "question": str(row.pk),
        "year": year,
        "text": words,
        "at": at.isoformat(),
    }
    _rows.tell(EventKind.REPORT_QUESTION, subject=row.pk, body=body, to=nodes, actor=actor, at=at)
    _record("publication.question_asked", row.pk, actor, at, {"member": member, "year": year})
    return row.pk


@audit.action("publication.question_sent", did_nothing=lambda is_new: not is_new)
def note_question_sent(*, question_id: UUID, way: str, actor: Actor, at: datetime) -> bool:
    """Write by which way a question went to an office; false when it went before."""
    row = Question.objects.select_for_update().filter(pk=question_id).first()
    if row is None:
        raise NotFoundError
    if row.way:
        return False
    row.way = way
    row.save(update_fields=["way"])
    _record("publication.question_sent", row.pk, actor, at, {"member": row.member, "way": way})
    return True


@audit.action("publication.question_answered", did_nothing=lambda is_new: not is_new)
def answer_question(
    *, question_id: UUID, member: str, text: str, actor: Actor, at: datetime
) -> bool:
    """Keep a member's answer in its own words; the first one counts, false for another."""  # H18
    row = Question.objects.select_for_update().filter(pk=question_id, member=member).first()
    if row is None:
        raise NotFoundError
    if row.answered_at is not None:
        return False
    words = text.strip()
    if not words or len(words) > MOST_TEXT:
        raise RefusedError("body_malformed")
    require_words(words)
    row.answer, row.answered_at = words, at
    row.save(update_fields=["answer", "answered_at"])
    _record("publication.question_answered", row.pk, actor, at, {"member": member})
    return True


@audit.action("publication.self_assessment_kept", did_nothing=lambda is_new: not is_new)
def keep_self_assessment(
    *, assessment_id: UUID, member: str, said: Mapping[str, object], actor: Actor, at: datetime
) -> bool:
    """Keep how a member sees itself with one capability; for it and the secretariat alone. False when it was here."""
    # H20
    try:
        capability, phase = int(str(said["capability"])), int(str(said["phase"]))
        evidence, on = str(said["evidence"]), date.fromisoformat(str(said["on"]))
    except (KeyError, ValueError) as error:
        raise RefusedError("body_malformed") from error
    if capability not in rules.CAPABILITIES or phase not in rules.PHASES or len(evidence) > 500:
        raise RefusedError("body_malformed")
    require_words(evidence)
    _row, is_new = SelfAssessment.objects.get_or_create(
        id=assessment_id,
        defaults={
            "member": member,
            "capability": capability,
            "phase": phase,
            "evidence": evidence,
            "on": on,
            "received_at": at,
        },
    )
    if is_new:
        _record("publication.self_assessment_kept", assessment_id, actor, at, {"member": member})
    return is_new


@audit.action("publication.reminder_sent", did_nothing=lambda row: row is None)
def send_reminder(*, reminder_id: UUID, way: str, actor: Actor, at: datetime) -> Reminder | None:
    """Write that a reminder went, and tell the member's node; None where it went, or the report came first."""
    # H16
    row = Reminder.objects.select_for_update().filter(pk=reminder_id).first()
    if row is None:
        raise NotFoundError
    if row.sent_at is not None or row.overtaken_at is not None:
        return None
    if selectors.has_arrived(member=row.member, year=row.year, actor=actor):
        row.overtaken_at = at
        row.save(update_fields=["overtaken_at"])
        return None
    row.sent_at, row.way = at, way
    row.save(update_fields=["sent_at", "way"])
    if way == "node":
        body = {
            "year": row.year,
            "step": "reminded",
            "days": row.days,
            "to": row.to,
            "due": selectors.calendar(actor=actor).deadline(row.year).isoformat(),
            "at": at.isoformat(),
        }
        _rows.tell(
            EventKind.REPORT_STEP,
            subject=row.pk,
            body=body,
            to=selectors.nodes_to_tell(member=row.member, actor=actor),
            actor=actor,
            at=at,
        )
    detail = {"member": row.member, "year": row.year, "days": row.days, "way": way}
    _record("publication.reminder_sent", row.pk, actor, at, detail)
    return row


def _record(
    action: str, subject: UUID | None, actor: Actor, at: datetime, detail: Mapping[str, object]
) -> None:
    audit.record(
        action=action,
        actor=actor,
        subject_kind="reporting_year",
        subject_id=subject,
        at=at,
        detail=detail,
    )
