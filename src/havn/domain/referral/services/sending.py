# SPDX-License-Identifier: Apache-2.0
"""The sender's side: sending an item, hearing what became of it, and taking an assessment back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F

from havn.domain.actor import Actor, Role
from havn.domain.audit import services as audit
from havn.domain.errors import RefusedError, require_words
from havn.domain.ledger.rules import FactName
from havn.domain.referral import rules
from havn.domain.referral.models import Referral
from havn.domain.referral.selectors import ReferralView
from havn.domain.referral.selectors._views import referrals_of, view_of
from havn.domain.referral.services import _rows
from havn.lib.encoding import uuid4, uuid7
from havn.lib.sealing import seal

LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Heard:
    """What an event of the receiver changed; `is_new` is false for one that was heard before."""

    referral: ReferralView
    before: str
    is_new: bool


@audit.action("referral.sent")
def send(
    *,
    item_id: UUID,
    to: rules.Known,
    own: UUID,
    content: rules.Referral,
    reason: str = "",
    actor: Actor,
    at: datetime,
) -> UUID:
    """Refer an item to a node: row, event for that node alone, fact and entry; returns the referral. (E1)

    Personal data that no legal basis allows need a supervisor's reason. Raises RefusedError with a
    code of `rules.Refusal`.
    """
    told = " ".join(reason.split())
    if len(told) > LONGEST_REASON:
        raise _rows.refused(rules.Refusal.REASON_NEEDED)
    if told and not actor.has_role(Role.SUPERVISOR):
        raise RefusedError("not_your_role")
    require_words(told)
    mine = referrals_of(actor).select_for_update().filter(item_id=item_id)
    is_open = mine.filter(direction="out", state__in=list(rules.OPEN[rules.Direction.OUT]))
    refusal = rules.refusal_to_send(
        to=to,
        own=own,
        came_through=content.chain[:-1],
        legal_class=content.assessment.legal_class,
        is_referred=is_open.exists(),
    )
    if refusal is not None:
        raise _rows.refused(refusal)
    row = _new_row(item_id, to, content, organisation=actor.scope, at=at)
    if told:
        public = settings.HAVN_KEYRING.read("desk-sealing-key.pub")
        row.sealed_reason = seal(told.encode(), public, purpose=rules.REASON_PURPOSE)
    row.save(force_insert=True)
    _rows.tell(row, rules.Kind.SENT, rules.body_of(content), at=at)
    codes = {"to": row.country.lower(), "class": row.legal_class, "why": row.why}
    _rows.fact(FactName.REFERRAL_SENT, row, codes, at=at)
    detail = {"node": str(to.node_id), "personal": row.has_personal, "by_reason": bool(told)}
    _rows.record("referral.sent", row, actor=actor, at=at, detail=detail)
    return row.pk


@audit.action("referral.sent_again")
def send_without_words(
    *, referral_id: UUID, body: Mapping[str, Any], actor: Actor, at: datetime
) -> None:
    """Say a referral again under its reference, with nothing of the reporter in it. (E61)

    `body` is what was said before. A receiver that took the first one changes nothing for the second.
    """
    row = _rows.locked(actor, referral_id)
    _rows.tell(row, rules.Kind.SENT, {**body, "personal": None}, at=at)
    _rows.record("referral.sent_again", row, actor=actor, at=at)


def _new_row(
    item_id: UUID,
    to: rules.Known,
    content: rules.Referral,
    *,
    organisation: UUID,
    at: datetime,
) -> Referral:
    return Referral(
        id=uuid7(at),
        organisation=organisation,
        direction=rules.Direction.OUT.value,
        reference=uuid4(),
        item_id=item_id,
        node_id=to.node_id,
        country=to.country,
        why=content.why.value,
        chain=[str(node) for node in content.chain],
        legal_class=content.assessment.legal_class.value,
        state=rules.START[rules.Direction.OUT],
        has_personal=content.personal is not None,
        hosting=rules.hosting_body(content.hosting),
        clocks=rules.clocks_body(content.clocks),
        first_received_at=content.clocks.received_at,
        said=content.step,
        opened_at=at,
        changed_at=at,
    )


@audit.action("referral.heard", did_nothing=lambda heard: not heard.is_new)
def hear(
    *,
    reference: UUID,
    node_id: UUID,
    said: rules.Said,
    happened_at: datetime,
    actor: Actor,
    at: datetime,
) -> Heard:
    """Keep what the receiver said, as its word, and where the referral stands by that.

    Heard twice, or in another order, it comes to the same. Only the node that has the referral is heard. (E29)
    """
    rows = referrals_of(actor).select_for_update()
    row = rows.filter(reference=reference, direction=rules.Direction.OUT.value).first()
    if row is None:
        raise _rows.refused(rules.Refusal.UNKNOWN_REFERRAL)
    if row.node_id != node_id:
        raise _rows.refused(rules.Refusal.NOT_THE_RECEIVER)
    before, heard = row.state, list(_rows.heard_by(row))
    if any(step.number == said.number for step in heard):
        return Heard(view_of(row), before, is_new=False)
    _rows.keep_step(row, said, is_ours=False, happened_at=happened_at, at=at)
    row.state, row.changed_at = rules.state_of(rules.Direction.OUT, [*heard, said.step]), at
    _note(row, said, before=before, happened_at=happened_at, at=at)
    row.save()
    detail = {"word": said.word.value, "code": said.code, "state": row.state}
    _rows.record("referral.heard", row, actor=actor, at=at, detail=detail)
    return Heard(view_of(row), before, is_new=True)


@audit.action("referral.numbers_passed_over")
def pass_over_numbers(*, lost: int, own: UUID, actor: Actor, at: datetime) -> None:
    """Number what is said from now on behind all that was said and lost with a disk. (E32)

    `lost` is how many leaves for anybody came back from the mirrors of others: of no referral more was said.
    """
    referrals_of(actor).update(said=F("said") + lost)
    audit.record(
        action="referral.numbers_passed_over",
        actor=actor,
        subject_kind="node",
        subject_id=own,
        at=at,
        detail={"lost": lost},
    )


def _note(
    row: Referral, said: rules.Said, *, before: str, happened_at: datetime, at: datetime
) -> None:
    """Bring the row's instants and facts along with what was heard."""
    if said.word is rules.Word.RECEIVED:
        row.received_at = happened_at
    _rows.answer_facts(row, said.word, answered_at=happened_at, at=at)
    if said.word is rules.Word.REASSIGNED:
        row.moved_to = said.node
    if said.country:
        row.moved_country = said.country
    if said.hosting is not None:
        row.hosting = rules.hosting_body(said.hosting)
    if row.state != before:
        row.code = said.code
        _rows.outcome_fact(row, happened_at=happened_at, at=at)


@audit.action("referral.reassessed", did_nothing=lambda told: told == 0)
def tell_reassessed(*, item_id: UUID, made: rules.Made | None, actor: Actor, at: datetime) -> int:
    """Tell the nodes that have the item of another assessment, or that it was taken back; returns how many."""
    rows = referrals_of(actor).select_for_update().filter(item_id=item_id, direction="out")
    told = 0
    for row in rows.filter(state__in=list(rules.OPEN[rules.Direction.OUT])).order_by("pk"):
        row.said += 1
        row.changed_at = at
        if made is not None:
            row.legal_class = made.legal_class.value
        row.save()
        body = rules.reassessed_body(row.said, made)
        _rows.tell(row, rules.Kind.REASSESSED, body, at=at)
        detail = {"class": made.legal_class.value if made else ""}
        _rows.record("referral.reassessed", row, actor=actor, at=at, detail=detail)
        told += 1
    return told
