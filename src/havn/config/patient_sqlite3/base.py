# SPDX-License-Identifier: Apache-2.0
"""How a statement waits for its turn to write on SQLite.

SQLite asks again after 1, 2, 5, 10 and at last every 100 ms: who has waited longest asks most rarely and is
overtaken by all who came later. Under load some wait in vain for the whole time-out, though the file was free
a thousand times meanwhile.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.db.backends.sqlite3 import base

T = TypeVar("T")
ASK_AGAIN_AFTER_SECONDS = 0.0005
SQLITES_OWN_TIMEOUT_SECONDS = 5.0


class PatientCursor(base.SQLiteCursorWrapper):
    """A cursor that asks for its turn at short and even intervals, about as long as the time-out says."""

    def __init__(self, connection: sqlite3.Connection, *, seconds: float) -> None:
        super().__init__(connection)
        self._tries = round(seconds / ASK_AGAIN_AFTER_SECONDS)

    def execute(self, query: str, params: Any = None) -> Any:
        """Run a statement as soon as nobody else writes, or raise that the database is locked."""
        return self._patiently(lambda: base.SQLiteCursorWrapper.execute(self, query, params))

    def executemany(self, query: str, param_list: Iterable[Any]) -> Any:
        """Run a statement once for each row, likewise: outside a transaction each is kept as it comes."""
        for params in param_list:
            self.execute(query, params)
        return self

    def _patiently(self, run: Callable[[], T]) -> T:
        for _ in range(self._tries):
            try:
                return run()
            except sqlite3.OperationalError as error:
                # Inside a transaction nobody else writes: what is in the way there goes not away by waiting.
                if not _is_busy(error) or self.connection.in_transaction:
                    raise
            time.sleep(ASK_AGAIN_AFTER_SECONDS)
        return run()


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection whose cursors do the waiting, and SQLite none."""

    def get_new_connection(self, conn_params: Any) -> Any:
        """Return a connection that was opened, and its file recovered if need be, with SQLite's own patience."""
        connection = super().get_new_connection(conn_params)
        connection.execute("PRAGMA busy_timeout=0")
        return connection

    def create_cursor(self, name: Any = None) -> Any:
        """Return a cursor that waits for as long as the settings say."""
        del name
        seconds = self.settings_dict["OPTIONS"].get("timeout", SQLITES_OWN_TIMEOUT_SECONDS)
        return PatientCursor(self.connection, seconds=float(seconds))


def _is_busy(error: sqlite3.OperationalError) -> bool:
    # The low byte: why it is busy (another one is recovering the file, say) stands above.
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
