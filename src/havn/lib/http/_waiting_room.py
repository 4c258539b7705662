# SPDX-License-Identifier: Apache-2.0
"""Where an allowed body comes in before anybody works on it, so that a slow sender holds up nobody but himself.

Granian reads until everything has come and cannot be told to stop, and a request must not end while its body is being
read (granian 2.8 then stands still). So a thread of its own reads each body; at the deadline the sender is told, and
what is left of the request waits for him to go. `on_crowd` is called, once, when too many wait like that.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from queue import SimpleQueue
from threading import Lock, Thread, current_thread
from typing import TYPE_CHECKING

from havn.lib.http._limited_input import LimitedInput

if TYPE_CHECKING:
    from wsgiref.types import InputStream

# A form of the public site has 3 KiB or so and comes with its headers; this is for the worst of networks.
BODY_SECONDS = 30.0
# How many may stay connected who were given up; a peer whose network went away without a word is one, too.
MOST_GIVEN_UP = 128


def ask_for_new_workers() -> None:
    """Tell the server to start new workers and to end the old ones, with the connections that nobody ends."""
    server = multiprocessing.parent_process()
    # Under another server than granian there is none, and that one looks after itself.
    if server is not None and server.pid is not None:
        logging.getLogger("havn.lib.http").warning(
            "too many senders never finish; workers are replaced"
        )
        os.kill(server.pid, signal.SIGHUP)


class Arrival:
    """One body on its way."""

    def __init__(self, source: InputStream, length: int) -> None:
        # Held while it comes; an Event wakes whoever waits through a condition, which costs more.
        self._coming = Lock()
        self._coming.acquire()
        self._source = LimitedInput(source, length)
        self._length = length
        self._read = b""

    @property
    def body(self) -> bytes | None:
        """Return the body if it came whole."""
        return self._read if len(self._read) == self._length else None

    @property
    def is_over(self) -> bool:
        """Whether the body is there, or the peer is gone."""
        return not self._coming.locked()

    def wait(self, seconds: float = -1) -> None:
        """Wait until it is over, or so many seconds."""
        if self._coming.acquire(timeout=seconds):
            self._coming.release()

    def read(self) -> None:
        """Read until the body is there or the peer is gone."""
        try:
            self._read = b"".join(iter(self._source.read, b""))
        except Exception:  # noqa: BLE001, S110 - each server has its own way to say that the peer is gone
            pass
        finally:
            self._coming.release()


class _Readers:
    """Threads that read, each one thing at a time: one that has finished is used again, and none is waited for.

    To make a thread takes longer than to read a form. Daemons, since a reading one ends only with its connection.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._idle = 0
        self._handed: SimpleQueue[Callable[[], None]] = SimpleQueue()

    def read(self, reading: Callable[[], None]) -> None:
        """Have it read, by an idle thread or by a new one."""
        with self._lock:
            is_one_idle = self._idle > 0
            self._idle -= is_one_idle
        if is_one_idle:
            self._handed.put(reading)
        else:
            Thread(target=self._run, args=(reading,), daemon=True).start()

    def _run(self, reading: Callable[[], None]) -> None:
        own = current_thread()
        while True:
            own.name = "havn-body"
            reading()
            own.name = "havn-body-idle"
            with self._lock:
                self._idle += 1
            reading = self._handed.get()


class WaitingRoom:
    """Takes bodies in, each by a deadline."""

    def __init__(
        self,
        *,
        seconds: float = BODY_SECONDS,
        most_given_up: int = MOST_GIVEN_UP,
        on_crowd: Callable[[], None] | None = None,
    ) -> None:
        self._seconds = seconds
        self._most_given_up = most_given_up
        self._on_crowd = on_crowd
        self._lock = Lock()
        self._readers = _Readers()
        self._given_up = 0

    def take_in(self, source: InputStream, length: int) -> Arrival:
        """Return the arrival of so many bytes as soon as it is over, or at the deadline."""
        arrival = Arrival(source, length)
        if length == 0:
            arrival.read()
            return arrival
        self._readers.read(arrival.read)
        arrival.wait(self._seconds)
        return arrival

    def farewell(self, arrival: Arrival, text: bytes) -> Iterator[bytes]:
        """Yield the last words for a sender who is given up, then wait until he has gone."""
        with self._lock:
            self._given_up += 1
            call, self._on_crowd = (
                (self._on_crowd, None)
                if self._given_up > self._most_given_up
                else (None, self._on_crowd)
            )
        if call is not None:
            call()
        try:
            yield text
            arrival.wait()
        finally:
            with self._lock:
                self._given_up -= 1
