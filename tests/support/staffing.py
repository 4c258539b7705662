# SPDX-License-Identifier: Apache-2.0
"""Adds made-up staff to a node that stands: run in the node's environment, prints what it made.

HAVN_DATA=... python -m tests.support.staffing
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import sys
from uuid import uuid4

ROLES = (
    "analyst",
    "supervisor",
    "investigator",
    "operator",
    "rapporteur",
    "signatory",
    "data_owner",
)


def main() -> int:
    """Add one person per role, a second analyst, and one analyst of another organisation."""
    os.environ["HAVN_AUDIENCE"] = "all"
    os.environ["DJANGO_SETTINGS_MODULE"] = "havn.config.settings"
    import django

    django.setup()
    hash_quickly()
    from havn.domain.actor import Actor
    from havn.domain.members import selectors as members
    from havn.domain.members.models import Member, Organisation

    own = members.own_node(actor=Actor.operator())
    other = Organisation.objects.create(
        id=uuid4(),
        member=Member.objects.get(code=own.member_code),
        name="Another hotline",
        kind="hotline",
        contact_email="other@havn.example",
    ).id
    mark = secrets.token_hex(3)
    people = {role: add(role, role, own.organisation_id, mark) for role in ROLES}
    people["colleague"] = add("colleague", "analyst", own.organisation_id, mark)
    people["outsider"] = add("outsider", "analyst", other, mark)
    json.dump(people, sys.stdout)
    return 0


def hash_quickly() -> None:
    """Argon2 stays, at its least cost, for passwords that nobody guesses: they are random and live for one test."""
    from django.contrib.auth.hashers import Argon2PasswordHasher

    hasher = Argon2PasswordHasher
    hasher.time_cost, hasher.memory_cost, hasher.parallelism = 1, 8, 1


def add(name: str, role: str, organisation: object, mark: str) -> dict[str, object]:
    """Add one person with a second factor and return what it takes to sign in."""
    from uuid import UUID

    from havn.domain.accounts import services as accounts
    from havn.domain.actor import Actor, Role
    from havn.lib import clock
    from havn.web.desk.sign_in.adapters import enrol

    password = secrets.token_urlsafe(18)
    secret = base64.b32encode(secrets.token_bytes(20)).decode()
    home = UUID(str(organisation))
    person = accounts.NewPerson(
        email=f"{name}-{mark}@havn.example", name=name.title(), roles=(Role(role),)
    )
    person_id = accounts.add_person(
        person=person,
        password=password,
        organisation=home,
        actor=Actor.operator(organisation=home),
        at=clock.now(),
    )
    codes = enrol(person_id=person_id, secret=secret)
    return {
        "person_id": str(person_id),
        "organisation_id": str(home),
        "email": person.email,
        "password": password,
        "secret": secret,
        "codes": codes,
    }


if __name__ == "__main__":
    sys.exit(main())
