# SPDX-License-Identifier: Apache-2.0
"""What a reporter wrote is taken back from where it was sent, here and wherever it was passed on to."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from havn.domain.actor import Actor, Role
from havn.domain.audit import services as audit
from havn.domain.cases import selectors as cases
from havn.domain.cases import services as record
from havn.domain.errors import RefusedError
from havn.domain.exchange import services as exchange
from havn.domain.exchange.rules import ErasedBecause
from havn.domain.ledger import selectors as events
from havn.domain.ledger.rules import EventKind
from havn.domain.referral import selectors as referrals
from havn.domain.referral import services as referral
from havn.domain.referral.rules import Direction, Sent


@audit.action("casework.words_taken_back")
def words_taken_back(*, referral_id: UUID, actor: Actor, at: datetime) -> None:
    """Erase what the reporter wrote from a referral that was sent, as a supervisor decides. (E60)"""
    if not actor.has_role(Role.SUPERVISOR):
        raise RefusedError("not_your_role", str(_("Only a supervisor may decide this.")))
    view = referrals.referral(referral_id=referral_id, actor=actor)
    if view.direction is not Direction.OUT or not view.has_words:
        raise RefusedError(
            "no_words_there", str(_("Nothing that a reporter wrote is with this referral."))
        )
    _take_back(view, ErasedBecause.TAKEN_BACK, actor=actor, at=at)
    _entry("casework.words_taken_back", view.item_id, actor, at)


def _take_back(
    view: referrals.ReferralView, why: ErasedBecause, *, actor: Actor, at: datetime
) -> None:
    """Erase the event that carried the words; nothing is sent anew but to a node that has not had it yet.

    Of a referral that nobody received only the words may go: it follows without them, under its reference. (E61)
    """
    system = Actor.system(organisation=actor.organisation)
    told = events.events_about(
        subject_id=view.reference, kind=EventKind.REFERRAL_SENT, actor=system
    )
    for event in told:
        said = events.event_payload(event_id=event.id, actor=system)
        exchange.erase_event(event_id=event.id, why=why, actor=actor, at=at)
        if view.state == Sent.SENT:
            referral.send_without_words(referral_id=view.id, body=said, actor=system, at=at)
    referral.note_words_erased(referral_id=view.id, why=why.value, actor=actor, at=at)


@audit.action("casework.event_erased", did_nothing=lambda is_erased: not is_erased)
def event_erased(*, event_id: UUID, why: ErasedBecause, actor: Actor, at: datetime) -> bool:
    """Erase any event of the own log at its source and its audience; false where it was erased before.

    The operator does, and retention. Refused for a referral that the other node has not received: it would
    be lost, and its item wait for ever; a supervisor takes the words back on its page.
    """
    event = events.event_facts(event_id=event_id, actor=actor)
    view = None
    if event.kind == EventKind.REFERRAL_SENT:
        system = Actor.system(organisation=actor.organisation)
        view = referrals.referral_by_reference(
            reference=event.subject_id, direction=Direction.OUT, actor=system
        )
    if view is not None and view.state == Sent.SENT and event.erased_at is None:
        raise RefusedError(
            "not_received_yet",
            str(
                _(
                    "The other node has not received this referral yet, and it would be lost. A supervisor can "
                    "erase what the reporter wrote on its page."
                )
            ),
        )
    if not exchange.erase_event(event_id=event_id, why=why, actor=actor, at=at):
        return False
    if view is not None:
        referral.note_words_erased(referral_id=view.id, why=why.value, actor=actor, at=at)
    audit.record(
        action="casework.event_erased",
        actor=actor,
        subject_kind="event",
        subject_id=event_id,
        at=at,
        detail={"kind": event.kind, "why": why.value},
    )
    return True


@audit.action("casework.words_erased_at_source", did_nothing=lambda item_id: item_id is None)
def words_erased_at_source(
    *,
    reference: UUID,
    node_id: UUID,
    why: ErasedBecause | None,
    actor: Actor,
    at: datetime,
) -> UUID | None:
    """Erase the words that a referral of this node brought, and take them back from whom they were passed on to.

    The item stays, with its address and its assessment (E62). Returns the item where the words were those of
    its own report, as a package for police holds them; else None.
    """
    view = referrals.referral_by_reference(
        reference=reference, direction=Direction.IN, actor=actor
    )
    if view is None or view.node_id != node_id:
        return None
    is_new = referral.note_words_erased(
        referral_id=view.id, why=why.value if why else "", actor=actor, at=at
    )
    if not is_new or view.report_id is None:
        return None
    erased = record.erase_words(report_id=view.report_id, actor=actor, at=at)
    # Of an item that was open here before, packages and further referrals hold the words of its own report.
    is_its_own = cases.item(item_id=view.item_id, actor=actor).report_id == view.report_id
    passed_on = _take_back_from_others(view, why, actor=actor, at=at) if is_its_own else 0
    audit.record(
        action="casework.words_erased_at_source",
        actor=actor,
        subject_kind="item",
        subject_id=view.item_id,
        at=at,
        detail={
            "texts": int(erased.texts),
            "contacts": int(erased.contact),
            "passed_on": passed_on,
        },
    )
    return view.item_id if is_its_own else None


def _take_back_from_others(
    view: referrals.ReferralView, why: ErasedBecause | None, *, actor: Actor, at: datetime
) -> int:
    """Let the erasure travel along to nodes that got these words from here; returns to how many. (E63)"""
    found = referrals.referrals_of_item(item_id=view.item_id, actor=actor)
    passed_on = [each for each in found if each.direction is Direction.OUT and each.has_words]
    for each in passed_on:
        _take_back(each, why or ErasedBecause.TAKEN_BACK, actor=actor, at=at)
    return len(passed_on)


def _entry(action: str, item_id: UUID, actor: Actor, at: datetime) -> None:
    audit.record(action=action, actor=actor, subject_kind="item", subject_id=item_id, at=at)
