# SPDX-License-Identifier: Apache-2.0
"""`havn node`: what this node says about itself to an alliance, and following one."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import click

from havn.cli import start
from havn.cli.alliance_signing import attempt, read_json, write_new
from havn.cli.endings import DONE, FOUND, CouldNotError
from havn.cli.telling import json_option, step, tell

_FILE = click.Path(path_type=Path, dir_okay=False)
_THERE = click.Path(path_type=Path, exists=True, dir_okay=False)
_USES = ("exchange", "signing", "log")


@click.group(epilog="Exit codes: 0 done, 1 refused, 2 it could not be done.")
def command() -> None:
    """Say who this node is, and follow an alliance.

    Example: havn node join --root 1.root.json --hub https://hub.example
    """


@command.command()
@click.option("--base", required=True, help="Where other nodes reach this one, https://….")
@click.option(
    "--language", "languages", multiple=True, default=("en",), help="A language it is reached in."
)
@click.option("--hours", type=_THERE, help="A JSON file with the list of contact hours.")
@click.option(
    "--new",
    "fresh",
    type=click.Choice(_USES),
    multiple=True,
    help="Make a further pair of this use first, beside those that are there.",
)
@click.option("--to", type=_FILE, help="Write the file here instead of printing it.")
def keys(
    *,
    base: str,
    languages: tuple[str, ...],
    hours: Path | None,
    fresh: tuple[str, ...],
    to: Path | None,
) -> None:
    """Print what goes into a proposal to admit this node, or to change its keys: names, address, public keys.

    It names the newest pair of each use in $HAVN_KEYS. With --new it makes further ones first; the former
    stay, since what they signed and opened is read with them. Is the description lost, run the same command
    without --new: it names the same keys again. Then `havn keys place` for each process, and
    `havn alliance propose rotate`; --revoke there when the former keys may be in other hands.

    Example: havn node keys --base https://node.example --language da --language en --to node-dk.json
    """
    start.prepare()
    start.require_node()
    if to is not None and to.exists():
        raise CouldNotError(f"{to} exists already; name a new file.")
    said_of_hours = _hours(hours)
    _described(
        base, languages, said_of_hours
    )  # what is wrong with it is said before a key is made
    _make(tuple(dict.fromkeys(fresh)))
    text = _described(base, languages, said_of_hours)
    if to is None:
        click.echo(text, nl=False)
        return
    write_new(to, text.encode())
    click.echo(f"{to}: send it to the secretariat, by a way that both of you trust.")


def _described(base: str, languages: tuple[str, ...], hours: list[Any]) -> str:
    """Return the description as a file holds it, once it is one that the ceremony takes."""
    from havn.domain.members.rules.description import parse_description

    value = _description(base, languages, hours)
    text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    attempt(lambda: parse_description(text.encode()))
    return text


def _make(uses: tuple[str, ...]) -> None:
    """Make a further pair of each of these uses, and say what has to happen before the roster names it."""
    from django.conf import settings

    from havn.domain.members import selectors as members
    from havn.domain.members.rules import KeyUse

    for use in uses:
        public = settings.HAVN_KEYRING.add(members.KEY_NAMES[KeyUse(use)])
        step(f"A further {use} key lies in {settings.HAVN_KEYRING.folder}: {public.hex()[:16]}….")
    if uses:
        step(
            "Run `havn keys place` again for each process that has a folder of its own, before the key "
            "holders sign: what needs a key that is not there waits."
        )


@command.command()
@click.option(
    "--root", type=_THERE, required=True, help="The Alliance's first root, from a person."
)
@click.option(
    "--hub", required=True, help="The hub's address, or a folder with a copy of its files."
)
@json_option
def join(*, root: Path, hub: str, as_json: bool) -> int:
    """Follow an alliance from its first root; done again, it only changes where the hub is.

    Compare the digest that is printed with the secretariat, by telephone: everything rests on it.

    Example: havn node join --root 1.root.json --hub https://hub.example
    """
    start.prepare()
    start.require_node()
    from havn.domain.members.clients import holders_in
    from havn.domain.members.clients import join as remember
    from havn.domain.members.tasks import ROSTER_FOLDER

    content = root.read_bytes()
    folder = start.folder() / ROSTER_FOLDER
    place = _hub(hub)
    attempt(lambda: remember(folder, first_root=content, hub=place))
    threshold, holders = attempt(lambda: holders_in(content))
    state = _refresh()
    digest = hashlib.sha256(content).hexdigest()
    tell(
        {"root_sha256": digest, "threshold": threshold, "holders": list(holders), **_said(state)},
        as_json=as_json,
        lines=[
            f"The first root has the digest {digest}.",
            f"{threshold} of these key holders sign: {', '.join(key[:16] for key in holders)}.",
            *_state_lines(state),
        ],
    )
    return FOUND if state.last_error else DONE


@command.command()
@json_option
def status(*, as_json: bool) -> int:
    """Say which roster this node follows, until when it holds, what went wrong, and which own keys it names.

    A key that the roster names and that is not in $HAVN_KEYS, unless it was revoked, is something wrong.

    Example: havn node status --json
    """
    start.prepare()
    start.require_node()
    from havn.domain.actor import Actor
    from havn.domain.members import selectors as members
    from havn.lib.clock import now

    actor = Actor.operator()
    state, own = members.roster_state(actor=actor), members.own_node(actor=actor)
    peers = members.peers(actor=actor)
    own_keys = members.own_keys(actor=actor)
    is_usable = state.is_usable(now())
    tell(
        {
            "node": str(own.node_id),
            "state": own.state,
            "peers": len(peers),
            "is_usable": is_usable,
            "keys": [_key_value(each) for each in own_keys],
            **_said(state),
        },
        as_json=as_json,
        lines=[
            f"This node is {own.node_id} of {own.member_code}, {own.state} in the roster.",
            *_state_lines(state),
            f"{len(peers)} other nodes take part." if is_usable else "Nothing is exchanged.",
            *map(_key_line, own_keys),
        ],
    )
    is_missing = any(each.since and not (each.is_held or each.is_revoked) for each in own_keys)
    return DONE if is_usable and not state.last_error and not is_missing else FOUND


def _key_value(key: Any) -> dict[str, Any]:
    from havn.lib.encoding import b64u

    return {
        "use": key.use.value,
        "public": b64u(key.public),
        "since": key.since or None,
        "is_revoked": key.is_revoked,
        "is_held": key.is_held,
    }


def _key_line(key: Any) -> str:
    words = [f"since epoch {key.since}" if key.since else "in no roster yet"]
    if key.is_revoked:
        words.append("revoked")
    if not key.is_held:
        words.append("its private half is NOT here: put it back, or run `havn keys place` again")
    return f"{key.use.value} key {key.public.hex()[:16]}…: {', '.join(words)}."


def _description(base: str, languages: tuple[str, ...], hours: list[Any]) -> dict[str, Any]:
    from havn.domain.actor import Actor
    from havn.domain.members import selectors as members
    from havn.domain.members.rules import SPOKEN, KeyUse, kind_of
    from havn.lib.encoding import b64u

    own = members.own_node(actor=Actor.operator())
    return {
        "v": 1,
        "participant": {
            "code": own.member_code,
            "kind": kind_of(own.member_code).value,
            "name": own.member_name,
        },
        "organisation": {
            "id": str(own.organisation_id),
            "name": own.organisation_name,
            "kind": own.organisation_kind,
            "languages": list(dict.fromkeys(languages)),
            "contact": {"email": own.contact_email, "hours": hours},
        },
        "node": {
            "id": str(own.node_id),
            "name": own.organisation_name,
            "base": base.rstrip("/"),
            "protocol": SPOKEN.as_value(),
        },
        "keys": {
            use.value: b64u(members.newest_own_key(use=use, actor=Actor.operator()))
            for use in KeyUse
        },
    }


def _hours(file: Path | None) -> list[Any]:
    if file is None:
        return []
    found = read_json(file).get("hours")
    if not isinstance(found, list):
        raise CouldNotError(
            f'{file} must hold {{"hours": [{{"days": ["mon"], "from": "08:00", "until": "16:00", '
            '"zone": "Europe/Copenhagen"}]}.'
        )
    return found


def _hub(hub: str) -> str:
    if "://" not in hub:
        folder = Path(hub).resolve()
        if not folder.is_dir():
            raise CouldNotError(f"{hub} is neither an address nor a folder.")
        return str(folder)
    if not hub.startswith(("https://", "http://")):
        raise CouldNotError("--hub takes an address that begins with https://, or a folder.")
    return hub.rstrip("/")


def _refresh() -> Any:
    """Read the roster now, and return what is in force."""
    from django.conf import settings

    from havn.cli.worker import outside
    from havn.domain.actor import Actor
    from havn.domain.members import selectors as members
    from havn.domain.members import tasks
    from havn.domain.members.clients import joined
    from havn.lib.clock import now

    found = joined(start.folder() / tasks.ROSTER_FOLDER)
    if found is not None:
        client = outside().documents if "://" in found.hub else None
        insecure = settings.HAVN_POLICY.is_demonstration
        tasks.follow(found.source(client, allow_insecure=insecure), at=now())
    return members.roster_state(actor=Actor.operator())


def _said(state: Any) -> dict[str, Any]:
    return {
        "alliance": state.alliance_name,
        "version": state.version,
        "epoch": state.epoch,
        "expires_at": state.expires_at,
        "refreshed_at": state.refreshed_at,
        "error": state.last_error,
    }


def _state_lines(state: Any) -> list[str]:
    lines = []
    if state.has_joined:
        lines.append(
            f"{state.alliance_name}: roster {state.version}, epoch {state.epoch}, holds until "
            f"{state.expires_at:%Y-%m-%d %H:%M} UTC."
        )
    else:
        lines.append("No roster is in force here yet.")
    if state.last_error:
        lines.append(f"No newer roster could be taken over: {state.last_error}.")
    return lines
