# SPDX-License-Identifier: Apache-2.0
"""Background work between nodes, the same on a node and on a hub: beats, rounds with peers, what arrived."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from havn.domain.actor import Actor
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.exchange import rules, selectors, services
from havn.domain.exchange import tasks as exchange
from havn.domain.jobs import services as jobs
from havn.domain.ledger.rules import EventKind
from havn.domain.members import selectors as members
from havn.domain.members.rules import SPOKEN
from havn.domain.workflow.tasks._jobs import subject_of
from havn.lib import feed
from havn.lib.encoding import uuid4

if TYPE_CHECKING:
    from havn.domain.jobs.models import Job
    from havn.domain.workflow.tasks.outside import Outside

BEAT, VISIT, ARRIVALS = "exchange_beat", "exchange_visit", "exchange_arrivals"
ERASURE_VERSIONS = (1, rules.ERASURE_VERSION)
UNJOINED = timedelta(seconds=30)  # until it is looked again whether there is a roster

Handler = Callable[[rules.IncomingEvent, Actor, datetime], None]


@dataclass(frozen=True, slots=True)
class Reading:
    """Who takes a kind of event, and which versions of it are read."""

    handler: Handler
    versions: tuple[int, ...] = (1,)


def order_beat(*, at: datetime) -> None:
    """Order the work that goes on for ever, once; a worker calls it when it starts."""
    with transaction.atomic():
        jobs.enqueue(kind=BEAT, key=BEAT, due_at=at, at=at)


def read_again(readings: Mapping[str, Reading], *, at: datetime) -> int:
    """Let what an earlier release did not read, and this one does, wait for its service; returns how many. (W8)

    A worker calls it when it starts: then the release may be a newer one.
    """
    own = members.own_node(actor=_system())
    read = {kind: each.versions for kind, each in {**_OWN_READINGS, **readings}.items()}
    again = services.take_unknown_again(
        read=read,
        payload_version=feed.PAYLOAD_VERSION,
        actor=Actor.system(organisation=own.organisation_id),
        at=at,
    )
    if again:
        _order_arrivals(at)
    return again


def beat(job: Job, at: datetime, outside: Outside, *, on_recovered: Callable[[int], None]) -> None:
    """Do one beat: append and sign where that may be done, and see to it that every peer is visited."""
    roster = members.roster_state(actor=_system())
    if not roster.has_joined:
        jobs.postpone(job=job, due_at=at + UNJOINED)
        return
    if roster.last_error and roster.last_error_at and roster.last_error_at > at - roster.beat:
        _about_roster(rules.AlarmCode.ROSTER_REFUSED, roster.last_error, at=at)
    if not roster.is_usable(at):  # R17: loudly, and what waits goes on waiting
        _about_roster(rules.AlarmCode.ROSTER_EXPIRED, "", at=at)
    elif members.own_node(actor=_system()).state == "active":
        _order_visits(at)
        _beat(outside, on_recovered, at=at)
    jobs.postpone(job=job, due_at=at + roster.beat)


def _beat(outside: Outside, on_recovered: Callable[[int], None], *, at: datetime) -> None:
    try:
        exchange.beat(memory=outside.log_memory, at=at, on_recovered=on_recovered)
    except feed.FeedError as error:  # a key of the roster that cannot be used
        _about_roster(rules.AlarmCode(error.code), "", at=at)


def _about_roster(code: rules.AlarmCode, why: str, *, at: datetime) -> None:
    detail = {"why": why} if why else {}
    services.raise_alarm(code=code, about="roster", detail=detail, actor=_system(), at=at)


def hurry_visits(*, at: datetime) -> None:
    """Let every peer be visited now, whenever the next round was to be."""
    _order_visits(at)
    jobs.hurry(kind=VISIT, at=at)


def _order_visits(at: datetime) -> None:
    with transaction.atomic():
        jobs.enqueue_all(
            orders=[
                jobs.Order(VISIT, f"{VISIT}:{node}", at, subject_id=node)
                for node in selectors.shared_versions(actor=_system())
            ],
            at=at,
        )


def visit(job: Job, at: datetime, outside: Outside) -> None:
    """Do one round with a peer, and order that what arrived is handled."""
    roster = members.roster_state(actor=_system())
    try:
        peer = members.node_view(node_id=subject_of(job), actor=_system())
    except NotFoundError:
        return
    version = rules.shared_version(SPOKEN, peer.spoken, roster.spoken)
    if version is None or not (peer.is_active and roster.is_usable(at)):
        jobs.postpone(job=job, due_at=at + roster.beat * exchange.MOST_BEATS_APART)
        return
    link = outside.link_to(peer)
    went = exchange.visit(peer, link=link, at=at)
    if not went.failure:
        _recover(peer, link, at=at)
    if selectors.count_waiting(actor=_system()):
        _order_arrivals(at)
    failures = selectors.failures(node_id=peer.node_id, actor=_system())
    soon = not went.failure and not went.is_complete  # a late joiner does not wait a beat
    due = at if soon else exchange.next_visit(failures, beat=roster.beat, at=at)
    jobs.postpone(job=job, due_at=due)


def _recover(peer: members.NodeView, link: rules.PeerLink, *, at: datetime) -> None:
    """Take the own log's leaves back where this peer holds more of it than we do (F50)."""
    log = selectors.own_log(actor=_system())
    if log is None:
        return
    seen = selectors.seen_by(node_id=peer.node_id, actor=_system())
    if seen <= log.size:
        return
    own = next((each for each in link.mirrors() if each.origin == log.origin), None)
    if own is not None:
        exchange.recover(peer, own.note, link=link, at=at)


def _order_arrivals(at: datetime) -> None:
    with transaction.atomic():
        jobs.enqueue(kind=ARRIVALS, key=f"{ARRIVALS}:{uuid4()}", due_at=at, at=at)


def arrivals_by(readings: Mapping[str, Reading]) -> Callable[[Job, datetime, Outside], None]:
    """Return the work that calls the services of what other nodes said, by who reads which kind."""

    def arrivals(job: Job, at: datetime, outside: Outside) -> None:
        del job, outside
        handle_arrivals(readings, at=at)

    return arrivals


def handle_arrivals(readings: Mapping[str, Reading], *, at: datetime) -> int:
    """Call the service of everything that waits, each log's in its order; returns how many were settled. (X19)

    What cannot be done now holds up what comes after it about the same subject, and nothing else. It is counted
    and shown, and tried again after each round with a peer; at the end the first error is raised of what had
    not failed before, so that one event that never can be done is loud once and never uses up the work's tries.
    """
    own = members.own_node(actor=_system())
    actor = Actor.system(organisation=own.organisation_id)
    blocked: set[UUID] = set()
    errors: list[Exception] = []
    settled = 0
    for line in _erasures_first(selectors.waiting_arrivals(actor=_system())):
        if line.subject_id in blocked or not selectors.is_waiting(
            arrival_id=line.id, actor=_system()
        ):
            continue
        try:
            _handle(line.id, {**_OWN_READINGS, **readings}, actor=actor, at=at)
        except Exception as error:  # noqa: BLE001 - counted, raised below, and the others go on
            blocked.add(line.subject_id)
            if line.tries == 0:
                errors.append(error)
            code = type(error).__name__
            services.note_handling_failed(arrival_id=line.id, code=code, actor=actor, at=at)
        else:
            settled += 1
    if errors:
        raise errors[0]
    return settled


def _erasures_first(
    lines: Sequence[selectors.WaitingArrival],
) -> list[selectors.WaitingArrival]:
    """Return what waits, erasures before everything: what is erased in time is never told to a service. (X21)"""
    return sorted(lines, key=lambda line: line.kind != rules.PAYLOAD_ERASED)


def _handle(
    arrival_id: UUID, readings: Mapping[str, Reading], *, actor: Actor, at: datetime
) -> None:
    event = selectors.opened_arrival(arrival_id=arrival_id, actor=_system())
    reading = readings.get(event.kind)
    if reading is None or event.version not in reading.versions:
        _settle_unread(arrival_id, event, actor=actor, at=at)
        return
    try:
        with transaction.atomic():
            reading.handler(event, actor, at)
            services.settle_arrival(
                arrival_id=arrival_id, state=rules.InboxState.DONE, actor=actor, at=at
            )
    except (RefusedError, NotFoundError) as error:
        code = error.code if isinstance(error, RefusedError) else "not_found"
        _settle_refused(arrival_id, event, code, actor=actor, at=at)


def _settle_unread(
    arrival_id: UUID, event: rules.IncomingEvent, *, actor: Actor, at: datetime
) -> None:
    """Keep an event that this release does not read, marked and shown; a later one reads it. (X20, W7)"""
    with transaction.atomic():
        services.settle_arrival(
            arrival_id=arrival_id,
            state=rules.InboxState.UNKNOWN,
            code="unknown_event",
            actor=actor,
            at=at,
        )
        _alarm(rules.AlarmCode.UNKNOWN_EVENT, event, "unknown_event", actor=actor, at=at)


def _settle_refused(
    arrival_id: UUID, event: rules.IncomingEvent, code: str, *, actor: Actor, at: datetime
) -> None:
    with transaction.atomic():
        services.settle_arrival(
            arrival_id=arrival_id,
            state=rules.InboxState.REFUSED,
            code=code,
            actor=actor,
            at=at,
        )
        _alarm(rules.AlarmCode.EVENT_REFUSED, event, code, actor=actor, at=at)


def _alarm(
    code: rules.AlarmCode, event: rules.IncomingEvent, why: str, *, actor: Actor, at: datetime
) -> None:
    detail = {"kind": event.kind, "version": event.version, "why": why}
    services.raise_alarm(code=code, about=str(event.sender), detail=detail, actor=actor, at=at)


@dataclass(frozen=True, slots=True)
class Gone:
    """Which referrals a source erased that had arrived here, and why, where it says so."""

    references: tuple[UUID, ...]
    why: rules.ErasedBecause | None


def erase_copies(event: rules.IncomingEvent, *, actor: Actor, at: datetime) -> Gone:
    """Erase what a source erased wherever its copy still lies; returns what its service has to erase. (F16)"""
    erasure = rules.read_erasure(event.body)
    if erasure is None:
        raise RefusedError("body_malformed")
    commits = erasure.commits
    arrived = selectors.arrivals_of(node_id=event.sender, commits=commits, actor=actor)
    services.erase_arrivals(node_id=event.sender, commits=commits, actor=actor, at=at)
    sent = [each for each in arrived if each.kind == EventKind.REFERRAL_SENT]
    return Gone(tuple(each.subject_id for each in sent if each.subject_id), erasure.why)


def _payload_erased(event: rules.IncomingEvent, actor: Actor, at: datetime) -> None:
    erase_copies(event, actor=actor, at=at)


def _log_recovered(event: rules.IncomingEvent, actor: Actor, at: datetime) -> None:
    first, until = event.body.get("first"), event.body.get("until")
    if type(first) is not int or type(until) is not int:
        raise RefusedError("body_malformed")
    services.forget_lost(node_id=event.sender, first=first, until=until, actor=actor, at=at)


_OWN_READINGS = {
    rules.PAYLOAD_ERASED: Reading(_payload_erased, ERASURE_VERSIONS),
    rules.LOG_RECOVERED: Reading(_log_recovered),
}


def _system() -> Actor:
    return Actor.system()
