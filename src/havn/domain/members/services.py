# SPDX-License-Identifier: Apache-2.0
"""Registering the node's own member, organisation and node, and taking the Alliance's roster over."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from havn.domain.actor import Actor
from havn.domain.audit import services as audit
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.members.models import (
    DeclarationText,
    LegalBasis,
    Member,
    Node,
    NodeKey,
    Organisation,
    RosterState,
)
from havn.domain.members.rules import (
    Hours,
    NodeEntry,
    OrganisationEntry,
    ParsedRoster,
    Participant,
    RosterFault,
    State,
    kind_of,
)
from havn.domain.members.rules.declaration import DeclarationFile
from havn.domain.members.selectors import require_acceptable
from havn.lib.encoding import uuid4, uuid7


@dataclass(frozen=True, slots=True)
class NewNode:
    """What `havn init` is told about the node."""

    member_code: str
    member_name: str
    organisation_name: str
    organisation_kind: str
    contact_email: str
    public_url: str


@audit.action("node.registered")
def register_own_node(*, node: NewNode, actor: Actor, at: datetime) -> UUID:
    """Create the own member, organisation and node once, and return the organisation's UUID."""
    if Node.objects.filter(is_own=True).exists():
        raise RefusedError("node_exists", str(_("This database already belongs to a node.")))
    member, _created = Member.objects.get_or_create(
        code=node.member_code,
        defaults={"id": uuid4(), "name": node.member_name, "kind": kind_of(node.member_code)},
    )
    organisation = Organisation.objects.create(
        id=uuid4(),
        member=member,
        name=node.organisation_name,
        kind=node.organisation_kind,
        contact_email=node.contact_email,
    )
    own = Node.objects.create(
        id=uuid4(),
        organisation=organisation,
        name=node.organisation_name,
        public_url=node.public_url,
        is_own=True,
        recorded_at=at,
    )
    audit.record(
        action="node.registered", actor=actor, subject_kind="node", subject_id=own.id, at=at
    )
    return organisation.id


@audit.action("node.address_changed", did_nothing=lambda changed: not changed)
def change_public_url(*, public_url: str, actor: Actor, at: datetime) -> bool:
    """Write where the own node's public site is from now on; false when it was there already."""
    own = Node.objects.select_for_update().filter(is_own=True).first()
    if own is None:
        raise NotFoundError
    if own.public_url == public_url:
        return False
    own.public_url = public_url
    own.save(update_fields=["public_url"])
    audit.record(
        action="node.address_changed", actor=actor, subject_kind="node", subject_id=own.id, at=at
    )
    return True


@audit.action("roster.adopted", did_nothing=lambda changed: not changed)
def adopt_roster(*, roster: ParsedRoster, actor: Actor, at: datetime) -> bool:
    """Take a verified roster over, all or nothing; false when it was here already and is only fresher now.

    Who is in it no more is suspended, and nothing is removed. The own node keeps what `havn init` said of it.
    """
    state = _locked_state()
    mark = roster.mark
    known = (state.version, state.root_version, state.timestamp_version)
    if any(
        new < old
        for new, old in zip(
            (mark.version, mark.root_version, mark.timestamp_version), known, strict=True
        )
    ):  # R16
        raise RefusedError(
            RosterFault.ROLLED_BACK,
            str(_("This roster is older than the one that this node has seen already.")),
        )
    is_new = mark.version != state.version
    if is_new:
        require_acceptable(roster=roster, actor=actor)  # R41 R42
        _write_roster(roster, at=at)
        audit.record(
            action="roster.adopted",
            actor=actor,
            subject_kind="roster",
            subject_id=None,
            at=at,
            detail={"version": mark.version, "participants": len(roster.participants)},
        )
    _note_adopted(state, roster, at=at)
    return is_new


@audit.action("roster.trouble_noted", did_nothing=lambda changed: not changed)
def note_roster_trouble(*, code: str, actor: Actor, at: datetime) -> bool:
    """Keep why no newer roster could be taken over, and since when; false when that was known already."""
    state = _locked_state()
    if state.last_error == code:
        return False
    state.last_error, state.last_error_at = code, at
    state.save(update_fields=["last_error", "last_error_at"])
    audit.record(
        action="roster.trouble_noted",
        actor=actor,
        subject_kind="roster",
        subject_id=None,
        at=at,
        detail={"code": code},
    )
    return True


def _locked_state() -> RosterState:
    RosterState.objects.bulk_create([RosterState()], ignore_conflicts=True)
    return RosterState.objects.select_for_update().get()


def _note_adopted(state: RosterState, roster: ParsedRoster, *, at: datetime) -> None:
    mark, alliance = roster.mark, roster.alliance
    state.version, state.root_version = mark.version, mark.root_version
    state.timestamp_version, state.expires_at = mark.timestamp_version, mark.expires_at
    state.alliance_name, state.epoch = alliance.name, alliance.epoch
    state.beat_seconds = alliance.beat_seconds
    state.protocol_least, state.protocol_most = alliance.least, alliance.most
    state.secretariat, state.secretariat_since = alliance.secretariat, alliance.secretariat_since
    state.refreshed_at, state.last_error, state.last_error_at = at, "", None
    state.save()


def _write_roster(roster: ParsedRoster, *, at: datetime) -> None:
    own = Node.objects.select_related("organisation__member").filter(is_own=True).first()
    members = _write_members(roster.participants, own)
    _write_organisations(roster.participants, members, own)
    _write_nodes(roster.participants, own, at=at)
    _write_keys([node for each in roster.participants for node in each.nodes], at=at)
    _write_bases(roster.participants, members)


def _write_members(participants: Collection[Participant], own: Node | None) -> dict[str, Member]:
    mine = own.organisation.member if own is not None else None
    Member.objects.bulk_create(
        [
            Member(
                id=uuid4(),
                code=each.code,
                name=mine.name if mine and mine.code == each.code else each.name,
                kind=each.kind,
                state=each.state,
                since=each.since,
                accession=each.accession,
            )
            for each in participants
        ],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "kind", "state", "since", "accession"],
    )
    named = {each.code for each in participants}
    gone = Member.objects.exclude(code__in=named).exclude(state=State.UNLISTED)
    gone.update(state=State.SUSPENDED)  # R40
    return {member.code: member for member in Member.objects.filter(code__in=named)}


def _write_organisations(
    participants: Collection[Participant], members: dict[str, Member], own: Node | None
) -> None:
    mine = own.organisation if own is not None else None
    rows = [
        _organisation_row(entry, members[each.code], mine)
        for each in participants
        for entry in each.organisations
    ]
    Organisation.objects.exclude(pk__in=[row.pk for row in rows]).update(is_listed=False)
    Organisation.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=[
            "member", "name", "kind", "contact_email", "is_listed", "roles", "mandates",
            "languages", "contact_hours",
        ],
    )  # fmt: skip


def _organisation_row(
    entry: OrganisationEntry, member: Member, mine: Organisation | None
) -> Organisation:
    is_own = mine is not None and mine.pk == entry.id
    return Organisation(
        id=entry.id,
        member=member,
        name=mine.name if mine and is_own else entry.name,
        kind=mine.kind if mine and is_own else entry.kind,
        contact_email=mine.contact_email if mine and is_own else entry.email,
        is_listed=True,
        roles=list(entry.roles),
        mandates=list(entry.mandates),
        languages=list(entry.languages),
        contact_hours=[_hours(each) for each in entry.hours],
    )


def _hours(hours: Hours) -> dict[str, object]:
    said = asdict(hours)
    return {
        "days": list(said["days"]),
        "from": said["opens"],
        "until": said["closes"],
        "zone": said["zone"],
    }


def _write_nodes(participants: Collection[Participant], own: Node | None, *, at: datetime) -> None:
    rows = [
        Node(
            id=entry.id,
            organisation_id=entry.organisation,
            name=own.name if own is not None and own.pk == entry.id else entry.name,
            base_address=entry.base,
            state=entry.state,
            protocol_least=entry.least,
            protocol_most=entry.most,
            recorded_at=at,
        )
        for each in participants
        for entry in each.nodes
    ]
    listed = [row.pk for row in rows]
    gone = Node.objects.exclude(pk__in=listed).exclude(state=State.UNLISTED)
    gone.update(state=State.SUSPENDED)  # R40
    Node.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=[
            "organisation", "name", "base_address", "state", "protocol_least", "protocol_most",
        ],
    )  # fmt: skip


def _write_keys(nodes: Collection[NodeEntry], *, at: datetime) -> None:
    rows = [
        NodeKey(
            key_id=key.key_id,
            node_id=node.id,
            kind=key.use,
            public=key.public,
            since_epoch=key.since,
            place=place,
            is_revoked=key.is_revoked,
            known_at=at,
        )
        for node in nodes
        for place, key in enumerate(node.keys)
    ]
    named = [row.key_id for row in rows]
    NodeKey.objects.exclude(key_id__in=named).update(is_revoked=True)  # R40
    NodeKey.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["key_id"],
        # Not `known_at`: a roster that names it again says nothing new.
        update_fields=["kind", "since_epoch", "place", "is_revoked"],
    )


def _write_bases(participants: Collection[Participant], members: dict[str, Member]) -> None:
    LegalBasis.objects.all().delete()
    LegalBasis.objects.bulk_create(
        LegalBasis(
            id=uuid4(),
            participant=members[each.code],
            with_code=basis.with_code,
            allows=list(basis.allows),
            reference=basis.reference,
            valid_from=basis.valid_from,
            valid_until=basis.valid_until,
        )
        for each in participants
        for basis in each.legal_bases
    )


@audit.action("declaration.loaded", did_nothing=lambda is_new: not is_new)
def load_declaration(*, found: DeclarationFile, actor: Actor, at: datetime) -> bool:
    """Keep a text of the declaration beside the former ones; false where the newest of its language says the same."""
    beside = DeclarationText.objects.filter(version=found.version, language=found.language)
    newest = beside.order_by("-loaded_at", "-id").first()
    if newest is not None and (newest.text, newest.source, newest.adopted_on) == (
        found.text,
        found.source,
        found.adopted_on,
    ):
        return False
    row = DeclarationText.objects.create(
        id=uuid7(at),
        version=found.version,
        language=found.language,
        text=found.text,
        source=found.source,
        adopted_on=found.adopted_on,
        loaded_at=at,
    )
    audit.record(
        action="declaration.loaded",
        actor=actor,
        subject_kind="declaration",
        subject_id=row.pk,
        at=at,
        detail={"version": found.version, "language": found.language},
    )
    return True
