# SPDX-License-Identifier: Apache-2.0
"""What all writes on referrals share: finding one locked, writing a step, entry and event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from havn.domain.actor import Actor
from havn.domain.audit import services as audit
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.ledger import services as ledger
from havn.domain.ledger.rules import EventKind, FactName
from havn.domain.referral import rules
from havn.domain.referral.models import Referral, ReferralStep
from havn.domain.referral.selectors._views import referrals_of
from havn.lib.encoding import uuid7

SENTENCES = {
    rules.Refusal.TO_ONESELF: _("An item is not referred to the own node."),
    rules.Refusal.RING: _("The item came through this node already; it would go round in a ring."),
    rules.Refusal.LONG_CHAIN: _("The item went through too many nodes already. Work on it here."),
    rules.Refusal.BROKEN_CHAIN: _("The way that the referral names does not end at its sender."),
    rules.Refusal.UNKNOWN_NODE: _("This node is not in the roster."),
    rules.Refusal.SUSPENDED: _("This node, or its member, is suspended."),
    rules.Refusal.NOT_CONFIRMED: _("No assessment confirms this item."),
    rules.Refusal.ALREADY_REFERRED: _("The item is referred already, and that is not over."),
    rules.Refusal.REASON_NEEDED: _("Write in at most 500 characters why."),
    rules.Refusal.TAKEN_REFERENCE: _("Another node has sent a referral with this reference."),
    rules.Refusal.UNKNOWN_REFERRAL: _("No referral with this reference is known here."),
    rules.Refusal.NOT_THE_SENDER: _("Only the node that sent the referral may say this."),
    rules.Refusal.NOT_THE_RECEIVER: _("Only the node that has the referral may say this."),
}


def refused(refusal: rules.Refusal) -> RefusedError:
    """Return the error of a refusal."""
    return RefusedError(refusal.value, str(SENTENCES[refusal]))


def locked(actor: Actor, referral_id: UUID) -> Referral:
    """Return a referral with its row locked for this transaction; raises NotFoundError."""
    row = referrals_of(actor).select_for_update().filter(pk=referral_id).first()
    if row is None:
        raise NotFoundError
    return row


def keep_step(
    row: Referral, said: rules.Said, *, is_ours: bool, happened_at: datetime, at: datetime
) -> None:
    """Write down what was said."""
    ReferralStep.objects.create(
        id=uuid7(at),
        referral=row,
        is_ours=is_ours,
        number=said.number,
        word=said.word.value,
        code=said.code,
        country=said.country,
        node_id=said.node,
        proof=said.proof,
        happened_at=happened_at,
        recorded_at=at,
    )


def heard_by(row: Referral) -> Iterable[rules.Step]:
    """Return what the receiver of an outgoing referral said so far."""
    said = ReferralStep.objects.filter(referral=row, is_ours=False)
    return [rules.Step(n, rules.Word(w)) for n, w in said.values_list("number", "word")]


def tell(
    row: Referral,
    kind: rules.Kind,
    body: Mapping[str, Any],
    *,
    at: datetime,
    happened_at: datetime | None = None,
) -> None:
    """Append the event about a referral for the other node, and for nobody else. (E16)"""
    ledger.append_event(
        kind=EVENT_OF[kind],
        subject_id=row.reference,
        organisation=row.organisation,
        payload=body,
        audience=[str(row.node_id)],
        at=at,
        happened_at=happened_at,
    )


EVENT_OF = {
    rules.Kind.SENT: EventKind.REFERRAL_SENT,
    rules.Kind.REASSESSED: EventKind.REFERRAL_REASSESSED,
    rules.Kind.RECEIVED: EventKind.REFERRAL_RECEIVED,
    rules.Kind.ACKNOWLEDGED: EventKind.REFERRAL_ACKNOWLEDGED,
    rules.Kind.PROGRESS: EventKind.REFERRAL_PROGRESS,
    rules.Kind.OUTCOME: EventKind.REFERRAL_OUTCOME,
    rules.Kind.REASSIGNED: EventKind.REFERRAL_REASSIGNED,
    rules.Kind.RETURNED: EventKind.REFERRAL_RETURNED,
}


def fact(
    name: FactName,
    row: Referral,
    codes: Mapping[str, object],
    *,
    at: datetime,
    happened_at: datetime | None = None,
) -> None:
    """Write a fact about a referral, one side of it."""
    ledger.record_fact(
        name=name,
        subject_kind="referral",
        subject_id=row.pk,
        organisation=row.organisation,
        at=at,
        happened_at=happened_at,
        codes=codes,
    )


def record(
    action: str,
    row: Referral,
    *,
    actor: Actor,
    at: datetime,
    detail: Mapping[str, object] | None = None,
) -> None:
    """Write the entry of an action on a referral, about its item."""
    audit.record(
        action=action,
        actor=actor,
        subject_kind="item",
        subject_id=row.item_id,
        at=at,
        detail={"referral": str(row.pk), **(detail or {})},
    )


def hours_between(start: datetime, end: datetime) -> int:
    """Return whole hours, as facts hold them; never less than none."""
    return max(int((end - start).total_seconds() // 3600), 0)


_BY_A_PERSON = frozenset(
    {rules.Word.ACCEPTED, rules.Word.DECLINED, rules.Word.REASSIGNED, rules.Word.RETURNED}
)


def answer_facts(
    row: Referral,
    word: rules.Word,
    *,
    answered_at: datetime,
    at: datetime,
) -> None:
    """Write that a person acknowledged: once, and only where it was an answer to the first question."""
    is_answer = word in _BY_A_PERSON
    if not is_answer or row.acknowledged_at is not None:
        return
    row.acknowledged_at = answered_at
    codes = {
        "how": "declined" if word is rules.Word.DECLINED else "accepted",
        "side": row.direction,
        "hours": hours_between(row.opened_at, answered_at),
    }
    fact(FactName.REFERRAL_ACKNOWLEDGED, row, codes, at=at, happened_at=answered_at)


def outcome_fact(row: Referral, *, happened_at: datetime, at: datetime) -> None:
    """Write with which outcome a referral ended, and when; a reopened one ends anew."""
    state = rules.AGREES[rules.Taken(row.state)] if row.direction == "in" else row.state
    kind = rules.outcome_in_facts(str(state), row.code)
    if not kind:
        row.ended_at = None
        return
    row.ended_at = happened_at
    codes = {"kind": kind, "side": row.direction}
    fact(FactName.REFERRAL_OUTCOME, row, codes, at=at, happened_at=happened_at)
