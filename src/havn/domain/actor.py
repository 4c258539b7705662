# SPDX-License-Identifier: Apache-2.0
"""Who acts: one frozen value for staff, reporters, providers, other nodes and the system."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

NOBODYS = UUID(int=0)


class ActorKind(StrEnum):
    """Sorts of actors; stored in audit entries."""

    PERSON = "person"
    SYSTEM = "system"
    REPORTER = "reporter"
    PROVIDER = "provider"
    OPERATOR = "operator"
    NODE = "node"
    OFFICE = "office"


class Role(StrEnum):
    """What a member of staff may be; stored with the person."""

    ANALYST = "analyst"
    SUPERVISOR = "supervisor"
    INVESTIGATOR = "investigator"
    OPERATOR = "operator"
    RAPPORTEUR = "rapporteur"  # keeps a country's promises, law and national report
    SIGNATORY = "signatory"  # minister or named delegate
    DATA_OWNER = "data_owner"  # confirms one part of a national report
    SECRETARIAT = "secretariat"  # at a hub: asks, reminds, publishes, edits no country's text


GOVERNMENT = (Role.RAPPORTEUR, Role.SIGNATORY, Role.DATA_OWNER)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, for which organisation, in which roles."""

    kind: ActorKind
    organisation: UUID | None
    identifier: UUID | None = None
    roles: frozenset[Role] = field(default_factory=frozenset)

    @classmethod
    def system(cls, *, organisation: UUID | None = None) -> Actor:
        """Return the actor of background work."""
        return cls(kind=ActorKind.SYSTEM, organisation=organisation)

    @classmethod
    def operator(cls, *, organisation: UUID | None = None) -> Actor:
        """Return the actor of a command typed on the node's machine."""
        return cls(
            kind=ActorKind.OPERATOR, organisation=organisation, roles=frozenset({Role.OPERATOR})
        )

    @classmethod
    def reporter(cls, *, organisation: UUID | None = None) -> Actor:
        """Return the actor of an anonymous report; it names nobody."""
        return cls(kind=ActorKind.REPORTER, organisation=organisation)

    @classmethod
    def provider(cls, *, organisation: UUID | None, contact: UUID) -> Actor:
        """Return the actor of an answer given through the link of a notice."""
        return cls(kind=ActorKind.PROVIDER, organisation=organisation, identifier=contact)

    @classmethod
    def office(cls, *, organisation: UUID | None, ask: UUID) -> Actor:
        """Return the actor of an answer given through the link of a question for a national report."""
        return cls(kind=ActorKind.OFFICE, organisation=organisation, identifier=ask)

    @classmethod
    def node(cls, *, organisation: UUID | None, node: UUID) -> Actor:
        """Return the actor of a signed request of another node."""
        return cls(kind=ActorKind.NODE, organisation=organisation, identifier=node)

    @property
    def scope(self) -> UUID:
        """The organisation whose rows the actor sees; the nil UUID, which no row has, for none."""
        return self.organisation or NOBODYS

    @property
    def may_see_cases(self) -> bool:
        """Whether it is the system or works on cases; operators and people without a role see none."""
        return self.kind is ActorKind.SYSTEM or self.has_role(
            Role.ANALYST, Role.SUPERVISOR, Role.INVESTIGATOR
        )

    def has_role(self, *roles: Role) -> bool:
        """Whether the actor holds at least one of the roles."""
        return not self.roles.isdisjoint(roles)
