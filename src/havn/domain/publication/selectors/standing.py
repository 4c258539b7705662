# SPDX-License-Identifier: Apache-2.0
"""Who may report here and how: members by the roster, their nodes, office keys, the newest version, the calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from havn.domain.actor import Actor
from havn.domain.members import selectors as members
from havn.domain.members.rules import ParticipantKind, State
from havn.domain.publication.models import OfficeKey, PublishedReport
from havn.domain.publication.rules import Calendar, Earlier, ReportState, Sender, order_of
from havn.domain.publication.selectors._access import require_secretariat


@dataclass(frozen=True, slots=True)
class OfficeKeyView:
    """A registered key of an office."""

    key_id: str
    member: str
    office: str
    email: str
    since: datetime
    until: datetime | None


def calendar(*, actor: Actor) -> Calendar:
    """Return the calendar that this hub's policy sets."""
    del actor  # The calendar is public.
    policy = settings.HAVN_POLICY
    return Calendar(
        frozen_by_month=policy.report_frozen_by_month,
        signed_by_month=policy.report_signed_by_month,
        published_by_month=policy.report_published_by_month,
    )


def member_codes(*, actor: Actor) -> list[str]:
    """Return the countries that take part now, by code."""
    return [
        each.code
        for each in members.participants(actor=actor)
        if each.kind == ParticipantKind.MEMBER and each.state is State.ACTIVE
    ]


def standing(*, member: str, actor: Actor) -> tuple[bool, bool]:
    """Return whether a country takes part now, and whether it reports with a node of its own."""
    is_member = member in member_codes(actor=actor)
    return is_member, bool(members.nodes_of_member(code=member, actor=actor))


def sender_of(*, node: UUID, actor: Actor) -> Sender:
    """Return for whom a node of the roster speaks, and whether that is a country that takes part now."""
    view = members.node_view(node_id=node, actor=actor)
    is_active, _has_node = standing(member=view.participant_code, actor=actor)
    return Sender(view.participant_code, node, is_active and view.is_active)


def nodes_to_tell(*, member: str, actor: Actor) -> list[UUID]:
    """Return the nodes that hear of a member's report: the one that sent the last, or else all of the member's."""
    nodes = [each.node_id for each in members.nodes_of_member(code=member, actor=actor)]
    last = (
        PublishedReport.objects.filter(member=member, node__in=nodes)
        .order_by("-received_at")
        .values_list("node", flat=True)
        .first()
    )
    return [last] if last is not None else nodes


def newest_version(*, member: str, year: str, actor: Actor) -> Earlier | None:
    """Return the newest version of a member's year that was accepted here, withdrawn ones included."""
    del actor  # Versions are public.
    rows = PublishedReport.objects.filter(member=member, year=year).exclude(
        state=ReportState.WAITING.value
    )
    found = [Earlier(row.pk, row.version, row.as_of) for row in rows]
    return max(found, key=lambda each: order_of(each.version), default=None)


def has_arrived(*, member: str, year: str, actor: Actor) -> bool:
    """Whether a report of this year was accepted from the member."""
    return newest_version(member=member, year=year, actor=actor) is not None


def is_of_member(*, report_id: UUID, member: str, actor: Actor) -> bool:
    """Whether this is a report that a node of the member sent."""
    require_secretariat(actor)
    rows = PublishedReport.objects.filter(pk=report_id, member=member, node__isnull=False)
    return rows.exists()


def office_key(*, key_id: str, member: str, actor: Actor, at: datetime) -> bytes | None:
    """Return the public key of this name, if it signs for the member now."""
    del actor  # A public key.
    row = (
        OfficeKey.objects.filter(pk=key_id, member=member, since__lte=at)
        .filter(Q(until__isnull=True) | Q(until__gt=at))
        .first()
    )
    return bytes(row.public) if row is not None else None


def office_keys(*, actor: Actor) -> list[OfficeKeyView]:
    """Return every key that was registered, by member; for the secretariat."""
    require_secretariat(actor)
    return [
        OfficeKeyView(row.key_id, row.member, row.office, row.email, row.since, row.until)
        for row in OfficeKey.objects.order_by("member", "since")
    ]


def way_to(*, member: str, actor: Actor, at: datetime) -> tuple[str, str]:
    """Return how a member is told something: to its node, by mail to an office (with its address), or not."""
    require_secretariat(actor)
    if members.nodes_of_member(code=member, actor=actor):
        return "node", ""
    keys = OfficeKey.objects.filter(member=member, since__lte=at).exclude(email="")
    email = (
        keys.filter(Q(until__isnull=True) | Q(until__gt=at))
        .order_by("-since")
        .values_list("email", flat=True)
        .first()
    )
    return ("mail", email) if email else ("nobody", "")
