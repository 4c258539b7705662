# SPDX-License-Identifier: Apache-2.0
"""The receiver's side: keeping what arrived, a person's answer, and saying what becomes of the item."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from havn.domain.actor import Actor, Role
from havn.domain.audit import services as audit
from havn.domain.cases.rules import LegalClass
from havn.domain.errors import RefusedError
from havn.domain.ledger.rules import FactName
from havn.domain.referral import rules
from havn.domain.referral.models import Referral
from havn.domain.referral.selectors import ReferralView
from havn.domain.referral.selectors._views import referrals_of, view_of
from havn.domain.referral.services import _rows
from havn.lib.encoding import uuid7


@audit.action("referral.arrived")
def keep_arrived(
    *,
    reference: UUID,
    sender: rules.Known,
    item_id: UUID,
    report_id: UUID,
    is_linked: bool,
    content: rules.Referral,
    proof: str,
    actor: Actor,
    at: datetime,
) -> UUID:
    """Keep a referral that arrived, and answer by a receipt that holds the proof; returns it."""
    row = Referral(
        id=uuid7(at),
        organisation=actor.scope,
        direction=rules.Direction.IN.value,
        reference=reference,
        item_id=item_id,
        node_id=sender.node_id,
        country=sender.country,
        why=content.why.value,
        chain=[str(node) for node in content.chain],
        legal_class=content.assessment.legal_class.value,
        state=rules.START[rules.Direction.IN],
        has_personal=content.personal is not None,
        is_linked=is_linked,
        report_id=report_id,
        hosting=rules.hosting_body(content.hosting),
        clocks=rules.clocks_body(content.clocks),
        first_received_at=content.clocks.received_at,
        opened_at=at,
        received_at=at,
        changed_at=at,
    )
    row.save(force_insert=True)
    codes = {"from": row.country.lower(), "class": row.legal_class, "why": row.why}
    _rows.fact(FactName.REFERRAL_RECEIVED, row, codes, at=at)
    _say(row, rules.Word.RECEIVED, proof=proof, at=at)
    detail = {"node": str(sender.node_id), "linked": is_linked}
    _rows.record("referral.arrived", row, actor=actor, at=at, detail=detail)
    return row.pk


@audit.action("referral.answered")
def answer(
    *,
    referral_id: UUID,
    is_accepted: bool,
    reason: str = "",
    country: str = "",
    actor: Actor,
    at: datetime,
) -> None:
    """Acknowledge a referral as a person: accept it, or decline it for one of three reasons."""
    if not actor.has_role(Role.ANALYST, Role.SUPERVISOR):
        raise RefusedError("not_your_role", _("Only an analyst or a supervisor may decide this."))
    row = _rows.locked(actor, referral_id)
    if is_accepted:
        word, code = rules.Word.ACCEPTED, ""
    else:
        word, code = rules.Word.DECLINED, _reason(reason, row).value
    if row.state == rules.Taken.REASSIGNED:  # It waits for a third node, not for an answer.
        raise _not_now()
    _say_or_refuse(row, word, code=code, country=country, at=at)
    detail = {"answer": word.value, "reason": code}
    _rows.record("referral.answered", row, actor=actor, at=at, detail=detail)


def _reason(reason: str, row: Referral) -> rules.Decline:
    try:
        found = rules.Decline(reason)
    except ValueError as error:
        raise RefusedError("unknown_reason", _("Choose one of the reasons.")) from error
    if not rules.may_decline(found, legal_class=LegalClass(row.legal_class)):
        raise RefusedError(
            "baseline_is_illegal", _("Baseline is illegal everywhere; choose another reason.")
        )
    return found


@audit.action("referral.progress_told", did_nothing=lambda told: told == 0)
def tell_progress(
    *,
    item_id: UUID,
    action: rules.Progress,
    own: UUID,
    word_of: UUID | None = None,
    country: str = "",
    happened_at: datetime | None = None,
    actor: Actor,
    at: datetime,
) -> int:
    """Tell whoever referred the item what happened to it, and what that ends; returns how many were told."""
    told = 0
    for row in _having(item_id, actor, also_done=action is rules.Progress.REAPPEARED):
        side = rules.Receiver(row.state, row.said)
        for word, code in rules.words_for(side, action):
            _say(
                row,
                word,
                code=code,
                country=country,
                node=word_of or own,
                happened_at=happened_at,
                at=at,
            )
        detail = {"action": action.value, "state": row.state}
        _rows.record("referral.progress_told", row, actor=actor, at=at, detail=detail)
        told += 1
    return told


@audit.action("referral.ended", did_nothing=lambda told: told == 0)
def end(
    *,
    item_id: UUID,
    outcome: rules.Ended,
    own: UUID,
    word_of: UUID | None = None,
    from_node: UUID | None = None,
    actor: Actor,
    at: datetime,
) -> int:
    """End the referrals of an item (those of one sender) by an outcome; returns how many were open."""
    told = 0
    for row in _having(item_id, actor):
        if from_node in {None, row.node_id}:
            _say(row, rules.Word.ENDED, code=outcome.value, node=word_of or own, at=at)
            detail = {"outcome": outcome.value}
            _rows.record("referral.ended", row, actor=actor, at=at, detail=detail)
            told += 1
    return told


@audit.action("referral.passed_along", did_nothing=lambda told: told == 0)
def pass_along(
    *,
    item_id: UUID,
    word: rules.Word,
    node: UUID | None,
    country: str,
    hosting: rules.Hosting | None,
    reason: str = "",
    actor: Actor,
    at: datetime,
) -> int:
    """Tell whoever referred the item that it was reassigned, went back, or cannot be acted on after all.

    Returns how many were told.
    """
    told = 0
    for row in _having(item_id, actor):
        _say_or_refuse(row, word, code=reason, country=country, node=node, hosting=hosting, at=at)
        if word is rules.Word.REASSIGNED:
            row.moved_to, row.moved_country = node, country
            row.save()
        detail = {"word": word.value, "country": country}
        _rows.record("referral.passed_along", row, actor=actor, at=at, detail=detail)
        told += 1
    return told


@audit.action("referral.taken_up_again", did_nothing=lambda told: told == 0)
def take_up_again(*, item_id: UUID, actor: Actor, at: datetime) -> int:
    """Tell whoever referred the item that it came back here from a third node; returns how many were told."""
    told = 0
    for row in _having(item_id, actor):
        if row.state == rules.Taken.REASSIGNED:
            _say(row, rules.Word.ACCEPTED, at=at)
            _rows.record("referral.taken_up_again", row, actor=actor, at=at)
            told += 1
    return told


@dataclass(frozen=True, slots=True)
class Replaced:
    """What the sender's other assessment found here; it is current unless a later one came before it."""

    referral: ReferralView
    is_new: bool
    is_current: bool


@audit.action("referral.replaced", did_nothing=lambda found: not found.is_new)
def hear_reassessed(
    *,
    reference: UUID,
    node_id: UUID,
    number: int,
    made: rules.Made | None,
    happened_at: datetime,
    actor: Actor,
    at: datetime,
) -> Replaced:
    """Keep that the sender finds something else now, or nothing any more; of several, the last counts."""
    rows = referrals_of(actor).select_for_update()
    row = rows.filter(reference=reference, direction=rules.Direction.IN.value).first()
    if row is None:
        raise _rows.refused(rules.Refusal.UNKNOWN_REFERRAL)
    if row.node_id != node_id:
        raise _rows.refused(rules.Refusal.NOT_THE_SENDER)
    heard = set(row.steps.filter(is_ours=False).values_list("number", flat=True))
    if number in heard:
        return Replaced(view_of(row), is_new=False, is_current=False)
    is_current = number > max(heard, default=0)
    code = made.legal_class.value if made else ""
    said = rules.Said(number, rules.Word.REASSESSED, code)
    _rows.keep_step(row, said, is_ours=False, happened_at=happened_at, at=at)
    if is_current and made is not None:
        row.legal_class = made.legal_class.value
    row.changed_at = at
    row.save()
    _rows.record("referral.replaced", row, actor=actor, at=at, detail={"class": code})
    return Replaced(view_of(row), is_new=True, is_current=is_current)


def _having(item_id: UUID, actor: Actor, *, also_done: bool = False) -> list[Referral]:
    """Return the referrals by which this node has the item, locked in one order for everybody."""
    states = set(rules.OPEN[rules.Direction.IN])
    if also_done:
        states.add(rules.Taken.DONE.value)
    rows = referrals_of(actor).filter(item_id=item_id, direction="in", state__in=list(states))
    return list(rows.select_for_update().order_by("pk"))


def _say_or_refuse(
    row: Referral,
    word: rules.Word,
    *,
    code: str,
    country: str,
    node: UUID | None = None,
    hosting: rules.Hosting | None = None,
    at: datetime,
) -> None:
    if not _say(row, word, code=code, country=country, node=node, hosting=hosting, at=at):
        raise _not_now()


def _not_now() -> RefusedError:
    return RefusedError("not_open", _("This referral is answered or over. Look again."))


def _say(
    row: Referral,
    word: rules.Word,
    *,
    code: str = "",
    country: str = "",
    node: UUID | None = None,
    proof: str = "",
    hosting: rules.Hosting | None = None,
    happened_at: datetime | None = None,
    at: datetime,
) -> bool:
    """Say one thing of a referral to its sender, and move this side by it; false where it makes no sense now."""
    side = rules.Receiver(row.state, row.said)
    found = rules.say(side, word, code=code, country=country, node=node, proof=proof)
    if found is None:
        return False
    after, said = found
    said = replace(said, hosting=hosting)
    when = happened_at or at
    _rows.keep_step(row, said, is_ours=True, happened_at=when, at=at)
    _rows.tell(row, said.kind, rules.body_said(said), at=at, happened_at=when)
    has_moved = row.state != after.state
    row.state, row.said, row.changed_at = after.state, after.said, at
    _rows.answer_facts(row, word, answered_at=when, at=at)
    if has_moved:
        row.code = code
        _rows.outcome_fact(row, happened_at=when, at=at)
    row.save()
    return True
