# SPDX-License-Identifier: Apache-2.0
"""What the secretariat's hub says of our reports, and what we answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from havn.domain.actor import Actor, ActorKind
from havn.domain.audit import services as audit
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.ledger import services as ledger
from havn.domain.ledger.rules import EventKind
from havn.domain.members import selectors as members
from havn.domain.reporting import rules
from havn.domain.reporting.models import HubMessage, NationalReport
from havn.domain.reporting.services._access import (
    record,
    require_length,
    require_plain,
    require_rapporteur,
)
from havn.lib.encoding import instant_text


@audit.action("report_receipt.taken")
def take_receipt(
    *,
    event_id: UUID,
    sender: UUID,
    body: Mapping[str, Any],
    actor: Actor,
    at: datetime,
    proof: str = "",
) -> None:
    """Keep that a hub took a report or refused it, with the code of why.

    `proof` is the receipt's, where it was found to hold; what does not hold is no reason to lose the receipt. (N23)
    """
    report = NationalReport.objects.filter(
        pk=_uuid(body, "report"), organisation=actor.scope
    ).first()
    if report is None:
        raise NotFoundError
    state = body.get("state")
    if state not in {"accepted", "refused"}:
        raise RefusedError(
            "unknown_state", str(_("The receipt says neither accepted nor refused."))
        )
    _keep(
        event_id,
        sender,
        actor,
        at,
        kind="receipt",
        year=report.year,
        report_id=report.pk,
        state=state,
        code=str(body.get("code") or "")[:60],
        proof=proof,
    )
    record("report_receipt.taken", ("national_report", report.pk), actor, at, {"state": state})


@audit.action("report_question.taken")
def take_question(
    *, event_id: UUID, sender: UUID, body: Mapping[str, Any], actor: Actor, at: datetime
) -> None:
    """Keep what the secretariat asks about the report of a year."""
    text, year = body.get("text"), body.get("year")
    if not (isinstance(text, str) and text.strip() and isinstance(year, str)):
        raise RefusedError("not_a_question", str(_("The question has no text or names no year.")))
    require_plain(text)
    require_length(text, rules.MOST_NOTE)
    question = _uuid(body, "question") if "question" in body else event_id
    _keep(
        event_id,
        sender,
        actor,
        at,
        kind="question",
        year=year[:4],
        question_id=question,
        text=text.strip(),
    )
    record("report_question.taken", ("hub_message", event_id), actor, at)


@audit.action("report_step.taken")
def take_step(
    *, event_id: UUID, sender: UUID, body: Mapping[str, Any], actor: Actor, at: datetime
) -> None:
    """Keep how far the hub is with our report, or with a version of it: asked, received, published."""  # H17
    step, year = body.get("step"), body.get("year")
    if not (isinstance(step, str) and step.isalpha() and isinstance(year, str)):
        raise RefusedError("not_a_step", str(_("The message names no step or no year.")))
    report_id = _uuid(body, "report") if body.get("report") else None
    _keep(
        event_id,
        sender,
        actor,
        at,
        kind="step",
        year=year[:4],
        report_id=report_id,
        state=step[:10],
    )
    record("report_step.taken", ("hub_message", event_id), actor, at, {"step": step[:10]})


@audit.action("report_question.answered")
def answer_question(*, message_id: UUID, text: str, actor: Actor, at: datetime) -> None:
    """Answer a question of the secretariat, once; the answer goes to whoever asked."""
    by = require_rapporteur(actor)
    row = HubMessage.objects.filter(
        pk=message_id, organisation=actor.scope, kind="question"
    ).first()
    if row is None:
        raise NotFoundError
    words = text.strip()
    if not words:
        raise RefusedError("text_needed", str(_("Write your answer.")))
    require_plain(words)
    require_length(words, rules.MOST_NOTE)
    won = HubMessage.objects.filter(pk=row.pk, answered_at__isnull=True).update(
        answer=words, answered_by=by, answered_at=at
    )
    if won != 1:
        raise RefusedError("answered", str(_("This question is answered already.")))
    ledger.append_event(
        kind=EventKind.REPORT_ANSWER,
        subject_id=row.question_id or row.pk,
        organisation=actor.scope,
        payload={
            "question": str(row.question_id or row.pk),
            "year": row.year,
            "text": words,
            "at": instant_text(at),
        },
        audience=[str(row.node)],
        at=at,
    )
    record("report_question.answered", ("hub_message", row.pk), actor, at)


def _keep(event_id: UUID, sender: UUID, actor: Actor, at: datetime, **columns: object) -> None:
    """Keep a message of a hub once; only a node with the secretariat's mandate is a hub."""
    if actor.kind is not ActorKind.SYSTEM:
        raise NotFoundError
    if sender not in {node.node_id for node in members.secretariat_nodes(actor=actor)}:
        raise RefusedError(
            "not_the_secretariat", str(_("Only the Alliance's secretariat may say this."))
        )
    HubMessage.objects.get_or_create(
        id=event_id,
        defaults={
            "organisation": actor.scope,
            "node": sender,
            "said_at": at,
            "recorded_at": at,
            **columns,
        },
    )


def _uuid(body: Mapping[str, Any], name: str) -> UUID:
    try:
        return UUID(str(body.get(name)))
    except ValueError as error:
        raise NotFoundError from error
