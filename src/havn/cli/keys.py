# SPDX-License-Identifier: Apache-2.0
"""`havn keys`: gives each process a folder with the keys it needs, and no other."""

from __future__ import annotations

import json
import os
import pwd
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

from havn.cli import start
from havn.cli.endings import CouldNotError
from havn.cli.telling import json_option, tell

if TYPE_CHECKING:
    from havn.lib.keyring import Keyring

PLACES = "places.json"  # lies beside the keys: no key, but where the keys of all processes are
AUDIENCES = ("public", "desk", "node", "worker", "alliance", "all")


@click.group(epilog="Exit codes: 0 done, 2 it could not be done.")
def command() -> None:
    """Give each process the keys it needs.

    Example: havn keys place public /etc/havn/keys-public --owner havn-public
    """


@command.command()
@click.argument("audience", type=click.Choice(AUDIENCES))
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--owner", default="", help="The system user who runs the process (needs root).")
@json_option
def place(*, audience: str, folder: Path, owner: str, as_json: bool) -> None:
    """Copy the keys that AUDIENCE needs from $HAVN_KEYS to FOLDER, which the process then uses.

    Start the process with HAVN_KEYS=FOLDER. Keys that are there already and the same are kept. Where
    `havn node keys --new` made further pairs, all of them are copied: run this again after it.

    Example: havn keys place worker /etc/havn/keys-worker --owner havn-worker
    """
    start.prepare()
    from django.conf import settings

    from havn.lib.keyring import Keyring

    source, target = settings.HAVN_KEYRING, Keyring(folder)
    if folder.resolve() == source.folder.resolve():
        raise CouldNotError("FOLDER is the folder that the keys come from; name another one.")
    audiences = import_module("havn.config.audiences").AUDIENCES
    needed = audiences[audience].needs_of(settings.HAVN_ROLE)
    for name in _files_of(source, needed):
        if name not in target.names_present():
            target.store(name, source.read(name))
        elif not target.holds(name, source.read(name)):
            raise CouldNotError(f"{folder / name} holds another key; move it away first.")
    _hand_to(folder, owner)
    _note_place(folder)
    names = sorted(target.names_present())
    tell(
        {"audience": audience, "folder": str(folder), "keys": names},
        as_json=as_json,
        lines=[
            f"{folder} holds what `{audience}` needs: {', '.join(names)}.",
            f"Start the process with HAVN_KEYS={folder}.",
        ],
    )


def _files_of(source: Keyring, needed: frozenset[str]) -> list[str]:
    """Return the files with these keys, further pairs too, private halves first: they bring their public ones."""
    from havn.lib.keyring import key_name

    found = {name: key_name(name) for name in (*needed, *source.names_present())}
    wanted = [(name, parsed) for name, parsed in found.items() if parsed]
    wanted = [each for each in wanted if each[1].plain in needed]
    return [
        name for name, parsed in sorted(wanted, key=lambda each: (each[1].kind.is_public, each[0]))
    ]


@command.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@json_option
def backup(*, file: Path, as_json: bool) -> None:
    """Make the key of the node's backups; the private half goes to FILE: a stick, not this machine.

    Once only: a node whose backups have a key keeps it.

    Example: havn keys backup /media/stick/havn-backup.key
    """
    start.prepare()
    start.require_node()
    write_backup_key(file)
    tell(
        {"file": str(file)},
        as_json=as_json,
        lines=[
            f"Backups open with {file} alone: keep it off this machine.",
            "Next: `havn backup`.",
        ],
    )


def write_backup_key(path: Path) -> None:
    """Write the operator's private backup key to a new file, then keep the public half on the node."""
    from django.conf import settings

    from havn.lib.encoding import b64u
    from havn.lib.keyring import BACKUP_RECIPIENT
    from havn.lib.sealing import new_key_pair

    keyring = settings.HAVN_KEYRING
    if BACKUP_RECIPIENT in keyring.names_present():
        raise CouldNotError(
            f"The backups of this node have a key already ({keyring.folder / BACKUP_RECIPIENT}); "
            "it was left as it is. If its private half is lost, move that file away, make a new "
            "key, and write a new backup at once: older ones stay closed."
        )
    private, public = new_key_pair()
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except FileExistsError:
        raise CouldNotError(
            f"{path} exists already; name a new file for the backup key."
        ) from None
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"havn-backup-key 1 {b64u(private)}\n")
        file.flush()
        os.fsync(descriptor)
    keyring.store(BACKUP_RECIPIENT, public)


@command.command("list")
@json_option
def list_keys(*, as_json: bool) -> None:
    """List which keys each process needs.

    Example: havn keys list --json
    """
    audiences = import_module("havn.config.audiences").AUDIENCES
    needs = {name: sorted(audiences[name].needs) for name in AUDIENCES}
    tell(
        {"needs": needs},
        as_json=as_json,
        lines=[f"{n:9} {', '.join(k)}" for n, k in needs.items()],
    )


def placed_folders(place: Path) -> list[Path]:
    """Return the folders of keys that the list in a folder names; what cannot be read names none."""
    try:
        named = json.loads((place / PLACES).read_text(encoding="utf-8"))["folders"]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return [Path(name) for name in named if isinstance(name, str)]


def _note_place(folder: Path) -> None:
    """Write the list of all places into each of them, so that `havn doctor` of one process tries the others."""
    from django.conf import settings

    source: Path = settings.HAVN_KEYRING.folder
    known = dict.fromkeys([*placed_folders(source), folder.resolve()])
    folders = [each for each in known if each.is_dir()]
    text = json.dumps({"v": 1, "folders": [str(each) for each in folders]}) + "\n"
    for each in (source, *folders):
        _write_into(each, text)


def _write_into(folder: Path, text: str) -> None:
    """Write the list into a folder, for the folder's owner, and through no link that lies there."""
    draft, owner = folder / f".{PLACES}.draft", folder.stat()
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        if os.fstat(descriptor).st_uid != owner.st_uid:
            os.fchown(descriptor, owner.st_uid, owner.st_gid)
        file.write(text)
    draft.replace(folder / PLACES)


def _hand_to(folder: Path, owner: str) -> None:
    folder.chmod(0o700)
    if not owner:
        return
    try:
        user = pwd.getpwnam(owner)
    except KeyError:
        raise CouldNotError(f"This system has no user {owner}.") from None
    try:
        for path in (folder, *folder.iterdir()):
            # Another user's folder: a link that lies in it must not give away what it points to.
            os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)
    except PermissionError:
        raise CouldNotError("Only root can give the keys to another user.") from None
