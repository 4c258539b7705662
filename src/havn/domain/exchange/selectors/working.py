# SPDX-License-Identifier: Apache-2.0
"""What background work asks for: how far logs go, what is to be scanned, fetched and handled, and proofs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Case, Exists, F, OuterRef, When, Window
from django.db.models.functions import RowNumber

from havn.domain.actor import Actor, ActorKind
from havn.domain.audit import selectors as audit
from havn.domain.errors import NotFoundError
from havn.domain.exchange import rules
from havn.domain.exchange.models import (
    Alarm,
    Anchored,
    Arrival,
    Bundle,
    Cosigned,
    Given,
    Log,
    Peer,
)
from havn.domain.exchange.selectors.tiles import StoredTiles
from havn.domain.ledger.rules import EventKind
from havn.domain.members import selectors as members
from havn.domain.members.rules import SPOKEN
from havn.lib import feed
from havn.lib.sealing import open_sealed


@dataclass(frozen=True, slots=True)
class OwnLogView:
    """How far the own log goes."""

    origin: str
    node_id: UUID
    size: int
    note: str
    noted_at: datetime | None
    is_recovering: bool
    target_size: int  # up to where its leaves are being taken back; 0 where nothing is on its way


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
        target_size=feed.checkpoint_of(feed.read_note(row.pending_note)).size
        if row.pending_note
        else 0,
    )


def signed_size(*, actor: Actor) -> int:
    """Return how far the own log went when this node signed it last, or went on after a recovery."""
    del actor
    return Cosigned.objects.order_by("-size").values_list("size", flat=True).first() or 0


def unscanned(*, node_id: UUID, most: int, actor: Actor) -> tuple[int, list[bytes]]:
    """Return the next leaves of a peer's log that were not looked through for our tags, and where they begin."""
    del actor
    peer = Peer.objects.filter(node=node_id).first()
    log = Log.objects.filter(node=node_id).first()
    first = peer.scanned if peer else 0
    if log is None or first >= log.size:
        return first, []
    until = min(first + most, log.size)
    return first, _leaves(log, first, until)


def _leaves(log: Log, first: int, until: int) -> list[bytes]:
    """Return the leaves of a log from one to before another."""
    width = feed.TILE_WIDTH
    rows = log.bundles.filter(number__gte=first // width, number__lt=-(-until // width))
    found: list[bytes] = []
    for row in rows.order_by("number"):
        found += feed.unpack_entries(bytes(row.entries), row.width)
    begins = first - first % width
    return found[first - begins : until - begins]


@dataclass(frozen=True, slots=True)
class UnfetchedLine:
    """A leaf that is for us, whose payload is still to be fetched."""

    position: int
    commit: bytes
    epoch: int


def unfetched(*, node_id: UUID, after: int, most: int, actor: Actor) -> list[UnfetchedLine]:
    """Return leaves of a peer's log behind a position whose payloads are still to be fetched, in order."""
    del actor
    rows = Arrival.objects.filter(
        log__node=node_id, state=rules.InboxState.FOUND.value, position__gt=after
    ).order_by("position")
    return [
        UnfetchedLine(row.position, bytes.fromhex(row.commit), row.epoch) for row in rows[:most]
    ]


@dataclass(frozen=True, slots=True)
class ArrivalFacts:
    """What is known of a leaf that arrived without opening what it says."""

    kind: str
    subject_id: UUID | None


def arrivals_of(*, node_id: UUID, commits: Sequence[str], actor: Actor) -> list[ArrivalFacts]:
    """Return what arrived here of these leaves of a node's log, in their order."""
    del actor
    rows = Arrival.objects.filter(log__node=node_id, commit__in=list(commits))
    return [ArrivalFacts(row.kind, row.subject_id) for row in rows.order_by("position")]


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
    """Return what waits for its service, the logs in turn and of each as much as the others leave room for.

    Of one log erasures come first, then the rest in its order; what failed before, and what stands behind it
    about the same subject, comes last. So what is stuck keeps nothing else waiting, of its log or another.
    """
    del actor
    waiting = Arrival.objects.filter(
        state=rules.InboxState.WAITING.value, subject_id__isnull=False
    )
    failed = waiting.filter(
        log=OuterRef("log"),
        subject_id=OuterRef("subject_id"),
        position__lte=OuterRef("position"),
        tries__gt=0,
    )
    in_turn = Window(
        RowNumber(),
        partition_by=F("log"),
        order_by=[
            Case(When(kind=rules.PAYLOAD_ERASED, then=0), default=1),
            Case(When(Exists(failed), then=1), default=0),
            F("position"),
        ],
    )
    rows = waiting.annotate(turn=in_turn).order_by("turn", "log")
    wanted = rows.values_list("id", "log__node", "kind", "subject_id", "position", "tries")
    return [
        WaitingArrival(arrival, node, kind, subject, position, tries)
        for arrival, node, kind, subject, position, tries in wanted[:most]
        if subject is not None
    ]


def count_waiting(*, actor: Actor) -> int:
    """Return how many arrivals wait for their service."""
    del actor
    return Arrival.objects.filter(state=rules.InboxState.WAITING.value).count()


def is_stopped(*, node_id: UUID, actor: Actor) -> bool:
    """Whether there is evidence against a node's log that no person has judged yet. (F48)

    What a node shows of our own log is evidence about ours, not about its, and stops nothing. (X15)
    """
    del actor
    against = Alarm.objects.filter(about=str(node_id), settled_at__isnull=True).exclude(
        code=rules.AlarmCode.OWN_LOG_DIFFERS.value
    )
    return against.exclude(evidence="").exists()


def anchor_stands(*, actor: Actor) -> bool:
    """Whether the newest head that a leaf commits to is still the one that the audit chain has. (X12)"""
    newest = Anchored.objects.order_by("-sequence").first()
    if newest is None:
        return True
    return audit.signed_head(sequence=newest.sequence, actor=actor) == newest.head


def was_signed_here(*, note: bytes, actor: Actor) -> bool:
    """Whether a checkpoint of the own log is one that this node signed, whatever became of its key."""
    del actor
    found = feed.read_note(note)
    row = Cosigned.objects.filter(size=feed.checkpoint_of(found).size).first()
    return row is not None and feed.read_note(row.note).body == found.body


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
    """Return what a waiting arrival says, opened with the node's exchange key of its epoch; for the system only."""
    if actor.kind is not ActorKind.SYSTEM:
        raise NotFoundError
    row = Arrival.objects.select_related("log").filter(pk=arrival_id).first()
    if row is None or not row.sealed:
        raise NotFoundError
    own = members.own_node(actor=actor)
    private = members.own_exchange_private(epoch=row.epoch, actor=actor)
    opened = open_sealed(bytes(row.sealed), private, purpose=rules.COPY_PURPOSE)
    payload = rules.believed(
        opened, commit=bytes.fromhex(row.commit), own_node=own.node_id
    ).payload
    is_proved = payload.kind in rules.PROVED_KINDS
    # What is published is proved under the checkpoint that this node cosigned, so that a stranger sees a witness.
    is_published = payload.kind == EventKind.REPORT_RELEASED
    note = row.log.served if is_published and row.log.served else row.log.note
    return rules.IncomingEvent(
        id=payload.id,
        kind=payload.kind,
        version=rules.body_version(payload),
        subject_id=payload.subject,
        sender=row.log.node,
        happened_at=payload.happened_at,
        body=payload.body,
        proof=_proof(row.log, row.position, note=note) if is_proved else "",
        leaf=_leaves(row.log, row.position, row.position + 1)[0] if is_proved else b"",
        salt=opened[: rules.SALT_BYTES] if is_proved else b"",
        payload=opened[rules.SALT_BYTES :] if is_proved else b"",
    )


def shared_versions(*, actor: Actor) -> dict[UUID, int]:
    """Return in which version each other node that takes part is spoken with; one without any is not in it. (W5)"""
    wanted = members.roster_state(actor=actor).spoken
    found = {
        peer.node_id: rules.shared_version(SPOKEN, peer.spoken, wanted)
        for peer in members.peers(actor=actor)
    }
    return {node: version for node, version in found.items() if version is not None}


def own_leaves(*, first: int, actor: Actor) -> list[bytes]:
    """Return the leaves of the own log behind a position."""
    del actor
    log = Log.objects.get(is_own=True)
    return _leaves(log, first, log.size)


def confirmations(*, since: datetime, actor: Actor) -> dict[UUID, int]:
    """Return how far each peer has seen the own log, of those that said it since then."""
    del actor
    rows = Peer.objects.filter(seen_own_at__gte=since)
    return {row.node: row.seen_own_size or 0 for row in rows}


def proof_of_event(*, event_id: UUID, actor: Actor) -> str | None:
    """Return the tlog-proof of an event's leaf under the checkpoint that most witnesses cosigned; None before it left."""
    del actor
    given = Given.objects.filter(event=event_id).first()
    log = Log.objects.filter(is_own=True).first()
    if given is None or log is None:
        return None
    witnessed = Cosigned.objects.filter(size__gt=given.position)
    best = witnessed.order_by("-cosignatures", "-size").first()
    if best is None:
        return _proof(log, given.position, note=log.note) or None
    return _proof_under(best.note, best.size, log, given.position)


def is_cosigned(*, proof: str, kind: str, subject_id: UUID, witness: UUID, actor: Actor) -> bool:
    """Whether a proof shows that the own log holds an event of this kind and subject, cosigned by that node. (F47 N23)

    Such an event may stand there more than once: it may be said again.
    """
    log = Log.objects.filter(is_own=True).first()
    if log is None or not feed.is_bare_proof(proof):
        return False
    place = feed.read_proof(proof).index
    said = Given.objects.filter(position=place, kind=kind, subject_id=subject_id)
    leaves = _leaves(log, place, place + 1) if place < log.size and said.exists() else []
    try:
        for leaf in leaves:
            feed.verify_proof(
                proof,
                leaf,
                origin=log.origin,
                log_keys=log_keys(node_id=log.node, actor=actor),
                witnesses={
                    feed.witness_name(str(witness)): log_keys(node_id=witness, actor=actor)
                },
                needed=1,
            )
    except feed.FeedError:
        return False
    return bool(leaves)


def log_keys(*, node_id: UUID, actor: Actor) -> list[feed.LogKey]:
    """Return the keys that the roster names for a node's log and its witness."""
    found = members.log_keys_of(node_id=node_id, actor=actor)
    return [feed.LogKey(key.public, key.is_revoked) for key in found]


def _proof(log: Log, position: int, *, note: str) -> str:
    """Return the tlog-proof of a leaf under its log's newest checkpoint; empty where it lies beyond."""
    return _proof_under(note, log.size, log, position) if position < log.size else ""


def _proof_under(note: str, size: int, log: Log, position: int) -> str:
    path = feed.inclusion_proof(position, size, StoredTiles(log.origin))
    return feed.write_proof(position, path, note)


@dataclass(frozen=True, slots=True)
class WitnessedHead:
    """A signed head of the audit chain, and whether the own log really commits to it."""

    head: str
    is_committed: bool


def witnessed_heads(*, actor: Actor) -> list[WitnessedHead]:
    """Return the heads of the audit chain that leaves of the own log commit to, the oldest first.

    Other nodes mirror these leaves: a chain that was rewritten with the node's own keys no longer fits them.
    """
    del actor
    log = Log.objects.filter(is_own=True).first()
    return [
        WitnessedHead(row.head, log is not None and _is_committed(log, row))
        for row in Anchored.objects.order_by("position")
    ]


def _is_committed(log: Log, row: Anchored) -> bool:
    number, place = divmod(row.position, feed.TILE_WIDTH)
    bundle = Bundle.objects.filter(log=log, number=number).first()
    if bundle is None or bundle.width <= place:
        return False
    leaf = feed.parse_leaf(feed.unpack_entries(bytes(bundle.entries), bundle.width)[place])
    return feed.opens(leaf.commit, bytes(row.salt), row.head.encode())
