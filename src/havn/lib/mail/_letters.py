# SPDX-License-Identifier: Apache-2.0
"""What every mail of ours has at its head."""

from __future__ import annotations

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import NamedTuple


class Correspondent(NamedTuple):
    """Who writes, or is written to."""

    name: str  # may be empty
    email: str


def new_mail(
    *, sender: Correspondent, recipient: Correspondent, message_id: str, written_at: datetime
) -> EmailMessage:
    """Return a mail without subject and words; a name is one line, whatever signs are in it."""
    mail = EmailMessage()
    mail["From"] = _address(sender)
    mail["To"] = _address(recipient)
    mail["Date"] = format_datetime(written_at)
    mail["Message-ID"] = message_id
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no machine shall answer
    return mail


def one_line(text: str) -> str:
    """Return a text on one line, as a subject and a name must be."""
    return " ".join(text.split())


def _address(of: Correspondent) -> Address:
    return Address(one_line(of.name), addr_spec=of.email)
