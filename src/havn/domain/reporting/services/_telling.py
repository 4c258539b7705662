# SPDX-License-Identifier: Apache-2.0
"""Parts of several services: what the secretariat hears of a year, and the reminders of what is due."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from havn.domain.actor import Actor
from havn.domain.jobs import services as jobs
from havn.domain.ledger import services as ledger
from havn.domain.ledger.rules import EventKind
from havn.domain.members import selectors as members
from havn.domain.reporting import rules
from havn.lib.encoding import instant_text, uuid4


def tell_step(
    year: str, step: str, *, actor: Actor, at: datetime, report: UUID | None = None
) -> None:
    """Tell the secretariat how far the report of a year is; part of what was done."""
    body = {"year": year, "step": step, "at": instant_text(at)}
    if report is not None:
        body["report"] = str(report)
    ledger.append_event(
        kind=EventKind.REPORT_STEP,
        subject_id=report or uuid4(),
        organisation=actor.scope,
        payload=body,
        audience=[str(node.node_id) for node in members.secretariat_nodes(actor=actor)],
        at=at,
    )


def order_reminders(subject_id: UUID, due_on: date, *, organisation: UUID, at: datetime) -> None:
    """Order the reminders of what is due on a day, those whose time has not passed."""
    jobs.enqueue_all(
        orders=[
            jobs.Order(
                kind=rules.REMIND,
                key=f"{rules.REMIND}:{subject_id}:{each.days}:{each.told.value}",
                due_at=each.at,
                subject_id=subject_id,
                organisation=organisation,
            )
            for each in rules.to_come(due_on, at=at)
        ],
        at=at,
    )
