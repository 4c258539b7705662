# SPDX-License-Identifier: Apache-2.0
"""Who takes part, as pages show it: participants with their organisations and nodes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from havn.domain.actor import Actor
from havn.domain.members.models import Member, Organisation
from havn.domain.members.rules import Hours, State
from havn.domain.members.selectors._views import NodeView, node_views, nodes


@dataclass(frozen=True, slots=True)
class OrganisationView:
    """An organisation of a participant, as it describes itself."""

    organisation_id: UUID
    name: str
    kind: str
    roles: tuple[str, ...]
    mandates: tuple[str, ...]
    languages: tuple[str, ...]
    email: str
    hours: tuple[Hours, ...]
    nodes: tuple[NodeView, ...]


@dataclass(frozen=True, slots=True)
class ParticipantView:
    """A country or an international organisation of the roster."""

    code: str
    kind: str
    name: str
    state: State
    since: date | None
    organisations: tuple[OrganisationView, ...]

    @property
    def nodes(self) -> tuple[NodeView, ...]:
        """Return the nodes of all its organisations."""
        return tuple(node for each in self.organisations for node in each.nodes)


def participants(*, actor: Actor) -> tuple[ParticipantView, ...]:
    """Return everybody whom the roster names or named, members first, by code; in five queries or less."""
    del actor  # The roster is public.
    members = Member.objects.exclude(state=State.UNLISTED).order_by("code")
    by_organisation: dict[UUID, list[NodeView]] = {}
    for node in node_views(nodes().exclude(state=State.UNLISTED)):
        by_organisation.setdefault(node.organisation_id, []).append(node)
    by_member: dict[UUID, list[OrganisationView]] = {}
    for row in Organisation.objects.filter(is_listed=True).order_by("name", "id"):
        if row.member_id is not None:
            view = _view(row, tuple(by_organisation.get(row.pk, ())))
            by_member.setdefault(row.member_id, []).append(view)
    found = [
        ParticipantView(
            code=member.code,
            kind=member.kind,
            name=member.name,
            state=State(member.state),
            since=member.since,
            organisations=tuple(by_member.get(member.pk, ())),
        )
        for member in members
    ]
    return tuple(sorted(found, key=lambda each: (each.kind != "member", each.code)))


def _view(row: Organisation, nodes_of_it: tuple[NodeView, ...]) -> OrganisationView:
    return OrganisationView(
        organisation_id=row.pk,
        name=row.name,
        kind=row.kind,
        roles=tuple(row.roles),
        mandates=tuple(row.mandates),
        languages=tuple(row.languages),
        email=row.contact_email,
        hours=tuple(
            Hours(tuple(each["days"]), each["from"], each["until"], each["zone"])
            for each in row.contact_hours
        ),
        nodes=nodes_of_it,
    )
