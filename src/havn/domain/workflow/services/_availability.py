# SPDX-License-Identifier: Apache-2.0
"""How checks, ours and those of other nodes, move an item's availability; parts of larger actions."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings

from havn.domain.actor import Actor
from havn.domain.cases import selectors as cases
from havn.domain.cases.rules import Availability, Track
from havn.domain.errors import RefusedError
from havn.domain.takedown import rules as takedown_rules
from havn.domain.takedown import selectors as takedown
from havn.domain.takedown.rules import VerdictKind
from havn.domain.tracing import services as contacts
from havn.domain.workflow.services import _notices, _orders
from havn.domain.workflow.services._orders import Work


def moves_of_hidden(
    item_id: UUID,
    current: Availability,
    own: VerdictKind | None,
    *,
    since: datetime | None,
    actor: Actor,
) -> tuple[Availability, ...] | None:
    """Return the moves of what only other countries see; None where our own checks decide."""
    elsewhere = takedown.verdicts_elsewhere(item_id=item_id, since=since, actor=actor)
    return takedown_rules.moves_by_vantages(current, own, elsewhere)


def order_looks_elsewhere(
    item_id: UUID, *, since: datetime | None, next_check_at: datetime, actor: Actor, at: datetime
) -> None:
    """Order that other nodes are asked before a check that may make the item removed."""
    policy = settings.HAVN_POLICY
    if not takedown_rules.may_remove(
        since=since, next_check_at=next_check_at, removed_after=policy.removed_after
    ):
        return
    due_at = takedown_rules.ask_elsewhere_at(next_check_at, ahead=policy.vantages_ahead, at=at)
    reason = f"{item_id}:before:{next_check_at:%Y%m%dT%H%M%S%f}"
    _orders.order(Work.VANTAGES, item_id, reason, due_at=due_at, actor=actor, at=at)


def move(
    item_id: UUID,
    moves: tuple[Availability, ...],
    *,
    since: datetime | None,
    reason: str = "",
    actor: Actor,
    at: datetime,
) -> bool:
    """Make the moves; false when a newer item with the same address has taken over."""
    try:
        for target in moves:
            when = since if target is Availability.REMOVED else at
            _notices.move(
                item_id,
                Track.AVAILABILITY,
                target,
                reason=reason,
                happened_at=when,
                actor=actor,
                at=at,
            )
    except RefusedError as refusal:
        if refusal.code != "superseded":
            raise
        return False
    return True


def follow(
    item_id: UUID,
    found: VerdictKind,
    moves: tuple[Availability, ...],
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """Do what follows from a check: take back or queue notices, trace again, tell who reported."""
    if Availability.REMOVED in moves:
        _notices.take_back(item_id, reason="removed", actor=actor, at=at)
        contacts.settle_waiting(item_id=item_id, actor=actor)
    if Availability.REAPPEARED in moves:
        reason = f"{item_id}:reappeared:{at:%Y%m%dT%H%M%S}"
        _orders.order(Work.TRACE, item_id, reason, due_at=at, actor=actor, at=at)
        if found is VerdictKind.UP:
            _notices.notify_again(item_id, actor=actor, at=at)
    elif found is not VerdictKind.GONE:
        _notices.notify_if_ready(item_id, actor=actor, at=at)
    if {Availability.REMOVED, Availability.REAPPEARED} & set(moves):
        reports = cases.reports_of_items(item_ids=[item_id], actor=actor)
        _orders.order_status(reports, actor=actor, at=at)
