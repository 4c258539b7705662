# SPDX-License-Identifier: Apache-2.0
"""The same address on two nodes: asked about before anybody looks, told to who asks, and taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from havn.domain.actor import Actor
from havn.domain.assessment import selectors as assessments
from havn.domain.assessment import services as assessment
from havn.domain.audit import services as audit
from havn.domain.cases import selectors as cases
from havn.domain.cases.rules import Availability, LegalClass
from havn.domain.errors import RefusedError
from havn.domain.exchange.rules import IncomingEvent
from havn.domain.members import selectors as members
from havn.domain.referral import rules
from havn.domain.referral import selectors as referrals
from havn.domain.referral import services as referral
from havn.domain.referral.rules import KnownAsk, KnownThere
from havn.domain.workflow.services import _following, _orders
from havn.domain.workflow.services._again import again_at
from havn.domain.workflow.services._orders import Work
from havn.lib.encoding import uuid4


class Heard(StrEnum):
    """What became of what another node told."""

    NOTHING = "nothing"  # the item is assessed or closed, or this was told before
    KEPT = "kept"  # it is the item's assessment now
    SHOWN = "shown"  # somebody holds the item, and decides


# 1. Others are asked about what was filed here.


def order_asking(*, actor: Actor, at: datetime) -> int:
    """Order the questions about what was filed since the last round; returns how many there are."""  # E43
    if not referrals.waits_to_be_asked(actor=actor):
        return 0
    own = members.own_node(actor=actor)
    if own.state != "active" or not members.is_usable(at=at, actor=actor):
        return 0  # it goes on waiting
    system = Actor.system(organisation=own.organisation_id)
    peers = [peer.node_id for peer in members.peers(actor=actor)]
    with transaction.atomic():
        rounds = referral.begin_rounds(actor=system, at=at)
        orders = [
            (Work.KNOWN_ASK, node_id, f"{round_id}:{node_id}")
            for round_id in rounds
            for node_id in peers
        ]
        _orders.order_all(orders, due_at=at, actor=system, at=at)
    return len(orders)


@dataclass(frozen=True, slots=True)
class Question:
    """What one node is asked now, and which item each digest stands for; only these leave the node."""

    ask: KnownAsk
    items: Mapping[str, UUID]


@audit.action("casework.known_asked", did_nothing=lambda question: question is None)
def known_asked(*, round_id: UUID, node_id: UUID, actor: Actor, at: datetime) -> Question | None:
    """Return what to ask a node now: what still waits for an assessment; None where nothing does."""
    together = referrals.items_of_round(round_id=round_id, actor=actor)
    lines = cases.items_to_ask_about(item_ids=together, actor=actor, at=at)
    if not lines:
        return None
    items = {line.digest: line.item_id for line in lines}
    question = Question(KnownAsk(uuid4(), tuple(sorted(items))), items)
    detail = {"node": str(node_id), "asked": len(items)}
    _entry("casework.known_asked", "known", question.ask.id, actor, at, detail)
    return question


@audit.action("casework.known_answered")
def known_answered(*, ask_id: UUID, node_id: UUID, told: int, actor: Actor, at: datetime) -> None:
    """Note that a node answered, and how many of the addresses it knows."""  # E42
    detail = {"node": str(node_id), "told": told}
    _entry("casework.known_answered", "known", ask_id, actor, at, detail)


@audit.action("casework.known_not_answered", did_nothing=lambda again_at: again_at is not None)
def known_not_answered(
    *,
    node_id: UUID,
    began_at: datetime,
    code: str,
    is_final: bool = False,
    retry_after_seconds: float | None = None,
    actor: Actor,
    at: datetime,
) -> datetime | None:
    """Return when to ask again; None when the node refuses, or the time is over, and people decide as ever."""
    policy = settings.HAVN_POLICY
    over_at = began_at + policy.known_waits_at_most
    if is_final or at >= over_at:
        detail = {"node": str(node_id), "code": code}
        _entry("casework.known_not_answered", "node", node_id, actor, at, detail)
        return None
    wait = max(policy.known_ask_every, (at - began_at) / 4)
    return again_at(at, wait=wait, retry_after_seconds=retry_after_seconds, over_at=over_at)


@dataclass(frozen=True, slots=True)
class Later:
    """Whether what was shown became the item's assessment, or when to try again."""

    is_kept: bool = False
    again_at: datetime | None = None


# 2. Another node knows it: its assessment counts here, and nobody looks again.


@audit.action("casework.known_elsewhere", did_nothing=lambda heard: heard is Heard.NOTHING)
def known_elsewhere(
    *, item_id: UUID, node_id: UUID, found: KnownThere, actor: Actor, at: datetime
) -> Heard:
    """Keep that another node assessed the address, as the item's assessment unless somebody holds it."""  # E44
    is_told_before = referrals.is_heard(node_id=node_id, reference=found.reference, actor=actor)
    if is_told_before or not _waits(item_id, actor=actor):
        return Heard.NOTHING
    is_free = assessment.spare_item(item_id=item_id, actor=actor, at=at)
    if not is_free and not _waits(item_id, actor=actor):  # somebody assessed it just then
        return Heard.NOTHING
    view = referral.keep_elsewhere(
        item_id=item_id, node_id=node_id, found=found, is_kept=is_free, actor=actor, at=at
    )
    if is_free:
        _keep(view, actor=actor, at=at)
    else:
        due_at = at + settings.HAVN_POLICY.lease
        _orders.order(Work.KNOWN_KEEP, item_id, view.id, due_at=due_at, actor=actor, at=at)
    _entry("casework.known_elsewhere", "item", item_id, actor, at, {"node": str(node_id)})
    return Heard.KEPT if is_free else Heard.SHOWN


@audit.action("casework.known_kept", did_nothing=lambda result: not result.is_kept)
def known_kept(*, elsewhere_id: UUID, actor: Actor, at: datetime) -> Later:
    """Keep what was only shown, where whoever held the item let it go without an assessment."""  # E44
    view = referrals.known_elsewhere(elsewhere_id=elsewhere_id, actor=actor)
    if view.withdrawn_at is not None or view.is_kept or not _waits(view.item_id, actor=actor):
        return Later()
    if not assessment.spare_item(item_id=view.item_id, actor=actor, at=at):
        return Later(again_at=at + settings.HAVN_POLICY.lease)
    referral.note_kept(elsewhere_id=elsewhere_id, actor=actor, at=at)
    _keep(view, actor=actor, at=at)
    _entry("casework.known_kept", "item", view.item_id, actor, at)
    return Later(is_kept=True)


def _waits(item_id: UUID, *, actor: Actor) -> bool:
    item = cases.item(item_id=item_id, actor=actor)
    return item.is_open and not item.legal_class


def _keep(view: referrals.KnownView, *, actor: Actor, at: datetime) -> None:
    assessment.keep_assessment_of_another(
        item_id=view.item_id,
        made=assessment.OfAnother(
            node_id=view.node_id,
            legal_class=LegalClass.BASELINE,
            jurisdiction=view.jurisdiction,
            scheme=view.scheme,
            scheme_version=view.scheme_version,
            labels=(),
            age_band=view.age_band,
            sex=view.sex,
            origin=view.origin,
            assessed_at=view.assessed_at,
        ),
        own_country=members.own_node(actor=actor).member_code,
        actor=actor,
        at=at,
    )
    _following.follow_assessment(view.item_id, due_at=at, actor=actor, at=at)


@audit.action("casework.known_withdrawn", did_nothing=lambda item_id: item_id is None)
def known_withdrawn(*, event: IncomingEvent, actor: Actor, at: datetime) -> UUID | None:
    """Take back what another node told, at its word; where nothing else counts, a person here looks."""  # E47
    try:
        rules.read_known_withdrawn(event.body)
    except rules.BodyError as error:
        sentence = _("The event says something that cannot be taken (%(field)s).")
        raise RefusedError(error.code, sentence % {"field": error.field}) from error
    view = referral.hear_withdrawn(
        reference=event.subject_id, node_id=event.sender, actor=actor, at=at
    )
    if view is None:
        return None
    if view.is_kept and _take_back(view, actor=actor, at=at):
        _following.let_a_person_look(view.item_id, actor=actor, at=at)
    _entry("casework.known_withdrawn", "item", view.item_id, actor, at)
    return view.item_id


def _take_back(view: referrals.KnownView, *, actor: Actor, at: datetime) -> bool:
    """Take the assessment back; not of a closed item beside which the address is open again."""
    try:
        assessment.take_back_assessment_of_another(
            item_id=view.item_id,
            node_id=view.node_id,
            own_country=members.own_node(actor=actor).member_code,
            actor=actor,
            at=at,
        )
    except RefusedError as refusal:
        if refusal.code != "superseded":
            raise
        return False
    return True


# 3. Others ask us.


@audit.action("casework.known_told")
def known_told(*, ask: KnownAsk, actor: Actor, at: datetime) -> tuple[KnownThere, ...]:
    """Return what a node that asks is told: what our own people assessed as baseline, and counts now."""  # E37
    lines = [
        line
        for line in cases.open_items_of_digests(
            digests=ask.digests, key_version=ask.key_version, actor=actor, at=at
        )
        if line.legal_class == LegalClass.BASELINE and line.availability in rules.TOLD_WHILE
    ]
    made = assessments.own_baseline(item_ids=[line.item_id for line in lines], actor=actor)
    references = referral.tell_known(ask=ask, item_ids=made.keys(), actor=actor, at=at)
    if assessments.own_baseline(item_ids=made.keys(), actor=actor) != made:
        raise RefusedError("changed_meanwhile", _("Somebody changed this just now. Ask again."))
    told = tuple(
        _told(line, made[line.item_id], references[line.item_id])
        for line in lines
        if line.item_id in made
    )
    detail = {"asked": len(ask.digests), "told": len(told)}
    _entry("casework.known_told", "known", ask.id, actor, at, detail)
    return told


def _told(line: cases.DigestLine, made: assessments.OwnAssessment, reference: UUID) -> KnownThere:
    return KnownThere(
        digest=line.digest,
        jurisdiction=made.jurisdiction,
        scheme=made.scheme,
        scheme_version=made.scheme_version,
        age_band=made.age_band,
        sex=made.sex,
        origin=made.origin,
        assessed_at=made.assessed_at,
        availability=Availability(line.availability),
        reference=reference,
    )


def _entry(
    action: str,
    kind: str,
    subject_id: UUID,
    actor: Actor,
    at: datetime,
    detail: Mapping[str, object] | None = None,
) -> None:
    audit.record(
        action=action,
        actor=actor,
        subject_kind=kind,
        subject_id=subject_id,
        at=at,
        detail=detail,
    )
