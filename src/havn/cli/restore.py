# SPDX-License-Identifier: Apache-2.0
"""`havn restore`: a backup into an empty folder, and what its audit chain says afterwards."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import click

from havn.cli import databases, parts, start
from havn.cli.endings import DONE, FOUND, CouldNotError
from havn.cli.telling import json_option, step, tell

FILES = ("anchors/heads.jsonl",)
RESTORING = "restoring"  # lies in the folder from the first byte to the last


@click.command(
    epilog="Exit codes: 0 restored and sound, 1 restored but its chain is not sound, 2 not restored."
)
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--key",
    "key_file",
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The operator's private backup key, as `havn init` or `havn keys backup` wrote it.",
)
@json_option
def command(*, file: Path, key_file: Path, as_json: bool) -> int:
    """Restore a backup into an empty $HAVN_DATA and an empty database.

    Nothing is overwritten: signed heads and keys that lie there already must be those of the backup.
    The audit chain is verified afterwards when its public key is there
    (in the backup, or in $HAVN_KEYS). An interrupted restore is begun again from the start: run the
    same command again, and what it left is removed first.

    Example: HAVN_DATA=/srv/havn havn restore havn-2026-11-24.backup --key /media/stick/havn-backup.key
    """
    start.prepare()
    _remove_own_half()
    _require_empty()
    private = read_backup_key(key_file)
    start.folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    manifest = _restore(file, private)
    result = {"manifest": manifest, "folder": str(start.folder()), **_chain(manifest)}
    result["log_recovers"] = _stop_signing()
    tell(result, as_json=as_json, lines=_lines(result))
    return FOUND if result["is_chain_sound"] is False else DONE


def read_backup_key(path: Path) -> bytes:
    """Return the private key in the file that `havn init` wrote for the operator."""
    from havn.lib.encoding import from_b64u

    words = path.read_text(encoding="ascii", errors="replace").split()
    try:
        if words[:2] != ["havn-backup-key", "1"]:
            raise ValueError
        return from_b64u(words[2])
    except (ValueError, IndexError):
        raise CouldNotError(f"{path} is not a backup key as `havn init` writes it.") from None


def _remove_own_half() -> None:
    """Remove what an interrupted restore left in the folder; PostgreSQL takes a dump whole or not at all."""
    if not (start.folder() / RESTORING).exists() or start.marker().exists():
        return
    step("Removing what an interrupted restore left.")
    if databases.is_sqlite():
        databases.remove_half_restored(start.folder())


def _require_empty() -> None:
    if start.marker().exists():
        raise CouldNotError(f"There is a node in {start.folder()}; restore into an empty folder.")
    if not databases.is_database_empty():
        raise CouldNotError(
            "The database is not empty; restore into an empty one: another HAVN_DATA (SQLite), or a "
            "newly created database (HAVN_DATABASE)."
        )


def _restore(file: Path, private: bytes) -> dict[str, Any]:
    """Open the whole backup first, so that a damaged one leaves nothing behind; then put its parts in place."""
    from havn.lib.sealing import open_stream

    with tempfile.TemporaryFile(dir=start.folder()) as opened:
        with file.open("rb") as source:
            open_stream(source, opened, private)
        try:
            _look_first(opened)
            _write(start.folder() / RESTORING, b"")
            return _place_parts(opened)
        except parts.PartsError as error:
            raise CouldNotError(str(error)) from error


def _look_first(opened: BinaryIO) -> None:
    """Refuse what does not fit here, or would overwrite something, before a byte is written."""
    opened.seek(0)
    for name, chunks in parts.read_parts(opened):
        if name == "manifest.json":
            _require_same_kind(json.loads(b"".join(chunks)))
        elif name in FILES or _is_key(name) or parts.ROSTER_FILE.fullmatch(name):
            _require_same_or_none(start.folder() / name, b"".join(chunks))
        elif name not in {"node.json", "database"}:
            raise parts.PartsError(
                f"The backup holds a part that this program does not know: {name}."
            )


def _require_same_or_none(path: Path, content: bytes) -> None:
    if not os.path.lexists(path) or (path.is_file() and path.read_bytes() == content):
        return
    what = "another key" if path.parent.name == "keys" else "another file"
    then = "Move it away, then restore again."
    if path.name == Path(FILES[0]).name:
        what = "other signed heads"
        then = (
            "They may prove what the backup lacks: move the file to a folder elsewhere and keep it, "
            "restore again, then hold the chain against it with `havn audit verify --anchors FOLDER`."
        )
    raise CouldNotError(f"{path} holds {what} than the backup and was left as it is. {then}")


def _place_parts(opened: BinaryIO) -> dict[str, Any]:
    """Put every part in its place; the file that says that a node is whole comes last."""
    manifest: dict[str, Any] = {}
    marker = b""
    opened.seek(0)
    for name, chunks in parts.read_parts(opened):
        step(f"Restoring {name}")
        if name == "manifest.json":
            manifest = json.loads(b"".join(chunks))
        elif name == "node.json":
            marker = b"".join(chunks)
        elif name == "database":
            _place_database(chunks)
        else:
            _write(start.folder() / name, b"".join(chunks), is_public=name.endswith(".pub"))
    for name in ("keys", "anchors", "backups", "static"):
        (start.folder() / name).mkdir(mode=0o700, exist_ok=True)
    _write(start.marker(), marker)
    (start.folder() / RESTORING).unlink()
    return manifest


def _require_same_kind(manifest: dict[str, Any]) -> None:
    from django.conf import settings

    here = "sqlite" if databases.is_sqlite() else "postgresql"
    if manifest.get("v") != 1:
        raise CouldNotError("The backup was made by a newer program; restore it with that one.")
    if manifest["database"] != here:
        raise CouldNotError(
            f"The backup is of {manifest['database']}, and HAVN_DATABASE names {here}."
        )
    if manifest["role"] != settings.HAVN_ROLE:
        raise CouldNotError(f"The backup is of a {manifest['role']}; set HAVN_ROLE accordingly.")


def _place_database(chunks: Iterable[bytes]) -> None:
    from django.conf import settings

    if databases.is_sqlite():
        databases.restore_sqlite(chunks, Path(settings.DATABASES["default"]["NAME"]))
    else:
        databases.restore_postgres(chunks)


def _is_key(name: str) -> bool:
    from havn.lib.keyring import key_name

    return name.startswith("keys/") and key_name(name.removeprefix("keys/")) is not None


def _write(path: Path, content: bytes, *, is_public: bool = False) -> None:
    """Write a file whole and durable, or find it there with this content; never over another."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _require_same_or_none(path, content)
    draft = path.with_name(f".{path.name}.draft")
    mode = 0o644 if is_public else 0o600
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    start.sync_folder(path.parent)


def _chain(manifest: dict[str, Any]) -> dict[str, Any]:
    """Verify the restored chain against the restored heads, as of when the backup was made."""
    from havn.cli.audit import verified
    from havn.lib.keyring import KeyringError

    try:
        verification, bad_heads = verified(
            start.folder() / "anchors", at=datetime.fromisoformat(manifest["made_at"])
        )
    except KeyringError:
        return {"is_chain_sound": None, "findings": 0, "entries": None}
    return {
        "is_chain_sound": verification.is_sound and not bad_heads,
        "findings": len(verification.findings) + bad_heads,
        "entries": verification.entries,
    }


def _stop_signing() -> bool:
    """Let the node's log say nothing before other nodes said how far they saw it; false where there is none."""
    from django.conf import settings
    from django.db import connection

    from havn.domain.exchange import selectors, services
    from havn.lib.clock import now

    if settings.HAVN_ROLE != "node":
        return False
    if "exchange_log" not in connection.introspection.table_names():
        return False  # of a release before there were logs
    actor = start.operator()
    if selectors.own_log(actor=actor) is None:
        return False
    services.begin_recovery(actor=actor, at=now())
    return True


def _lines(result: dict[str, Any]) -> list[str]:
    lines = [f"Restored the backup of {result['manifest']['made_at']} into {result['folder']}."]
    if result["is_chain_sound"] is None:
        lines.append(
            "The audit chain was not verified: put the keys back, then `havn audit verify`."
        )
    elif result["is_chain_sound"]:
        lines.append(f"The audit chain is sound ({result['entries']} entries).")
    else:
        lines.append(
            f"The audit chain is NOT sound: {result['findings']} findings, see `havn audit verify`."
        )
    if result["log_recovers"]:
        lines.append(
            "The node's log says nothing before two other nodes have said how far they saw it; then it goes "
            "on by itself. See `havn feed status`."
        )
    if not result["manifest"]["with_keys"]:
        lines.append("The backup held no keys: put the node's keys back before starting anything.")
    return lines
