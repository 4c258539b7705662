# SPDX-License-Identifier: Apache-2.0
"""How transactions wait for each other on SQLite."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.db import connections
from django.db.utils import OperationalError

from havn.config.patient_sqlite3.base import DatabaseWrapper

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


def test_who_waits_begins_when_the_one_before_has_ended(connect):
    first, second = connect(), connect()
    begin(first)
    with ThreadPoolExecutor(1) as threads:
        begun = threads.submit(begin, second)
        with pytest.raises(TimeoutError):
            begun.result(0.4)
        end(first)
        begun.result(30)
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
        first.cursor().execute("BEGIN IMMEDIATE")
    end(first)


def test_a_statement_outside_a_transaction_waits_as_patiently(connect):
    first, second = connect(), connect()
    first.cursor().execute("CREATE TABLE kept (number INTEGER)")
    begin(first)
    with ThreadPoolExecutor(1) as threads:
        written = threads.submit(
            lambda: (
                second.cursor().execute("INSERT INTO kept VALUES (%s)", [1]),
                second.cursor().executemany("INSERT INTO kept VALUES (%s)", ([n] for n in (2, 3))),
            )
        )
        with pytest.raises(TimeoutError):
            written.result(0.4)
        end(first)
        written.result(30)
    assert first.cursor().execute("SELECT number FROM kept").fetchall() == [(1,), (2,), (3,)]


def test_nobody_who_writes_all_the_time_keeps_another_out(connect):
    busy, patient = connect(), connect(timeout=20.0)
    busy.cursor().execute("CREATE TABLE kept (number INTEGER)")
    is_over = threading.Event()

    def write_on_and_on():
        while not is_over.is_set():
            begin(busy)
            busy.cursor().execute("UPDATE kept SET number = 1")
            busy.commit()
            busy.set_autocommit(True)

    writing = threading.Thread(target=write_on_and_on)
    writing.start()
    try:
        for number in range(50):
            patient.cursor().execute("INSERT INTO kept VALUES (%s)", [number])
    finally:
        is_over.set()
        writing.join()
    assert len(patient.cursor().execute("SELECT * FROM kept").fetchall()) == 50


def test_a_file_that_another_one_recovers_is_waited_for(connect):
    error = sqlite3.OperationalError("database is locked")
    error.sqlite_errorcode = sqlite3.SQLITE_BUSY_RECOVERY
    answers = iter([error, error, "done"])

    def run():
        answer = next(answers)
        if answer is error:
            raise error
        return answer

    assert connect().create_cursor()._patiently(run) == "done"


def test_a_turn_that_is_lost_between_two_rows_writes_none_twice(connect):
    first, second = connect(), connect()
    first.cursor().execute("CREATE TABLE kept (number INTEGER)")

    class Two:
        """A second value, at whose turn another one begins to write for a while."""

        is_asked = False

        def __conform__(self, _protocol):
            if not self.is_asked:
                self.is_asked = True
                begin(first)
                threading.Timer(0.2, end, [first]).start()
            return 2

    second.cursor().executemany("INSERT INTO kept VALUES (%s)", [[1], [Two()]])
    assert second.cursor().execute("SELECT number FROM kept").fetchall() == [(1,), (2,)]
