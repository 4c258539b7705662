# SPDX-License-Identifier: Apache-2.0
"""One contract for every mail gateway: the real one against a mail server on loopback, and the fake."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Thread
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from havn.domain.takedown import tasks
from havn.lib.mail import InsecureMailWarning, MailError, MailGateway, NoRelay, Relay, SmtpGateway
from tests.support.outside import FakeMail

LETTER = tasks.Letter(
    message_id="<17@hotline.example>",
    earlier_message_id="",
    reference="ABCDE-12345",
    address="https://pictures.example/a/17",
    legal_class="baseline",
    rung=1,
    answer_link="https://hotline.example/en/answer/token/",
    sender_name="Harbour Hotline",
    sender_email="notice@hotline.example",
    member_name="Denmark",
    recipient_name="Abuse desk",
    recipient_email="abuse@harbour.example",
    language="en",
    came_from="",
    path="",
    behind_proxy="",
    written_at=datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
)
MAIL = tasks.written(LETTER)


class Postbox:
    """Takes mails, or refuses them as it is told."""

    def __init__(self, *, rcpt: str = "", data: str = "") -> None:
        self.rcpt, self.data = rcpt, data
        self.taken: list[bytes] = []

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if self.rcpt:
            return self.rcpt
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        if self.data:
            return self.data
        assert isinstance(envelope.content, bytes)
        self.taken.append(envelope.content)
        return "250 OK"


def gateway(port: int, **parts: Any) -> SmtpGateway:
    with pytest.warns(InsecureMailWarning):
        return SmtpGateway(Relay("127.0.0.1", port, tls="insecure-none", seconds=1.0, **parts))


class AnyPort(Controller):
    """A controller that lets the system choose the port, and then asks that one."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def served(postbox: Postbox) -> Iterator[int]:
    controller = AnyPort(postbox, hostname="127.0.0.1", port=0)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def message_id_of(content: bytes) -> str:
    return str(message_from_bytes(content, policy=policy.default)["Message-ID"])


@contextmanager
def real(refusal: str = "") -> Iterator[tuple[MailGateway, Callable[[], list[str]]]]:
    answers = {"": {}, "permanent": {"rcpt": "550 nobody"}, "temporary": {"rcpt": "451 later"}}
    postbox = Postbox(**answers[refusal])
    with served(postbox) as port:
        yield gateway(port), lambda: [message_id_of(content) for content in postbox.taken]


@contextmanager
def fake(refusal: str = "") -> Iterator[tuple[MailGateway, Callable[[], list[str]]]]:
    error = MailError("recipient_refused", is_permanent=refusal == "permanent")
    mail = FakeMail(refusal=error if refusal else None)
    yield mail, lambda: [str(m["Message-ID"]) for m in mail.taken]


@pytest.mark.parametrize("made", [real, fake])
def test_the_same_mail_handed_over_twice_bears_the_same_message_id(made: Callable) -> None:
    with made() as (mail, arrived):
        mail.send(MAIL)
        mail.send(MAIL)
        assert arrived() == ["<17@hotline.example>"] * 2


@pytest.mark.parametrize("made", [real, fake])
@pytest.mark.parametrize(("refusal", "is_permanent"), [("permanent", True), ("temporary", False)])
def test_a_refused_recipient_is_told_apart_by_whether_it_is_for_ever(
    made: Callable, refusal: str, is_permanent: bool
) -> None:
    with made(refusal) as (mail, arrived), pytest.raises(MailError) as caught:
        mail.send(MAIL)

    assert (caught.value.code, caught.value.is_permanent) == ("recipient_refused", is_permanent)
    assert not caught.value.may_have_arrived
    assert arrived() == []


def test_a_mail_that_the_server_refuses_has_not_arrived() -> None:
    with served(Postbox(data="554 no")) as port, pytest.raises(MailError) as caught:
        gateway(port).send(MAIL)

    assert (caught.value.code, caught.value.may_have_arrived) == ("mail_refused", False)


def test_a_server_that_is_away_is_a_code() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(MailError) as caught:
        gateway(port).send(MAIL)

    assert caught.value.code == "relay_unreachable"


@contextmanager
def talking(*, until: bytes) -> Iterator[int]:
    """A mail server that goes silent (or away) as soon as it heard a word."""
    server = socket.create_server(("127.0.0.1", 0))

    def talk() -> None:
        connection, _peer = server.accept()
        with connection, connection.makefile("rwb") as lines:
            if until == b"":
                lines.readline()  # hangs with its client, says nothing
                return
            lines.write(b"220 hello\r\n")
            lines.flush()
            for line in lines:
                if line.upper().startswith(b"DATA"):
                    lines.write(b"354 go on\r\n")
                    lines.flush()
                elif line == until:
                    return
                elif line[:4].upper() in {b"EHLO", b"MAIL", b"RCPT"}:
                    lines.write(b"250 OK\r\n")
                    lines.flush()

    thread = Thread(target=talk)
    thread.start()
    try:
        yield server.getsockname()[1]
    finally:
        server.close()
        thread.join()


def test_a_server_that_hangs_ends_at_the_deadline() -> None:
    with talking(until=b"") as port, pytest.raises(MailError) as caught:
        gateway(port).send(MAIL)

    assert caught.value.code == "relay_unreachable"
    assert not caught.value.may_have_arrived


def test_a_server_that_breaks_off_after_the_text_may_have_the_mail() -> None:
    with talking(until=b".\r\n") as port, pytest.raises(MailError) as caught:
        gateway(port).send(MAIL)

    assert (caught.value.code, caught.value.may_have_arrived) == ("relay_broke_off", True)


def test_a_relay_without_tls_gets_no_mail_that_asks_for_tls() -> None:
    with served(Postbox()) as port, pytest.raises(MailError) as caught:
        SmtpGateway(Relay("127.0.0.1", port, seconds=1.0)).send(MAIL)

    assert caught.value.code == "relay_refused_us"


def test_where_no_relay_is_set_every_mail_waits_with_a_reason() -> None:
    with pytest.raises(MailError, match="no_relay_is_set"):
        NoRelay().send(MAIL)


# What a notice says.


def text_of(mail: EmailMessage) -> str:
    body = message_from_bytes(mail.as_bytes(), policy=policy.default).get_body()
    assert body is not None
    return str(body.get_content())


def test_a_notice_has_every_element_of_article_16() -> None:
    text = text_of(MAIL)

    assert "Why it is illegal" in text  # (a) reasons
    assert LETTER.address in text  # (b) the exact address
    assert LETTER.sender_name in text  # (c) name and mail address
    assert LETTER.sender_email in text
    assert "good faith" in text  # (d) statement of good faith
    assert LETTER.answer_link in text
    assert LETTER.reference in text


def test_the_address_stands_in_the_text_and_in_no_header() -> None:
    assert all(LETTER.address not in str(value) for value in MAIL.values())
    assert "child" not in str(MAIL["Subject"])


def test_a_reminder_names_the_notice_that_it_reminds_of() -> None:
    from dataclasses import replace

    mail = tasks.written(
        replace(LETTER, message_id="<18@h>", earlier_message_id="<17@hotline.example>")
    )

    assert mail["In-Reply-To"] == "<17@hotline.example>"
    assert "Reminder" in str(mail["Subject"])


def test_a_name_with_a_line_break_adds_no_header() -> None:
    from dataclasses import replace

    mail = tasks.written(replace(LETTER, recipient_name="Desk\r\nBcc: all@example.org"))

    assert mail["Bcc"] is None
    assert b"\nBcc" not in mail.as_bytes()


def test_tls_is_checked_against_the_systems_authorities() -> None:
    context = SmtpGateway(Relay("127.0.0.1", 1))._context()

    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
