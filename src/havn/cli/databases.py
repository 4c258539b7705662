# SPDX-License-Identifier: Apache-2.0
"""Copying a whole database out and in: SQLite by its own backup, PostgreSQL by pg_dump and pg_restore."""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from havn.cli import start
from havn.cli.endings import CouldNotError

COPY = ".copy-"


def is_sqlite() -> bool:
    """Whether the node's database is a file of SQLite."""
    from django.db import connection

    return connection.vendor == "sqlite"


@contextmanager
def sqlite_copy(folder: Path) -> Iterator[BinaryIO]:
    """Open a consistent copy of the database, taken while others write; it is gone afterwards."""
    sweep_copies(folder)
    path = folder / f"{COPY}{os.getpid()}.sqlite3"
    with path.open("x+b") as file:
        path.chmod(0o600)
        fcntl.flock(file, fcntl.LOCK_EX)  # freed by the system when this process is killed
        _copy_to(path)
        if path.stat().st_ino != os.fstat(file.fileno()).st_ino:
            raise CouldNotError("Another backup began at the same moment; try again.")
        path.unlink()  # while it is sealed, which takes long, it has no name that could be left
        file.seek(0)
        yield file


def _copy_to(path: Path) -> None:
    from django.conf import settings

    try:
        source = sqlite3.connect(f"file:{settings.DATABASES['default']['NAME']}?mode=ro", uri=True)
        with closing(source), closing(sqlite3.connect(path)) as target:
            source.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")
            if target.execute("PRAGMA quick_check").fetchone()[0] != "ok":
                raise CouldNotError("The database is damaged; the backup was not written.")
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def left_copies(folder: Path) -> list[Path]:
    """Return the plain copies of the database that a killed backup left in a folder."""
    return [path for path in sorted(folder.glob(f"{COPY}*")) if not _is_in_use(path)]


def sweep_copies(folder: Path) -> int:
    """Remove the plain copies that a killed backup left, and return how many there were."""
    left = left_copies(folder)
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)


def _is_in_use(path: Path) -> bool:
    """Whether a living process writes the copy (or, beside it, its journal)."""
    copy = path.with_name(path.name.partition(".sqlite3")[0] + ".sqlite3")
    try:
        with copy.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False


@contextmanager
def postgres_dump() -> Iterator[BinaryIO]:
    """Open the output of pg_dump in its custom format; raise when it did not end well."""
    command = [
        program("pg_dump"),
        "--format=custom",
        "--no-owner",
        "--no-privileges",
        "--no-password",
    ]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=_environment()
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        yield cast("BinaryIO", process.stdout)
    except BaseException:
        process.kill()
        raise
    finally:
        said = process.stderr.read().decode(errors="replace").strip()
        process.stdout.close()
        process.stderr.close()
        process.wait()
    if process.returncode != 0:
        raise CouldNotError(f"pg_dump did not end well: {said.splitlines()[-1] if said else '?'}")


def restore_sqlite(chunks: Iterable[bytes], path: Path) -> None:
    """Write the database file, durable and whole."""
    draft = path.with_suffix(".draft")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        for chunk in chunks:
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    start.sync_folder(path.parent)


def remove_half_restored(folder: Path) -> None:
    """Remove the file of SQLite that an interrupted restore left behind."""
    from django.conf import settings

    path = Path(settings.DATABASES["default"]["NAME"])
    if path.parent == folder:
        for name in (path.name, f"{path.name}-wal", f"{path.name}-shm", f"{path.stem}.draft"):
            (folder / name).unlink(missing_ok=True)


def restore_postgres(chunks: Iterable[bytes]) -> None:
    """Feed a dump to pg_restore, in one transaction."""
    from django.conf import settings

    name = settings.DATABASES["default"]["NAME"]
    command = [program("pg_restore"), "--no-owner", "--no-privileges", "--single-transaction"]
    command += ["--exit-on-error", "--no-password", "--dbname", name]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=_environment()
    )
    assert process.stdin is not None
    try:
        for chunk in chunks:
            process.stdin.write(chunk)
    except BrokenPipeError:
        pass  # what it said stands below
    said = process.communicate()[1].decode(errors="replace").strip()
    if process.returncode != 0:
        raise CouldNotError(
            f"pg_restore did not end well: {said.splitlines()[-1] if said else '?'}"
        )


def is_database_empty() -> bool:
    """Whether the database that the settings name holds no table (or, for SQLite, is not there)."""
    from django.conf import settings
    from django.db import connection

    if is_sqlite():
        return not Path(settings.DATABASES["default"]["NAME"]).exists()
    return not connection.introspection.table_names()


def own_privileges() -> tuple[str, list[str], set[tuple[str, str]]]:
    """Return PostgreSQL's role of this process, its powers beyond tables, and what it may do to which table.

    Where it may do something to single columns only, they stand as `table.column`. Whatever it may by membership of another role, or because everybody may, is part of the answer.
    """
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, rolsuper, rolcreaterole, rolcreatedb, rolbypassrls,"
            " has_schema_privilege(current_user, 'public', 'CREATE')"
            " FROM pg_roles WHERE rolname = current_user"
        )
        name, *powers = cursor.fetchone()
        cursor.execute(
            "SELECT c.relname, p FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace,"
            " unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) AS p"
            " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v', 'm')"
            " AND has_table_privilege(current_user, c.oid, p)"
        )
        able = {(str(table), str(privilege)) for table, privilege in cursor.fetchall()}
        cursor.execute(
            "SELECT c.relname || '.' || a.attname, p FROM pg_class c"
            " JOIN pg_namespace n ON n.oid = c.relnamespace"
            " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped,"
            " unnest(ARRAY['SELECT', 'INSERT', 'UPDATE']) AS p"
            " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v', 'm')"
            " AND NOT has_table_privilege(current_user, c.oid, p)"
            " AND has_column_privilege(current_user, c.oid, a.attnum, p)"
        )
        able |= {(str(column), str(privilege)) for column, privilege in cursor.fetchall()}
    said = [words for words, has in zip(_POWERS, powers, strict=True) if has]
    return str(name), said, able


_POWERS = (
    "is a superuser",
    "may make roles",
    "may make databases",
    "passes row security by",
    "may make tables",
)


def program(name: str) -> str:
    """Return the path of one of PostgreSQL's programs."""
    told = os.environ.get("HAVN_POSTGRES_PROGRAMS")
    found = shutil.which(name, path=told) if told else shutil.which(name)
    if found is None:
        raise CouldNotError(
            f"{name} was not found. Install PostgreSQL's client programs, or set "
            "HAVN_POSTGRES_PROGRAMS to the folder that holds them."
        )
    return found


def _environment() -> dict[str, str]:
    from django.conf import settings

    database = settings.DATABASES["default"]
    told = {
        "PGDATABASE": database["NAME"],
        "PGUSER": database["USER"],
        "PGPASSWORD": database["PASSWORD"],
        "PGHOST": database["HOST"],
        "PGPORT": database["PORT"],
    }
    return {**os.environ, **{name: value for name, value in told.items() if value}}
