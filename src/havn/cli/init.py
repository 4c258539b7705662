# SPDX-License-Identifier: Apache-2.0
"""`havn init`: folders, keys, tables, the own node and its first people."""

from __future__ import annotations

import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from havn.cli import start
from havn.cli.endings import CouldNotError
from havn.cli.telling import json_option, step, tell

FOLDERS = ("", "keys", "anchors", "backups", "static")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the operator told `havn init`."""

    member: str
    member_name: str
    organisation: str
    kind: str
    contact: str
    url: str
    people: tuple[str, ...]
    backup_key: Path | None
    is_demonstration: bool


@click.command(
    epilog="Exit codes: 0 done, 1 refused, 2 it could not be done. "
    "Run again after an interruption: what is there already is kept."
)
@click.option(
    "--member",
    default="",
    help="The country's two letters, for example DK; or an international organisation's short name.",
)
@click.option("--member-name", default="", help="The country's name.")
@click.option(
    "--organisation", default="", help="The name of the organisation that runs the node."
)
@click.option(
    "--kind",
    type=click.Choice(["hotline", "police", "ministry", "international"]),
    default="hotline",
    show_default=True,
    help="What the organisation is.",
)
@click.option("--contact", default="", help="An e-mail address for questions about notices.")
@click.option("--url", default="", help="The address of the public site.")
@click.option(
    "--person",
    "people",
    multiple=True,
    metavar="ROLE=EMAIL",
    help="A first member of staff, for example operator=ada@example.org; may be repeated.",
)
@click.option(
    "--backup-key",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where to write the private key that opens backups: a stick, not this machine.",
)
@click.option("--demonstration", "is_demonstration", is_flag=True, help="Make everything up.")
@json_option
def command(as_json: bool, **given: Any) -> None:  # noqa: FBT001 - click passes options by name
    """Make a node in $HAVN_DATA: folders, keys, tables, first people; with HAVN_ROLE=hub a hub.

    A hub that is given --member and what belongs to it takes part in the exchange, as the secretariat's node.

    Example: havn init --member DK --member-name Denmark --organisation "Example hotline"
    --contact desk@example.org --url https://report.example.org
    --person operator=ada@example.org --person analyst=bo@example.org
    --backup-key /media/stick/havn-backup.key
    """
    wishes = Wishes(**given)
    start.prepare()
    result = make_node(wishes)
    tell(result, as_json=as_json, lines=_lines(result))


def make_node(wishes: Wishes) -> dict[str, Any]:
    """Make the node and return what its operator must know; refuses where one is."""
    from django.conf import settings

    if start.marker().exists():
        raise CouldNotError(f"There is a node in {start.folder()} already; nothing was changed.")
    if settings.HAVN_ROLE == "node" or wishes.member or wishes.people:
        check(wishes)
    _make_folders()
    _make_keys()
    backup_key = _make_backup_key(wishes)
    _make_tables()
    has_node = settings.HAVN_ROLE == "node" or bool(wishes.member)  # a hub may be none
    people = make_own_node(wishes) if has_node else []
    if not wishes.is_demonstration:  # Its worker links them, after the made-up past was played.
        _seal()
    from havn.lib.clock import now

    start.write_marker(at=now())
    return {
        "folder": str(start.folder()),
        "role": settings.HAVN_ROLE,
        "people": people,
        "backup_key": str(backup_key) if backup_key else None,
    }


def check(wishes: Wishes) -> None:
    """Refuse wishes from which no node can be made, or that name people in an unknown way."""
    if wishes.is_demonstration:
        return
    missing = [
        option
        for option, value in {
            "--member": wishes.member,
            "--member-name": wishes.member_name,
            "--organisation": wishes.organisation,
            "--contact": wishes.contact,
            "--url": wishes.url,
        }.items()
        if not value.strip()
    ]
    if missing:
        raise CouldNotError(
            f"These are needed to make a node: {', '.join(missing)}. See `havn init --help`."
        )
    if not re.fullmatch(r"[A-Za-z]{2}|[A-Za-z][A-Za-z0-9]{2,15}", wishes.member):
        raise CouldNotError(
            "--member takes the two letters of a country, for example DK, or the short name of an "
            "international organisation, for example INHOPE."
        )
    if is_hub() and len(wishes.member) < 3:
        raise CouldNotError(
            "At a hub --member takes the short name under which the secretariat takes part, for example HAVNSEC."
        )
    for text in wishes.people:
        parse_person(text)


def is_hub() -> bool:
    """Whether this installation is a hub."""
    from django.conf import settings

    return bool(settings.HAVN_ROLE == "hub")


def parse_person(text: str) -> tuple[str, str]:
    """Return role and e-mail address of `role=email`; raises with a sentence."""
    from havn.domain.actor import Role

    role, _, email = text.partition("=")
    if role not in set(Role) or "@" not in email:
        raise CouldNotError(
            f"--person {text!r}: write ROLE=EMAIL, where ROLE is one of {', '.join(Role)}."
        )
    return role, email


def _make_folders() -> None:
    for name in FOLDERS:
        folder = start.folder() / name
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)


def _make_keys() -> None:
    from django.conf import settings

    from havn.lib.keyring import KeyExistsError, created_keys

    keyring = settings.HAVN_KEYRING
    keyring.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in created_keys(settings.HAVN_ROLE):
        try:
            keyring.create(name)
        except KeyExistsError:
            continue  # an interrupted run made it; keys are never overwritten


def _make_backup_key(wishes: Wishes) -> Path | None:
    """Write the operator's private backup key where told, and keep the public half."""
    from django.conf import settings

    from havn.cli.keys import write_backup_key
    from havn.lib.keyring import BACKUP_RECIPIENT

    path = wishes.backup_key
    if path is None and wishes.is_demonstration:
        path = start.folder() / "demonstration-backup.key"
    if path is None or BACKUP_RECIPIENT in settings.HAVN_KEYRING.names_present():
        return None
    write_backup_key(path)
    return path


def _make_tables() -> None:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    made = 0

    def _count(action: str, *_what: Any) -> None:
        nonlocal made
        if action == "apply_success":
            made += 1
            if made % 10 == 0:
                step(f"Making tables: {made} of {len(plan)} steps")

    executor = MigrationExecutor(connection, _count)
    leaves = executor.loader.graph.leaf_nodes()
    plan = executor.migration_plan(leaves)
    executor.migrate(leaves)
    step(f"Made the tables in {len(plan)} steps.")


def make_own_node(wishes: Wishes) -> list[dict[str, Any]]:
    """Make the own member, organisation and node where there is none yet, and the first people."""
    from havn.domain.actor import Actor
    from havn.domain.members import selectors as members
    from havn.domain.members import services as membership
    from havn.lib.clock import now

    organisation = members.own_organisation(
        actor=Actor.operator()
    ) or membership.register_own_node(node=_own_node(wishes), actor=Actor.operator(), at=now())
    if wishes.is_demonstration:
        from havn.cli import demonstration

        staff = demonstration.STAFF_OF_HUB if is_hub() else demonstration.STAFF
        return demonstration.make_staff(organisation, staff=staff)
    return [_add(text, organisation) for text in wishes.people]


def _seal() -> None:
    """Link and sign what `init` recorded, so that the chain is sound from its first hour."""
    from havn.cli.worker import sealer
    from havn.lib.clock import now

    seals = sealer()
    seals.run_once(at=now())


def _own_node(wishes: Wishes) -> Any:
    from havn.domain.members import services as membership

    if wishes.is_demonstration and is_hub():
        return membership.NewNode(
            member_code=wishes.member.upper(),
            member_name=wishes.member_name or "Secretariat (made up)",
            organisation_name=wishes.organisation or "Secretariat (made up)",
            organisation_kind="international",
            contact_email="secretariat@hub.example",
            public_url=os.environ.get("HAVN_PUBLIC_URL") or "http://127.0.0.1:8000",
        )
    if wishes.is_demonstration:
        return membership.NewNode(
            member_code=wishes.member.upper() or "XD",
            member_name=wishes.member_name or "Demoland",
            organisation_name=wishes.organisation or "Demoland hotline (made up)",
            organisation_kind="hotline",
            contact_email="desk@hotline.example",
            public_url=os.environ.get("HAVN_PUBLIC_URL") or "http://127.0.0.1:8000",
        )
    return membership.NewNode(
        member_code=wishes.member.upper(),
        member_name=wishes.member_name,
        organisation_name=wishes.organisation,
        organisation_kind="international" if is_hub() else wishes.kind,
        contact_email=wishes.contact,
        public_url=wishes.url.rstrip("/"),
    )


def _add(text: str, organisation: Any) -> dict[str, Any]:
    from havn.domain.accounts import services as accounts
    from havn.domain.actor import Actor, Role
    from havn.domain.errors import RefusedError
    from havn.lib.clock import now

    role, email = parse_person(text)
    password = secrets.token_urlsafe(15)
    person = accounts.NewPerson(email=email, name=email.partition("@")[0], roles=(Role(role),))
    try:
        accounts.add_person(
            person=person,
            password=password,
            organisation=organisation,
            actor=Actor.operator(organisation=organisation),
            at=now(),
        )
    except RefusedError as error:
        if error.code != "person_exists":
            raise
        step(f"{email} has an account already; it was left as it is.")
        return {"email": email, "roles": [role], "password": None}
    return {"email": email, "roles": [role], "password": password}


def _lines(result: dict[str, Any]) -> list[str]:
    lines = [f"There is a {result['role']} in {result['folder']} now."]
    lines += [
        f"  {person['email']} ({', '.join(person['roles'])}): first password {person['password']}"
        for person in result["people"]
        if person.get("password")
    ]
    if result["people"]:
        lines.append(
            "Each sets up a second factor at the first sign-in, then changes the password."
        )
    if result["backup_key"]:
        lines.append(f"Backups open with {result['backup_key']} alone: keep it off this machine.")
    else:
        lines.append("No backup can be written yet: `havn keys backup FILE` makes the key for it.")
    lines.append("Next: `havn doctor`, then `havn worker` and `havn serve` for each audience.")
    return lines
