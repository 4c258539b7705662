# SPDX-License-Identifier: Apache-2.0
"""Writing the mail of a notice, handing it over, and looking at an address; no database here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage

from django.utils import translation
from django.utils.translation import gettext as _

from havn.domain.takedown import rules
from havn.domain.takedown.clients import AddressChecker
from havn.lib.mail import Correspondent, MailGateway, new_mail, one_line


@dataclass(frozen=True, slots=True)
class Letter:
    """All that a notice says (Regulation (EU) 2022/2065, Art. 16(2)), in the contact's language."""

    message_id: str
    earlier_message_id: str
    reference: str
    address: str
    legal_class: str
    rung: int
    answer_link: str
    sender_name: str
    sender_email: str
    member_name: str
    recipient_name: str
    recipient_email: str
    language: str
    behind_proxy: str
    came_from: str
    path: str
    written_at: datetime

    @property
    def is_reminder(self) -> bool:
        """Whether an earlier notice went to the same contact."""
        return bool(self.earlier_message_id)


def hand_over(letter: Letter, *, mail: MailGateway) -> None:
    """Write the mail and hand it to the relay; raises the gateway's MailError."""
    mail.send(written(letter))


def look_at(address: str, *, came_from: str, checker: AddressChecker) -> rules.Seen:
    """Return what a look at the address showed to who came from that page (empty: from nowhere)."""
    return checker.look(address, came_from=came_from)


def written(letter: Letter) -> EmailMessage:
    """Return the plain mail of a notice; the address stands in its text and nowhere else."""
    mail = new_mail(
        sender=Correspondent(letter.sender_name, letter.sender_email),
        recipient=Correspondent(letter.recipient_name, letter.recipient_email),
        message_id=letter.message_id,
        written_at=letter.written_at,
    )
    if letter.is_reminder:
        mail["In-Reply-To"] = letter.earlier_message_id
        mail["References"] = letter.earlier_message_id
    mail["X-Havn-Notice"] = letter.reference
    with translation.override(letter.language):
        mail["Subject"] = _subject(letter)
        mail["Content-Language"] = letter.language
        mail.set_content(_text(letter), cte="quoted-printable")
    return mail


def _subject(letter: Letter) -> str:
    # No word of what it is about: subjects are shown on lock screens and in ticket lists.
    names = {"reference": letter.reference, "sender": one_line(letter.sender_name)}
    if letter.is_reminder:
        return _("Reminder: notice %(reference)s from %(sender)s") % names
    return _("Notice %(reference)s from %(sender)s: act now") % names


def _text(letter: Letter) -> str:
    parts = [_opening(letter), _where(letter), _why(letter), _what_to_do(letter), _who(letter)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _opening(letter: Letter) -> str:
    sentence = _(
        "This is a notice of illegal content under Article 16 of Regulation (EU) 2022/2065 "
        "(Digital Services Act). Do not open the address to see for yourself unless your law "
        "allows it: remove the content, or disable access to it, and keep what the police may need."
    )
    if not letter.is_reminder:
        return sentence
    reminder = _("We wrote to you about this before and have no answer yet.")
    return f"{reminder}\n\n{sentence}"


def _where(letter: Letter) -> str:
    lines = [
        _("Exact address:"),
        f"    {letter.address}",
        "",
        _("Reference:") + f" {letter.reference}",
    ]
    if letter.came_from:
        lines += ["", _("It shows only to who comes from this page:"), f"    {letter.came_from}"]
    if letter.path:
        lines += ["", _("How to get there:") + f" {one_line(letter.path)}"]
    if letter.behind_proxy:
        lines += [
            "",
            _(
                "The name leads to your network, which may stand in front of another one. If you "
                "do not host the content, tell us where it is hosted and pass this notice on."
            ),
        ]
    return "\n".join(lines)


def _why(letter: Letter) -> str:
    if letter.legal_class == "baseline":
        reason = _(
            "A trained analyst assessed the content and found that it shows the sexual abuse of a "
            "child and meets the international baseline: it is illegal in nearly every country."
        )
    else:
        reason = _(
            "A trained analyst assessed the content and found that it is sexual abuse material of "
            "a child under the law of %(member)s."
        ) % {"member": letter.member_name}
    return f"{_('Why it is illegal:')} {reason}"


def _what_to_do(letter: Letter) -> str:
    return "\n".join(
        [
            _("Answer here, without an account: removed, not ours, need more, or disagree:"),
            f"    {letter.answer_link}",
        ]
    )


def _who(letter: Letter) -> str:
    good_faith = _(
        "We believe in good faith that the information and allegations in this notice are "
        "accurate and complete."
    )
    sender = _("Sent by %(sender)s, %(member)s, %(email)s.") % {
        "sender": letter.sender_name,
        "member": letter.member_name,
        "email": letter.sender_email,
    }
    return f"{good_faith}\n\n{sender}"
