# SPDX-License-Identifier: Apache-2.0
"""So many places at which an application works, and no more, whatever number of threads a server has.

A server's thread may wait for a peer: that must hold neither a place nor a connection to the database.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    Place = AbstractContextManager[object]


class _Turn:
    """Somebody who waits for a place."""

    def __init__(self) -> None:
        self.place: Place | None = None
        self.has_come = Lock()
        self.has_come.acquire()


class Places:
    """A WSGI application that works at one of these places, each for one request at a time, in the order of arrival.

    A place is entered while the application works there, by whichever thread the server has for the request. To hand
    requests to threads of our own would cost more than a tenth of a busy page's time (docs/adr/0015). An answer is
    taken whole before it is sent.
    """

    def __init__(self, application: WSGIApplication, places: Sequence[Place]) -> None:
        self._application = application
        self._lock = Lock()
        self._free = list(places)
        self._waiting: deque[_Turn] = deque()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Wait for a place and return the whole answer, or raise what the application raised."""
        place = self._take_place()
        try:
            with place:
                return [self._whole_answer(environ, start_response)]
        finally:
            self._leave(place)

    def _whole_answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> bytes:
        answer = self._application(environ, start_response)
        try:
            return b"".join(answer)
        finally:
            close = getattr(answer, "close", None)
            if close is not None:
                close()

    def _take_place(self) -> Place:
        with self._lock:
            if self._free:
                return self._free.pop()
            turn = _Turn()
            self._waiting.append(turn)
        turn.has_come.acquire()
        assert turn.place is not None
        return turn.place

    def _leave(self, place: Place) -> None:
        with self._lock:
            if not self._waiting:
                self._free.append(place)
                return
            turn = self._waiting.popleft()
        # Handed over, and not only freed: nobody who comes later can be quicker.
        turn.place = place
        turn.has_come.release()
