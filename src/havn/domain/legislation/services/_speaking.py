# SPDX-License-Identifier: Apache-2.0
"""For which country somebody speaks: a rapporteur for the own one, another node for its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from havn.domain.actor import Actor, Role
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.jobs import services as jobs
from havn.domain.legislation.rules import GAP_WORK
from havn.domain.members import selectors as members


@dataclass(frozen=True, slots=True)
class Speaker:
    """A country, the office that speaks for it, and from which node."""

    member: str
    office: str
    node: UUID
    organisation: UUID


def own_speaker(actor: Actor) -> Speaker:
    """Return the own country for a rapporteur; raises RefusedError for everybody else."""
    if not actor.has_role(Role.RAPPORTEUR) or actor.identifier is None:
        raise RefusedError("not_your_role", _("Only a rapporteur may do this."))
    own = members.own_node(actor=actor)
    if own.organisation_id != actor.organisation:
        raise RefusedError("not_your_role", _("Only a rapporteur may do this."))
    return Speaker(own.member_code, own.organisation_name, own.node_id, own.organisation_id)


def other_speaker(sender: UUID, member: str, *, actor: Actor) -> Speaker:
    """Return the country of another node; raises RefusedError where it speaks for a country that is not its own. (J4)"""
    try:
        node = members.node_view(node_id=sender, actor=actor)
    except NotFoundError:
        raise RefusedError("not_its_country", _("The node is not in the roster.")) from None
    if node.participant_code != member or node.is_own:
        raise RefusedError("not_its_country", _("A node may speak for its own country alone."))
    return Speaker(member, node.organisation_name, node.node_id, node.organisation_id)


def compute_gaps_soon(at: datetime) -> None:
    """Let the table of pairs be computed anew: ordered once for ever, and hurried from then on."""
    jobs.enqueue(kind=GAP_WORK, key=GAP_WORK, due_at=at, at=at)
    jobs.hurry(kind=GAP_WORK, at=at)


def after_the_last(said: QuerySet[Any], at: datetime) -> datetime:
    """Return when a statement is recorded: after what was said of the same before, also where both arrive at one time."""
    last: datetime | None = said.aggregate(last=Max("recorded_at"))["last"]
    return at if last is None or last < at else last + timedelta(microseconds=1)
