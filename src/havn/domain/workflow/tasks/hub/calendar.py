# SPDX-License-Identifier: Apache-2.0
"""What a hub does by the calendar: asks for the year that is over, reminds who is late, publishes on the day."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from havn.domain.actor import Actor
from havn.domain.errors import RefusedError
from havn.domain.jobs import services as jobs
from havn.domain.members import selectors as members
from havn.domain.publication import selectors, services
from havn.domain.publication import tasks as letters
from havn.domain.workflow.tasks._jobs import subject_of
from havn.lib.mail import Correspondent, MailError

if TYPE_CHECKING:
    from havn.domain.jobs.models import Job
    from havn.domain.workflow.tasks.hub.outside import HubOutside

CALENDAR, REMINDER, QUESTION_MAIL = "report_calendar", "report_reminder", "report_question_mail"
EVERY = timedelta(hours=1)


def order_calendar(*, at: datetime) -> None:
    """Order the work that goes on for ever, once; a worker calls it when it starts."""
    with transaction.atomic():
        jobs.enqueue(kind=CALENDAR, key=CALENDAR, due_at=at, at=at)


def look_at_calendar(job: Job, at: datetime, outside: object) -> None:
    """Ask every member for the year that is over, and publish what arrived of years whose day has come."""
    del outside
    actor = _actor()
    over = str(at.year - 1)
    services.ask_year(year=over, actor=actor, at=at)
    for year in selectors.years(actor=actor):
        services.publish_year(year=year, actor=actor, at=at)
    jobs.postpone(job=job, due_at=at + EVERY)


def follow_corrections(at: datetime) -> int:
    """Let the correction that an office sent follow what it corrects; returns how many."""
    return services.follow_corrections(actor=_actor(), at=at)


def order_reminders(at: datetime) -> int:
    """Turn reminders that are due, and questions for offices, into jobs; returns how many reminders."""
    actor = Actor.system()
    due = selectors.reminders_due(actor=actor, at=at)
    letters_to_write = selectors.questions_to_mail(actor=actor)
    if not (due or letters_to_write):
        return 0
    with transaction.atomic():
        jobs.enqueue_all(
            orders=[
                *(jobs.Order(REMINDER, f"{REMINDER}:{each.id}", at, each.id) for each in due),
                *(
                    jobs.Order(QUESTION_MAIL, f"{QUESTION_MAIL}:{each}", at, each)
                    for each in letters_to_write
                ),
            ],
            at=at,
        )
    return len(due)


def remind(job: Job, at: datetime, outside: HubOutside) -> None:
    """Send one reminder: to the member's node, or by mail to its office, or to nobody that is known."""
    actor = _actor()
    row = selectors.reminder(reminder_id=subject_of(job), actor=actor)
    if row.sent_at is not None or row.overtaken_at is not None:
        return
    way, address = selectors.way_to(member=row.member, actor=actor, at=at)
    is_due = not selectors.has_arrived(member=row.member, year=row.year, actor=actor)
    if way == "mail" and is_due:
        own = members.own_node(actor=actor)
        try:
            letters.remind_by_mail(
                to=address,
                sender=Correspondent(own.organisation_name, own.contact_email),
                member=row.member,
                year=row.year,
                deadline=selectors.calendar(actor=actor).deadline(row.year),
                message_id=str(row.id),
                at=at,
                mail=outside.mail,
            )
        except MailError as error:
            raise RefusedError(error.code) from error
    services.send_reminder(reminder_id=row.id, way=way, actor=actor, at=at)


def mail_question(job: Job, at: datetime, outside: HubOutside) -> None:
    """Send a question to the office of a member without a node."""
    actor = _actor()
    question = selectors.question(question_id=subject_of(job), actor=actor)
    way, address = selectors.way_to(member=question.member, actor=actor, at=at)
    if way == "mail":
        own = members.own_node(actor=actor)
        try:
            letters.ask_by_mail(
                to=address,
                sender=Correspondent(own.organisation_name, own.contact_email),
                member=question.member,
                year=question.year,
                text=question.text,
                message_id=str(question.id),
                at=at,
                mail=outside.mail,
            )
        except MailError as error:
            raise RefusedError(error.code) from error
    services.note_question_sent(question_id=question.id, way=way, actor=actor, at=at)


def _actor() -> Actor:
    return Actor.system(organisation=members.own_organisation(actor=Actor.system()))
