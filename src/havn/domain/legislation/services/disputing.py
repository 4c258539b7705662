# SPDX-License-Identifier: Apache-2.0
"""Keeping what a third country holds against an answer, and what the answering country replies."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from havn.domain.actor import Actor
from havn.domain.audit import services as audit
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.ledger import services as ledger
from havn.domain.ledger.rules import EVERYBODY, EventKind
from havn.domain.legislation import rules
from havn.domain.legislation.models import CriterionAnswer, CriterionDispute, CriterionReview
from havn.domain.legislation.services._sentences import refuse
from havn.domain.legislation.services._speaking import Speaker, other_speaker, own_speaker
from havn.lib.encoding import uuid4


@audit.action("law.disputed")
def dispute(*, answer_id: UUID, text: str, source: str, actor: Actor, at: datetime) -> UUID:
    """Keep what the own country holds against another's answer, and tell the Alliance."""
    speaker = own_speaker(actor)
    row = CriterionAnswer.objects.filter(pk=answer_id).first()
    if row is None:
        raise NotFoundError
    if row.member == speaker.member:
        raise RefusedError(
            "own_answer", _("This is your own country's answer: give a new answer instead.")
        )
    if _agreed(answer_id, speaker.member):
        raise RefusedError(
            "reviewed_before", _("Your country agreed with this answer. Change the review first.")
        )
    if not rules.cleaned(source):
        refuse(rules.Fault.SOURCE_MISSING)
    made_id = uuid4()
    made = rules.DisputeBody(
        made_id, rules.Step.FILED, made_id, row.pk, row.member, speaker.member,
        rules.cleaned(text), rules.cleaned(source), at.date(),
    )  # fmt: skip
    _say(made, speaker, actor=actor, at=at)
    _record("law.disputed", made, actor, at)
    return made_id


@audit.action("law.dispute_answered")
def answer_dispute(
    *, dispute_id: UUID, text: str, source: str, actor: Actor, at: datetime
) -> UUID:
    """Keep what the own country replies to a dispute of its answer, and tell the Alliance; the dispute stays."""
    speaker = own_speaker(actor)
    row = CriterionDispute.objects.filter(pk=dispute_id, step=rules.Step.FILED.value).first()
    if row is None or row.about != speaker.member:
        raise NotFoundError
    made = rules.DisputeBody(
        uuid4(), rules.Step.ANSWERED, row.pk, row.answer, speaker.member, speaker.member,
        rules.cleaned(text), rules.cleaned(source), at.date(),
    )  # fmt: skip
    _say(made, speaker, actor=actor, at=at)
    _record("law.dispute_answered", made, actor, at)
    return made.id


@audit.action("law.dispute_taken", did_nothing=lambda is_new: not is_new)
def take_dispute(*, body: Any, sender: UUID, actor: Actor, at: datetime) -> bool:
    """Keep what another node's country holds against an answer, or replies; false where it was kept before."""
    try:
        made = rules.read_dispute(body)
    except rules.BodyError as error:
        raise RefusedError(error.code, f"{error.code}: {error.field}") from error
    speaker = other_speaker(sender, made.by, actor=actor)
    if CriterionDispute.objects.filter(pk=made.id).exists():
        return False
    _keep(made, speaker, person=None, at=at)
    _record("law.dispute_taken", made, actor, at)
    return True


def _agreed(answer_id: UUID, member: str) -> bool:
    last = CriterionReview.objects.filter(answer=answer_id, by=member).order_by("recorded_at")
    row = last.last()
    return row is not None and row.verdict == rules.Verdict.AGREES.value


def _say(made: rules.DisputeBody, speaker: Speaker, *, actor: Actor, at: datetime) -> None:
    for fault in rules.text_faults(made.text, most=rules.MOST_TEXT, is_needed=True):
        refuse(fault)
    for _field, fault in rules.address_faults(made.source):
        refuse(fault)
    _keep(made, speaker, person=actor.identifier, at=at)
    ledger.append_event(
        kind=EventKind.LAW_DISPUTED,
        subject_id=made.id,
        organisation=speaker.organisation,
        payload=rules.dispute_body(made),
        audience=(EVERYBODY,),
        at=at,
    )


def _keep(made: rules.DisputeBody, speaker: Speaker, *, person: UUID | None, at: datetime) -> None:
    CriterionDispute.objects.create(
        id=made.id,
        dispute=made.dispute,
        step=made.step.value,
        answer=made.answer,
        about=made.about,
        by=made.by,
        text=made.text,
        source_url=made.source,
        said_by=speaker.office,
        person=person,
        node=speaker.node,
        said_on=made.on,
        recorded_at=at,
    )


def _record(action: str, made: rules.DisputeBody, actor: Actor, at: datetime) -> None:
    audit.record(
        action=action,
        actor=actor,
        subject_kind="criterion",
        subject_id=made.answer,
        at=at,
        detail={"step": made.step.value, "by": made.by},
    )
