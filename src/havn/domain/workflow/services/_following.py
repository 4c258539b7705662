# SPDX-License-Identifier: Apache-2.0
"""What follows from an assessment, wherever it was made; parts of larger actions."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings

from havn.domain.actor import Actor
from havn.domain.assessment import services as assessment
from havn.domain.cases import selectors as cases
from havn.domain.cases import services as record
from havn.domain.cases.rules import Assignment, Mover, Police, Track, can_be_checked
from havn.domain.tracing import services as contacts
from havn.domain.workflow.services import _known, _notices, _orders, _referrals
from havn.domain.workflow.services._orders import Work


def order_work(
    confirmed: Sequence[cases.ItemLine | cases.ItemView],
    *,
    untold: Collection[UUID],
    due_at: datetime,
    actor: Actor,
    at: datetime,
) -> None:
    """Order what follows a confirming assessment; the package waits for the trace, or so long."""
    reasons = {item.id: f"{item.id}:{item.version}" for item in confirmed}
    works = [(work, item.id, reasons[item.id]) for item in confirmed for work in works_after(item)]
    _orders.order_all(works, due_at=due_at, actor=actor, at=at)
    packages = [(Work.PACKAGE, item_id, reasons[item_id]) for item_id in untold]
    latest = due_at + settings.HAVN_POLICY.package_waits_at_most
    _orders.order_all(packages, due_at=latest, actor=actor, at=at)


def works_after(item: cases.ItemLine | cases.ItemView) -> Iterator[Work]:
    """Yield what the machine does about a confirmed item."""
    yield Work.TRACE
    if can_be_checked(href=item.href, host=item.host):
        yield Work.CHECK


def move_police(
    item_ids: Sequence[UUID], target: Police, *, batch_id: UUID, actor: Actor, at: datetime
) -> None:
    """Move the police track of many items."""
    record.move_tracks(
        item_ids=item_ids,
        track=Track.POLICE,
        target=target,
        mover=Mover.SYSTEM,
        batch_id=batch_id,
        actor=actor,
        at=at,
    )


def follow_assessment(item_id: UUID, *, due_at: datetime, actor: Actor, at: datetime) -> None:
    """Order what follows from the assessment that counts now, or take back what waits."""
    item = cases.item(item_id=item_id, actor=actor)
    tell_reporters([item_id], actor=actor, at=at)
    _referrals.tell_assessed(item, actor=actor, at=at)
    _known.tell_if_withdrawn([item_id], actor=actor, at=at)
    if not _notices.is_confirmed(item):
        stop_work(item, actor=actor, at=at)
        return
    untold = [item_id] if item.police == Police.NONE else []
    if untold:
        _notices.move(item_id, Track.POLICE, Police.DUE, actor=actor, at=at)
    order_work([item], untold=untold, due_at=due_at, actor=actor, at=at)


def let_a_person_look(item_id: UUID, *, actor: Actor, at: datetime) -> None:
    """Follow an assessment of another node that was taken back; a person here looks, if nobody has."""
    item = cases.item(item_id=item_id, actor=actor)
    follow_assessment(item.id, due_at=at, actor=actor, at=at)
    if item.legal_class or not item.is_open:
        return
    if item.assignment == Assignment.OFFERED:
        _notices.move(
            item.id, Track.ASSIGNMENT, Assignment.HERE, reason="not confirmed", actor=actor, at=at
        )
    assessment.enter_queue(items={item.report_id: [item.id]}, actor=actor, at=at)


def stop_work(item: cases.ItemLine | cases.ItemView, *, actor: Actor, at: datetime) -> None:
    """Take back what waits about an item that is not confirmed any more; what was told stays told."""
    _orders.withdraw(_orders.AFTER_ASSESSMENT, [item.id], at=at)
    _notices.take_back(item.id, reason="not confirmed", actor=actor, at=at)
    contacts.settle_waiting(item_id=item.id, actor=actor)
    if item.police == Police.DUE:
        _notices.move(item.id, Track.POLICE, Police.NONE, actor=actor, at=at)


def tell_reporters(item_ids: Collection[UUID], *, actor: Actor, at: datetime) -> None:
    """Order that those who reported the items see what changed."""
    reports = cases.reports_of_items(item_ids=item_ids, actor=actor)
    _orders.order_status(reports, actor=actor, at=at)
