# SPDX-License-Identifier: Apache-2.0
"""A few threads that do the application's work, apart from those of the server that face the network.

A server's thread may wait for a peer: that must hold neither a place at work nor a connection to the database.
"""

from __future__ import annotations

from collections.abc import Iterable
from queue import SimpleQueue
from threading import Lock, Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


class ApplicationThreads:
    """A WSGI application that is run in so many threads and no more; its answer is taken whole before it is sent.

    An executor would do as well; its futures wake whoever waits through a condition, which costs more.
    """

    def __init__(self, application: WSGIApplication, *, threads: int) -> None:
        self._application = application
        self._handed: SimpleQueue[_Request] = SimpleQueue()
        for number in range(threads):
            Thread(target=self._work, daemon=True, name=f"havn-work-{number}").start()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Wait for a free thread and return the whole answer, or raise what the application raised."""
        request = _Request(environ, start_response)
        self._handed.put(request)
        return request.answer()

    def _work(self) -> None:
        while True:
            self._handed.get().be_answered(self._application)


class _Request:
    """One request that waits for its answer."""

    def __init__(self, environ: WSGIEnvironment, start_response: StartResponse) -> None:
        self._environ = environ
        self._start_response = start_response
        self._is_waiting = Lock()
        self._is_waiting.acquire()
        self._answer: list[bytes] = []
        self._error: BaseException | None = None

    def be_answered(self, application: WSGIApplication) -> None:
        """Keep the application's answer, or what it raised, and let whoever waits go on."""
        try:
            answer = application(self._environ, self._start_response)
            try:
                self._answer = [b"".join(answer)]
            finally:
                close = getattr(answer, "close", None)
                if close is not None:
                    close()
        except BaseException as error:  # noqa: BLE001 - whoever waits raises it
            self._error = error
        finally:
            self._is_waiting.release()

    def answer(self) -> list[bytes]:
        """Wait for the answer and return it."""
        self._is_waiting.acquire()
        if self._error is not None:
            raise self._error
        return self._answer
