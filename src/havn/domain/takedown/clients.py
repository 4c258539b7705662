# SPDX-License-Identifier: Apache-2.0
"""The mail server that takes notices, the look at an address, and other nodes that look for us."""

from __future__ import annotations

import smtplib
import ssl
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from typing import Protocol, TypeVar
from uuid import UUID

from havn.domain.members.rules import AskingError, NodeReply, NodeRequests
from havn.domain.takedown.rules import (
    AnswerMessage,
    AskMessage,
    Seen,
    VantageMessageError,
    VantagePoint,
    ask_document,
    read_answer,
)
from havn.lib import http
from havn.lib.encoding import JsonError, canonical_json, strict_json

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


class AddressChecker(Protocol):
    """Looks at an address: status and headers, never content."""

    def look(self, url: str, *, came_from: str = "") -> Seen:
        """Return what was seen, as if a reader had come from a page; never raises."""
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


class GuardedChecker:
    """Looks through the guarded client of `lib/http`."""

    def __init__(self, client: http.GuardedClient) -> None:
        self._client = client

    def look(self, url: str, *, came_from: str = "") -> Seen:
        """Return what the address answers."""
        found = self._client.look(url, came_from=came_from or None)
        return Seen(
            url=url,
            status=found.status,
            failure=found.failure,
            final_url=found.final_url,
            redirects=found.redirects,
            headers=dict(found.headers),
            addresses=found.addresses,
            tls_subject=found.tls_subject or "",
            method=found.method,
            came_from_sent=bool(came_from),
        )


class VantageError(AskingError):
    """Another node did not take a question about an address, or did not say what it saw."""


class VantageNode(Protocol):
    """Other nodes, each of which looks at an address for us and tells later what it saw."""

    def points(self) -> Sequence[VantagePoint]:
        """Return the nodes that can be asked now, and their countries."""
        ...

    def ask(self, node: UUID, message: AskMessage) -> None:
        """Return once the node has the question (the same id again is one); raise VantageError otherwise."""
        ...

    def answer(
        self, node: UUID, message: AskMessage, *, asked_at: datetime, at: datetime
    ) -> AnswerMessage:
        """Return what the node tells so far; raise VantageError where it tells nothing."""
        ...


class NoVantages:
    """Stands where no alliance was joined: there is nobody to ask."""

    def points(self) -> Sequence[VantagePoint]:
        """Return nobody."""
        return ()

    def ask(self, node: UUID, message: AskMessage) -> None:
        """Refuse."""
        del node, message
        raise VantageError("no_alliance", is_final=True)

    def answer(
        self, node: UUID, message: AskMessage, *, asked_at: datetime, at: datetime
    ) -> AnswerMessage:
        """Refuse."""
        del node, message, asked_at, at
        raise VantageError("no_alliance", is_final=True)


class HttpVantageNode:
    """Asks over signed requests (docs/protocol/vantage.md)."""  # V1

    def __init__(
        self, requests: NodeRequests, points: Callable[[], Sequence[VantagePoint]]
    ) -> None:
        self._requests = requests
        self._points = points

    def points(self) -> Sequence[VantagePoint]:
        """Return the active nodes of other countries, as the roster has them."""
        return self._points()

    def ask(self, node: UUID, message: AskMessage) -> None:
        """Send the question."""  # V3
        body = canonical_json(ask_document(message))
        reply = self._requests.send(node, "POST", "/api/v1/vantages", body)
        if reply.status not in {200, 202}:
            raise _refusal(reply)

    def answer(
        self, node: UUID, message: AskMessage, *, asked_at: datetime, at: datetime
    ) -> AnswerMessage:
        """Ask for the answer."""  # V9
        reply = self._requests.send(node, "GET", f"/api/v1/vantages/{message.id}")
        if reply.status != 200:
            raise _refusal(reply)
        try:
            document = strict_json(reply.body)
            return read_answer(document, ask=message, asked_at=asked_at, at=at)
        except (VantageMessageError, JsonError) as error:
            raise VantageError("bad_answer", is_final=True) from error  # V11


# Why a node takes no question about an address (V4 to V6); a person reads it.
_ABOUT_THE_ADDRESS = frozenset({"not_http", "hidden_service", "private_address"})


def _refusal(reply: NodeReply) -> VantageError:
    if reply.status == 429:  # V8
        return VantageError("too_many_asks", retry_after_seconds=reply.retry_after_seconds)
    if 400 <= reply.status < 500:
        code = _code_of(reply.body)
        if code in _ABOUT_THE_ADDRESS:
            return VantageError(code, is_final=True)
        return VantageError("ask_refused", is_final=True)
    return VantageError("node_failed", retry_after_seconds=reply.retry_after_seconds)


def _code_of(body: bytes) -> str:
    try:
        return str(strict_json(body)["code"])
    except (JsonError, KeyError, TypeError):
        return ""
