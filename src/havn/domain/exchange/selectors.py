# SPDX-License-Identifier: Apache-2.0
"""What the node serves of logs, and what people see of peers, arrivals and alarms."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from havn.domain.actor import Actor, ActorKind, Role
from havn.domain.errors import NotFoundError
from havn.domain.exchange import rules
from havn.domain.exchange.models import Alarm, Arrival, Bundle, Cosigned, Given, Log, Peer, Tile
from havn.domain.ledger import selectors as ledger
from havn.domain.members import selectors as members
from havn.lib import feed
from havn.lib.sealing import open_sealed

# What other nodes ask for.


@dataclass(frozen=True, slots=True)
class MirrorLine:
    """One log as this node mirrors it."""

    origin: str
    size: int
    note: str


@dataclass(frozen=True, slots=True)
class PayloadLine:
    """What a node may have of one commitment: `here` with its sealed copy, `erased`, or `unknown`."""

    commit: str
    state: str
    sealed: bytes = b""


def own_origin(*, actor: Actor) -> str | None:
    """Return the origin of the own log; None before there is one."""
    del actor  # every participant may mirror every log
    return Log.objects.filter(is_own=True).values_list("origin", flat=True).first()


def origin_of_digest(*, digest: str, actor: Actor) -> str:
    """Return the mirrored log whose origin has this SHA-256 (hex); raises NotFoundError."""
    del actor
    for origin in Log.objects.values_list("origin", flat=True):
        if sha256(origin.encode()).hexdigest() == digest:
            return origin
    raise NotFoundError


def checkpoint(*, origin: str, actor: Actor) -> str:
    """Return the newest checkpoint of a log as this node signed or accepted it; raises NotFoundError."""
    del actor
    note = Log.objects.filter(origin=origin).values_list("served", flat=True).first()
    if not note:
        raise NotFoundError
    return note


def tile(*, origin: str, level: int, number: int, width: int, actor: Actor) -> bytes:
    """Return the first `width` hashes of a tile; raises NotFoundError where fewer are kept."""
    del actor
    _require_accepted(origin, level, number, width)
    row = Tile.objects.filter(log_id=origin, level=level, number=number).first()
    if row is None or len(row.hashes) < 32 * width:
        raise NotFoundError
    return bytes(row.hashes)[: 32 * width]


def entries(*, origin: str, number: int, width: int, actor: Actor) -> bytes:
    """Return the first `width` leaves of a bundle as they are served; raises NotFoundError."""
    del actor
    _require_accepted(origin, 0, number, width)
    row = Bundle.objects.filter(log_id=origin, number=number).first()
    if row is None or row.width < width:
        raise NotFoundError
    packed = bytes(row.entries)
    if row.width == width:
        return packed
    return feed.pack_entries(feed.unpack_entries(packed, row.width)[:width])


def _require_accepted(origin: str, level: int, number: int, width: int) -> None:
    """Refuse what came in and does not count yet."""
    size = Log.objects.filter(origin=origin).values_list("size", flat=True).first()
    if size is None or feed.width_at(level, number, size) < width:
        raise NotFoundError


def mirrors(*, actor: Actor) -> list[MirrorLine]:
    """Return every log that is mirrored here."""
    del actor
    rows = Log.objects.filter(is_own=False).exclude(served="").order_by("origin")
    return [MirrorLine(row.origin, row.size, row.served) for row in rows]


def payloads(*, commits: Collection[str], actor: Actor) -> list[PayloadLine]:
    """Return what the asking node may have of these commitments (hex): not in the audience is unknown."""
    found = {}
    rows = Given.objects.filter(pk__in=list(commits)).prefetch_related("copies")
    for row in rows:
        if str(actor.identifier) not in row.audience:
            continue
        if row.erased_at is not None:
            found[row.pk] = PayloadLine(row.pk, "erased")
            continue
        for copy in row.copies.all():
            if copy.node == actor.identifier:
                found[row.pk] = PayloadLine(row.pk, "here", bytes(copy.sealed))
    return [found.get(commit, PayloadLine(commit, "unknown")) for commit in commits]


# What background work asks for.


@dataclass(frozen=True, slots=True)
class OwnLogView:
    """How far the own log goes."""

    origin: str
    node_id: UUID
    size: int
    note: str
    noted_at: datetime | None
    is_recovering: bool


def own_log(*, actor: Actor) -> OwnLogView | None:
    """Return the own log; None before there is one."""
    del actor
    row = Log.objects.filter(is_own=True).first()
    if row is None:
        return None
    return OwnLogView(
        origin=row.origin,
        node_id=row.node,
        size=row.size,
        note=row.note,
        noted_at=row.noted_at,
        is_recovering=row.recovering_since is not None,
    )


def unscanned(*, node_id: UUID, most: int, actor: Actor) -> tuple[int, list[bytes]]:
    """Return the next leaves of a peer's log that were not looked through for our tags, and where they begin."""
    del actor
    peer = Peer.objects.filter(node=node_id).first()
    log = Log.objects.filter(node=node_id).first()
    first = peer.scanned if peer else 0
    if log is None or first >= log.size:
        return first, []
    until = min(first + most, log.size)
    bundles = Bundle.objects.filter(
        log=log, number__gte=first // feed.TILE_WIDTH, number__lt=-(-until // feed.TILE_WIDTH)
    ).order_by("number")
    found: list[bytes] = []
    for bundle in bundles:
        found += feed.unpack_entries(bytes(bundle.entries), bundle.width)
    begins = first - first % feed.TILE_WIDTH
    return first, found[first - begins : until - begins]


@dataclass(frozen=True, slots=True)
class UnfetchedLine:
    """A leaf that is for us, whose payload is still to be fetched."""

    position: int
    commit: bytes


def unfetched(*, node_id: UUID, after: int, most: int, actor: Actor) -> list[UnfetchedLine]:
    """Return leaves of a peer's log behind a position whose payloads are still to be fetched, in order."""
    del actor
    rows = Arrival.objects.filter(
        log__node=node_id, state=rules.InboxState.FOUND.value, position__gt=after
    ).order_by("position")
    return [UnfetchedLine(row.position, bytes.fromhex(row.commit)) for row in rows[:most]]


@dataclass(frozen=True, slots=True)
class WaitingArrival:
    """Something that arrived and whose service is still to be called."""

    id: UUID
    node_id: UUID
    kind: str
    subject_id: UUID
    position: int
    tries: int


def waiting_arrivals(*, actor: Actor, most: int = 200) -> list[WaitingArrival]:
    """Return what waits for its service, of each log in its order; for the system only."""
    del actor
    rows = (
        Arrival.objects.filter(state=rules.InboxState.WAITING.value)
        .select_related("log")
        .order_by("log", "position")[:most]
    )
    return [
        WaitingArrival(row.pk, row.log.node, row.kind, row.subject_id, row.position, row.tries)
        for row in rows
        if row.subject_id is not None
    ]


def count_waiting(*, actor: Actor) -> int:
    """Return how many arrivals wait for their service."""
    del actor
    return Arrival.objects.filter(state=rules.InboxState.WAITING.value).count()


def is_waiting(*, arrival_id: UUID, actor: Actor) -> bool:
    """Whether an arrival still waits for its service."""
    del actor
    return Arrival.objects.filter(pk=arrival_id, state=rules.InboxState.WAITING.value).exists()


def failures(*, node_id: UUID, actor: Actor) -> int:
    """Return for how many tries in a row a peer gave no answer that can be believed."""
    del actor
    return Peer.objects.filter(node=node_id).values_list("failures", flat=True).first() or 0


def seen_by(*, node_id: UUID, actor: Actor) -> int:
    """Return how much of the own log a peer holds, as it said last."""
    del actor
    return Peer.objects.filter(node=node_id).values_list("seen_own_size", flat=True).first() or 0


def opened_arrival(*, arrival_id: UUID, actor: Actor) -> rules.IncomingEvent:
    """Return what a waiting arrival says, opened with the node's exchange key; for the system only."""
    if actor.kind is not ActorKind.SYSTEM:
        raise NotFoundError
    row = Arrival.objects.select_related("log").filter(pk=arrival_id).first()
    if row is None or not row.sealed:
        raise NotFoundError
    own = members.own_node(actor=actor)
    private = settings.HAVN_KEYRING.read("exchange-key")
    opened = open_sealed(bytes(row.sealed), private, purpose=rules.COPY_PURPOSE)
    payload = rules.believed(
        opened, commit=bytes.fromhex(row.commit), own_node=own.node_id
    ).payload
    return rules.IncomingEvent(
        id=payload.id,
        kind=payload.kind,
        version=int(payload.body.get("v", 0)),
        subject_id=payload.subject,
        sender=row.log.node,
        happened_at=payload.happened_at,
        body=payload.body,
        proof=proof_of_arrival(arrival_id=arrival_id, actor=actor) or "",
    )


def own_leaves(*, first: int, actor: Actor) -> list[bytes]:
    """Return the leaves of the own log behind a position."""
    del actor
    log = Log.objects.get(is_own=True)
    found: list[bytes] = []
    for row in log.bundles.filter(number__gte=first // feed.TILE_WIDTH).order_by("number"):
        found += feed.unpack_entries(bytes(row.entries), row.width)
    begins = first - first % feed.TILE_WIDTH
    return found[first - begins : log.size - begins]


def confirmations(*, since: datetime, actor: Actor) -> dict[UUID, int]:
    """Return how far each peer has seen the own log, of those that said it since then."""
    del actor
    rows = Peer.objects.filter(seen_own_at__gte=since)
    return {row.node: row.seen_own_size or 0 for row in rows}


def proof_of_event(*, event_id: UUID, actor: Actor) -> str | None:
    """Return the tlog-proof of an event's leaf under the newest checkpoint; None before it left."""
    del actor
    given = Given.objects.filter(event=event_id).first()
    log = Log.objects.filter(is_own=True).first()
    if given is None or log is None:
        return None
    return _proof(log, given.position)


def proof_of_arrival(*, arrival_id: UUID, actor: Actor) -> str | None:
    """Return the tlog-proof of a leaf that arrived, under the newest checkpoint that is mirrored."""
    del actor
    row = Arrival.objects.select_related("log").filter(pk=arrival_id).first()
    return _proof(row.log, row.position) if row else None


def _proof(log: Log, position: int) -> str | None:
    best = (
        Cosigned.objects.filter(size__gt=position).order_by("-cosignatures", "-size").first()
        if log.is_own
        else None
    )
    note, size = (best.note, best.size) if best else (log.note, log.size)
    if size <= position:
        return None
    proof = feed.inclusion_proof(position, size, _Tiles(log.origin))
    return feed.write_proof(position, proof, note)


class _Tiles:
    """The hash tiles of one log, as proofs read them."""

    def __init__(self, origin: str) -> None:
        self._origin = origin

    def hashes(self, level: int, number: int, width: int) -> bytes:
        """Return the first `width` hashes of a tile."""
        row = Tile.objects.filter(log_id=self._origin, level=level, number=number).first()
        if row is None or len(row.hashes) < 32 * width:
            raise LookupError(f"tile {level}/{number}")
        return bytes(row.hashes)[: 32 * width]


# What people see.


@dataclass(frozen=True, slots=True)
class PeerLine:
    """One node and how the exchange with it stands."""

    node_id: UUID
    name: str
    participant_code: str
    participant_name: str
    head_size: int
    mirrored: int
    scanned: int
    health: rules.Health
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
    logs = {row.node: row.size for row in Log.objects.filter(is_own=False)}
    state = members.roster_state(actor=actor)
    since = state.refreshed_at or at
    lines = []
    for peer in members.peers(actor=actor):
        row = rows.get(peer.node_id) or Peer(node=peer.node_id)
        facts = rules.PeerFacts(
            answered_at=row.answered_at,
            known_since=since,
            head_size=row.head_size,
            mirrored=logs.get(peer.node_id, 0),
            scanned=row.scanned,
        )
        lines.append(
            PeerLine(
                node_id=peer.node_id,
                name=peer.name,
                participant_code=peer.participant_code,
                participant_name=peer.participant_name,
                head_size=row.head_size,
                mirrored=facts.mirrored,
                scanned=row.scanned,
                health=rules.health_of(facts, beat=beat, at=at),
                last_error=row.last_error,
                last_error_at=row.last_error_at,
                answered_at=row.answered_at,
            )
        )
    return sorted(lines, key=lambda line: (not line.health.is_red, line.participant_code))


def open_alarms(*, actor: Actor) -> list[AlarmLine]:
    """Return the alarms that wait for a person, the newest first; for supervisors and operators."""
    _require_watch(actor)
    rows = Alarm.objects.filter(settled_at__isnull=True).order_by("-last_at")
    return [_alarm_line(row) for row in rows]


def alarm(*, alarm_id: UUID, actor: Actor) -> AlarmLine:
    """Return one alarm; raises NotFoundError."""
    _require_watch(actor)
    row = Alarm.objects.filter(pk=alarm_id).first()
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
    rows = Alarm.objects.filter(settled_at__isnull=False).order_by("-settled_at")[:most]
    return [_alarm_line(row) for row in rows]


def alarm_evidence(*, alarm_id: UUID, actor: Actor) -> str:
    """Return the evidence of an alarm as one document; raises NotFoundError where there is none."""
    _require_watch(actor)
    found = Alarm.objects.filter(pk=alarm_id).values_list("evidence", flat=True).first()
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
    found["alarms"] = Alarm.objects.filter(settled_at__isnull=True).count()
    return found


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
