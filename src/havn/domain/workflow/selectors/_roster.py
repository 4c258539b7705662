# SPDX-License-Identifier: Apache-2.0
"""What the roster says to referrals: which nodes are where, who takes orphans, what a pair may exchange."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from havn.domain.actor import Actor
from havn.domain.errors import NotFoundError
from havn.domain.members import selectors as members
from havn.domain.referral.rules import Known


def known(node_id: UUID, *, actor: Actor) -> Known | None:
    """Return a node of the roster, suspended ones included; None for one that is not in it."""
    try:
        view = members.node_view(node_id=node_id, actor=actor)
    except NotFoundError:
        return None
    return _known(view)


def nodes_in(country: str, *, actor: Actor) -> list[Known]:
    """Return the hotlines' nodes of a country that take part now, but the own one."""
    return _others(members.nodes_for_country(code=country, actor=actor))


def mandated(*, actor: Actor) -> list[Known]:
    """Return the nodes that take orphans, but the own one."""
    return _others(members.orphan_mandates(actor=actor))


def takes_orphans(node_id: UUID, *, actor: Actor) -> bool:
    """Whether a node holds the mandate for orphans."""
    return any(each.node_id == node_id for each in members.orphan_mandates(actor=actor))


def allows(sender: str, receiver: str, *, at: datetime, actor: Actor) -> frozenset[str]:
    """Return what the law of the pair lets the sender send to the receiver on this day."""
    found = members.legal_basis_between(
        sender=sender, receiver=receiver, on=at.date(), actor=actor
    )
    return found.allows if found else frozenset()


def _others(views: Iterable[members.NodeView]) -> list[Known]:
    return [_known(view) for view in views if not view.is_own]


def _known(view: members.NodeView) -> Known:
    return Known(view.node_id, view.participant_code, view.is_active or view.is_own)
