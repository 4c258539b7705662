# SPDX-License-Identifier: Apache-2.0
"""How a transaction waits for its turn to write on SQLite.

SQLite asks again after 1, 2, 5, 10 and at last every 100 ms: who has waited longest asks most rarely and is
overtaken by all who came later. Under load some wait in vain for the whole time-out, though the file was free
a thousand times meanwhile.
"""

from __future__ import annotations

import sqlite3
import time

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError

ASK_AGAIN_AFTER_SECONDS = 0.0005
SQLITES_OWN_TIMEOUT_SECONDS = 5.0


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that asks for its turn at short and even intervals, about as long as the time-out says."""

    def _start_transaction_under_autocommit(self) -> None:
        seconds = float(self.settings_dict["OPTIONS"].get("timeout", SQLITES_OWN_TIMEOUT_SECONDS))
        self.connection.execute("PRAGMA busy_timeout=0")
        try:
            for _ in range(round(seconds / ASK_AGAIN_AFTER_SECONDS)):
                if self._has_begun():
                    return
                time.sleep(ASK_AGAIN_AFTER_SECONDS)
            super()._start_transaction_under_autocommit()  # type: ignore[misc] # the stubs lack it
        finally:
            # A statement outside a transaction waits as SQLite does.
            self.connection.execute(f"PRAGMA busy_timeout={seconds * 1000:.0f}")

    def _has_begun(self) -> bool:
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except OperationalError as error:
            if getattr(error.__cause__, "sqlite_errorcode", None) != sqlite3.SQLITE_BUSY:
                raise
            return False
        return True
