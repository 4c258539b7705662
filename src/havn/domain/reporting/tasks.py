# SPDX-License-Identifier: Apache-2.0
"""What reporting does by itself: quarters are frozen, drafts begun, and what mails to offices and staff say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from typing import Protocol
from uuid import UUID

from django.db import transaction
from django.utils import dateformat, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from havn.domain.actor import Actor
from havn.domain.indicators.rules import Quarter
from havn.domain.jobs import services as jobs
from havn.domain.reporting import rules, selectors, services
from havn.lib.mail import Correspondent, new_mail, one_line

FREEZE_QUARTER = "freeze_quarter"
FREEZE_AFTER = timedelta(days=10)  # so that the spans of a week have ended


class ClaimedWork(Protocol):
    """A job as this work needs it."""

    @property
    def organisation(self) -> UUID | None:
        """Whose figures are frozen."""


def order_freeze(*, organisation: UUID, at: datetime) -> None:
    """Order once each the freeze of the quarter that runs now, this year's half-year update, and the drafts of two years.

    A worker calls it when it starts.
    """
    quarter = Quarter.of(at)
    with transaction.atomic():
        jobs.enqueue(
            kind=FREEZE_QUARTER,
            key=f"{FREEZE_QUARTER}:{organisation}:{quarter}",
            organisation=organisation,
            due_at=quarter.ends_at + FREEZE_AFTER,
            at=at,
        )
        jobs.enqueue(
            kind=rules.TELL_HALF_YEAR,
            key=f"{rules.TELL_HALF_YEAR}:{organisation}:{at.year}",
            organisation=organisation,
            due_at=max(at, rules.half_year_from(at.year)),
            at=at,
        )
        for year in (at.year - 1, at.year):
            jobs.enqueue(
                kind=rules.MAKE_DRAFT,
                key=f"{rules.MAKE_DRAFT}:{organisation}:{year}",
                organisation=organisation,
                due_at=max(at, rules.draft_from(year)),
                at=at,
            )


def freeze_quarters(job: ClaimedWork, at: datetime, outside: object) -> None:
    """Freeze every quarter that waits for it, and order the next freeze.

    One that cannot be frozen stops no other; its error is raised at the end, for the record and a retry.
    """
    del outside
    actor = Actor.system(organisation=job.organisation)
    errors = []
    for period in selectors.quarters_to_freeze(actor=actor, at=at - FREEZE_AFTER):
        try:
            services.freeze_quarter(period=period, actor=actor, at=at)
        except Exception as error:  # noqa: BLE001 - raised below, when the others are frozen
            errors.append(error)
    if job.organisation is not None:
        order_freeze(organisation=job.organisation, at=at)
    if errors:
        raise errors[0]


def make_drafts(job: ClaimedWork, at: datetime, outside: object) -> None:
    """Begin the report of every year that is ready for it, so that the rapporteur finds it prefilled."""
    del outside
    actor = Actor.system(organisation=job.organisation)
    for year in selectors.years_to_draft(actor=actor, at=at):
        services.make_draft(year=year, actor=actor, at=at)


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to an office or to staff about a report; `link` opens a page."""

    message_id: str
    sender_name: str
    sender_email: str
    recipient_name: str
    recipient_email: str
    language: str
    year: str
    due_on: date
    days: int  # before the due day; after it where negative
    link: str
    written_at: datetime
    question: str = ""
    office: str = ""


def asking(letter: Letter) -> EmailMessage:
    """Return the mail that asks an office, with the link that needs no account."""
    with translation.override(letter.language):
        subject = _("A question for the national report %(year)s") % {"year": letter.year}
        return _mail(
            letter,
            subject,
            _("We ask you for a figure or a paragraph for our national report:"),
            f"    {one_line(letter.question)}",
            _("Please answer by %(day)s, without an account:") % {"day": _day(letter.due_on)},
            f"    {letter.link}",
            _("Whoever has this link can answer in your name. Pass it on to nobody else."),
        )


def reminding_office(letter: Letter) -> EmailMessage:
    """Return the mail that reminds an office before the due day."""
    with translation.override(letter.language):
        subject = _("Reminder: a question for the national report %(year)s") % {
            "year": letter.year
        }
        return _mail(
            letter,
            subject,
            _("We have no answer from you yet to this question:"),
            f"    {one_line(letter.question)}",
            _("It is due on %(day)s. Answer here, without an account:")
            % {"day": _day(letter.due_on)},
            f"    {letter.link}",
        )


def reminding_staff(letter: Letter) -> EmailMessage:
    """Return the mail that reminds rapporteur or signatory of a report, or of an office that has not answered."""
    with translation.override(letter.language):
        about = _("National report %(year)s") % {"year": letter.year}
        if letter.office:
            about = _("%(office)s has not answered for the national report %(year)s") % {
                "office": one_line(letter.office),
                "year": letter.year,
            }
        when = _("Due on %(day)s.") if letter.days > 0 else _("It was due on %(day)s.")
        return _mail(
            letter,
            about,
            when % {"day": _day(letter.due_on)},
            _("What is still missing, and whose turn it is, stands on the desk:"),
            f"    {letter.link}",
        )


def telling_of_brief(letter: Letter) -> EmailMessage:
    """Return the mail that tells the signatory that the brief is there, before the page is public."""
    with translation.override(letter.language):
        subject = _("Brief on the national report %(year)s") % {"year": letter.year}
        return _mail(
            letter,
            subject,
            _("One page: what the public page will say on %(day)s, and your own past beside it.")
            % {"day": _day(letter.due_on)},
            f"    {letter.link}",
        )


def _mail(letter: Letter, subject: str, *paragraphs: str) -> EmailMessage:
    """Return a plain mail; the caller chose the language."""
    mail = new_mail(
        sender=Correspondent(letter.sender_name, letter.sender_email),
        recipient=Correspondent(letter.recipient_name, letter.recipient_email),
        message_id=letter.message_id,
        written_at=letter.written_at,
    )
    mail["Subject"] = one_line(subject)
    mail["Content-Language"] = letter.language
    sender = _("Sent by %(sender)s, %(email)s.") % {
        "sender": letter.sender_name,
        "email": letter.sender_email,
    }
    mail.set_content("\n\n".join([*paragraphs, sender]) + "\n", cte="quoted-printable")
    return mail


def _day(on: date) -> str:
    return dateformat.format(on, pgettext("day, in Django's letters", "j F Y"))
