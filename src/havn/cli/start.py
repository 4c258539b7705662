# SPDX-License-Identifier: Apache-2.0
"""What a command does first: read the settings, find the node, refuse where one is missing."""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from havn.cli.endings import CouldNotError

if TYPE_CHECKING:
    from havn.domain.actor import Actor

SETTINGS = "havn.config.settings"
MARKER = "node.json"


def prepare(audience: str = "command") -> None:
    """Set Django up for a process of this audience; wrong settings end with their sentence."""
    os.umask(0o077)  # what a process of ours writes is for its own user, whoever started it
    os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS
    os.environ["HAVN_AUDIENCE"] = audience
    import django

    django.setup()
    from havn.web.frame.logging import warnings_as_lines

    warnings_as_lines()


def folder() -> Path:
    """Return the node's data folder."""
    from django.conf import settings

    found: Path = settings.HAVN_FOLDER
    return found


def marker() -> Path:
    """Return the path of the file that says that a node was made here."""
    return folder() / MARKER


def write_marker(*, at: datetime) -> None:
    """Say durably that a node lives here, so that an empty database is never taken for a new one."""
    from django.conf import settings

    text = json.dumps({"v": 1, "role": settings.HAVN_ROLE, "made_at": at.isoformat()}) + "\n"
    draft = marker().with_suffix(".draft")
    with draft.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.chmod(0o600)
    draft.replace(marker())
    sync_folder(marker().parent)


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on disk: a file's own bytes do not bring its name along."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def require_node() -> None:
    """Refuse to go on where no node was made, or where its database is gone or empty."""
    from django.conf import settings
    from django.db import connection

    database = settings.DATABASES["default"]
    is_file = database["ENGINE"].endswith("sqlite3")
    if is_file and not Path(database["NAME"]).is_file():
        # Connecting would make an empty database, and everything would look new.
        raise CouldNotError(_no_database_sentence())
    if "members_node" not in connection.introspection.table_names():
        raise CouldNotError(_no_database_sentence())
    if settings.HAVN_ROLE == "node":
        _require_own_node()


def _require_own_node() -> None:
    from havn.domain.errors import NotFoundError

    try:
        operator()
    except NotFoundError:
        raise CouldNotError(_no_database_sentence()) from None


def _no_database_sentence() -> str:
    if marker().exists():
        return (
            f"There was a node in {folder()}, and its database is gone or empty. Nothing was "
            "started, so that nobody reports into a void: restore a backup (`havn restore`), or "
            "point HAVN_DATABASE to the right database."
        )
    return f"There is no node in {folder()} yet. Make one with `havn init`, or set HAVN_DATA."


def require_keys() -> None:
    """Refuse to start without a key that this process needs."""
    from django.conf import settings

    audience = settings.HAVN_AUDIENCE
    for name in sorted(audience.needs_of(settings.HAVN_ROLE)):
        settings.HAVN_KEYRING.read(name)


def operator() -> Actor:
    """Return the operator of the own node as actor."""
    from havn.domain.actor import Actor
    from havn.domain.members import selectors as members

    own = members.own_node(actor=Actor.operator())
    return Actor.operator(organisation=own.organisation_id)


def system() -> Actor:
    """Return the program itself as actor, in the name of the own node's organisation."""
    from havn.domain.actor import Actor

    return Actor.system(organisation=operator().organisation)
