# SPDX-License-Identifier: Apache-2.0
"""`havn declaration`: loads the text of the Alliance's declaration beside the former ones."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from havn.cli import start
from havn.cli.endings import DONE, FoundError
from havn.cli.telling import json_option, tell

if TYPE_CHECKING:
    from havn.domain.actor import Actor

_THERE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group(epilog="Exit codes: 0 done, 1 refused, 2 it could not be done.")
def command() -> None:
    """Load the text of the Alliance's declaration.

    Example: havn declaration load declaration-en.json
    """


@command.command()
@click.argument("file", type=_THERE)
@json_option
def load(*, file: Path, as_json: bool) -> int:
    """Keep the text in FILE beside the former ones; the public site shows it instead of the words of Havn's own.

    FILE is JSON with exactly the fields v (1), version (like 1), language (like en), text (paragraphs, an empty line
    between them), source (where the original stands) and adopted_on (like 2012-12-05). The same text again changes nothing.

    Example: havn declaration load declaration-en.json
    """
    start.prepare()
    start.require_node()
    from havn.domain.members import services as members
    from havn.domain.members.rules import RosterError
    from havn.domain.members.rules.declaration import read_declaration
    from havn.lib.clock import now

    try:
        found = read_declaration(file.read_bytes(), name=file.name)
    except RosterError as error:
        raise FoundError(f"{error} [{error.code}]") from error
    is_new = members.load_declaration(found=found, actor=_operator(), at=now())
    said = {"version": found.version, "language": found.language, "is_new": is_new}
    what = f"Version {found.version} in {found.language}"
    line = f"{what} is kept." if is_new else f"{what} was there already: nothing changed."
    tell(said, as_json=as_json, lines=[line])
    return DONE


def _operator() -> Actor:
    """Return the operator; a hub may have no node of its own yet."""
    from havn.domain.actor import Actor
    from havn.domain.errors import NotFoundError

    try:
        return start.operator()
    except NotFoundError:
        return Actor.operator()
