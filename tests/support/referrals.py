# SPDX-License-Identifier: Apache-2.0
"""Items on their way between the nodes of one database: offered, sent, answered, traced, moved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings

from havn.domain.audit.models import Entry
from havn.domain.cases import selectors as cases
from havn.domain.cases.models import ContentItem, Report
from havn.domain.cases.rules import LegalClass, Track
from havn.domain.errors import RefusedError
from havn.domain.exchange.rules import IncomingEvent
from havn.domain.ledger.models import Fact, OutgoingEvent
from havn.domain.referral import selectors as referrals
from havn.domain.referral.models import Referral, ReferralStep
from havn.domain.referral.rules import Direction
from havn.domain.workflow.services import _notices, referring, telling
from tests.support.casework import SmallNode, assessed, submitted
from tests.support.other_nodes import Alliance, hosted_in

POLICY = settings.HAVN_POLICY


def refused(code: str, act: Callable[[], object]) -> None:
    """Whether it is refused with this code, and leaves nothing behind."""
    before = counted()
    with pytest.raises(RefusedError) as caught:
        act()
    assert caught.value.code == code
    assert counted() == before


def counted() -> tuple[int, ...]:
    tables = (Referral, ReferralStep, OutgoingEvent, Fact, Entry, ContentItem, Report)
    return tuple(table.objects.count() for table in tables)


def confirmed(
    node: SmallNode, legal_class: LegalClass = LegalClass.BASELINE, **parts: object
) -> UUID:
    """Return an own item that a person confirmed here, and police were told of."""
    submitted(node, **parts)
    node.work("file_submission")
    item_id = assessed(node, legal_class)
    node.at += POLICY.package_waits_at_most
    node.work("package")
    return item_id


def offered(
    world: Alliance,
    country: str = "SE",
    *,
    legal_class: LegalClass = LegalClass.BASELINE,
    **parts: object,
) -> UUID:
    """Return an item at home that was traced to another country."""
    node = world.nodes["DK"]
    item_id = confirmed(node, legal_class, **parts)
    telling.trace_finished(
        item_id=item_id, findings=hosted_in(country), actor=node.system, at=node.at
    )
    return item_id


def sent(world: Alliance, **how: object) -> tuple[UUID, UUID]:
    """Return an item that Denmark referred to Sweden, and the item that it is there."""
    item_id = offered(world, **how)  # type: ignore[arg-type]
    node = world.nodes["DK"]
    referring.item_referred(
        item_id=item_id, node_id=world.ids["SE"], actor=node.analyst, at=node.at
    )
    world.deliver()
    return item_id, taken(world, "SE").item_id


def out_of(world: Alliance, code: str) -> referrals.ReferralView:
    return side(world, code, Direction.OUT)


def taken(world: Alliance, code: str) -> referrals.ReferralView:
    return side(world, code, Direction.IN)


def side(world: Alliance, code: str, direction: Direction) -> referrals.ReferralView:
    page = referrals.referral_list(direction=direction, actor=world.nodes[code].system)
    return page.referrals[-1]


def item_at(world: Alliance, code: str, item_id: UUID) -> cases.ItemView:
    return world.nodes[code].item(item_id)


def words(
    world: Alliance, code: str, direction: Direction = Direction.OUT
) -> list[tuple[str, str]]:
    """Return what was said of the last referral, by number."""
    node = world.nodes[code]
    lines = referrals.steps(referral_id=side(world, code, direction).id, actor=node.system)
    return [(line.word, line.code) for line in sorted(lines, key=lambda each: each.number)]


def facts(name: str, organisation: UUID) -> list[dict[str, object]]:
    rows = Fact.objects.filter(name=name, organisation=organisation).order_by("recorded_at", "pk")
    return [row.codes for row in rows]


def trace(world: Alliance, code: str, item_id: UUID, country: str) -> None:
    with world.as_node(code) as node:
        telling.trace_finished(
            item_id=item_id, findings=hosted_in(country), actor=node.system, at=node.at
        )


def accept(world: Alliance, code: str = "SE") -> None:
    with world.as_node(code) as node:
        referring.referral_accepted(
            referral_id=taken(world, code).id, actor=node.analyst, at=node.at
        )
    world.deliver()


def decline(world: Alliance, reason: str, *, country: str = "", code: str = "SE") -> None:
    with world.as_node(code) as node:
        referring.referral_declined(
            referral_id=taken(world, code).id,
            reason=reason,
            country=country,
            actor=node.analyst,
            at=node.at,
        )
    world.deliver()


def broken(world: Alliance, **changes: Any) -> IncomingEvent:
    """Return the event that Denmark tells Sweden, changed on its way."""
    item_id, node = offered(world), world.nodes["DK"]
    referring.item_referred(
        item_id=item_id, node_id=world.ids["SE"], actor=node.analyst, at=node.at
    )
    [(_to, event)] = world.events()
    body = {**event.body, **{k: v for k, v in changes.items() if k in event.body}}
    rest = {k: v for k, v in changes.items() if k not in event.body}
    return replace(event, body=body, **rest)


def move(node: SmallNode, item_id: UUID, target: str, **when: object) -> None:
    _notices.move(item_id, Track.AVAILABILITY, target, actor=node.system, **when)  # type: ignore[arg-type]
