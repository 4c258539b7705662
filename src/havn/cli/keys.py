# SPDX-License-Identifier: Apache-2.0
"""`havn keys`: gives each process a folder with the keys it needs, and no other."""

from __future__ import annotations

import os
import pwd
from importlib import import_module
from pathlib import Path

import click

from havn.cli import start
from havn.cli.endings import CouldNotError
from havn.cli.telling import json_option, tell

AUDIENCES = ("public", "desk", "worker", "alliance", "all")


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

    Start the process with HAVN_KEYS=FOLDER. Keys that are there already and the same are kept.

    Example: havn keys place worker /etc/havn/keys-worker --owner havn-worker
    """
    start.prepare()
    from django.conf import settings

    from havn.lib.keyring import PUBLIC_HALVES, Keyring

    source, target = settings.HAVN_KEYRING, Keyring(folder)
    if folder.resolve() == source.folder.resolve():
        raise CouldNotError("FOLDER is the folder that the keys come from; name another one.")
    needed = import_module("havn.config.audiences").AUDIENCES[audience].needs
    private_first = sorted(needed, key=lambda name: (name not in PUBLIC_HALVES, name))
    for name in private_first:
        if name not in target.names_present():
            target.store(name, source.read(name))
        elif target.read(name) != source.read(name):
            raise CouldNotError(f"{folder / name} holds another key; move it away first.")
    _hand_to(folder, owner)
    names = sorted(target.names_present())
    tell(
        {"audience": audience, "folder": str(folder), "keys": names},
        as_json=as_json,
        lines=[
            f"{folder} holds what `{audience}` needs: {', '.join(names)}.",
            f"Start the process with HAVN_KEYS={folder}.",
        ],
    )


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
            os.chown(path, user.pw_uid, user.pw_gid)
    except PermissionError:
        raise CouldNotError("Only root can give the keys to another user.") from None
