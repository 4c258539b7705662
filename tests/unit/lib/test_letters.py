# SPDX-License-Identifier: Apache-2.0
"""The head of a mail: whatever a name holds, it stays one name of one address."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from havn.lib.mail import Correspondent, new_mail, one_line

AT = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "name", ["Secretariat, Alliance", 'The "Office"', "a <b@c.example>", "Ærø"]
)
def test_a_name_is_one_name_whatever_is_in_it(name):
    mail = new_mail(
        sender=Correspondent(name, "office@hub.example"),
        recipient=Correspondent("", "statistics@dk.example"),
        message_id="<1@hub.example>",
        written_at=AT,
    )
    [sender] = mail["From"].addresses
    assert (sender.display_name, sender.addr_spec) == (name, "office@hub.example")
    assert str(mail["To"]) == "statistics@dk.example"
    assert mail["Message-ID"] == "<1@hub.example>"
    assert mail["Date"].datetime == AT
    assert mail["Auto-Submitted"] == "auto-generated"


def test_a_line_break_in_a_name_begins_no_field_of_its_own():
    mail = new_mail(
        sender=Correspondent("Office\r\nBcc: all@dk.example", "office@hub.example"),
        recipient=Correspondent("", "statistics@dk.example"),
        message_id="<1@hub.example>",
        written_at=AT,
    )
    assert mail["Bcc"] is None
    assert one_line(" a\r\n b\t c ") == "a b c"
