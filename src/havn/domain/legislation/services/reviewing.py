# SPDX-License-Identifier: Apache-2.0
"""Keeping what one country says of another's answer: never of its own."""

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
from havn.domain.legislation.models import CriterionAnswer, CriterionReview
from havn.domain.legislation.services._sentences import refuse
from havn.domain.legislation.services._speaking import (
    Speaker,
    after_the_last,
    other_speaker,
    own_speaker,
)
from havn.lib.encoding import uuid4


@audit.action("law.reviewed")
def review(
    *, answer_id: UUID, verdict: rules.Verdict, note: str, actor: Actor, at: datetime
) -> UUID:
    """Keep what the own country says of another's answer, and tell the Alliance."""
    speaker = own_speaker(actor)
    row = CriterionAnswer.objects.filter(pk=answer_id).first()
    if row is None:
        raise NotFoundError
    if row.member == speaker.member:
        raise RefusedError(
            "own_answer",
            _("This is your own country's answer: another country has to review it."),
        )
    note = rules.cleaned(note)
    is_needed = verdict is rules.Verdict.DIFFERS
    for fault in rules.text_faults(note, most=rules.MOST_TEXT, is_needed=is_needed):
        refuse(fault)
    made = rules.ReviewBody(uuid4(), row.pk, row.member, speaker.member, verdict, note, at.date())
    _keep(made, speaker, person=actor.identifier, at=at)
    ledger.append_event(
        kind=EventKind.LAW_REVIEWED,
        subject_id=made.id,
        organisation=speaker.organisation,
        payload=rules.review_body(made),
        audience=(EVERYBODY,),
        at=at,
    )
    _record("law.reviewed", made, actor, at)
    return made.id


@audit.action("law.review_taken", did_nothing=lambda is_new: not is_new)
def take_review(*, body: Any, sender: UUID, actor: Actor, at: datetime) -> bool:
    """Keep what another node's country says of an answer; false where it was kept before."""
    try:
        made = rules.read_review(body)
    except rules.BodyError as error:
        raise RefusedError(error.code, f"{error.code}: {error.field}") from error
    speaker = other_speaker(sender, made.by, actor=actor)
    if CriterionReview.objects.filter(pk=made.id).exists():
        return False
    said = CriterionReview.objects.filter(answer=made.answer, by=made.by)
    _keep(made, speaker, person=None, at=after_the_last(said, at))  # J10
    _record("law.review_taken", made, actor, at)
    return True


def _keep(made: rules.ReviewBody, speaker: Speaker, *, person: UUID | None, at: datetime) -> None:
    CriterionReview.objects.create(
        id=made.id,
        answer=made.answer,
        about=made.about,
        by=made.by,
        verdict=made.verdict.value,
        note=made.note,
        reviewed_by=speaker.office,
        person=person,
        node=speaker.node,
        reviewed_on=made.on,
        recorded_at=at,
    )


def _record(action: str, made: rules.ReviewBody, actor: Actor, at: datetime) -> None:
    audit.record(
        action=action,
        actor=actor,
        subject_kind="criterion",
        subject_id=made.answer,
        at=at,
        detail={"verdict": made.verdict.value, "by": made.by},
    )
