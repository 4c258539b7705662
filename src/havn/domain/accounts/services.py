# SPDX-License-Identifier: Apache-2.0
"""Making, changing and closing accounts of staff, and noting sign-ins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from havn.domain.accounts.models import Person, RoleHeld
from havn.domain.actor import Actor, ActorKind, Role
from havn.domain.audit import services as audit
from havn.domain.errors import NotFoundError, RefusedError
from havn.lib.encoding import uuid4


@dataclass(frozen=True, slots=True)
class NewPerson:
    """What the operator says about a new member of staff."""

    email: str
    name: str
    roles: tuple[Role, ...]
    language: str = "en"


@audit.action("person.added")
def add_person(
    *, person: NewPerson, password: str, organisation: UUID, actor: Actor, at: datetime
) -> UUID:
    """Create an account with a password and roles, and return the person's UUID."""
    _require_operator(actor)
    email = _checked_email(person.email)
    if Person.objects.filter(email__iexact=email).exists():
        raise RefusedError(
            "person_exists", str(_("There is already an account with this e-mail address."))
        )
    row = Person(
        id=uuid4(),
        email=email,
        name=person.name.strip() or email,
        organisation=organisation,
        language=person.language,
        recorded_at=at,
    )
    _set_password(row, password)
    row.save(force_insert=True)
    _grant(row.pk, person.roles, at=at)
    _record("person.added", row.pk, actor=actor, at=at, detail={"roles": _words(person.roles)})
    return row.pk


@audit.action("role.granted")
def grant_role(*, person_id: UUID, role: Role, actor: Actor, at: datetime) -> None:
    """Give a person a role; having it already changes nothing."""
    _require_operator(actor)
    row = _row(person_id, actor)
    _grant(row.pk, [role], at=at)
    _record("role.granted", row.pk, actor=actor, at=at, detail={"role": role.value})


@audit.action("role.withdrawn")
def withdraw_role(*, person_id: UUID, role: Role, actor: Actor, at: datetime) -> None:
    """Take a role from a person."""
    _require_operator(actor)
    row = _row(person_id, actor)
    RoleHeld.objects.filter(person=row, role=role.value).delete()
    _record("role.withdrawn", row.pk, actor=actor, at=at, detail={"role": role.value})


@audit.action("person.password_set")
def set_password(*, person_id: UUID, password: str, actor: Actor, at: datetime) -> None:
    """Give a person a new password: the operator for everybody, people for themselves."""
    if actor.identifier != person_id:
        _require_operator(actor)
    row = _row(person_id, actor)
    _set_password(row, password)
    row.save(update_fields=["password"])
    _record("person.password_set", row.pk, actor=actor, at=at)


@audit.action("person.closed")
def close_account(*, person_id: UUID, actor: Actor, at: datetime) -> None:
    """Close an account: its owner cannot sign in, and open sessions end at their next page."""
    _require_operator(actor)
    row = _row(person_id, actor)
    row.is_active = False
    row.save(update_fields=["is_active"])
    _record("person.closed", row.pk, actor=actor, at=at)


@audit.action("person.factor_reset")
def reset_second_factor(*, person_id: UUID, actor: Actor, at: datetime) -> None:
    """Remove a lost second factor, so that the next sign-in sets up a new one."""
    from allauth.mfa.models import Authenticator

    _require_operator(actor)
    row = _row(person_id, actor)
    Authenticator.objects.filter(user_id=row.pk).delete()
    _record("person.factor_reset", row.pk, actor=actor, at=at)


@audit.action("person.signed_in")
def record_sign_in(*, actor: Actor, at: datetime) -> None:
    """Note that a person signed in with both factors."""
    _record("person.signed_in", actor.identifier, actor=actor, at=at)


@audit.action("person.signed_out")
def record_sign_out(*, actor: Actor, at: datetime) -> None:
    """Note that a person signed out."""
    _record("person.signed_out", actor.identifier, actor=actor, at=at)


@audit.action("person.factor_set_up")
def record_factor_set_up(*, actor: Actor, at: datetime) -> None:
    """Note that a person set up a second factor."""
    _record("person.factor_set_up", actor.identifier, actor=actor, at=at)


@audit.action("person.recovery_codes_made")
def record_codes_made(*, actor: Actor, at: datetime) -> None:
    """Note that a person made new recovery codes."""
    _record("person.recovery_codes_made", actor.identifier, actor=actor, at=at)


def record_failed_sign_in(*, email: str, factor: str, at: datetime) -> None:
    """Note a wrong password or code of an account that exists; of others nothing is kept."""
    row = Person.objects.filter(email__iexact=email.strip()).first()
    if row is not None:
        # Who failed is not known to be the person, so the system is the actor.
        actor = Actor(kind=ActorKind.SYSTEM, organisation=row.organisation)
        _note_failed_sign_in(person_id=row.pk, factor=factor, actor=actor, at=at)


@audit.action("person.sign_in_failed")
def _note_failed_sign_in(*, person_id: UUID, factor: str, actor: Actor, at: datetime) -> None:
    _record("person.sign_in_failed", person_id, actor=actor, at=at, detail={"factor": factor})


def _require_operator(actor: Actor) -> None:
    if not actor.has_role(Role.OPERATOR):
        raise RefusedError("not_your_role", str(_("Only the operator of the node can do this.")))


def _row(person_id: UUID, actor: Actor) -> Person:
    row = Person.objects.filter(pk=person_id).first()
    if row is None or row.organisation != actor.organisation:
        raise NotFoundError
    return row


def _checked_email(email: str) -> str:
    try:
        validate_email(email.strip())
    except ValidationError as error:
        raise RefusedError("bad_email", str(_("That is not an e-mail address."))) from error
    return email.strip().lower()


def _set_password(row: Person, password: str) -> None:
    try:
        validate_password(password, row)
    except ValidationError as error:
        raise RefusedError("weak_password", " ".join(error.messages)) from error
    row.set_password(password)


def _grant(person_id: UUID, roles: Iterable[Role], *, at: datetime) -> None:
    for role in roles:
        RoleHeld.objects.get_or_create(
            person_id=person_id, role=role.value, defaults={"id": uuid4(), "granted_at": at}
        )


def _words(roles: Iterable[Role]) -> list[str]:
    return sorted(role.value for role in roles)


def _record(
    action: str,
    person_id: UUID | None,
    *,
    actor: Actor,
    at: datetime,
    detail: dict[str, object] | None = None,
) -> None:
    audit.record(
        action=action,
        actor=actor,
        subject_kind="person",
        subject_id=person_id,
        at=at,
        detail=detail,
    )
