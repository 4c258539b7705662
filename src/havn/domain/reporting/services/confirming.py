# SPDX-License-Identifier: Apache-2.0
"""Who owns which part of a report, and what they say of it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from havn.domain.accounts import selectors as people
from havn.domain.actor import Actor, Role
from havn.domain.audit import services as audit
from havn.domain.errors import RefusedError
from havn.domain.reporting import rules, selectors
from havn.domain.reporting.models import NationalReport, PartConfirmation, PartOwner
from havn.domain.reporting.services._access import (
    open_report,
    record,
    require_length,
    require_plain,
    require_rapporteur,
    require_role,
)
from havn.domain.reporting.services._telling import tell_step
from havn.lib.encoding import uuid7


@audit.action("part_owner.named")
def name_owner(*, part: str, person_id: UUID, office: str, actor: Actor, at: datetime) -> None:
    """Name who owns a part from now on; whoever did before does no more."""
    by = require_rapporteur(actor)
    _require_part(part)
    office = office.strip()
    _require_office(office)
    person = people.person(person_id=person_id, actor=actor)
    if Role.DATA_OWNER not in person.roles:
        raise RefusedError(
            "not_a_data_owner",
            str(_("This person is not a data owner. The operator of the node gives that role.")),
        )
    before = PartOwner.objects.filter(organisation=actor.scope, part=part, ended_at__isnull=True)
    before.update(ended_at=at)
    PartOwner.objects.create(
        id=uuid7(at),
        organisation=actor.scope,
        part=part,
        person=person_id,
        office=office,
        named_by=by,
        named_at=at,
    )
    record("part_owner.named", ("person", person_id), actor, at, {"part": part})


@audit.action("part.confirmed")
def confirm_part(*, report_id: UUID, part: str, actor: Actor, at: datetime) -> None:
    """Say that the figures of the own part are right."""
    _state(report_id, part, question="", actor=actor, at=at)
    row = open_report(report_id, actor)
    if not selectors.parts_open(row.pk):
        tell_step(row.year, "confirmed", actor=actor, at=at)
    record("part.confirmed", ("national_report", report_id), actor, at, {"part": part})


@audit.action("part.questioned")
def question_part(
    *, report_id: UUID, part: str, question: str, actor: Actor, at: datetime
) -> None:
    """Say what is wrong or unclear with the own part; the report waits until the part is confirmed."""
    question = question.strip()
    if not question:
        raise RefusedError("question_needed", str(_("Say in a sentence what is unclear.")))
    require_plain(question)
    require_length(question, rules.MOST_NOTE)
    _state(report_id, part, question=question, actor=actor, at=at)
    record("part.questioned", ("national_report", report_id), actor, at, {"part": part})


def _state(
    report_id: UUID, part: str, *, question: str, actor: Actor, at: datetime
) -> NationalReport:
    person = require_role(actor, Role.DATA_OWNER)
    _require_part(part)
    row = open_report(report_id, actor)
    owner = PartOwner.objects.filter(
        organisation=actor.scope, part=part, person=person, ended_at__isnull=True
    ).first()
    if owner is None:
        raise RefusedError(
            "not_your_part",
            str(_("This part is not yours. The rapporteur says who answers for which part.")),
        )
    PartConfirmation.objects.create(
        id=uuid7(at),
        report=row,
        part=part,
        is_confirmed=not question,
        question=question,
        office=owner.office,
        person=person,
        at=at,
    )
    return row


def _require_part(part: str) -> None:
    if part not in set(rules.PARTS):
        raise RefusedError("unknown_part", str(_("Choose one of the four parts.")))


def _require_office(office: str) -> None:
    if not office:
        raise RefusedError("office_needed", str(_("Write the name of the office.")))
    require_plain(office)
    require_length(office, rules.MOST_OFFICE)
