# SPDX-License-Identifier: Apache-2.0
"""The plain copy of the database that a backup reads: nameless while it is read, and nobody else's."""

import os
import sqlite3
from pathlib import Path

import pytest
from django.conf import settings

from havn.cli import backup, databases
from havn.lib.keyring import BACKUP_RECIPIENT, Keyring
from havn.lib.sealing import new_key_pair

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


@pytest.fixture
def synced(monkeypatch):
    """Return what lay in a folder each time somebody waited for its names to be on disk."""
    seen, real = [], os.fsync

    def watched(descriptor):
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        if path.is_dir():
            seen.append(list(path.iterdir()))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    return seen


def test_a_restored_database_is_on_disk_with_its_name(tmp_path, synced):
    databases.restore_sqlite([b"SQL", b"ite"], tmp_path / "b.sqlite3")
    assert (tmp_path / "b.sqlite3").read_bytes() == b"SQLite"
    assert synced[-1:] == [[tmp_path / "b.sqlite3"]]


def test_a_backup_is_on_disk_with_its_name(database, tmp_path, monkeypatch, synced):
    keyring = Keyring(tmp_path / "keys")
    keyring.store(BACKUP_RECIPIENT, new_key_pair()[1])
    (tmp_path / "backups").mkdir()
    monkeypatch.setattr(settings, "HAVN_FOLDER", tmp_path)
    monkeypatch.setattr(settings, "HAVN_KEYRING", keyring)
    target = tmp_path / "stick" / "a.backup"
    assert backup.write_backup(target, with_keys=False) == target.stat().st_size
    assert synced[-1:] == [[target]]


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
