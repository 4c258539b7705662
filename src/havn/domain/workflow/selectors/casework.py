# SPDX-License-Identifier: Apache-2.0
"""Where an item may go from here, and what may travel with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from havn.domain.actor import Actor
from havn.domain.cases import selectors as cases
from havn.domain.members import selectors as members
from havn.domain.referral import rules
from havn.domain.referral import selectors as referrals
from havn.domain.referral.rules import Known, Way, Why, ways_on
from havn.domain.workflow.selectors import _roster


@dataclass(frozen=True, slots=True)
class Offer:
    """A node to which an item may go, and what may travel with it by the law of the pair."""

    node_id: UUID
    name: str
    country: str
    why: rules.Why
    is_return: bool
    may_carry_personal: bool


@dataclass(frozen=True, slots=True)
class Offers:
    """What the page that sends an item shows: where it may go, and whether a reporter is in it."""

    nodes: tuple[Offer, ...]
    has_personal: bool


def offers(*, item_id: UUID, actor: Actor, at: datetime) -> Offers:
    """Return where an item may go from here; writes nothing."""
    item = cases.item(item_id=item_id, actor=actor)
    ways = ways_of(item_id=item_id, country=item.hosting_country, actor=actor)
    views = members.nodes_of_ids(node_ids=[way.node_id for way in ways], actor=actor)
    own = members.own_node(actor=actor).member_code
    return Offers(
        nodes=tuple(_offer(way, views[way.node_id], own=own, actor=actor, at=at) for way in ways),
        has_personal=item.has_personal,
    )


def _offer(way: Way, view: members.NodeView, *, own: str, actor: Actor, at: datetime) -> Offer:
    allowed = _roster.allows(own, view.participant_code, at=at, actor=actor)
    return Offer(
        node_id=way.node_id,
        name=view.organisation_name,
        country=view.participant_code,
        why=way.why,
        is_return=way.is_return,
        may_carry_personal=rules.may_carry_personal(allows=allowed, has_reason=False),
    )


def came_through(*, item_id: UUID, actor: Actor) -> tuple[UUID, ...]:
    """Return the nodes through which an item came here, its sender last; none for an own one."""
    system = Actor.system(organisation=actor.organisation)
    last = referrals.open_in_of_item(item_id=item_id, actor=system)
    return last.chain if last else ()


def ways_of(*, item_id: UUID, country: str, actor: Actor) -> tuple[Way, ...]:
    """Return to which nodes an item hosted in a country may go from here, what is proposed first."""
    system = Actor.system(organisation=actor.organisation)
    own = members.own_node(actor=actor)
    if country in {"", own.member_code}:
        return ()
    last = referrals.open_in_of_item(item_id=item_id, actor=system)
    mandated = _roster.mandated(actor=actor)
    return ways_on(
        country=country,
        own=own.node_id,
        there=_roster.nodes_in(country, actor=actor),
        mandated=mandated,
        came_through=last.chain if last else (),
        came_from=_roster.known(last.node_id, actor=actor) if last else None,
        asked_last=_asked_last(mandated, actor=system),
    )


def is_somebody_there(*, item_id: UUID, country: str, actor: Actor) -> bool:
    """Whether a node is where the item is hosted, and not only one that takes orphans."""
    ways = ways_of(item_id=item_id, country=country, actor=actor)
    return any(way.why is not Why.ORPHAN for way in ways)


def _asked_last(nodes: Sequence[Known], *, actor: Actor) -> dict[UUID, datetime]:
    return referrals.asked_last(node_ids=[node.node_id for node in nodes], actor=actor)
