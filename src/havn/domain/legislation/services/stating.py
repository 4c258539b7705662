# SPDX-License-Identifier: Apache-2.0
"""Keeping what a member without a node says of its law in its national report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from havn.domain.actor import Actor, ActorKind
from havn.domain.audit import services as audit
from havn.domain.errors import NotFoundError
from havn.domain.legislation import rules
from havn.domain.legislation.models import CriterionAnswer


@audit.action("law.stated_taken", did_nothing=lambda count: not count)
def take_stated(
    *,
    report: UUID,
    member: str,
    criteria: Sequence[Mapping[str, Any]],
    actor: Actor,
    at: datetime,
) -> int:
    """Keep each answer of a published report once; returns how many are new. It names no node: a report stated it."""
    if actor.kind is not ActorKind.SYSTEM:
        raise NotFoundError
    given = {
        rules.stated_id(report, each["criterion"]): answer
        for each in criteria
        if (answer := rules.stated_answer(each, today=at.date())) is not None
    }
    known = set(CriterionAnswer.objects.filter(pk__in=given).values_list("pk", flat=True))
    new = [
        _row(answer_id, member, answer, at=at)
        for answer_id, answer in given.items()
        if answer_id not in known
    ]
    CriterionAnswer.objects.bulk_create(new)
    if new:
        audit.record(
            action="law.stated_taken",
            actor=actor,
            subject_kind="report",
            subject_id=report,
            at=at,
            detail={"answers": len(new), "left_out": len(criteria) - len(given)},
        )
    return len(new)


def _row(answer_id: UUID, member: str, given: rules.NewAnswer, *, at: datetime) -> CriterionAnswer:
    return CriterionAnswer(
        id=answer_id,
        member=member,
        criterion=given.key,
        value=given.value.value,
        number=given.number,
        is_unlimited=given.is_unlimited,
        law=given.law,
        article=given.article,
        in_force_from=given.in_force_from,
        in_force_to=given.in_force_to,
        assessed_by="",
        assessed_on=given.assessed_on or at.date(),
        recorded_at=at,
    )
