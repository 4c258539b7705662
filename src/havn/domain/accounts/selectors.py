# SPDX-License-Identifier: Apache-2.0
"""Reading people: who acts, and who works beside them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from havn.domain.accounts.models import Person
from havn.domain.actor import Actor, ActorKind, Role
from havn.domain.errors import NotFoundError

if TYPE_CHECKING:
    from django.db.models import QuerySet


@dataclass(frozen=True, slots=True)
class PersonView:
    """A member of staff as pages and commands show one."""

    id: UUID
    name: str
    email: str
    language: str
    roles: tuple[Role, ...]
    is_active: bool
    recorded_at: datetime


def actor_of(*, person_id: UUID) -> Actor:
    """Return the actor that a signed-in person is; raises NotFoundError when gone or closed."""
    found = Person.objects.filter(pk=person_id, is_active=True)
    # Every page asks this, so in one query that makes no objects.
    rows = list(found.values_list("pk", "organisation", "roles_held__role"))
    if not rows:
        raise NotFoundError
    identifier, organisation, _role = rows[0]
    return Actor(
        kind=ActorKind.PERSON,
        organisation=organisation,
        identifier=identifier,
        roles=frozenset(Role(role) for *_person, role in rows if role),
    )


def person(*, person_id: UUID, actor: Actor) -> PersonView:
    """Return a person of the actor's organisation."""
    return _one(_of_organisation(actor).filter(pk=person_id))


def person_by_email(*, email: str, actor: Actor) -> PersonView:
    """Return the person of the actor's organisation with this e-mail address."""
    return _one(_of_organisation(actor).filter(email__iexact=email.strip()))


def colleagues(*, actor: Actor, roles: Iterable[Role] = ()) -> list[PersonView]:
    """Return active people of the actor's organisation but the actor, by name, in one of the roles."""
    rows = _of_organisation(actor).filter(is_active=True)
    if actor.identifier is not None:
        rows = rows.exclude(pk=actor.identifier)
    wanted = [role.value for role in roles]
    if wanted:
        rows = rows.filter(roles_held__role__in=wanted).distinct()
    return [_view(row) for row in rows.order_by("name", "id")]


def staff(*, actor: Actor) -> list[PersonView]:
    """Return everybody of the actor's organisation, closed accounts included, by name."""
    return [_view(row) for row in _of_organisation(actor).order_by("name", "id")]


def names_of(*, person_ids: Iterable[UUID], actor: Actor) -> dict[UUID, str]:
    """Return the names of people of the actor's organisation."""
    rows = _of_organisation(actor).filter(pk__in=list(person_ids))
    return {row.pk: row.name for row in rows}


def _of_organisation(actor: Actor) -> QuerySet[Person]:
    if actor.organisation is None:
        return Person.objects.none()
    mine = Person.objects.filter(organisation=actor.organisation)
    return mine.prefetch_related("roles_held")


def _one(rows: QuerySet[Person]) -> PersonView:
    row = rows.first()
    if row is None:
        raise NotFoundError
    return _view(row)


def _view(row: Person) -> PersonView:
    return PersonView(
        id=row.pk,
        name=row.name,
        email=row.email,
        language=row.language,
        roles=tuple(sorted((Role(held.role) for held in row.roles_held.all()), key=str)),
        is_active=row.is_active,
        recorded_at=row.recorded_at,
    )
