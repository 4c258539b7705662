# SPDX-License-Identifier: Apache-2.0
"""`havn alliance`: the ceremony by which an alliance is founded and changed, and the hub's part of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from havn.cli import alliance_signing, start
from havn.cli.alliance_proposals import propose
from havn.cli.alliance_signing import attempt, read_proposal, read_text, write_new
from havn.cli.endings import DONE, FOUND, CouldNotError, FoundError
from havn.cli.telling import json_option, tell

_FILE = click.Path(path_type=Path, dir_okay=False)
_THERE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group(epilog="Exit codes: 0 done, 1 refused, 2 it could not be done.")
def command() -> None:
    """Found an alliance and change it: propose, sign by each key holder, publish.

    Example: havn alliance init --name "Alliance" --secretariat "Secretariat" --holder a.pub
    --holder b.pub --holder c.pub --threshold 2 --to founding.proposal
    """


for each in (
    alliance_signing.holder_key,
    propose,
    alliance_signing.show,
    alliance_signing.sign,
    alliance_signing.accede,
):
    command.add_command(each)


@command.command()
@click.option("--name", required=True, help="What the Alliance is called.")
@click.option("--secretariat", required=True, help="Who runs the hub.")
@click.option(
    "--holder", "holders", type=_THERE, multiple=True, required=True, help="A holder's .pub."
)
@click.option("--threshold", type=int, required=True, help="How many key holders must sign.")
@click.option(
    "--beat-seconds", type=int, default=300, show_default=True, help="How often nodes publish."
)
@click.option("--to", type=_FILE, required=True, help="Where to write the proposal.")
@json_option
def init(*, holders: tuple[Path, ...], to: Path, as_json: bool, **given: Any) -> None:
    """Propose an alliance's first roster, at its hub.

    Example: havn alliance init --name "Alliance" --secretariat "Secretariat" --holder a.pub
    --holder b.pub --threshold 2 --to founding.proposal
    """
    start.prepare()
    _require_hub()
    from django.conf import settings

    from havn.domain.members.clients import Founding, propose_founding, read_public_line
    from havn.lib.clock import now

    publics = [attempt(lambda file=file: read_public_line(read_text(file))) for file in holders]
    online = settings.HAVN_KEYRING.read("roster-online-key.pub")
    wish = Founding(holders=tuple(publics), online=online, **given)
    proposal = attempt(lambda: propose_founding(wish, at=now()))
    write_new(to, proposal.to_bytes())
    tell(
        {"file": str(to), "kind": "init"},
        as_json=as_json,
        lines=[f"{to}: send it to the key holders, who sign it with `havn alliance sign`."],
    )


@command.command()
@click.argument("files", type=_THERE, nargs=-1, required=True)
@json_option
def publish(*, files: tuple[Path, ...], as_json: bool) -> int:
    """Put a proposal in force at the hub: FILES are its signed copies, whose signatures are joined.

    What is refused changes nothing, and can be published again when it is mended.

    Example: havn alliance publish admit-se.a.proposal admit-se.b.proposal
    """
    start.prepare()
    _require_hub()
    start.require_node()
    from django.conf import settings

    from havn.domain.actor import Actor
    from havn.domain.members import selectors as members
    from havn.domain.members.clients import merged
    from havn.lib.clock import now

    proposal = attempt(lambda: merged([read_proposal(file) for file in files]))
    repository = repository_here()
    online = settings.HAVN_KEYRING.read("roster-online-key")
    attempt(
        lambda: repository.publish(
            proposal,
            online=online,
            at=now(),
            allow_insecure=settings.HAVN_POLICY.is_demonstration,
            judge=lambda roster: members.require_acceptable(roster=roster, actor=Actor.operator()),
        )
    )
    version = proposal.targets.signed.version
    state = _take_over(version)
    lines = [f"The roster has the version {version} now; nodes follow by themselves."]
    if state.last_error:
        lines.append(
            f"This hub's own pages still show version {state.version}: {state.last_error}. Its worker "
            "tries again; `havn alliance status` says what nodes get."
        )
    tell(
        {"version": version, "expires_at": state.expires_at, "error": state.last_error},
        as_json=as_json,
        lines=lines,
    )
    return FOUND if state.last_error else DONE


@command.command()
@json_option
def status(*, as_json: bool) -> int:
    """Say which roster is in force at this hub, who signs, and what expires when.

    Example: havn alliance status --json
    """
    start.prepare()
    from havn.lib.clock import now

    repository = repository_here()
    current = attempt(repository.current)
    threshold, holders = current.threshold, current.holders
    expiries = {
        "root": current.root.signed.expires,
        "targets": current.targets.signed.expires,
        "timestamp": current.signed_until,
    }
    expired = [name for name, at in expiries.items() if at <= now()]
    participants = [name for name in current.files if name.startswith("participants/")]
    tell(
        {
            "root": current.root.signed.version,
            "targets": current.targets.signed.version,
            "threshold": threshold,
            "holders": list(holders),
            "participants": len(participants),
            "expires": {name: at.isoformat() for name, at in expiries.items()},
            "expired": expired,
        },
        as_json=as_json,
        lines=[
            f"Root {current.root.signed.version}, targets {current.targets.signed.version}.",
            f"{len(participants)} participants, in {repository.folder / 'targets'}.",
            f"{threshold} of {len(holders)} key holders must sign: "
            + ", ".join(key[:16] for key in holders),
            *(f"{name} holds until {at:%Y-%m-%d %H:%M} UTC." for name, at in expiries.items()),
        ],
    )
    return FOUND if expired else DONE


def repository_here() -> Any:
    """Return the hub's repository."""
    from havn.domain.members.clients import Repository
    from havn.domain.members.tasks import REPOSITORY_FOLDER

    return Repository(start.folder() / REPOSITORY_FOLDER)


def _require_hub() -> None:
    from django.conf import settings

    if settings.HAVN_ROLE != "hub":
        raise CouldNotError("This is done at the hub: set HAVN_ROLE=hub and its HAVN_DATA.")


def _take_over(version: int) -> Any:
    """Let the hub's own pages show what was published; returns what is in force for them."""
    from havn.domain.actor import Actor
    from havn.domain.members import selectors as members
    from havn.domain.members import tasks
    from havn.lib.clock import now

    try:
        tasks.follow(tasks.own_source(), at=now())
    except OSError as error:
        raise FoundError(
            f"The roster has the version {version} now, and nodes follow it, but this hub cannot read "
            f"it back: {error}. Mend that; its worker tries again."
        ) from error
    return members.roster_state(actor=Actor.operator())
