# SPDX-License-Identifier: Apache-2.0
"""So many seats at which an application works, and no more, however many threads a server has.

A server's thread may wait for a peer: that must hold neither a seat nor a connection to the database.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    Seat = AbstractContextManager[object]


class _Turn:
    """Somebody who waits for a seat."""

    def __init__(self) -> None:
        self.seat: Seat | None = None
        self.has_come = Lock()
        self.has_come.acquire()


class Seats:
    """A WSGI application that works at one of these seats, one request at each, in the order of arrival.

    A seat is entered while the application works there, by whichever thread the server has for the request: to hand
    requests over to threads of our own costs much of a busy page's time (docs/adr/0015). An answer is taken whole
    before it is sent.
    """

    def __init__(self, application: WSGIApplication, seats: Sequence[Seat]) -> None:
        self._application = application
        self._lock = Lock()
        self._free = list(seats)
        self._waiting: deque[_Turn] = deque()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Wait for a seat and return the whole answer, or raise what the application raised."""
        seat = self._take_seat()
        try:
            with seat:
                return [self._whole_answer(environ, start_response)]
        finally:
            self._leave(seat)

    def _whole_answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> bytes:
        answer = self._application(environ, start_response)
        try:
            return b"".join(answer)
        finally:
            close = getattr(answer, "close", None)
            if close is not None:
                close()

    def _take_seat(self) -> Seat:
        with self._lock:
            if self._free:
                return self._free.pop()
            turn = _Turn()
            self._waiting.append(turn)
        turn.has_come.acquire()
        assert turn.seat is not None
        return turn.seat

    def _leave(self, seat: Seat) -> None:
        with self._lock:
            if not self._waiting:
                self._free.append(seat)
                return
            turn = self._waiting.popleft()
        # Handed over, and not only freed: nobody who comes later can be quicker.
        turn.seat = seat
        turn.has_come.release()
