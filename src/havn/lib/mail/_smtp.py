# SPDX-License-Identifier: Apache-2.0
"""Handing mails over to one relay, and what may go wrong with that."""

from __future__ import annotations

import smtplib
import ssl
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Protocol, TypeVar

_SECONDS = 15.0
T = TypeVar("T")


class MailError(Exception):
    """The mail server did not take a mail; `code` is stable and holds no address."""

    def __init__(
        self, code: str, *, is_permanent: bool = False, may_have_arrived: bool = False
    ) -> None:
        super().__init__(code)
        self.code = code
        self.is_permanent = is_permanent
        self.may_have_arrived = may_have_arrived


class MailGateway(Protocol):
    """Takes mails; the same mail handed over again bears the same Message-ID."""

    def send(self, mail: EmailMessage) -> None:
        """Return once the mail is the server's business; raise MailError otherwise."""
        ...


@dataclass(frozen=True, slots=True)
class Relay:
    """A mail server that passes our mail on, and how it is spoken to."""

    host: str
    port: int
    tls: str = "starttls"  # starttls, implicit, insecure-none
    name: str = ""
    password: str = field(default="", repr=False)
    seconds: float = _SECONDS
    ca_file: str = ""


class InsecureMailWarning(UserWarning):
    """Mail leaves this process in the clear."""


class SmtpGateway:
    """Hands mails to one relay over SMTP (RFC 5321), one connection a mail."""

    def __init__(self, relay: Relay) -> None:
        if relay.tls == "insecure-none":
            warnings.warn(
                f"Mail goes to {relay.host}:{relay.port} without TLS.",
                InsecureMailWarning,
                stacklevel=2,
            )
        self._relay = relay

    def send(self, mail: EmailMessage) -> None:
        """Hand the mail over; raises MailError with what happened."""
        sender, recipient = mail["From"].addresses[0], mail["To"].addresses[0]
        server = self._stage("relay_unreachable", self._connected)
        try:
            self._stage("relay_refused_us", lambda: self._greet(server))
            self._step(server.mail(sender.addr_spec), "sender_refused")
            self._step(server.rcpt(recipient.addr_spec), "recipient_refused")
            self._hand_over(server, mail.as_bytes(policy=mail.policy.clone(linesep="\r\n")))
        except (smtplib.SMTPException, OSError) as error:
            raise MailError("relay_broke_off") from error
        finally:
            server.close()

    def _connected(self) -> smtplib.SMTP:
        relay = self._relay
        if relay.tls == "implicit":
            return smtplib.SMTP_SSL(
                relay.host, relay.port, timeout=relay.seconds, context=self._context()
            )
        return smtplib.SMTP(relay.host, relay.port, timeout=relay.seconds)

    def _greet(self, server: smtplib.SMTP) -> None:
        server.ehlo_or_helo_if_needed()
        if self._relay.tls == "starttls":
            server.starttls(context=self._context())
            server.ehlo()
        if self._relay.name:
            server.login(self._relay.name, self._relay.password)

    def _context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self._relay.ca_file or None)

    def _hand_over(self, server: smtplib.SMTP, content: bytes) -> None:
        try:
            answer = server.data(content)
        except smtplib.SMTPDataError as error:
            self._step((error.smtp_code, b""), "mail_refused")
            raise MailError("mail_refused") from error
        except (smtplib.SMTPException, OSError) as error:
            # Nobody knows whether the server has it: the next hand-over bears the same Message-ID.
            raise MailError("relay_broke_off", may_have_arrived=True) from error
        self._step(answer, "mail_refused")

    @staticmethod
    def _stage(code: str, act: Callable[[], T]) -> T:
        try:
            return act()
        except (smtplib.SMTPException, OSError, ValueError) as error:
            raise MailError(code) from error

    @staticmethod
    def _step(answer: tuple[int, bytes], code: str) -> None:
        status = answer[0]
        if not 200 <= status < 300:
            raise MailError(code, is_permanent=status >= 500)


class NoRelay:
    """Stands where no mail server is set: every mail waits, and the desk reads why."""

    def send(self, mail: EmailMessage) -> None:
        """Refuse, with a code that says what the operator has to set."""
        del mail
        raise MailError("no_relay_is_set")
