# SPDX-License-Identifier: Apache-2.0
"""`havn alliance propose`: one command per kind of change, each writes one file for the key holders."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from havn.cli import start
from havn.cli.alliance_signing import attempt, read_json, read_text, write_new
from havn.cli.endings import CouldNotError
from havn.cli.telling import json_option, tell
from havn.cli.times import instant_of

_FILE = click.Path(path_type=Path, dir_okay=False)
_THERE = click.Path(path_type=Path, exists=True, dir_okay=False)
to_option = click.option("--to", type=_FILE, required=True, help="Where to write the proposal.")


@click.group(epilog="Exit codes: 0 done, 1 refused, 2 it could not be done.")
def propose() -> None:
    """Propose a change of the roster in force, at its hub.

    Example: havn alliance propose admit node-se.json --role hotline --accession se.act
    --to admit-se.proposal
    """


@propose.command()
@click.argument("description", type=_THERE)
@click.option("--role", "roles", multiple=True, help="What it does: hotline, police, ministry …")
@click.option("--mandate", "mandates", multiple=True, help="What it does for all: orphans …")
@click.option("--accession", type=_THERE, help="The signed act, for a new participant.")
@to_option
@json_option
def admit(
    *,
    description: Path,
    roles: tuple[str, ...],
    mandates: tuple[str, ...],
    accession: Path | None,
    to: Path,
    as_json: bool,
) -> None:
    """Admit a node, and its participant where that is new; DESCRIPTION is what `havn node keys` wrote.

    Example: havn alliance propose admit node-se.json --role hotline --accession se.act --to se.proposal
    """

    def changes(current: Any, at: Any) -> Any:
        from havn.domain.members.clients import admitted
        from havn.domain.members.rules.description import parse_description

        return admitted(
            current,
            parse_description(description.read_bytes()),
            roles=roles,
            mandates=mandates,
            accession=read_json(accession) if accession is not None else None,
            at=at,
        )

    _write("admit", changes, to=to, as_json=as_json)


@propose.command()
@click.argument("acts", type=_THERE, nargs=-1, required=True)
@to_option
@json_option
def countries(*, acts: tuple[Path, ...], to: Path, as_json: bool) -> None:
    """Admit countries that have no node: ACTS are their signed acts of accession, which say all there is.

    A node can be admitted later. Until then an office of the country reports with a key of its own.

    Example: havn alliance propose countries fi.act se.act --to countries.proposal
    """

    def changes(current: Any, _at: Any) -> Any:
        from havn.domain.members.clients import acceded

        return {
            name: value for act in acts for name, value in acceded(current, read_json(act)).items()
        }

    _write("admit", changes, to=to, as_json=as_json)


@propose.command()
@click.argument("code")
@click.option("--node", help="Only this node of it.")
@click.option("--resume", is_flag=True, help="Let it take part again instead.")
@to_option
@json_option
def suspend(*, code: str, node: str | None, resume: bool, to: Path, as_json: bool) -> None:
    """Suspend a participant or one of its nodes, or let it take part again.

    Example: havn alliance propose suspend SE --to suspend-se.proposal
    """

    def changes(current: Any, _at: Any) -> Any:
        from havn.domain.members.clients import suspended

        return suspended(current, code, node=node, state="active" if resume else "suspended")

    _write("suspend", changes, to=to, as_json=as_json)


@propose.command()
@click.argument("description", type=_THERE)
@click.option(
    "--revoke", is_flag=True, help="Take the former keys back: somebody else may have them."
)
@click.option(
    "--revoke-from",
    "since",
    help="Take them back from an instant like 2027-03-01T12:00, when they may have come into other hands.",
)
@to_option
@json_option
def rotate(*, description: Path, revoke: bool, since: str | None, to: Path, as_json: bool) -> None:
    """Give a node the keys and the address that its new description names.

    What a key signed that was taken back counts for nothing from that instant on. Published figures that other nodes saw
    in the log before it can still be verified.

    Example: havn alliance propose rotate node-se.json --revoke --to rotate-se.proposal
    """
    revoked_from = _instant_before_now(since) if since else None

    def changes(current: Any, at: Any) -> Any:
        from havn.domain.members.clients import rotated
        from havn.domain.members.rules.description import parse_description

        return rotated(
            current,
            parse_description(description.read_bytes()),
            revoked_from=revoked_from or (at if revoke else None),
        )

    _write("rotate", changes, to=to, as_json=as_json)


def _instant_before_now(text: str) -> datetime:
    from havn.lib.clock import now

    at = instant_of(text)
    if at > now():
        raise CouldNotError(
            f"{text} has not come yet. Keys are taken back from now on, or from before."
        )
    return at


@propose.command()
@click.option("--beat-seconds", type=int, help="How often nodes publish.")
@click.option("--protocol-least", type=int, help="The oldest protocol that is still spoken.")
@click.option("--protocol-most", type=int, help="The newest protocol.")
@click.option("--name", help="What the Alliance is called.")
@to_option
@json_option
def policy(
    *,
    beat_seconds: int | None,
    protocol_least: int | None,
    protocol_most: int | None,
    name: str | None,
    to: Path,
    as_json: bool,
) -> None:
    """Change what holds for all; without any option only the expiry moves, so that the roster goes on.

    Example: havn alliance propose policy --beat-seconds 600 --to beat.proposal
    """

    def changes(current: Any, _at: Any) -> Any:
        from havn.domain.members.clients import policy as policy_of
        from havn.domain.members.rules import ALLIANCE_FILE

        protocol = dict(current.value(ALLIANCE_FILE)["protocol"])
        given = {"least": protocol_least, "most": protocol_most}
        protocol |= {each: value for each, value in given.items() if value is not None}
        return policy_of(current, beat_seconds=beat_seconds, name=name, protocol=protocol)

    _write("policy", changes, to=to, as_json=as_json)


@propose.command()
@click.option("--name", required=True, help="Who runs the hub from then on.")
@click.option(
    "--holder", "holders", type=_THERE, multiple=True, required=True, help="A holder's .pub."
)
@click.option("--threshold", type=int, required=True, help="How many key holders must sign then.")
@click.option(
    "--online-key", type=_THERE, help="The new hub's roster-online-key.pub; else this hub's stays."
)
@to_option
@json_option
def secretariat(
    *,
    name: str,
    holders: tuple[Path, ...],
    threshold: int,
    online_key: Path | None,
    to: Path,
    as_json: bool,
) -> None:
    """Hand the Alliance to another secretariat: other key holders, and perhaps another hub.

    Former holders and new ones sign, each at their own threshold.

    Example: havn alliance propose secretariat --name "New secretariat" --holder x.pub --holder y.pub
    --threshold 2 --online-key new-hub/keys/roster-online-key.pub --to handover.proposal
    """
    start.prepare()
    from havn.domain.members.clients import Founding, read_public_line, secretariat_changed

    publics = [attempt(lambda file=file: read_public_line(read_text(file))) for file in holders]
    wish = Founding(name, name, 1, tuple(publics), threshold, _online_key(online_key))

    def changes(current: Any, at: Any) -> Any:
        return secretariat_changed(current, wish, at=at)

    _write("secretariat", changes, to=to, as_json=as_json)


@propose.command()
@click.argument("files", type=_THERE, nargs=-1, required=True)
@to_option
@json_option
def replace(*, files: tuple[Path, ...], to: Path, as_json: bool) -> None:
    """Give participants the files that somebody edited by hand: legal bases, contact hours, mandates.

    `havn alliance status` says where the files in force lie.

    Example: havn alliance propose replace DK.json SE.json --to bases.proposal
    """

    def changes(_current: Any, _at: Any) -> Any:
        from havn.domain.members.clients import replaced

        return {
            name: value for file in files for name, value in replaced(file.read_bytes()).items()
        }

    _write("replace", changes, to=to, as_json=as_json)


def _online_key(file: Path | None) -> bytes:
    from django.conf import settings

    from havn.lib.keyring import Keyring

    name = "roster-online-key.pub"
    if file is None:
        found: bytes = settings.HAVN_KEYRING.read(name)
        return found
    return Keyring(file.parent).read(name)


def _write(kind: str, changes: Callable[[Any, Any], Any], *, to: Path, as_json: bool) -> None:
    """Make the proposal from the roster in force, and write it to a new file."""
    start.prepare()
    from django.conf import settings

    from havn.domain.members.clients import Repository, changes_in_words
    from havn.domain.members.clients import propose as make
    from havn.domain.members.tasks import REPOSITORY_FOLDER
    from havn.lib.clock import now

    at = now()

    def made() -> Any:
        current = Repository(start.folder() / REPOSITORY_FOLDER).current()
        found = changes(current, at)
        root, values = found if isinstance(found, tuple) else (None, found)
        insecure = settings.HAVN_POLICY.is_demonstration
        return make(kind, current, values, at=at, allow_insecure=insecure, root=root)

    proposal = attempt(made)
    write_new(to, proposal.to_bytes())
    words = changes_in_words(proposal)
    tell(
        {"file": str(to), "kind": kind, "changes": words},
        as_json=as_json,
        lines=[f"{to} proposes:", *(f"  {each}" for each in words), "Send it to the key holders."],
    )
