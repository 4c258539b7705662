# SPDX-License-Identifier: Apache-2.0
"""A connection to the database that belongs to a seat at work and not to a thread."""

from __future__ import annotations

from types import TracebackType

from django.db import DEFAULT_DB_ALIAS, connections


class OwnConnection:
    """While it is entered, the thread that did so has this connection; another time it is another thread's.

    Django gives each thread one of its own. A server has more threads than the database may have connections.
    """

    def __init__(self) -> None:
        self._connection = connections.create_connection(DEFAULT_DB_ALIAS)
        self._connection.inc_thread_sharing()  # by one thread after another

    def __enter__(self) -> None:
        connections[DEFAULT_DB_ALIAS] = self._connection

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        del connections[DEFAULT_DB_ALIAS]
