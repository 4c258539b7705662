# SPDX-License-Identifier: Apache-2.0
"""Assessments of other nodes: kept as theirs, taken back with them, and what the law here says of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.conf import settings

from havn.domain.actor import Actor
from havn.domain.assessment import rules
from havn.domain.assessment.models import Assessment, QueueEntry, Withdrawal
from havn.domain.assessment.services import _leases
from havn.domain.assessment.services._assessments import (
    DONE,
    assessment_of,
    classes_that_count,
    require_not_bound,
    tell,
)
from havn.domain.audit import services as audit
from havn.domain.cases import selectors as cases
from havn.domain.cases import services as record
from havn.domain.cases.rules import LegalClass
from havn.lib.encoding import uuid4


@dataclass(frozen=True, slots=True)
class OfAnother:
    """An assessment that another node made; not the person there."""

    node_id: UUID
    legal_class: LegalClass
    jurisdiction: str
    scheme: str
    scheme_version: str
    labels: tuple[str, ...]
    age_band: str
    sex: str
    origin: str
    assessed_at: datetime


@audit.action("assessment.received")
def keep_assessment_of_another(
    *, item_id: UUID, made: OfAnother, own_country: str, actor: Actor, at: datetime
) -> LegalClass | None:
    """Keep the assessment that another node told us of, so that nobody here looks again; returns what counts."""
    Assessment.objects.create(
        id=uuid4(),
        item_id=item_id,
        organisation=actor.scope,
        legal_class=made.legal_class.value,
        jurisdiction=made.jurisdiction,
        scheme=made.scheme,
        scheme_version=made.scheme_version,
        labels=list(made.labels),
        age_band=made.age_band,
        sex=made.sex,
        origin=made.origin,
        node_id=made.node_id,
        policy_version="",
        assessed_at=made.assessed_at,
        recorded_at=at,
    )
    class_now = _count_again(item_id, own_country, actor=actor, at=at)
    _take_out_of_queue(item_id, actor=actor)
    _entry("assessment.received", item_id, actor, at, node_id=made.node_id)
    return class_now


def spare_item(*, item_id: UUID, actor: Actor, at: datetime) -> bool:
    """Take an item out of the queue that nobody holds; false where somebody was quicker.

    One conditional update, as taking it is: of two at the same moment one wins. Part of a larger action.
    """
    waiting = QueueEntry.objects.filter(
        _leases.free(at), pk=item_id, organisation=actor.scope
    ).exclude(state=rules.QueueState.DONE.value)
    return waiting.update(**DONE) == 1


@audit.action("assessment.taken_back", did_nothing=lambda found: not found[0])
def take_back_assessment_of_another(
    *, item_id: UUID, node_id: UUID, own_country: str, actor: Actor, at: datetime
) -> tuple[bool, LegalClass | None]:
    """Take back what another node assessed, at its word; returns whether any stood, and what counts now."""
    standing = Assessment.objects.filter(
        item_id=item_id, organisation=actor.scope, node_id=node_id, withdrawal__isnull=True
    )
    rows = list(standing)
    if not rows:
        return False, None
    Withdrawal.objects.bulk_create([Withdrawal(assessment=row, withdrawn_at=at) for row in rows])
    class_now = _count_again(item_id, own_country, actor=actor, at=at)
    _entry("assessment.taken_back", item_id, actor, at, node_id=node_id)
    return True, class_now


@audit.action("item.found_not_illegal")
def find_not_illegal(*, item_id: UUID, own_country: str, actor: Actor, at: datetime) -> None:
    """Keep a person's view that what another node found national is not illegal here.

    Raises RefusedError("assessed_by_another") for what it found baseline.
    """
    _leases.require_analyst(actor)
    require_not_bound(item_id, actor=actor)
    proposed = rules.default_decision(settings.HAVN_POLICY, jurisdiction=own_country)
    decision = replace(proposed, legal_class=LegalClass.NOT_ILLEGAL, origin=rules.Origin.UNKNOWN)
    row = assessment_of(item_id, decision, actor=actor, at=at)
    Assessment.objects.bulk_create([row])
    _count_again(item_id, own_country, actor=actor, at=at)
    tell({item_id: True}, decision, actor=actor, at=at)
    _entry("item.found_not_illegal", item_id, actor, at)


def _count_again(
    item_id: UUID, own_country: str, *, actor: Actor, at: datetime
) -> LegalClass | None:
    class_now = classes_that_count([item_id], own_country)[item_id]
    record.set_legal_class(item_id=item_id, legal_class=class_now, actor=actor, at=at)
    return class_now


def _take_out_of_queue(item_id: UUID, *, actor: Actor) -> None:
    """Let nobody be asked for an assessment; who looks at it just now loses it, and is spared the rest."""
    (item,) = cases.items_to_assess(item_ids=[item_id], actor=actor)
    deadline = rules.deadline_for(
        settings.HAVN_POLICY, urgency=item.urgency, received_at=item.received_at
    )
    QueueEntry.objects.update_or_create(
        item_id=item_id,
        defaults=dict(DONE),
        create_defaults={
            "organisation": actor.scope,
            "state": rules.QueueState.DONE.value,
            "deadline_at": deadline,
            "class_rank": rules.class_rank(item.urgency),
            "received_at": item.received_at,
        },
    )


def _entry(
    action: str, item_id: UUID, actor: Actor, at: datetime, *, node_id: UUID | None = None
) -> None:
    audit.record(
        action=action,
        actor=actor,
        subject_kind="item",
        subject_id=item_id,
        at=at,
        detail={"node": str(node_id)} if node_id else None,
    )
