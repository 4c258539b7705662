# SPDX-License-Identifier: Apache-2.0
"""`havn backup`: the database, the anchors and the roster, sealed to the operator's key."""

from __future__ import annotations

import io
import json
import os
import threading
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, BinaryIO, Self

import click

from havn import __version__
from havn.cli import databases, parts, start
from havn.cli.endings import CouldNotError
from havn.cli.telling import json_option, step, tell
from havn.lib.clock import monotonic, now

SHOW_EVERY_SECONDS = 2.0
ROSTER_FOLDERS = ("roster", "alliance")


@click.command(epilog="Exit codes: 0 done, 2 it could not be written.")
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--with-keys", is_flag=True, help="Put the node's keys in: then it opens everything."
)
@json_option
def command(*, file: Path | None, with_keys: bool, as_json: bool) -> None:
    """Write an encrypted backup to FILE ($HAVN_DATA/backups/… unless told) while the node runs.

    It opens with the private key that `havn init` or `havn keys backup` wrote, and with nothing
    else. It holds no keys unless asked: keep the node's keys elsewhere.

    Example: havn backup /media/backups/havn-2026-11-24.backup
    """
    start.prepare()
    start.require_node()
    at = now()
    target = file or start.folder() / "backups" / f"havn-{at:%Y%m%d-%H%M%S}.backup"
    if target.exists():
        raise CouldNotError(f"{target} exists already; a backup never overwrites another.")
    began = monotonic()
    size = write_backup(target, with_keys=with_keys)
    seconds = monotonic() - began
    tell(
        {"file": str(target), "bytes": size, "seconds": round(seconds, 1), "with_keys": with_keys},
        as_json=as_json,
        lines=[
            f"{target}: {size:,} bytes in {seconds:.1f} s"
            + (", with the node's keys." if with_keys else ", without keys.")
        ],
    )


def write_backup(target: Path, *, with_keys: bool) -> int:
    """Write the backup whole and durable, or not at all; return its size in bytes."""
    from django.conf import settings

    from havn.lib.keyring import BACKUP_RECIPIENT
    from havn.lib.sealing import seal_stream

    if BACKUP_RECIPIENT not in settings.HAVN_KEYRING.names_present():
        raise CouldNotError(
            "This node has no backup key yet. Make one with `havn keys backup FILE`, where FILE "
            "lies on a stick and not on this machine."
        )
    recipient = settings.HAVN_KEYRING.read(BACKUP_RECIPIENT)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.draft")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            with _Writing(with_keys=with_keys) as writing:
                seal_stream(writing.source, file, recipient)
            writing.raise_trouble()
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
        start.sync_folder(target.parent)
    finally:
        draft.unlink(missing_ok=True)
    return target.stat().st_size


class _Writing:
    """Writes the parts into a pipe from a thread, whose other end is read as a stream."""

    def __init__(self, *, with_keys: bool) -> None:
        self.with_keys = with_keys
        reader, writer = os.pipe()
        self.source: BinaryIO = os.fdopen(reader, "rb")
        self._target: BinaryIO = os.fdopen(writer, "wb")
        self._trouble: Exception | None = None
        self._thread = threading.Thread(target=self._write)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.source.close()
        self._thread.join()

    def raise_trouble(self) -> None:
        """Raise what went wrong in the thread: then what was sealed is no backup."""
        if self._trouble is not None:
            raise self._trouble

    def _write(self) -> None:
        from django.db import connection

        try:
            with self._target as target:
                _write_parts(target, with_keys=self.with_keys)
        except Exception as error:  # noqa: BLE001 - raised again where the file is finished
            self._trouble = error
        finally:
            connection.close()


def _write_parts(target: BinaryIO, *, with_keys: bool) -> None:
    from django.conf import settings

    contents: dict[str, bytes] = {"manifest.json": json.dumps(_manifest(with_keys)).encode()}
    for name in ("node.json", "anchors/heads.jsonl"):
        path = start.folder() / name
        if path.is_file():
            contents[name] = path.read_bytes()
    contents |= {name: (start.folder() / name).read_bytes() for name in roster_files()}
    if with_keys:
        keyring = settings.HAVN_KEYRING
        for name in sorted(keyring.names_present()):
            contents[f"keys/{name}"] = (keyring.folder / name).read_bytes()
    for name, content in contents.items():
        parts.write_part(target, name, io.BytesIO(content))
    with _database() as source:
        parts.write_part(target, "database", _Counted(source))  # type: ignore[arg-type]
    parts.write_end(target, len(contents) + 1)


def roster_files() -> list[str]:
    """Return the files of the roster: what this node has seen of it, and at a hub what it serves."""
    names = [
        path.relative_to(start.folder()).as_posix()
        for folder in ROSTER_FOLDERS
        for path in (start.folder() / folder).rglob("*")
        if path.is_file() and not path.is_symlink()
    ]
    return sorted(name for name in names if parts.ROSTER_FILE.fullmatch(name))


def _database() -> AbstractContextManager[BinaryIO]:
    if databases.is_sqlite():
        return databases.sqlite_copy(start.folder() / "backups")
    return databases.postgres_dump()


def _manifest(with_keys: bool) -> dict[str, Any]:  # noqa: FBT001
    from django.conf import settings

    return {
        "v": 1,
        "havn": __version__,
        "role": settings.HAVN_ROLE,
        "database": "sqlite" if databases.is_sqlite() else "postgresql",
        "made_at": now().isoformat(),
        "with_keys": with_keys,
    }


class _Counted:
    """Reads on, and says now and then how far it is."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._bytes = 0
        self._shown_at = monotonic()

    def read(self, size: int) -> bytes:
        """Return the next bytes of the database."""
        chunk = self._source.read(size)
        self._bytes += len(chunk)
        if monotonic() - self._shown_at > SHOW_EVERY_SECONDS:
            self._shown_at = monotonic()
            step(f"Database: {self._bytes / (1 << 20):,.0f} MiB sealed")
        return chunk
