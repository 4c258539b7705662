# SPDX-License-Identifier: Apache-2.0
"""The nodes of the Alliance as the exchange and the referrals see them."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from havn.domain.actor import Actor
from havn.domain.errors import NotFoundError
from havn.domain.members.rules import HOTLINE, ORPHANS, SECRETARIAT, State
from havn.domain.members.selectors._views import NodeView, node_views, nodes


def peers(*, actor: Actor) -> tuple[NodeView, ...]:
    """Return all other nodes that take part now."""
    del actor  # The roster is public.
    rows = nodes().filter(
        is_own=False, state=State.ACTIVE, organisation__member__state=State.ACTIVE
    )
    return node_views(rows)


def node_view(*, node_id: UUID, actor: Actor) -> NodeView:
    """Return one node of the roster, suspended ones included; raises NotFoundError."""
    del actor  # The roster is public.
    found = node_views(nodes().filter(pk=node_id))
    if not found:
        raise NotFoundError
    return found[0]


def nodes_of_ids(*, node_ids: Iterable[UUID], actor: Actor) -> dict[UUID, NodeView]:
    """Return those of these nodes that the roster has, suspended ones included; two queries."""
    del actor  # The roster is public.
    return {view.node_id: view for view in node_views(nodes().filter(pk__in=set(node_ids)))}


def nodes_for_country(*, code: str, actor: Actor, role: str = HOTLINE) -> tuple[NodeView, ...]:
    """Return the nodes of a participant whose organisation has this role: where a referral goes."""  # R29
    del actor  # The roster is public.
    rows = nodes().filter(
        state=State.ACTIVE,
        organisation__is_listed=True,
        organisation__member__state=State.ACTIVE,
        organisation__member__code=code,
    )
    return tuple(each for each in node_views(rows) if role in each.roles)


def orphan_mandates(*, actor: Actor) -> tuple[NodeView, ...]:
    """Return the nodes that take orphans, in the order in which they are asked in turn."""  # R30
    del actor  # The roster is public.
    rows = nodes().filter(
        state=State.ACTIVE,
        organisation__is_listed=True,
        organisation__member__state=State.ACTIVE,
    )
    return tuple(each for each in node_views(rows) if ORPHANS in each.mandates)


def secretariat_nodes(*, actor: Actor) -> tuple[NodeView, ...]:
    """Return the nodes of the organisation that runs the hub: where national reports go."""  # R43
    del actor  # The roster is public.
    rows = nodes().filter(
        state=State.ACTIVE,
        organisation__is_listed=True,
        organisation__member__state=State.ACTIVE,
    )
    return tuple(each for each in node_views(rows) if SECRETARIAT in each.mandates)


def nodes_of_member(*, code: str, actor: Actor) -> tuple[NodeView, ...]:
    """Return the active nodes of a participant, whatever their organisations do."""
    del actor  # The roster is public.
    return tuple(each for each in peers(actor=Actor.system()) if each.participant_code == code)
