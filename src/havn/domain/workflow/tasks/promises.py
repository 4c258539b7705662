# SPDX-License-Identifier: Apache-2.0
"""What other members' nodes say of their promises and politics; the same on a node and on a hub."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from havn.domain.commitments import services as commitments
from havn.domain.ledger.rules import EventKind
from havn.domain.workflow.tasks import exchanging

if TYPE_CHECKING:
    from havn.domain.actor import Actor
    from havn.domain.exchange.rules import IncomingEvent


def commitment_event(event: IncomingEvent, actor: Actor, at: datetime) -> None:
    """Keep what a node says of a commitment of its country."""
    commitments.take_commitment(
        commitment_id=event.subject_id, sender=event.sender, body=event.body, actor=actor, at=at
    )


def political_act_event(event: IncomingEvent, actor: Actor, at: datetime) -> None:
    """Keep what a node says of a political act of its country."""
    commitments.take_political_act(
        act_id=event.subject_id, sender=event.sender, body=event.body, actor=actor, at=at
    )


READINGS: dict[str, exchanging.Reading] = {
    EventKind.COMMITMENT_STATED.value: exchanging.Reading(commitment_event),
    EventKind.POLITICAL_ACT_STATED.value: exchanging.Reading(political_act_event),
}
