# SPDX-License-Identifier: Apache-2.0
"""Releasing a report by two persons, and keeping what the node signed then."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from havn.domain.actor import Actor, ActorKind, Role
from havn.domain.audit import services as audit
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.jobs import services as jobs
from havn.domain.ledger import services as ledger
from havn.domain.ledger.rules import EventKind, FactName
from havn.domain.members import selectors as members
from havn.domain.reporting import rules, selectors
from havn.domain.reporting.models import (
    BoundsPart,
    FigureRelease,
    HubMessage,
    NationalReport,
    PersonRelease,
    ReportPart,
)
from havn.domain.reporting.services._access import (
    move,
    record,
    report_of,
    require_length,
    require_plain,
    require_role,
)
from havn.domain.reporting.services._telling import tell_step
from havn.lib import wire
from havn.lib.encoding import uuid7

_STEPS = {
    rules.ReportState.DRAFT: (rules.Step.RAPPORTEUR, Role.RAPPORTEUR),
    rules.ReportState.CONFIRMING: (rules.Step.SIGNATORY, Role.SIGNATORY),
}


@audit.action("report.released_by_person")
def release_report(
    *, report_id: UUID, office: str, factor_at: datetime, actor: Actor, at: datetime
) -> None:
    """Release a report as the rapporteur, or after that, as another person, as the signatory.

    `factor_at` is when this person gave the second factor for it. With the second release it is signed by the
    node and sent.
    """
    row = report_of(report_id, actor)
    state = rules.ReportState(row.state)
    if state not in _STEPS:
        raise RefusedError("released_already", str(_("This version is released already.")))
    step, role = _STEPS[state]
    person = require_role(actor, Role.RAPPORTEUR, Role.SIGNATORY)
    _require_turn(row, step, role, person, actor)
    _require_factor(factor_at, at)
    office = office.strip()
    if not office:
        raise RefusedError("office_needed", str(_("Write the name of your office.")))
    require_plain(office)
    require_length(office, rules.MOST_OFFICE)
    _require_other_office(row, office)
    _require_complete(row, actor=actor)
    _keep(row, step, person, office, at=at)
    if step is rules.Step.RAPPORTEUR:
        move(row, rules.ReportState.CONFIRMING)
    else:
        _release(row, actor=actor, at=at)
    detail = {"step": step.value, "office": office}
    record("report.released_by_person", ("national_report", row.pk), actor, at, detail)


@audit.action("report.given_back")
def give_back(*, report_id: UUID, actor: Actor, at: datetime) -> None:
    """Take the rapporteur's release back, so that texts can change again; either of the two may."""
    require_role(actor, Role.RAPPORTEUR, Role.SIGNATORY)
    row = report_of(report_id, actor)
    move(row, rules.ReportState.DRAFT)
    PersonRelease.objects.filter(report=row, given_back_at__isnull=True).update(given_back_at=at)
    record("report.given_back", ("national_report", row.pk), actor, at)


@audit.action("report.signed", did_nothing=lambda is_new: not is_new)
def keep_signed(
    *,
    report_id: UUID,
    head: str,
    parts: Sequence[wire.WrittenPart],
    actor: Actor,
    at: datetime,
) -> bool:
    """Keep the report as the node signed it, write the fact, and tell the secretariat; false when it was kept.

    Each part is an event of its own, the head the last.
    """
    if actor.kind is not ActorKind.SYSTEM:
        raise NotFoundError
    row = report_of(report_id, actor)
    if row.signed_head or row.state != rules.ReportState.RELEASED:
        return False
    contents = {part.name: json.loads(part.content) for part in parts}
    titles = selectors.promise_titles(parts=contents, actor=actor, at=at)
    won = NationalReport.objects.filter(pk=row.pk, signed_head="").update(
        signed_head=head, signed_at=at, promise_titles={key: dict(t) for key, t in titles.items()}
    )
    if won != 1:
        return False
    kept: list[dict[str, Any]] = [
        {
            "id": uuid7(at),
            "report": row,
            "name": part.name,
            "sha256": part.sha256,
            "content": part.content.decode(),
        }
        for part in parts
    ]
    ReportPart.objects.bulk_create(
        [ReportPart(**each) for each in kept if not each["name"].startswith(rules.BOUNDS)]
    )
    BoundsPart.objects.bulk_create(
        [BoundsPart(**each) for each in kept if each["name"].startswith(rules.BOUNDS)]
    )
    _tell(row, head, parts, actor=actor, at=at)
    record("report.signed", ("national_report", row.pk), actor, at, {"version": row.version})
    return True


@audit.action("report.sent_again")
def send_again(*, report_id: UUID, actor: Actor, at: datetime) -> None:
    """Send a signed report to the secretariat once more, where its last word was that it refused it.

    Nothing of it changes: what was refused may have been for a reason at the hub.
    """
    require_role(actor, Role.RAPPORTEUR)
    row = report_of(report_id, actor)
    last = HubMessage.objects.filter(report_id=row.pk, kind="receipt").order_by("-said_at").first()
    if not row.signed_head or last is None or last.state != "refused":
        raise RefusedError(
            "not_refused", str(_("The secretariat has not refused this version. Nothing to send."))
        )
    parts = [
        wire.WrittenPart(part.name, part.sha256, part.content.encode())
        for table in (ReportPart, BoundsPart)
        for part in table.objects.filter(report=row)
    ]
    _send(row, row.signed_head, parts, actor=actor, at=at)
    record("report.sent_again", ("national_report", row.pk), actor, at)


def _tell(
    row: NationalReport,
    head: str,
    parts: Sequence[wire.WrittenPart],
    *,
    actor: Actor,
    at: datetime,
) -> None:
    released_on = (row.released_at or at).date()
    deadline = rules.deadline_of(int(row.year))  # the report's own, also of a correction
    ledger.record_fact(
        name=FactName.NATIONAL_REPORT_SIGNED,
        subject_kind="national_report",
        subject_id=row.pk,
        organisation=actor.scope,
        at=at,
        happened_at=row.released_at,
        codes={
            "year": int(row.year),
            "deadline": deadline.isoformat(),
            "days_after": _days_after(deadline, released_on),
            "is_first": row.version == rules.FIRST_VERSION,
        },
    )
    _send(row, head, parts, actor=actor, at=at)
    tell_step(row.year, "signed", actor=actor, at=at)


def _send(
    row: NationalReport,
    head: str,
    parts: Sequence[wire.WrittenPart],
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """Append the events of all parts, then that of the head."""
    audience = [str(node.node_id) for node in members.secretariat_nodes(actor=actor)]
    events = [
        *((EventKind.REPORT_PART, wire.part_event(row.pk, part)) for part in sorted(parts)),
        (EventKind.REPORT_RELEASED, wire.released_event(head)),
    ]
    for kind, body in events:
        ledger.append_event(
            kind=kind,
            subject_id=row.pk,
            organisation=actor.scope,
            payload=body,
            audience=audience,
            at=at,
        )


def _days_after(due_on: date, released_on: date) -> int:
    return (released_on - due_on).days


def _require_turn(
    row: NationalReport, step: rules.Step, role: Role, person: UUID, actor: Actor
) -> None:
    """Raise RefusedError where it is another role's turn, or the same person would release twice."""
    if PersonRelease.objects.filter(
        report=row, person=person, given_back_at__isnull=True
    ).exists():
        raise RefusedError(
            "same_person",
            str(_("You released this report already. Two different persons must release it.")),
        )
    if not actor.has_role(role):
        raise RefusedError(
            "not_your_turn",
            str(
                _("The rapporteur releases first.")
                if step is rules.Step.RAPPORTEUR
                else _("Now the signatory releases.")
            ),
        )


def _require_other_office(row: NationalReport, office: str) -> None:
    """Raise RefusedError where both releases would name one office: then nobody could tell them apart."""
    others = PersonRelease.objects.filter(report=row, given_back_at__isnull=True)
    names = {" ".join(each.split()).casefold() for each in others.values_list("office", flat=True)}
    if " ".join(office.split()).casefold() in names:
        raise RefusedError(
            "same_office",
            str(_("The rapporteur wrote the same office. Write yours so that the two differ.")),
        )


def _require_factor(factor_at: datetime, at: datetime) -> None:
    if not timedelta() <= at - factor_at <= timedelta(seconds=rules.FACTOR_LASTS_SECONDS):
        raise RefusedError(
            "factor_needed", str(_("Type a code of your authenticator again to release."))
        )


def _require_complete(row: NationalReport, *, actor: Actor) -> None:
    missing = selectors.what_is_open(report_id=row.pk, actor=actor)
    if missing:
        sentences = " ".join(each.sentence for each in missing[:3])
        raise RefusedError("not_complete", sentences)


def _keep(
    row: NationalReport, step: rules.Step, person: UUID, office: str, *, at: datetime
) -> None:
    try:
        with transaction.atomic():
            PersonRelease.objects.create(
                id=uuid7(at), report=row, step=step.value, person=person, office=office, at=at
            )
    except IntegrityError as error:
        raise RefusedError(
            "changed_meanwhile", str(_("Somebody released this just now. Look at it again."))
        ) from error


def _release(row: NationalReport, *, actor: Actor, at: datetime) -> None:
    move(row, rules.ReportState.RELEASED, released_at=at)
    FigureRelease.objects.filter(pk=row.release_id, public_at__isnull=True).update(public_at=at)
    if row.supersedes_id:
        NationalReport.objects.filter(
            pk=row.supersedes_id, state=rules.ReportState.RELEASED
        ).update(state=rules.ReportState.CORRECTED)
    jobs.enqueue(
        kind=rules.SIGN_REPORT,
        key=f"{rules.SIGN_REPORT}:{row.pk}",
        subject_id=row.pk,
        organisation=actor.organisation,
        due_at=at,
        at=at,
    )
    jobs.withdraw(kinds=[rules.REMIND], subject_ids=[row.pk], at=at)
