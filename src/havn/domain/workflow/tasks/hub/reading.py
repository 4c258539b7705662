# SPDX-License-Identifier: Apache-2.0
"""Which events of other nodes a hub reads, and by whom: a further kind is one more line here."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from havn.domain.actor import Actor
from havn.domain.exchange.rules import IncomingEvent
from havn.domain.ledger.rules import EventKind
from havn.domain.workflow.services import hub
from havn.domain.workflow.tasks import exchanging, law, promises


class Service(Protocol):
    """What takes an event by name."""

    def __call__(self, *, event: IncomingEvent, actor: Actor, at: datetime) -> object:
        """Do what the event says."""


def by(service: Service) -> exchanging.Reading:
    """Return the reading of events of version 1 by this service."""

    def read(event: IncomingEvent, actor: Actor, at: datetime) -> None:
        service(event=event, actor=actor, at=at)

    return exchanging.Reading(read)


READINGS: dict[str, exchanging.Reading] = {
    EventKind.REPORT_PART.value: by(hub.part_arrived),
    EventKind.REPORT_RELEASED.value: by(hub.report_arrived),
    EventKind.REPORT_STEP.value: by(hub.step_arrived),
    EventKind.REPORT_ANSWER.value: by(hub.answer_arrived),
    EventKind.PROVISIONAL_TOLD.value: by(hub.piece_arrived),
    EventKind.PROVISIONAL_WITHDRAWN.value: by(hub.update_withdrawn),
    EventKind.CAPABILITY_STATED.value: by(hub.capability_arrived),
    **law.READINGS,
    **promises.READINGS,
}
