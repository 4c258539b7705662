# SPDX-License-Identifier: Apache-2.0
"""What people see: how each peer stands, alarms, and what was not taken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from havn.domain.actor import Actor, Role
from havn.domain.errors import NotFoundError
from havn.domain.exchange import rules
from havn.domain.exchange.models import Alarm, Arrival, Log, Peer
from havn.domain.exchange.selectors.working import shared_versions
from havn.domain.ledger import selectors as ledger
from havn.domain.members import selectors as members
from havn.domain.members.rules import Spoken
from havn.lib.encoding import list_place, read_list_place


@dataclass(frozen=True, slots=True)
class PeerLine:
    """One node and how the exchange with it stands."""

    node_id: UUID
    name: str
    participant_code: str
    participant_name: str
    head_size: int
    mirrored: int
    on_its_way: int  # leaves that came and count only when all up to their checkpoint have
    scanned: int
    health: rules.Health
    spoken: Spoken
    version: int | None  # in which the two speak; None where nothing is exchanged
    last_error: str
    last_error_at: datetime | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class AlarmLine:
    """One alarm."""

    id: UUID
    code: str
    about: str
    has_evidence: bool
    detail: dict[str, Any]
    first_at: datetime
    last_at: datetime
    times: int
    settled_at: datetime | None


def peer_lines(*, beat: timedelta, actor: Actor, at: datetime) -> list[PeerLine]:
    """Return every other node that takes part, the ones in trouble first."""
    rows = {row.node: row for row in Peer.objects.all()}
    logs = {
        row.node: row
        for row in Log.objects.filter(is_own=False).defer("frontier", "pending_frontier")
    }
    state = members.roster_state(actor=actor)
    since = state.refreshed_at or at
    versions = shared_versions(actor=actor)
    lines = []
    for peer in members.peers(actor=actor):
        row = rows.get(peer.node_id) or Peer(node=peer.node_id)
        log = logs.get(peer.node_id) or Log(node=peer.node_id)
        facts = rules.PeerFacts(
            answered_at=row.answered_at,
            known_since=since,
            head_size=row.head_size,
            mirrored=log.size,
            scanned=row.scanned,
            has_shared_version=peer.node_id in versions,
        )
        lines.append(
            PeerLine(
                node_id=peer.node_id,
                name=peer.name,
                participant_code=peer.participant_code,
                participant_name=peer.participant_name,
                head_size=row.head_size,
                mirrored=facts.mirrored,
                on_its_way=max(log.pending_size - log.size, 0),
                scanned=row.scanned,
                health=rules.health_of(facts, beat=beat, at=at),
                spoken=peer.spoken,
                version=versions.get(peer.node_id),
                last_error=row.last_error,
                last_error_at=row.last_error_at,
                answered_at=row.answered_at,
            )
        )
    return sorted(lines, key=lambda line: (not line.health.is_red, line.participant_code))


@dataclass(frozen=True, slots=True)
class AlarmPage:
    """One page of a list; `next_after` is empty on the last one."""

    alarms: tuple[AlarmLine, ...]
    next_after: str


def open_alarms(*, actor: Actor, after: str = "", most: int = 50) -> AlarmPage:
    """Return one page of the alarms that wait for a person, the newest first; for supervisors and operators.

    `after` is the previous page's `next_after`.
    """
    _require_watch(actor)
    rows = _alarms_of(actor).filter(settled_at__isnull=True)
    begins = read_list_place(after)
    if begins is not None:
        last_at, row_id = begins
        rows = rows.filter(Q(last_at__lt=last_at) | Q(last_at=last_at, pk__lt=row_id))
    found = list(rows.order_by("-last_at", "-pk")[: most + 1])
    last = found[most - 1] if len(found) > most else None
    next_after = list_place(last.last_at, last.pk) if last else ""
    return AlarmPage(tuple(_alarm_line(row) for row in found[:most]), next_after)


def alarm(*, alarm_id: UUID, actor: Actor) -> AlarmLine:
    """Return one alarm; raises NotFoundError."""
    _require_watch(actor)
    row = _alarms_of(actor).filter(pk=alarm_id).first()
    if row is None:
        raise NotFoundError
    return _alarm_line(row)


def names_of_nodes(*, actor: Actor) -> dict[str, str]:
    """Return what the nodes of the roster are called, by UUID as text."""
    found = members.participants(actor=actor)
    return {str(node.node_id): node.name for each in found for node in each.nodes}


@dataclass(frozen=True, slots=True)
class NotTaken:
    """Something that arrived and was not taken: refused, not read here, or tried in vain."""

    name: str
    kind: str
    state: str
    code: str
    at: datetime


def not_taken(*, actor: Actor, most: int = 50) -> list[NotTaken]:
    """Return what arrived and was not taken, the newest first; for supervisors and operators."""
    _require_watch(actor)
    names = names_of_nodes(actor=actor)
    refused = Q(state__in=[rules.InboxState.REFUSED.value, rules.InboxState.UNKNOWN.value])
    in_vain = Q(state__in=[state.value for state in rules.OPEN_STATES], tries__gt=0)
    rows = Arrival.objects.filter(refused | in_vain).select_related("log").order_by("-found_at")
    return [
        NotTaken(
            name=names.get(str(row.log.node), str(row.log.node)),
            kind=row.kind,
            state=row.state,
            code=row.code,
            at=row.settled_at or row.found_at,
        )
        for row in rows[:most]
    ]


def settled_alarms(*, actor: Actor, most: int = 50) -> list[AlarmLine]:
    """Return the alarms that were settled last."""
    _require_watch(actor)
    rows = _alarms_of(actor).filter(settled_at__isnull=False).order_by("-settled_at")[:most]
    return [_alarm_line(row) for row in rows]


def alarm_evidence(*, alarm_id: UUID, actor: Actor) -> str:
    """Return the evidence of an alarm as one document; raises NotFoundError where there is none."""
    _require_watch(actor)
    found = _alarms_of(actor).filter(pk=alarm_id).values_list("evidence", flat=True).first()
    if not found:
        raise NotFoundError
    return found


def counts(*, actor: Actor) -> dict[str, int]:
    """Return what waits: events to leave, arrivals to be fetched or handled, refused and unknown ones, alarms."""
    found = {
        state.value: Arrival.objects.filter(state=state.value).count()
        for state in rules.InboxState
        if state is not rules.InboxState.DONE
    }
    found["to_leave"] = ledger.count_waiting(actor=actor)
    found["alarms"] = _alarms_of(actor).filter(settled_at__isnull=True).count()
    return found


def _alarms_of(actor: Actor) -> QuerySet[Alarm]:
    return Alarm.objects.filter(organisation=actor.scope)


def _alarm_line(row: Alarm) -> AlarmLine:
    return AlarmLine(
        id=row.pk,
        code=row.code,
        about=row.about,
        has_evidence=bool(row.evidence),
        detail=dict(row.detail),
        first_at=row.first_at,
        last_at=row.last_at,
        times=row.times,
        settled_at=row.settled_at,
    )


def _require_watch(actor: Actor) -> None:
    if not actor.has_role(Role.SUPERVISOR, Role.OPERATOR):
        raise NotFoundError
