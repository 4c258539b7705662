# SPDX-License-Identifier: Apache-2.0
"""What other members' nodes say of laws, and the table of gaps; the same on a node and on a hub."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Protocol

from django.db import transaction

from havn.domain.actor import Actor
from havn.domain.jobs import services as jobs
from havn.domain.ledger.rules import EventKind
from havn.domain.legislation import selectors as laws
from havn.domain.legislation import services as legislation
from havn.domain.legislation.rules import GAP_WORK, OwnFigures
from havn.domain.members import selectors as members
from havn.domain.workflow.tasks import exchanging

if TYPE_CHECKING:
    from havn.domain.exchange.rules import IncomingEvent
    from havn.domain.jobs.models import Job


class Figures(Protocol):
    """What reads a node's own figures."""

    def __call__(self, *, actor: Actor, at: datetime) -> OwnFigures:
        """Return them as they are now."""


class TakeStated(Protocol):
    """What takes over the laws that published reports state."""

    def __call__(self, *, actor: Actor, at: datetime) -> int:
        """Return how many answers are new."""


def assessment_event(event: IncomingEvent, actor: Actor, at: datetime) -> None:
    """Keep what a node says of its country's law."""
    legislation.take_assessment(body=event.body, sender=event.sender, actor=actor, at=at)


def review_event(event: IncomingEvent, actor: Actor, at: datetime) -> None:
    """Keep what a node's country says of another's answer."""
    legislation.take_review(body=event.body, sender=event.sender, actor=actor, at=at)


def dispute_event(event: IncomingEvent, actor: Actor, at: datetime) -> None:
    """Keep what a node's country holds against an answer, or replies."""
    legislation.take_dispute(body=event.body, sender=event.sender, actor=actor, at=at)


READINGS: dict[str, exchanging.Reading] = {
    EventKind.LAW_ASSESSED.value: exchanging.Reading(assessment_event),
    EventKind.LAW_REVIEWED.value: exchanging.Reading(review_event),
    EventKind.LAW_DISPUTED.value: exchanging.Reading(dispute_event),
}


def gaps_of_node(figures: Figures) -> Callable[[Job, datetime, object], None]:
    """Return the work of a node: the table of pairs, with its own figures; one piece at each call."""
    return _piece_by_piece(figures, is_whole=False)


def gaps_of_hub(take_stated: TakeStated) -> Callable[[Job, datetime, object], None]:
    """Return the work of a hub: it counts the gaps for the public, keeps no pair, and has no figures of its own.

    Before it begins, `take_stated` takes over what reports of members without a node say of their laws.
    """

    def figures(*, actor: Actor, at: datetime) -> OwnFigures:
        take_stated(actor=actor, at=at)
        return OwnFigures()

    return _piece_by_piece(figures, is_whole=True)


def _piece_by_piece(
    figures: Figures, *, is_whole: bool
) -> Callable[[Job, datetime, object], None]:
    def work(job: Job, at: datetime, outside: object) -> None:
        del outside
        actor = _system()
        piece = laws.next_piece(actor=actor, is_whole=is_whole)
        if piece is not None:
            legislation.keep_gaps(piece=piece, actor=actor, at=at)
            jobs.postpone(job=job, due_at=at)
        else:
            _begin(job, figures(actor=actor, at=at), actor=actor, at=at)

    return work


def _begin(job: Job, figures: OwnFigures, *, actor: Actor, at: datetime) -> None:
    """Begin to compute what changed, a piece of which comes next; look again when the next day begins.

    Laws come into force by themselves. The job is given back first: what is said of a law before that is seen here,
    and what is said later hurries it.
    """
    tomorrow = datetime.combine(at.date() + timedelta(days=1), time(), tzinfo=UTC)
    with transaction.atomic():
        jobs.postpone(job=job, due_at=tomorrow)
        if legislation.begin_gaps(figures=figures, actor=actor, at=at):
            jobs.hurry(kind=GAP_WORK, at=at)


def order_gaps(*, at: datetime) -> None:
    """Order the work that looks at the gaps for ever, once; a worker calls it when it starts."""
    with transaction.atomic():
        jobs.enqueue(kind=GAP_WORK, key=GAP_WORK, due_at=at, at=at)


def _system() -> Actor:
    own = members.own_node(actor=Actor.system())
    return Actor.system(organisation=own.organisation_id)


__all__ = ["GAP_WORK", "READINGS", "gaps_of_hub", "gaps_of_node", "order_gaps"]
