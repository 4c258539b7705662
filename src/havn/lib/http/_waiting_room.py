# SPDX-License-Identifier: Apache-2.0
"""Where an allowed body comes in before anybody works on it, so that a slow sender holds up nobody but himself.

The server's thread reads it, and holds nothing else meanwhile. Granian reads until everything has come and cannot be
told to stop, and a request must not end while its body is being read (granian 2.8 then stands still): somebody who
never finishes keeps his thread until he goes. `on_crowd` is called, once, when too many stay like that.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from threading import Thread
from typing import TYPE_CHECKING

from havn.lib.clock import monotonic
from havn.lib.http._limited_input import LimitedInput

if TYPE_CHECKING:
    from wsgiref.types import InputStream

# A form of the public site has 3 KiB or so and comes with its headers; this is for the worst of networks.
BODY_SECONDS = 30.0
# How many may take longer than that; a peer whose network went away without a word is one, too.
MOST_OVERDUE = 128


def ask_for_new_workers() -> None:
    """Tell the server to start new workers and to end the old ones, with the connections that nobody ends."""
    server = multiprocessing.parent_process()
    # Under another server than granian there is none, and that one looks after itself.
    if server is not None and server.pid is not None:
        logging.getLogger("havn.lib.http").warning(
            "too many senders never finish; workers are replaced"
        )
        os.kill(server.pid, signal.SIGHUP)


class WaitingRoom:
    """Takes bodies in, and calls `on_crowd` when more than `most_overdue` have been coming for `seconds`."""

    def __init__(
        self,
        *,
        seconds: float = BODY_SECONDS,
        most_overdue: int = MOST_OVERDUE,
        on_crowd: Callable[[], None] | None = None,
    ) -> None:
        self._seconds = seconds
        self._most_overdue = most_overdue
        self._coming: dict[object, float] = {}  # since when, on the monotonic clock
        if on_crowd is not None:
            Thread(target=self._watch, args=(on_crowd,), daemon=True, name="havn-crowd").start()

    def take_in(self, source: InputStream, length: int) -> bytes | None:
        """Return so many bytes when all have come, None when the peer went before; reads nothing where none are to come."""
        if length == 0:
            return b""
        limited, own = LimitedInput(source, length), object()
        self._coming[own] = monotonic()
        try:
            body = b"".join(iter(limited.read, b""))
        except Exception:  # noqa: BLE001 - each server has its own way to say that the peer is gone
            return None
        finally:
            del self._coming[own]
        return body if len(body) == length else None

    def overdue(self) -> int:
        """Return how many bodies have been coming for longer than they should."""
        latest = monotonic() - self._seconds
        return sum(since < latest for since in list(self._coming.values()))

    def _watch(self, on_crowd: Callable[[], None]) -> None:
        # Not asked when a body comes: a full crowd lets none come any more.
        while self.overdue() <= self._most_overdue:
            time.sleep(self._seconds / 4)
        on_crowd()
