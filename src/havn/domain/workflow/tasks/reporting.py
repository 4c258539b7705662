# SPDX-License-Identifier: Apache-2.0
"""Background work of the national report: signing what two persons released, mails, and what the hub says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from django.conf import settings

from havn.domain.accounts import selectors as people
from havn.domain.actor import Actor, Role
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.exchange import selectors as exchange
from havn.domain.exchange.rules import IncomingEvent
from havn.domain.jobs import services as jobs
from havn.domain.ledger.rules import EventKind
from havn.domain.members import selectors as members
from havn.domain.reporting import rules, selectors, services
from havn.domain.reporting import tasks as reporting
from havn.domain.takedown.rules import message_id_for
from havn.domain.workflow.tasks import exchanging
from havn.domain.workflow.tasks._jobs import actor_of, subject_of
from havn.lib import wire
from havn.lib.mail import MailError
from havn.lib.signing import key_id

if TYPE_CHECKING:
    from email.message import EmailMessage

    from havn.domain.jobs.models import Job
    from havn.domain.workflow.tasks.outside import Outside

_ROLES = {
    rules.Told.OWNER: Role.RAPPORTEUR,
    rules.Told.RAPPORTEUR: Role.RAPPORTEUR,
    rules.Told.SIGNATORY: Role.SIGNATORY,
}


def sign_report(job: Job, at: datetime, outside: Outside) -> None:
    """Sign a released report with the node's key, and order that it travels to the secretariat."""
    del outside
    actor, report_id = actor_of(job), subject_of(job)
    document = selectors.document_of(report_id=report_id, actor=actor)
    if document.is_signed:
        return
    pair = members.own_signing_pair(actor=actor, at=at)
    try:
        written = [wire.write_part(name, each) for name, each in sorted(document.parts.items())]
        head = rules.head_of(document.facts, written)
        token = wire.sign_head(head, pair.private, key_id=key_id(pair.public))
    except wire.NationalReportError as error:
        raise RefusedError(error.code, str(error)) from error
    services.keep_signed(
        report_id=report_id,
        head=token,
        parts=written,
        actor=actor,
        at=at,
    )


def send_ask(job: Job, at: datetime, outside: Outside) -> None:
    """Mail an office the link under which it answers, once."""
    actor = actor_of(job)
    ask = selectors.ask_to_send(ask_id=subject_of(job), actor=actor)
    if ask.is_waiting:
        letter = _to_office(ask, days=rules.FIRST_MAIL, at=at)
        _send(reporting.asking(letter), outside)
        _note(ask.ask_id, rules.FIRST_MAIL, rules.Told.OWNER, actor=actor, at=at)


def remind(job: Job, at: datetime, outside: Outside) -> None:
    """Remind whoever owes it: an office before the day, rapporteur and signatory after it."""
    actor, subject = actor_of(job), subject_of(job)
    _kind, _subject, days_text, told_text = job.key.split(":")
    days, told = int(days_text), rules.Told(told_text)
    for mail in _reminders(subject, days, told, actor=actor, at=at):
        _send(mail, outside)
    _note(subject, days, told, actor=actor, at=at)


def send_brief(job: Job, at: datetime, outside: Outside) -> None:
    """Tell the signatory that the brief is there."""
    actor = actor_of(job)
    line = selectors.report_to_remind(report_id=subject_of(job), actor=actor)
    for letter in _to_staff(
        Role.SIGNATORY, line, "brief", due_on=rules.public_on(int(line.year)), actor=actor, at=at
    ):
        _send(reporting.telling_of_brief(letter), outside)


def tell_half_year(job: Job, at: datetime, outside: Outside) -> None:
    """Tell the secretariat of the running year's first half; what is not there yet is looked for again the next day."""
    del outside
    actor, year = actor_of(job), int(job.key.rpartition(":")[2])
    is_told = services.tell_half_year(year=year, actor=actor, at=at)
    if not is_told and selectors.half_year_is_due(year=year, actor=actor, at=at):
        jobs.postpone(job=job, due_at=at + timedelta(days=1))


def _reminders(
    subject: UUID, days: int, told: rules.Told, *, actor: Actor, at: datetime
) -> Iterator[EmailMessage]:
    """Yield the mails of one reminder; none where nothing is owed any more."""
    try:
        ask = selectors.ask_to_send(ask_id=subject, actor=actor)
    except NotFoundError:
        line = selectors.report_to_remind(report_id=subject, actor=actor)
        if line.released_at is None:
            for letter in _to_staff(
                _ROLES[told], line, "", due_on=line.due_on, days=days, actor=actor, at=at
            ):
                yield reporting.reminding_staff(letter)
        return
    if not ask.is_waiting:
        return
    if told is rules.Told.OWNER:
        yield reporting.reminding_office(_to_office(ask, days=days, at=at))
        return
    line = selectors.report_to_remind(report_id=ask.report_id, actor=actor)
    for letter in _to_staff(
        _ROLES[told],
        line,
        "offices",
        due_on=ask.due_on,
        days=days,
        office=ask.office,
        about=ask.ask_id,
        actor=actor,
        at=at,
    ):
        yield reporting.reminding_staff(letter)


def _to_office(ask: selectors.AskToSend, *, days: int, at: datetime) -> reporting.Letter:
    own = members.own_node(actor=Actor.system())
    token = services.office_token(ask_id=ask.ask_id, asked_at=ask.asked_at)
    return reporting.Letter(
        message_id=_message_id(ask.ask_id, f"{days}", own),
        sender_name=own.organisation_name,
        sender_email=own.contact_email,
        recipient_name=ask.office,
        recipient_email=ask.email,
        language=ask.language,
        year=ask.year,
        due_on=ask.due_on,
        days=days,
        link=f"{own.public_url.rstrip('/')}/{ask.language}/office/{token}",
        written_at=at,
        question=ask.question,
    )


def _to_staff(
    role: Role,
    line: selectors.ReportLine,
    page: str,
    *,
    due_on: date,
    actor: Actor,
    at: datetime,
    days: int = 0,
    office: str = "",
    about: UUID | None = None,
) -> Iterator[reporting.Letter]:
    """Yield a letter to each person of a role, with the address of the desk's page; it opens after signing in."""
    own = members.own_node(actor=actor)
    base = own.public_url.rstrip("/")
    for person in people.colleagues(actor=actor, roles=[role]):
        language = person.language or settings.LANGUAGE_CODE
        path = f"/desk/{language}/government/report/{line.id}/" + (f"{page}/" if page else "")
        yield reporting.Letter(
            message_id=_message_id(about or line.id, f"{days}:{page}:{person.id}", own),
            sender_name=own.organisation_name,
            sender_email=own.contact_email,
            recipient_name=person.name,
            recipient_email=person.email,
            language=language,
            year=line.year,
            due_on=due_on,
            days=days,
            link=base + path,
            written_at=at,
            office=office,
        )


def _message_id(subject: UUID, reason: str, own: members.OwnNode) -> str:
    """Return the same text for the same letter, so that a mail sent twice is seen to be one."""
    return message_id_for(uuid5(subject, reason), domain=own.contact_email.rpartition("@")[2])


def _send(mail: EmailMessage, outside: Outside) -> None:
    try:
        outside.mail.send(mail)
    except MailError as error:
        raise RefusedError(error.code) from error


def _note(subject: UUID, days: int, told: rules.Told, *, actor: Actor, at: datetime) -> None:
    services.note_reminded(subject_id=subject, days=days, told=told.value, actor=actor, at=at)


def receipt_arrived(event: IncomingEvent, actor: Actor, at: datetime) -> None:
    """Keep that the hub took a report, or refused it, with its proof where that holds."""
    services.take_receipt(
        event_id=event.id,
        sender=event.sender,
        body=event.body,
        proof=_proof_that_holds(event, actor=actor),
        actor=actor,
        at=at,
    )


def _proof_that_holds(event: IncomingEvent, *, actor: Actor) -> str:
    """Return the receipt's proof that our log holds the report's head and its sender cosigned that, else nothing."""
    # N23
    proof = event.body.get("proof")
    if not isinstance(proof, str) or event.body.get("report") != str(event.subject_id):
        return ""
    holds = exchange.is_cosigned(
        proof=proof,
        kind=EventKind.REPORT_RELEASED.value,
        subject_id=event.subject_id,
        witness=event.sender,
        actor=actor,
    )
    return proof if holds else ""


def question_arrived(event: IncomingEvent, actor: Actor, at: datetime) -> None:
    """Keep what the secretariat asks."""
    services.take_question(
        event_id=event.id, sender=event.sender, body=event.body, actor=actor, at=at
    )


def step_arrived(event: IncomingEvent, actor: Actor, at: datetime) -> None:
    """Keep how far the hub is with a report."""
    services.take_step(event_id=event.id, sender=event.sender, body=event.body, actor=actor, at=at)


READINGS: dict[str, exchanging.Reading] = {
    EventKind.REPORT_RECEIPT.value: exchanging.Reading(receipt_arrived),
    EventKind.REPORT_QUESTION.value: exchanging.Reading(question_arrived),
    EventKind.REPORT_STEP.value: exchanging.Reading(step_arrived),
}
REPORT_WORK: dict[str, Callable[[Job, datetime, Outside], None]] = {
    rules.MAKE_DRAFT: reporting.make_drafts,
    rules.SIGN_REPORT: sign_report,
    rules.REMIND: remind,
    rules.SEND_ASK: send_ask,
    rules.SEND_BRIEF: send_brief,
    rules.TELL_HALF_YEAR: tell_half_year,
}
