# SPDX-License-Identifier: Apache-2.0
"""`havn hub own-node` and `havn hub office-key`: the hub as a node, and who signs for members without one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from havn.cli import start
from havn.cli.endings import CouldNotError
from havn.cli.telling import json_option, tell

if TYPE_CHECKING:
    from havn.domain.actor import Actor

_THERE = click.Path(path_type=Path, exists=True, dir_okay=False)
_MOST_BYTES = 1024


@click.command(epilog="Exit codes: 0 done, 1 it has one, 2 it could not be done.")
@click.option("--member", required=True, help="Its short name in the roster, for example HAVNSEC.")
@click.option("--member-name", required=True, help="The name of the organisation in the roster.")
@click.option("--organisation", required=True, help="Who runs the hub.")
@click.option("--contact", required=True, help="An e-mail address for questions.")
@click.option("--url", required=True, help="The address of the hub's public site.")
@click.option("--person", "people", multiple=True, metavar="ROLE=EMAIL", help="A first account.")
@json_option
def own_node(*, as_json: bool, people: tuple[str, ...], **given: str) -> None:
    """Let a hub that an earlier release made take part in the exchange, as a node of its own.

    Afterwards: `havn node keys`, a proposal with the mandate `secretariat`, and a worker that is started again.

    Example: havn hub own-node --member HAVNSEC --member-name Secretariat --organisation Secretariat
    --contact office@hub.example --url https://hub.example --person secretariat=ada@hub.example
    """
    hub = _require_hub()
    from havn.cli.init import Wishes, check, make_own_node

    wishes = Wishes(
        **given, kind="international", people=people, backup_key=None, is_demonstration=False
    )
    check(wishes)
    if hub.organisation is not None:
        raise CouldNotError("This hub has a node of its own already; nothing was changed.")
    made = make_own_node(wishes)
    tell(
        {"member": given["member"].upper(), "people": made},
        as_json=as_json,
        lines=[
            f"This hub is a node of {given['member'].upper()} now.",
            *(
                f"  {person['email']}: first password {person['password']}"
                for person in made
                if person.get("password")
            ),
            "Next: `havn node keys`, and a proposal to admit it with the mandate `secretariat`.",
        ],
    )


@click.group(name="office-key", epilog="Exit codes: 0 done, 1 refused, 2 it could not be done.")
def office_key() -> None:
    """Say which office of a member without a node signs with which key.

    Example: havn hub office-key add FI justice.key.pub --office "Ministry of Justice"
    """


@office_key.command()
@click.argument("member")
@click.argument("public", type=_THERE)
@click.option("--office", required=True, help="The office, for example Ministry of Justice.")
@click.option("--email", default="", help="Where reminders and questions for the office go.")
@json_option
def add(*, member: str, public: Path, office: str, email: str, as_json: bool) -> None:
    """Register the key in PUBLIC for an office of MEMBER; compare it by telephone first.

    Example: havn hub office-key add FI justice.key.pub --office "Ministry of Justice"
    --email justice@fi.example
    """
    actor = _require_hub()
    from havn.domain.publication import services
    from havn.lib.clock import now

    key = services.NewOfficeKey(member.upper(), office, _public_in(public), email)
    name = services.add_office_key(key=key, actor=actor, at=now())
    tell(
        {"key": name, "member": member.upper()},
        as_json=as_json,
        lines=[f"{office} of {member.upper()} can sign with the key {name} now."],
    )


@office_key.command(name="list")
@json_option
def list_keys(*, as_json: bool) -> None:
    """Print every key that was registered, those that ended too.

    Example: havn hub office-key list --json
    """
    actor = _require_hub()
    from havn.domain.publication import selectors

    found = selectors.office_keys(actor=actor)
    tell(
        {
            "keys": [
                {
                    "key": each.key_id,
                    "member": each.member,
                    "office": each.office,
                    "since": each.since,
                    "until": each.until,
                }
                for each in found
            ]
        },
        as_json=as_json,
        lines=[
            f"{each.key_id} {each.member} {each.office}"
            + (f", ended {each.until:%Y-%m-%d}" if each.until else "")
            for each in found
        ]
        or ["No office key is registered yet."],
    )


@office_key.command()
@click.argument("key")
@json_option
def end(*, key: str, as_json: bool) -> None:
    """Let a key sign nothing from now on; what it signed stays.

    Example: havn hub office-key end 2Zq1vJ6h0s0zY2n2oWm7f0pT1k8h9c3d4e5f6g7h8i9
    """
    actor = _require_hub()
    from havn.domain.publication import services
    from havn.lib.clock import now

    is_new = services.end_office_key(key=key, actor=actor, at=now())
    said = f"{key} signs nothing more." if is_new else f"{key} had ended before."
    tell({"key": key, "ended": is_new}, as_json=as_json, lines=[said])


def _public_in(file: Path) -> bytes:
    """Return the public key in the file that `havn national-report office-key` wrote."""
    from havn.domain.members.clients import read_public_line
    from havn.domain.members.rules import RosterError

    content = file.read_bytes()[: _MOST_BYTES + 1]
    try:
        return read_public_line(content.decode("ascii"))
    except (RosterError, UnicodeDecodeError) as error:
        raise CouldNotError(
            f"{file} is no public key. Take the file that ends in .pub, as the office sent it."
        ) from error


def _require_hub() -> Actor:
    start.prepare()
    from django.conf import settings

    from havn.domain.actor import Actor
    from havn.domain.members import selectors as members

    if settings.HAVN_ROLE != "hub":
        raise CouldNotError("This is done at the hub: set HAVN_ROLE=hub and its HAVN_DATA.")
    start.require_node()
    own = members.own_organisation(actor=Actor.operator())
    return Actor.operator(organisation=own)
