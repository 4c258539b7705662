# SPDX-License-Identifier: Apache-2.0
"""Items go to other nodes: sent, kept, answered, returned; `arriving.py` is the other direction."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from havn.domain.actor import Actor, Role
from havn.domain.assessment import services as assessment
from havn.domain.audit import services as audit
from havn.domain.cases import selectors as cases
from havn.domain.cases import services as record
from havn.domain.cases.rules import Assignment, LegalClass, Mover, Police, Track
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.members import selectors as members
from havn.domain.referral import rules
from havn.domain.referral import selectors as referrals
from havn.domain.referral import services as referral
from havn.domain.referral.rules import Decline, Progress, Way, Word
from havn.domain.workflow.selectors import _roster
from havn.domain.workflow.selectors import casework as reads
from havn.domain.workflow.services import _content, _following, _notices, _referrals


@audit.action("casework.referred")
def item_referred(
    *,
    item_id: UUID,
    node_id: UUID,
    with_personal: bool = False,
    reason: str = "",
    actor: Actor,
    at: datetime,
) -> None:
    """Refer an item to a node where it is hosted, to a mandated one, or back to who sent it.

    What a reporter wrote goes along only where the law of the pair allows it, or for a supervisor's reason.
    """
    _require_desk(actor)
    item = cases.item(item_id=item_id, actor=actor)
    way = _way_to(item, node_id, actor=actor)
    if way.is_return:
        _return(item, actor=actor, at=at)
    else:
        _send(item, way, with_personal=with_personal, reason=reason, actor=actor, at=at)
    _entry("casework.referred", item_id, actor, at)


def _way_to(item: cases.ItemView, node_id: UUID, *, actor: Actor) -> Way:
    """Return the way to a node, or refuse with what is wrong about that node. (E9)"""
    ways = reads.ways_of(item_id=item.id, country=item.hosting_country, actor=actor)
    chosen = next((way for way in ways if way.node_id == node_id), None)
    if chosen is not None:
        return chosen
    to = _roster.known(node_id, actor=actor)
    refusal = rules.refusal_to_send(
        to=to,
        own=members.own_node(actor=actor).node_id,
        came_through=reads.came_through(item_id=item.id, actor=actor),
        legal_class=LegalClass(item.legal_class) if item.legal_class else None,
        is_referred=False,
    )
    if refusal is not None:
        raise referral.refused(refusal)
    raise RefusedError(
        "not_hosted_there", str(_("The item is not hosted in that node\u2019s country."))
    )


def _send(
    item: cases.ItemView,
    way: Way,
    *,
    with_personal: bool,
    reason: str,
    actor: Actor,
    at: datetime,
) -> None:
    if not _notices.is_confirmed(item):  # an assessment can be taken back while an item waits
        raise referral.refused(rules.Refusal.NOT_CONFIRMED)
    to = _roster.known(way.node_id, actor=actor)
    if to is None:
        raise NotFoundError
    carries = with_personal and item.has_personal
    needs = _reason_needed(to, reason, carries=carries, actor=actor, at=at)
    own = members.own_node(actor=actor).node_id
    content = _content.content_of(item, why=way.why, with_personal=carries, actor=actor, at=at)
    referral.send(
        item_id=item.id, to=to, own=own, content=content, reason=needs, actor=actor, at=at
    )
    _notices.take_back(item.id, reason="referred", actor=actor, at=at)
    _notices.move(
        item.id,
        Track.ASSIGNMENT,
        Assignment.MEMBER,
        mover=_as_mover(actor),
        reason="referred",
        actor=actor,
        at=at,
    )
    _pass_along(item, Word.REASSIGNED, node=to.node_id, actor=actor, at=at)


def _reason_needed(
    to: rules.Known, reason: str, *, carries: bool, actor: Actor, at: datetime
) -> str:
    """Return the reason to keep: none is needed where nothing personal travels, or the law allows it."""
    own = members.own_node(actor=actor).member_code
    allowed = _roster.allows(own, to.country, at=at, actor=actor)
    if not carries or rules.may_carry_personal(allows=allowed, has_reason=False):
        return ""
    is_reasoned = bool(reason.strip()) and actor.has_role(Role.SUPERVISOR)
    if not rules.may_carry_personal(allows=allowed, has_reason=is_reasoned):
        raise RefusedError(
            "no_legal_basis",
            str(
                _(
                    "No legal basis lets a reporter\u2019s words go there. Send it without them, or ask a "
                    "supervisor, who has to give a reason."
                )
            ),
        )
    return reason


def _return(item: cases.ItemView, *, actor: Actor, at: datetime) -> None:
    """Give an item back to who sent it: their country hosts it now."""
    _pass_along(item, Word.RETURNED, node=None, actor=actor, at=at)
    _notices.take_back(item.id, reason="returned", actor=actor, at=at)
    _notices.move(
        item.id,
        Track.ASSIGNMENT,
        Assignment.MEMBER,
        mover=_as_mover(actor),
        reason="returned",
        actor=actor,
        at=at,
    )


def _pass_along(
    item: cases.ItemView, word: Word, *, node: UUID | None, actor: Actor, at: datetime
) -> None:
    referral.pass_along(
        item_id=item.id,
        word=word,
        node=node,
        country=item.hosting_country,
        hosting=_content.hosting_of(item, actor=actor),
        actor=actor,
        at=at,
    )


@audit.action("casework.not_referred")
def item_not_referred(*, item_id: UUID, reason: str, actor: Actor, at: datetime) -> None:
    """Do not send an item where it could go; it waits to be passed on by hand, or worked here."""
    _require_desk(actor)
    if reason not in set(rules.NotSent):
        raise RefusedError("unknown_reason", str(_("Choose one of the reasons.")))
    item = cases.item(item_id=item_id, actor=actor)
    own = members.own_node(actor=actor).member_code
    if item.hosting_country in {
        "",
        own,
    }:  # It is offered by another node, and waits for an answer.
        raise RefusedError("not_hosted_abroad", str(_("Answer the referral by which it came.")))
    record.orphan(item_id=item_id, reason=reason, mover=_as_mover(actor), actor=actor, at=at)
    _referrals.tell(item_id, Progress.ORPHANED, country=item.hosting_country, actor=actor, at=at)
    _entry("casework.not_referred", item_id, actor, at)


@audit.action("casework.referral_accepted")
def referral_accepted(*, referral_id: UUID, actor: Actor, at: datetime) -> None:
    """Accept what another node referred: it is worked on here, if that has not begun."""
    found = referrals.referral(referral_id=referral_id, actor=actor)
    referral.answer(referral_id=referral_id, is_accepted=True, actor=actor, at=at)
    item = cases.item(item_id=found.item_id, actor=actor)
    own = members.own_node(actor=actor).member_code
    is_ours = item.hosting_country in {"", own} or item.worked_here_at is not None
    if item.is_open and is_ours and item.assignment != Assignment.HERE:
        _notices.move(
            item.id, Track.ASSIGNMENT, Assignment.HERE, reason="accepted", actor=actor, at=at
        )
    if item.is_open and item.police == Police.NONE and _notices.is_confirmed(item):
        _following.follow_assessment(item.id, due_at=at, actor=actor, at=at)
    _entry("casework.referral_accepted", found.item_id, actor, at)


@audit.action("casework.referral_declined")
def referral_declined(
    *, referral_id: UUID, reason: str, country: str = "", actor: Actor, at: datetime
) -> None:
    """Decline what another node referred; no work on it goes on here, unless it was ours before."""
    found = referrals.referral(referral_id=referral_id, actor=actor)
    referral.answer(
        referral_id=referral_id,
        is_accepted=False,
        reason=reason,
        country=_country(country),
        actor=actor,
        at=at,
    )
    if not found.is_linked:
        _stop(found.item_id, reason, actor=actor, at=at)
    _entry("casework.referral_declined", found.item_id, actor, at)


def _stop(item_id: UUID, reason: str, *, actor: Actor, at: datetime) -> None:
    own = members.own_node(actor=actor).member_code
    if reason == Decline.NOT_ILLEGAL_HERE:
        assessment.find_not_illegal(item_id=item_id, own_country=own, actor=actor, at=at)
        _following.follow_assessment(item_id, due_at=at, actor=actor, at=at)
        return
    item = cases.item(item_id=item_id, actor=actor)
    _notices.take_back(item_id, reason="declined", actor=actor, at=at)
    is_with_us = item.assignment in {Assignment.HERE, Assignment.OFFERED}
    if item.is_open and is_with_us:
        _notices.move(
            item_id, Track.ASSIGNMENT, Assignment.MEMBER, reason="declined", actor=actor, at=at
        )


def _country(written: str) -> str:
    code = written.strip().upper()
    if code and not (len(code) == 2 and code.isascii() and code.isalpha()):
        raise RefusedError(
            "not_a_country", str(_("Write the country as two letters, for example DK."))
        )
    return code


def _as_mover(actor: Actor) -> Mover:
    return Mover.SUPERVISOR if actor.has_role(Role.SUPERVISOR) else Mover.ANALYST


def _require_desk(actor: Actor) -> None:
    if not actor.has_role(Role.ANALYST, Role.SUPERVISOR):
        raise RefusedError(
            "not_your_role", str(_("Only an analyst or a supervisor may decide this."))
        )


def _entry(action: str, item_id: UUID, actor: Actor, at: datetime) -> None:
    audit.record(action=action, actor=actor, subject_kind="item", subject_id=item_id, at=at)
