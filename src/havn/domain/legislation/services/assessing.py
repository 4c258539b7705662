# SPDX-License-Identifier: Apache-2.0
"""Keeping what a country says of its own law: the own rapporteur's, and what other nodes send."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from havn.domain.actor import Actor
from havn.domain.audit import services as audit
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.ledger import services as ledger
from havn.domain.ledger.rules import EVERYBODY, EventKind, FactName
from havn.domain.legislation import rules
from havn.domain.legislation.models import CriterionAnswer
from havn.domain.legislation.services._sentences import refuse
from havn.domain.legislation.services._speaking import (
    Speaker,
    after_the_last,
    compute_gaps_soon,
    other_speaker,
    own_speaker,
)
from havn.lib.encoding import uuid4


@audit.action("law.assessed")
def assess(*, given: rules.NewAnswer, actor: Actor, at: datetime) -> UUID:
    """Keep what the own country's law says to a criterion, and tell the Alliance; nothing before it is changed.

    The fact that indicators count tells of the law that holds now or will hold: not of one that is over.
    """
    speaker, given = own_speaker(actor), rules.cleaned_answer(given)
    for _field, fault in rules.faults_of(given, today=at.date()):
        refuse(fault)
    _require_replaced(given, speaker.member)
    made = rules.AssessmentBody(uuid4(), speaker.member, given)
    _keep(made, speaker, person=actor.identifier, at=at)
    _tell(made, speaker, at=at)
    compute_gaps_soon(at)
    audit.record(
        action="law.assessed",
        actor=actor,
        subject_kind="criterion",
        subject_id=made.id,
        at=at,
        detail={"criterion": given.key, "value": given.value.value},
    )
    return made.id


@audit.action("law.assessment_taken", did_nothing=lambda is_new: not is_new)
def take_assessment(*, body: Any, sender: UUID, actor: Actor, at: datetime) -> bool:
    """Keep what another node says of its own country's law; false where it was kept before."""
    try:
        made = rules.read_assessment(body, today=at.date())
    except rules.BodyError as error:
        raise RefusedError(error.code, f"{error.code}: {error.field}") from error
    speaker = other_speaker(sender, made.member, actor=actor)
    if CriterionAnswer.objects.filter(pk=made.id).exists():
        return False
    said = CriterionAnswer.objects.filter(member=made.member, criterion=made.given.key)
    _keep(made, speaker, person=None, at=after_the_last(said, at))  # J9
    compute_gaps_soon(at)
    audit.record(
        action="law.assessment_taken",
        actor=actor,
        subject_kind="criterion",
        subject_id=made.id,
        at=at,
        detail={"criterion": made.given.key, "value": made.given.value.value},
    )
    return True


def _require_replaced(given: rules.NewAnswer, member: str) -> None:
    if given.supersedes is None:
        return
    there = CriterionAnswer.objects.filter(pk=given.supersedes, member=member, criterion=given.key)
    if not there.exists():
        raise NotFoundError
    if CriterionAnswer.objects.filter(supersedes=given.supersedes).exists():
        raise RefusedError(
            "replaced_before", _("This answer was replaced meanwhile. Open the criterion again.")
        )


def _keep(
    made: rules.AssessmentBody, speaker: Speaker, *, person: UUID | None, at: datetime
) -> None:
    given = made.given
    CriterionAnswer.objects.create(
        id=made.id,
        member=made.member,
        criterion=given.key,
        value=given.value.value,
        number=given.number,
        is_unlimited=given.is_unlimited,
        law=given.law,
        article=given.article,
        in_force_from=given.in_force_from,
        in_force_to=given.in_force_to,
        source_url=given.source_url,
        quote_hash=given.quote_hash,
        reason=given.reason,
        note=given.note,
        is_weakest_part=given.is_weakest_part,
        assessed_by=speaker.office,
        person=person,
        node=speaker.node,
        assessed_on=given.assessed_on or at.date(),
        recorded_at=at,
        supersedes=given.supersedes,
    )


def _tell(made: rules.AssessmentBody, speaker: Speaker, *, at: datetime) -> None:
    given, day = made.given, made.given.assessed_on or at.date()
    if given.in_force_to is None or given.in_force_to >= at.date():
        happened = max(day, given.in_force_from) if given.in_force_from > at.date() else day
        ledger.record_fact(
            name=FactName.CRITERION_ASSESSED,
            subject_kind="criterion",
            subject_id=rules.fact_subject(made.member, given.key),
            organisation=speaker.organisation,
            at=at,
            happened_at=_instant(happened, at),
            codes=rules.fact_codes(given),
        )
    ledger.append_event(
        kind=EventKind.LAW_ASSESSED,
        subject_id=made.id,
        organisation=speaker.organisation,
        payload=rules.assessment_body(made) | {"assessed_on": day.isoformat()},
        audience=(EVERYBODY,),
        at=at,
    )


def _instant(day: date, at: datetime) -> datetime:
    """Return when a day began; of today the time itself."""
    return at if day == at.date() else datetime.combine(day, time(), tzinfo=UTC)
