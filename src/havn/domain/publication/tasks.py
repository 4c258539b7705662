# SPDX-License-Identifier: Apache-2.0
"""The words of a reminder or a question that goes to an office by mail; nothing but words, no link to sign in."""

from __future__ import annotations

from datetime import date, datetime
from email.message import EmailMessage

from django.utils.translation import gettext as _
from django.utils.translation import override

from havn.lib.mail import Correspondent, MailGateway, new_mail


def remind_by_mail(
    *,
    to: str,
    sender: Correspondent,
    member: str,
    year: str,
    deadline: date,
    message_id: str,
    at: datetime,
    mail: MailGateway,
) -> None:
    """Write to an office that its member's report is due, in English; raises the gateway's MailError."""
    with override("en"):
        subject = _("National report %(year)s of %(member)s") % {"year": year, "member": member}
        text = _(
            "The national report of %(member)s about %(year)s is due on %(deadline)s, and nothing has arrived "
            "here yet.\n\nFill in the workbook, sign it with your office key, and send it to the hub:\n"
            "havn national-report template, read and sign do that on your own machine.\n\n%(sender)s"
        ) % {
            "member": member,
            "year": year,
            "deadline": deadline.isoformat(),
            "sender": sender.name,
        }
    mail.send(_letter(to, sender, subject, text, message_id=message_id, at=at))


def ask_by_mail(
    *,
    to: str,
    sender: Correspondent,
    member: str,
    year: str,
    text: str,
    message_id: str,
    at: datetime,
    mail: MailGateway,
) -> None:
    """Send an office the secretariat's question; raises the gateway's MailError."""
    with override("en"):
        subject = _("A question about the national report %(year)s of %(member)s") % {
            "year": year,
            "member": member,
        }
    content = f"{text}\n\n{sender.name}"
    mail.send(_letter(to, sender, subject, content, message_id=message_id, at=at))


def _letter(
    to: str, sender: Correspondent, subject: str, text: str, *, message_id: str, at: datetime
) -> EmailMessage:
    mail = new_mail(
        sender=sender,
        recipient=Correspondent("", to),
        message_id=f"<{message_id}@{sender.email.partition('@')[2]}>",
        written_at=at,
    )
    mail["Subject"] = subject
    mail.set_content(text)
    return mail
