# SPDX-License-Identifier: Apache-2.0
"""How events become leaves: how many a beat carries, which slots they take, what is signed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from havn.domain.exchange.rules.receiving import PAYLOAD_ERASED
from havn.domain.exchange.rules.versions import body_in, version_for
from havn.domain.ledger.rules import EVERYBODY
from havn.lib import feed

MOST_A_BEAT = 4096
# X10: room for what several referrals say at once, so that one more or less changes no rate and delays nothing.
LEAST_A_BEAT = 16
LEAST_TAGS = 4  # X11: of every leaf: how many nodes it is for does not show up to here
CALM_BEATS = 288  # a day of beats of five minutes
Noise = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class WaitingEvent:
    """One event that has not left yet."""

    id: UUID
    kind: str
    subject_id: UUID
    audience: tuple[str, ...]  # UUIDs of nodes, or EVERYBODY alone
    body: Mapping[str, Any]
    happened_at: datetime


@dataclass(frozen=True, slots=True)
class OwnLog:
    """How far the own log goes."""

    origin: str
    frontier: feed.Frontier
    rate: int = 1
    calm_beats: int = 0
    counters: Mapping[str, int] = field(default_factory=dict)  # by digest of the audience
    signed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LogSecrets:
    """The private keys with which the own log is written."""

    log: bytes
    exchange: bytes


@dataclass(frozen=True, slots=True)
class Draft:
    """One event as it leaves."""

    event: WaitingEvent
    audience: tuple[UUID, ...]
    position: int
    counter: int
    salt: bytes
    payload: bytes
    commit: bytes


@dataclass(frozen=True, slots=True)
class Anchored:
    """A signed head of the audit chain, committed to by a leaf for nobody."""

    position: int
    salt: bytes
    head: str


@dataclass(frozen=True, slots=True)
class Batch:
    """What one beat appends; a store keeps it whole or not at all."""

    size_before: int
    leaves: tuple[bytes, ...]
    drafts: tuple[Draft, ...]
    frontier: feed.Frontier
    note: str
    signed_at: datetime
    rate: int
    calm_beats: int
    counters: Mapping[str, int]
    anchored: Anchored | None = None


def rate_after(waiting: int, *, rate: int, calm_beats: int) -> tuple[int, int]:
    """Return how many leaves each beat carries from now on, and for how many beats fewer were enough.

    It follows the load slowly and has a floor, so that one referral more or less shows nowhere, and neither
    does the first one of a quiet alliance. (X10)
    """
    rate = max(rate, LEAST_A_BEAT)
    if waiting > 2 * rate:
        waiting = min(waiting, 2 * MOST_A_BEAT)
        return min(feed.batch_class((waiting + 1) // 2), MOST_A_BEAT), 0
    lower = _class_below(rate)
    if rate == LEAST_A_BEAT or waiting > lower:
        return rate, 0
    if calm_beats + 1 < CALM_BEATS:
        return rate, calm_beats + 1
    return lower, 0


def _class_below(rate: int) -> int:
    found, size = 1, 1
    while size < rate:
        found, size = size, feed.batch_class(size + 1)
    return found


def audience_of(event: WaitingEvent, *, peers: Iterable[UUID]) -> tuple[UUID, ...]:
    """Return the nodes that an event is for, in the order in which payloads name them."""
    nodes = peers if event.audience == (EVERYBODY,) else [UUID(each) for each in event.audience]
    return tuple(sorted(set(nodes), key=str))


def may_leave(event: WaitingEvent, *, peers: Mapping[UUID, bytes]) -> bool:
    """Whether every node of the audience takes part now; otherwise the event waits, and nothing is lost. (X9)"""
    audience = audience_of(event, peers=peers)
    return bool(audience) and all(node in peers for node in audience)


def next_batch(
    log: OwnLog,
    waiting: Sequence[WaitingEvent],
    *,
    peers: Mapping[UUID, bytes],
    epoch: int,
    secrets: LogSecrets,
    noise: Noise,
    at: datetime,
    versions: Mapping[UUID, int] | None = None,
    head: str = "",
) -> Batch:
    """Return what this beat appends: the events that may leave, in their order, among leaves for nobody.

    One of the latter commits to `head`, where one is given: so the peers that mirror the log witness the
    audit chain too, and nobody can tell. (X12) `versions` says in which version each node reads.
    """
    ready = erasures_first([event for event in waiting if may_leave(event, peers=peers)])
    rate, calm_beats = rate_after(len(ready), rate=log.rate, calm_beats=log.calm_beats)
    rate = max(rate, _rate_of_erasures(ready))
    leaving = ready[:rate]
    slots = dict(zip(_spread(len(leaving), rate, noise), leaving, strict=True))
    counters, drafts, leaves = dict(log.counters), [], []

    @cache  # an agreement of keys costs more than all else here
    def key_with(node: UUID) -> bytes:
        return feed.pair_key(secrets.exchange, peers[node], origin=log.origin, epoch=epoch)

    anchored: Anchored | None = None
    for slot in range(rate):
        if slot not in slots:
            leaf = feed.dummy_leaf(epoch=epoch, tag_count=LEAST_TAGS, noise=noise)
            if head and anchored is None:
                anchored = Anchored(log.frontier.size + slot, noise(32), head)
                leaf = replace(leaf, commit=feed.commitment(anchored.salt, head.encode()))
            leaves.append(feed.leaf_bytes(leaf))
            continue
        event = in_their_version(slots[slot], peers=peers, versions=versions or {})
        draft = _draft(event, log.frontier.size + slot, counters, peers=peers, noise=noise)
        keys = [key_with(node) for node in draft.audience]
        leaves.append(
            feed.leaf_bytes(
                feed.new_leaf(draft.commit, keys, epoch=epoch, noise=noise, least_tags=LEAST_TAGS)
            )
        )
        drafts.append(draft)
    frontier = log.frontier.extended(feed.leaf_hashes(leaves))
    checkpoint = feed.Checkpoint(log.origin, frontier.size, frontier.root())
    signed_at = _after(log.signed_at, at)
    return Batch(
        size_before=log.frontier.size,
        leaves=tuple(leaves),
        drafts=tuple(drafts),
        frontier=frontier,
        note=feed.sign_head(checkpoint, secrets.log, at=signed_at),
        signed_at=signed_at,
        rate=rate,
        calm_beats=calm_beats,
        counters=counters,
        anchored=anchored,
    )


def erasures_first(ready: Sequence[WaitingEvent]) -> list[WaitingEvent]:
    """Return what may leave in its order, but what was erased before everything: no queue delays it. (F51)"""
    return sorted(ready, key=lambda event: event.kind != PAYLOAD_ERASED)


def _rate_of_erasures(ready: Sequence[WaitingEvent]) -> int:
    """Return how many leaves a beat needs so that all erasures leave with it."""
    count = sum(event.kind == PAYLOAD_ERASED for event in ready[:MOST_A_BEAT])
    return feed.batch_class(count) if count else 1


def in_their_version(
    event: WaitingEvent, *, peers: Iterable[UUID], versions: Mapping[UUID, int]
) -> WaitingEvent:
    """Return an event as all of its audience read it. (W6)"""
    version = version_for(audience_of(event, peers=peers), versions)
    return replace(event, body=body_in(version, event.kind, event.body))


def _after(last: datetime | None, at: datetime) -> datetime:
    """Return when a checkpoint is said to be signed: its time runs forward, whatever the clock does (F26)."""
    return at if last is None else max(at, last + timedelta(seconds=1))


def _draft(
    event: WaitingEvent,
    position: int,
    counters: dict[str, int],
    *,
    peers: Mapping[UUID, bytes],
    noise: Noise,
) -> Draft:
    audience = audience_of(event, peers=peers)
    digest = feed.audience_key(audience)
    counters[digest] = counters.get(digest, 0) + 1
    payload = feed.payload_bytes(
        feed.Payload(
            id=event.id,
            kind=event.kind,
            subject=event.subject_id,
            happened_at=event.happened_at,
            audience=audience,
            counter=counters[digest],
            body=dict(event.body),
        )
    )
    salt = noise(32)
    return Draft(
        event=event,
        audience=audience,
        position=position,
        counter=counters[digest],
        salt=salt,
        payload=payload,
        commit=feed.commitment(salt, payload),
    )


def _spread(count: int, slots: int, noise: Noise) -> list[int]:
    """Return `count` of the slots, by chance and in order: who finds its own leaf learns nothing of the rest. (F15)"""
    by_chance = sorted(range(slots), key=lambda _slot: noise(8))
    return sorted(by_chance[:count])
