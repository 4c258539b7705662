# SPDX-License-Identifier: Apache-2.0
"""What those hear who referred an item, or have it by a referral, when something happens to it here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from havn.domain.actor import Actor
from havn.domain.assessment import selectors as assessment
from havn.domain.cases import selectors as cases
from havn.domain.cases.rules import (
    Assignment,
    Availability,
    LegalClass,
    Notice,
    Police,
    Track,
    is_confirming,
)
from havn.domain.members import selectors as members
from havn.domain.referral import selectors as referrals
from havn.domain.referral import services as referral
from havn.domain.referral.rules import Ended, Made, Progress

# Which moves of an item are told to whoever referred it. (E23)
_TOLD = {
    (Track.POLICE, Police.TOLD): Progress.POLICE_TOLD,
    (Track.NOTICE, Notice.SENT): Progress.NOTICE_SENT,
    (Track.AVAILABILITY, Availability.UNAVAILABLE): Progress.UNAVAILABLE,
    (Track.AVAILABILITY, Availability.REMOVED): Progress.REMOVED,
    (Track.AVAILABILITY, Availability.REAPPEARED): Progress.REAPPEARED,
}


def tell_move(
    item_id: UUID,
    track: Track,
    target: str,
    *,
    happened_at: datetime | None,
    actor: Actor,
    at: datetime,
) -> None:
    """Tell of a move of a track, unless another node has the item: then its word counts, and not ours."""
    action = next((a for (t, s), a in _TOLD.items() if (t, str(s)) == (track, str(target))), None)
    if action is None:
        return
    if cases.item(item_id=item_id, actor=actor).assignment == Assignment.MEMBER:
        return
    tell(item_id, action, happened_at=happened_at, actor=actor, at=at)


def tell(
    item_id: UUID,
    action: Progress,
    *,
    word_of: UUID | None = None,
    country: str = "",
    happened_at: datetime | None = None,
    actor: Actor,
    at: datetime,
) -> None:
    """Tell whoever referred the item what happened to it, here or at whoever has it now."""
    system = Actor.system(organisation=actor.organisation)
    if not any(
        r.direction == "in" for r in referrals.referrals_of_item(item_id=item_id, actor=system)
    ):
        return
    referral.tell_progress(
        item_id=item_id,
        action=action,
        own=members.own_node(actor=actor).node_id,
        word_of=word_of,
        country=country,
        happened_at=happened_at,
        actor=system,
        at=at,
    )


def tell_assessed(item: cases.ItemView | cases.ItemLine, *, actor: Actor, at: datetime) -> None:
    """Tell those who have the item what is found now, and whoever referred it that it is not illegal here."""
    system = Actor.system(organisation=actor.organisation)
    found = referrals.referrals_of_item(item_id=item.id, actor=system)
    legal_class = LegalClass(item.legal_class) if item.legal_class else None
    if any(each.direction == "out" and each.is_open for each in found):
        made = made_of(item, actor=system) if is_confirming(legal_class) else None
        referral.tell_reassessed(item_id=item.id, made=made, actor=system, at=at)
    is_over = legal_class in {LegalClass.NOT_ILLEGAL, LegalClass.UNDETERMINED}
    if is_over and any(each.direction == "in" and each.is_open for each in found):
        tell(item.id, Progress.NOT_ILLEGAL, actor=system, at=at)


def tell_all_assessed(items: Iterable[cases.ItemLine], *, actor: Actor, at: datetime) -> None:
    """Tell the same of many items; most of them were never referred."""
    lines = {item.id: item for item in items}
    system = Actor.system(organisation=actor.organisation)
    for item_id in referrals.items_under_way(item_ids=lines, actor=system):
        tell_assessed(lines[item_id], actor=actor, at=at)


def tell_ended(
    item_id: UUID,
    outcome: Ended,
    *,
    word_of: UUID | None = None,
    from_node: UUID | None = None,
    actor: Actor,
    at: datetime,
) -> None:
    """End the referrals by which this node has the item."""
    referral.end(
        item_id=item_id,
        outcome=outcome,
        own=members.own_node(actor=actor).node_id,
        word_of=word_of,
        from_node=from_node,
        actor=actor,
        at=at,
    )


def made_of(item: cases.ItemView | cases.ItemLine, *, actor: Actor) -> Made:
    """Return the assessment that counts, as a referral carries it: whose node's it is, and not whose. (E17)"""
    views = assessment.assessments(item_id=item.id, actor=actor)
    counts = next(v for v in views if not v.is_withdrawn and v.legal_class == item.legal_class)
    return Made(
        by=counts.node_id or members.own_node(actor=actor).node_id,
        legal_class=LegalClass(counts.legal_class),
        jurisdiction=counts.jurisdiction,
        scheme=counts.scheme,
        scheme_version=counts.scheme_version,
        assessed_at=counts.assessed_at,
        labels=counts.labels,
        age_band=counts.age_band,
        sex=counts.sex,
        origin=counts.origin,
    )
