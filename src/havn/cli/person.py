# SPDX-License-Identifier: Apache-2.0
"""`havn person`: accounts of staff."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import struct
from typing import TYPE_CHECKING, Any

import click

from havn.cli import start
from havn.cli.endings import CouldNotError
from havn.cli.telling import json_option, tell

if TYPE_CHECKING:
    from havn.domain.accounts.selectors import PersonView
    from havn.domain.actor import Actor

ROLES = (
    "analyst",
    "supervisor",
    "investigator",
    "operator",
    "rapporteur",
    "signatory",
    "data_owner",
    "secretariat",
)


@click.group(epilog="Exit codes: 0 done, 1 refused, 2 it could not be done.")
def command() -> None:
    """Make and change accounts of staff.

    Example: havn person add analyst=bo@example.org --name "Bo Example"
    """


@command.command()
@click.argument("role_and_email", metavar="ROLE=EMAIL")
@click.option("--name", default="", help="The person's name as colleagues see it.")
@click.option("--language", type=click.Choice(["en", "da"]), default="en", show_default=True)
@json_option
def add(*, role_and_email: str, name: str, language: str, as_json: bool) -> None:
    """Make an account; the first password is printed once.

    Example: havn person add analyst=bo@example.org
    """
    from havn.cli.init import parse_person

    actor = _begin()
    from havn.domain.accounts import services as accounts
    from havn.domain.actor import Role
    from havn.lib.clock import now

    role, email = parse_person(role_and_email)
    if actor.organisation is None:
        raise CouldNotError("This node has no organisation; run `havn init`.")
    password = secrets.token_urlsafe(15)
    person = accounts.NewPerson(
        email=email, name=name or email.partition("@")[0], roles=(Role(role),), language=language
    )
    accounts.add_person(
        person=person, password=password, organisation=actor.organisation, actor=actor, at=now()
    )
    tell(
        {"email": email, "role": role, "password": password},
        as_json=as_json,
        lines=[
            f"{email} has an account as {role}. First password, shown once: {password}",
            "The second factor is set up at the first sign-in.",
        ],
    )


@command.command("list")
@json_option
def list_people(*, as_json: bool) -> None:
    """List everybody with an account.

    Example: havn person list --json
    """
    actor = _begin()
    from havn.domain.accounts import selectors as people

    staff = people.staff(actor=actor)
    rows = [
        {"email": p.email, "name": p.name, "roles": [*p.roles], "is_active": p.is_active}
        for p in staff
    ]
    lines = [
        f"{p.email:32} {', '.join(p.roles):28} {'' if p.is_active else 'closed'}" for p in staff
    ]
    tell({"people": rows}, as_json=as_json, lines=lines or ["Nobody has an account yet."])


@command.command()
@click.argument("email")
@click.argument("role", type=click.Choice(ROLES))
@click.option("--withdraw", is_flag=True, help="Take the role away instead.")
def role(*, email: str, role: str, withdraw: bool) -> None:
    """Give a person a role, or take it away.

    Example: havn person role bo@example.org supervisor
    """
    actor = _begin()
    from havn.domain.accounts import services as accounts
    from havn.domain.actor import Role
    from havn.lib.clock import now

    change = accounts.withdraw_role if withdraw else accounts.grant_role
    change(person_id=_person(email, actor).id, role=Role(role), actor=actor, at=now())
    click.echo(f"{email} {'no longer has' if withdraw else 'has'} the role {role}.")


@command.command()
@click.argument("email")
@click.option("--second-factor", is_flag=True, help="Remove the second factor too.")
def reset(*, email: str, second_factor: bool) -> None:
    """Give a person a new password, printed once.

    Example: havn person reset bo@example.org --second-factor
    """
    actor = _begin()
    from havn.domain.accounts import services as accounts
    from havn.lib.clock import now

    person = _person(email, actor)
    password = secrets.token_urlsafe(15)
    accounts.set_password(person_id=person.id, password=password, actor=actor, at=now())
    if second_factor:
        accounts.reset_second_factor(person_id=person.id, actor=actor, at=now())
    click.echo(f"New password of {email}, shown once: {password}")


@command.command()
@click.argument("email")
def close(*, email: str) -> None:
    """Close an account.

    Example: havn person close bo@example.org
    """
    actor = _begin()
    from havn.domain.accounts import services as accounts
    from havn.lib.clock import now

    accounts.close_account(person_id=_person(email, actor).id, actor=actor, at=now())
    click.echo(f"The account of {email} is closed.")


@command.command()
@click.argument("email")
def code(*, email: str) -> None:
    """Print the current code of made-up staff of a demonstration.

    Example: havn person code ana@hotline.example
    """
    start.prepare()
    from havn.cli.demonstration import logins_path
    from havn.lib.clock import now

    if not logins_path().is_file():
        raise CouldNotError(
            "This is no demonstration: real second factors stay on people's phones."
        )
    logins: list[dict[str, Any]] = json.loads(logins_path().read_text(encoding="utf-8"))
    for login in logins:
        if login["email"] == email:
            click.echo(totp_code(login["totp_secret"], int(now().timestamp())))
            return
    raise CouldNotError(f"{email} is not one of: {', '.join(each['email'] for each in logins)}.")


def totp_code(secret: str, seconds: int) -> str:
    """Return the six digits of RFC 6238 (SHA-1, 30 s) for a base32 secret."""
    key = base64.b32decode(secret)
    digest = hmac.new(key, struct.pack(">Q", seconds // 30), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = int(struct.unpack(">I", digest[offset : offset + 4])[0]) & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def _begin() -> Actor:
    start.prepare()
    start.require_node()
    return start.operator()


def _person(email: str, actor: Actor) -> PersonView:
    from havn.domain.accounts import selectors as people
    from havn.domain.errors import NotFoundError

    try:
        return people.person_by_email(email=email, actor=actor)
    except NotFoundError:
        raise CouldNotError(f"Nobody here has the e-mail address {email}.") from None
