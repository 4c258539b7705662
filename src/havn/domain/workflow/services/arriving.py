# SPDX-License-Identifier: Apache-2.0
"""Events about referrals arrive: an item comes here, or its receiver says what became of ours.

`event_arrived` is what the exchange calls. The same event twice, or events in another order, come to the
same; what is refused changes nothing and raises RefusedError with a code of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from havn.domain.actor import Actor
from havn.domain.assessment import services as assessment
from havn.domain.audit import services as audit
from havn.domain.cases import selectors as cases
from havn.domain.cases import services as record
from havn.domain.cases.rules import Assignment, LegalClass, Track, can_be_checked
from havn.domain.errors import RefusedError
from havn.domain.exchange.rules import IncomingEvent
from havn.domain.members import selectors as members
from havn.domain.referral import rules
from havn.domain.referral import selectors as referrals
from havn.domain.referral import services as referral
from havn.domain.referral.rules import (
    Direction,
    Ended,
    Kind,
    Known,
    Progress,
    Refusal,
    Word,
)
from havn.domain.workflow.selectors import _roster
from havn.domain.workflow.services import _following, _notices, _orders, _referrals
from havn.domain.workflow.services._orders import Work
from havn.lib.encoding import uuid4


@dataclass(frozen=True, slots=True)
class Arrived:
    """What became of an event; one that came before changed nothing."""

    item_id: UUID | None
    is_repeat: bool


def _is_repeat(arrived: Arrived) -> bool:
    return arrived.is_repeat


@audit.action("casework.event_arrived", did_nothing=_is_repeat)
def event_arrived(*, event: IncomingEvent, actor: Actor, at: datetime) -> Arrived:
    """Do what an event about a referral says, by its kind. (E3, E4)"""
    kind = Kind(event.kind)
    act: Callable[..., Arrived] = _heard
    if kind is Kind.SENT:
        act = referral_arrived
    elif kind is Kind.REASSESSED:
        act = _reassessed
    arrived = act(event=event, actor=actor, at=at)
    if arrived.item_id is not None and not arrived.is_repeat:
        _entry("casework.event_arrived", arrived.item_id, actor, at)
    return arrived


# 1. A referral arrives and becomes an item, or is linked to the open one of the same address.


@audit.action("casework.referral_arrived", did_nothing=_is_repeat)
def referral_arrived(*, event: IncomingEvent, actor: Actor, at: datetime) -> Arrived:
    """Take an item that another node refers: with its assessment, so that nobody here looks again."""
    known = referrals.referral_by_reference(
        reference=event.subject_id, direction=Direction.IN, actor=actor
    )
    if known is not None and known.node_id == event.sender:
        return Arrived(known.item_id, is_repeat=True)
    if known is not None:
        raise referral.refused(Refusal.TAKEN_REFERENCE)
    try:
        content = rules.read_referral(event.body)
    except rules.BodyError as error:
        raise _unreadable(error) from error
    sender = _sender_of(content, event.sender, actor=actor)
    report_id, item_id, is_linked = _file(content, actor=actor, at=at)
    before = cases.item(item_id=item_id, actor=actor)
    _keep_assessment(item_id, content.assessment, actor=actor, at=at)
    referral.keep_arrived(
        reference=event.subject_id,
        sender=sender,
        item_id=item_id,
        report_id=report_id,
        is_linked=is_linked,
        content=content,
        proof=event.proof,
        actor=actor,
        at=at,
    )
    _hold(item_id, content, sender, actor=actor, at=at)
    if _notices.is_confirmed(before):
        _tell_how_far(before, actor=actor, at=at)
    else:
        _begin(item_id, content, is_linked=is_linked, actor=actor, at=at)
    _entry("casework.referral_arrived", item_id, actor, at)
    return Arrived(item_id, is_repeat=False)


def _sender_of(content: rules.Referral, sender_id: UUID, *, actor: Actor) -> Known:
    """Return the sender, or refuse what it sends. (E5-E9)"""
    own = members.own_node(actor=actor).node_id
    sender = _roster.known(sender_id, actor=actor)
    refusal = rules.refusal_to_take(sender=sender, own=own, chain=content.chain)
    if refusal is not None or sender is None:
        raise referral.refused(refusal or Refusal.UNKNOWN_NODE)
    is_orphan = content.why is rules.Why.ORPHAN
    if is_orphan and not _roster.takes_orphans(own, actor=actor):
        raise RefusedError("no_mandate", _("This node holds no mandate for orphans."))
    return sender


def _file(content: rules.Referral, *, actor: Actor, at: datetime) -> tuple[UUID, UUID, bool]:
    """Store it as a report with one item; an open item of the same address is told again. (E18)"""
    personal = content.personal
    report = record.NewReport(
        report_id=uuid4(),
        organisation=actor.scope,
        channel="referral",
        language="en",
        received_at=at,
        addresses=(content.item.address,),
        texts=personal.texts if personal else {},
        contact=(personal.contact or None) if personal else None,
        has_police_consent=bool(personal and personal.contact),
        origin="referred",
        reporter_kind="node",
    )
    [filed] = record.file_reports(reports=[report], actor=actor, at=at)
    (item,) = filed.items
    if not item.is_duplicate:
        record.set_hosting_country(
            item_id=item.item_id, country=content.hosting.country, actor=actor, at=at
        )
        if content.item.came_from or content.item.path:
            record.note_reach(
                item_id=item.item_id,
                came_from=content.item.came_from,
                path=content.item.path,
                actor=actor,
                at=at,
            )
    return filed.report_id, item.item_id, item.is_duplicate


def _keep_assessment(
    item_id: UUID, made: rules.Made, *, actor: Actor, at: datetime
) -> LegalClass | None:
    return assessment.keep_assessment_of_another(
        item_id=item_id,
        made=assessment.OfAnother(
            node_id=made.by,
            legal_class=made.legal_class,
            jurisdiction=made.jurisdiction,
            scheme=made.scheme,
            scheme_version=made.scheme_version,
            labels=made.labels,
            age_band=made.age_band,
            sex=made.sex,
            origin=made.origin,
            assessed_at=made.assessed_at,
        ),
        own_country=members.own_node(actor=actor).member_code,
        actor=actor,
        at=at,
    )


def _hold(
    item_id: UUID, content: rules.Referral, sender: Known, *, actor: Actor, at: datetime
) -> None:
    """Let a hold of the police over there hold here too, until police here say otherwise. (E14)"""
    if content.hold is None:
        return
    reason = _("Police of %(country)s hold it.") % {"country": sender.country}
    hold_id = record.take_over_hold(
        item_id=item_id,
        node_id=sender.node_id,
        until=content.hold.until,
        reason=reason,
        actor=actor,
        at=at,
    )
    if hold_id is not None:
        until = cases.hold(hold_id=hold_id, actor=actor).until
        key = f"{hold_id}:until"
        _orders.order(Work.HOLD_END, item_id, key, due_at=until, actor=actor, at=at)


def _begin(
    item_id: UUID, content: rules.Referral, *, is_linked: bool, actor: Actor, at: datetime
) -> None:
    """Order the work: baseline begins at once; national waits for a person, who may see it otherwise. (E19)"""
    if content.why is rules.Why.ORPHAN and not is_linked:
        reason = _("Mandate for orphans.")
        record.work_here(item_id=item_id, reason=reason, actor=actor, at=at)
    item = cases.item(item_id=item_id, actor=actor)
    if item.legal_class != LegalClass.NATIONAL:
        _following.follow_assessment(item_id, due_at=at, actor=actor, at=at)
        return
    if item.assignment == Assignment.HERE:
        _move(item_id, Assignment.OFFERED, "referred", actor=actor, at=at)
    _orders.order(Work.TRACE, item_id, f"{item_id}:arrived", due_at=at, actor=actor, at=at)
    if can_be_checked(href=item.href, host=item.host):
        _orders.order(Work.CHECK, item_id, f"{item_id}:arrived", due_at=at, actor=actor, at=at)


def _tell_how_far(item: cases.ItemView, *, actor: Actor, at: datetime) -> None:
    """Tell the sender what was done already about an item that was open here before."""
    for happened_at, action in (
        (item.police_told_at, Progress.POLICE_TOLD),
        (item.provider_told_at, Progress.NOTICE_SENT),
    ):
        if happened_at is not None:
            _referrals.tell(item.id, action, happened_at=happened_at, actor=actor, at=at)


# 2. The sender finds something else, or nothing any more.


def _reassessed(*, event: IncomingEvent, actor: Actor, at: datetime) -> Arrived:
    try:
        number, made = rules.read_reassessed(event.body)
    except rules.BodyError as error:
        raise _unreadable(error) from error
    found = referral.hear_reassessed(
        reference=event.subject_id,
        node_id=event.sender,
        number=number,
        made=made,
        happened_at=event.happened_at,
        actor=actor,
        at=at,
    )
    item_id = found.referral.item_id
    if not found.is_new:
        return Arrived(item_id, is_repeat=True)
    if found.is_current and made is not None:
        _keep_assessment(item_id, made, actor=actor, at=at)
        item = cases.item(item_id=item_id, actor=actor)
        _referrals.tell_assessed(item, actor=actor, at=at)
    elif found.is_current:
        _take_back(found.referral, actor=actor, at=at)
    return Arrived(item_id, is_repeat=False)


def _take_back(view: referrals.ReferralView, *, actor: Actor, at: datetime) -> None:
    """Let nothing go on that rested on what the sender took back; a person here looks, if nobody has. (E28)"""
    own = members.own_node(actor=actor).member_code
    for node_id in view.chain:
        assessment.take_back_assessment_of_another(
            item_id=view.item_id, node_id=node_id, own_country=own, actor=actor, at=at
        )
    _referrals.tell_ended(
        view.item_id, Ended.WITHDRAWN, from_node=view.node_id, actor=actor, at=at
    )
    _following.let_a_person_look(view.item_id, actor=actor, at=at)


# 3. The receiver says what becomes of an item that was referred from here.


def _heard(*, event: IncomingEvent, actor: Actor, at: datetime) -> Arrived:
    try:
        said = rules.read_said(Kind(event.kind), event.body)
    except rules.BodyError as error:
        raise _unreadable(error) from error
    heard = referral.hear(
        reference=event.subject_id,
        node_id=event.sender,
        said=said,
        happened_at=event.happened_at,
        actor=actor,
        at=at,
    )
    item_id = heard.referral.item_id
    if not heard.is_new:
        return Arrived(item_id, is_repeat=True)
    _relay(item_id, said, event, actor=actor, at=at)
    if heard.referral.state != heard.before:
        _follow(heard.referral, actor=actor, at=at)
    return Arrived(item_id, is_repeat=False)


def _relay(
    item_id: UUID, said: rules.Said, event: IncomingEvent, *, actor: Actor, at: datetime
) -> None:
    """Tell whoever referred the item to us what a third node says of it, as that node's word. (E26)"""
    word_of = said.node or event.sender
    if said.word in {Word.PROGRESS, Word.REOPENED}:
        _referrals.tell(
            item_id,
            Progress(said.code),
            word_of=word_of,
            country=said.country,
            happened_at=event.happened_at,
            actor=actor,
            at=at,
        )
    elif said.word is Word.ENDED and said.code != Ended.WITHDRAWN:
        _referrals.tell_ended(item_id, Ended(said.code), word_of=word_of, actor=actor, at=at)
    elif said.word is Word.REASSIGNED:
        _referrals.tell(
            item_id, Progress.MOVED, country=said.country, word_of=event.sender, actor=actor, at=at
        )


def _follow(view: referrals.ReferralView, *, actor: Actor, at: datetime) -> None:
    """Move the assignment by where the referral stands now; what another node acts on is never ours. (E25)"""
    item = cases.item(item_id=view.item_id, actor=actor)
    newest = referrals.referrals_of_item(item_id=item.id, actor=actor)
    is_current = next((r.id for r in newest if r.direction is Direction.OUT), None) == view.id
    if not is_current or not item.is_open or item.assignment != Assignment.MEMBER:
        return
    own = members.own_node(actor=actor).member_code
    if view.state == "returned" and view.moved_country == own:
        record.set_hosting_country(item_id=item.id, country=own, actor=actor, at=at)
        _move(item.id, Assignment.HERE, "returned", actor=actor, at=at)
        referral.take_up_again(item_id=item.id, actor=actor, at=at)
        reason = f"{item.id}:returned:{view.id}"
        _orders.order(Work.TRACE, item.id, reason, due_at=at, actor=actor, at=at)
    elif view.state in {"returned", "declined"}:
        _move(item.id, Assignment.OFFERED, view.state, actor=actor, at=at)
    elif view.state == "outcome" and view.code != Ended.REMOVED:
        _move(item.id, Assignment.OFFERED, view.code, actor=actor, at=at)


def _move(item_id: UUID, target: Assignment, reason: str, *, actor: Actor, at: datetime) -> None:
    _notices.move(item_id, Track.ASSIGNMENT, target, reason=reason, actor=actor, at=at)


def _unreadable(error: rules.BodyError) -> RefusedError:
    return RefusedError(
        error.code,
        _("The event says something that cannot be taken (%(field)s).") % {"field": error.field},
    )


def _entry(action: str, item_id: UUID, actor: Actor, at: datetime) -> None:
    audit.record(action=action, actor=actor, subject_kind="item", subject_id=item_id, at=at)
