# SPDX-License-Identifier: Apache-2.0
"""A mail server that keeps messages in memory, and can hang or refuse."""

from __future__ import annotations

import asyncio
import contextlib
import email
import email.policy
import threading
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.controller import Controller

from havn.lab.serving import free_port

_HANGS_FOR_SECONDS = 120.0
_TRIES = 20


@dataclass(frozen=True, slots=True)
class Letter:
    """One message as it was handed over."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage

    @property
    def message_id(self) -> str:
        """The Message-ID, the same for every repetition of one notice."""
        return str(self.message["Message-ID"] or "")

    @property
    def text(self) -> str:
        """The plain text."""
        part = self.message.get_body(preferencelist=("plain",))
        return str(part.get_content()) if part is not None else ""


class MailServer:
    """Accepts all mail on a loopback port; `mood` is `accepts`, `refuses` or `hangs`."""

    def __init__(self) -> None:
        self.mood = "accepts"
        self.readers: list[Callable[[Letter], None]] = []
        self._letters: list[Letter] = []
        self._lock = threading.Lock()
        self._controller: Controller | None = None

    @property
    def letters(self) -> list[Letter]:
        """All messages so far, oldest first."""
        with self._lock:
            return list(self._letters)

    def letters_to(self, recipient: str) -> list[Letter]:
        """Return the messages to one recipient."""
        return [letter for letter in self.letters if recipient in letter.recipients]

    def start(self) -> int:
        """Listen and return the port."""
        for _ in range(_TRIES):
            controller = Controller(self, hostname="127.0.0.1", port=free_port())
            try:
                controller.start()
            except OSError:  # somebody took the port meanwhile
                continue
            self._controller = controller
            return int(controller.port)
        raise OSError("no port was free")

    def stop(self) -> None:
        """Stop listening."""
        if self._controller is not None:
            with contextlib.suppress(Exception):
                self._controller.stop()
            self._controller = None

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Keep one message, or treat it as the mood says."""
        del server, session
        if self.mood == "hangs":
            await asyncio.sleep(_HANGS_FOR_SECONDS)
        if self.mood != "accepts":
            return "451 Not now, try again later"
        message = email.message_from_bytes(
            cast("bytes", envelope.content), policy=email.policy.default
        )
        letter = Letter(str(envelope.mail_from), tuple(envelope.rcpt_tos), message)
        with self._lock:
            self._letters.append(letter)
        for reader in self.readers:
            reader(letter)
        return "250 Kept in memory"
