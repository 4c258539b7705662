# SPDX-License-Identifier: Apache-2.0
"""How transactions wait for each other on SQLite."""

import threading
import time

import pytest
from django.conf import settings
from django.db import connections
from django.db.utils import OperationalError

from havn.config.patient_sqlite3.base import ASK_AGAIN_AFTER_SECONDS, DatabaseWrapper
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.sqlite_only, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def connect(tmp_path):
    """Return a function that opens one more connection to a database of its own."""
    opened = []

    def make(timeout=10.0):
        known = {**connections["default"].settings_dict, "NAME": str(tmp_path / "own.sqlite3")}
        known["OPTIONS"] = {**known["OPTIONS"], "timeout": timeout}
        opened.append(DatabaseWrapper(known, "own"))
        opened[-1].inc_thread_sharing()
        opened[-1].ensure_connection()
        return opened[-1]

    yield make
    for each in opened:
        each.close()


def begin(connection):
    connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)


def end(connection):
    connection.rollback()
    connection.set_autocommit(True)


def test_the_product_waits_like_this():
    assert settings.DATABASES["default"]["ENGINE"] == "havn.config.patient_sqlite3"
    assert isinstance(connections["default"], DatabaseWrapper)


def test_who_waits_begins_soon_after_the_one_before_has_ended(connect):
    first, second = connect(), connect()
    begin(first)
    seen = {}

    def wait():
        begin(second)
        seen["at"] = time.monotonic()

    waiting = threading.Thread(target=wait)
    waiting.start()
    # So long that SQLite itself would ask every 100 ms only.
    assert not waiting.join(0.4) and waiting.is_alive()
    ended = time.monotonic()
    end(first)
    wait_until(lambda: "at" in seen, what="the turn of the second")
    assert seen["at"] - ended < 0.1, f"it asks every {ASK_AGAIN_AFTER_SECONDS} s"
    end(second)


def test_who_waits_too_long_is_told_so_and_can_begin_later(connect):
    first, second = connect(), connect(timeout=0.05)
    begin(first)
    with pytest.raises(OperationalError, match="database is locked"):
        begin(second)
    end(first)
    begin(second)
    end(second)


def test_what_is_no_matter_of_waiting_is_raised_at_once(connect):
    first = connect(timeout=1000.0)
    begin(first)
    with pytest.raises(OperationalError, match="within a transaction"):
        first._start_transaction_under_autocommit()
    end(first)


def test_a_statement_outside_a_transaction_waits_as_before(connect):
    first = connect(timeout=7.0)
    begin(first)
    end(first)
    assert first.connection.execute("PRAGMA busy_timeout").fetchall() == [(7000,)]
