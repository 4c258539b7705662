# SPDX-License-Identifier: Apache-2.0
"""A few threads that do the application's work, apart from those of the server that face the network.

A server's thread may wait for a peer: that must hold neither a place at work nor a connection to the database.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


class ApplicationThreads:
    """A WSGI application that is run in so many threads and no more; its answer is taken whole before it is sent."""

    def __init__(self, application: WSGIApplication, *, threads: int) -> None:
        self._application = application
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="havn-work")

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Wait for a free thread and return the whole answer."""
        return self._pool.submit(self._answer, environ, start_response).result()

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        answer = self._application(environ, start_response)
        try:
            return [b"".join(answer)]
        finally:
            close = getattr(answer, "close", None)
            if close is not None:
                close()
