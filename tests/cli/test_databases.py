# SPDX-License-Identifier: Apache-2.0
"""The plain copy of the database that a backup reads: nameless while it is read, and nobody else's."""

import sqlite3

import pytest
from django.conf import settings

from havn.cli import databases

pytestmark = pytest.mark.sqlite_only


@pytest.fixture
def database(tmp_path, monkeypatch):
    path = tmp_path / "a.sqlite3"
    connection = sqlite3.connect(path)
    connection.execute("create table things (name)")
    connection.commit()
    connection.close()
    monkeypatch.setitem(settings.DATABASES["default"], "NAME", str(path))
    return path


def test_while_a_copy_is_read_it_has_no_name(database, tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir()
    with databases.sqlite_copy(folder) as file:
        assert list(folder.iterdir()) == []
        assert file.read(15) == b"SQLite format 3"
    assert list(folder.iterdir()) == []


def test_a_damaged_database_leaves_no_copy(database, tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir()
    database.write_bytes(b"not a database, but as long as one page of it may be" * 100)
    with pytest.raises(sqlite3.DatabaseError), databases.sqlite_copy(folder):
        pass
    assert list(folder.iterdir()) == []


def test_the_copy_of_a_backup_that_runs_is_left_alone(tmp_path):
    running = tmp_path / f"{databases.COPY}1.sqlite3"
    with running.open("x+b") as file:
        databases.fcntl.flock(file, databases.fcntl.LOCK_EX)
        assert databases.sweep_copies(tmp_path) == 0
        assert running.exists()
    assert databases.sweep_copies(tmp_path) == 1
    assert not running.exists()
