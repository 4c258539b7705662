# SPDX-License-Identifier: Apache-2.0
"""Keeping the mirror of a peer's log in tables, and how the exchange with that peer stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from havn.domain.actor import Actor
from havn.domain.audit import services as audit
from havn.domain.exchange import rules
from havn.domain.exchange.models import Cosigned, Log, Peer
from havn.domain.exchange.selectors import StoredTiles
from havn.domain.exchange.services._tiles import (
    frontier_bytes,
    frontier_of,
    keep_leaves,
)
from havn.lib import feed


class Mirror:
    """The mirror of one node's log; a `rules.MirrorStore`."""

    def __init__(self, *, node_id: UUID, witness: rules.Witness) -> None:
        self._node_id = node_id
        self._witness = witness

    def state(self) -> feed.FeedState:
        """Return how far the log is mirrored, and what is still coming in."""
        return _state_of(self._row())

    def keep(self, state: feed.FeedState, entries: Sequence[feed.Entry], *, at: datetime) -> None:
        """Keep a new state and the entries that led to it, whole or not at all."""
        with transaction.atomic():
            row = Log.objects.select_for_update().get(pk=self._row().pk)
            before = _state_of(row)
            if entries:
                leaves, hashes = (
                    [each.content for each in entries],
                    [each.hash for each in entries],
                )
                keep_leaves(row, leaves, hashes, size_before=before.next_index)
            if state.note != before.note:
                row.note, row.noted_at = state.note, at  # F38: cosigned with what it serves
                if (
                    row.is_own
                ):  # what this node signs next is said to be later, whatever its clock says (F26)
                    note = feed.read_note(state.note)
                    row.noted_at = max(at, feed.stated_time(note, origin=row.origin))
                row.served = feed.with_lines(state.note, [self._cosigned(state.note, at=at)])
            row.size, row.root = state.size, state.root
            row.frontier = frontier_bytes(state.frontier)
            row.ahead_note = state.ahead
            pending = state.pending
            row.pending_note = pending.note if pending else ""
            row.pending_size = pending.frontier.size if pending else 0
            row.pending_frontier = frontier_bytes(pending.frontier) if pending else b""
            row.save()

    def hashes(self, level: int, number: int, width: int) -> bytes:
        """Return hashes of a tile, entries that are still coming in counted."""
        return StoredTiles(self._row().origin).hashes(level, number, width)

    def _row(self) -> Log:
        row, _made = Log.objects.get_or_create(
            node=self._node_id,
            defaults={"origin": feed.log_origin(str(self._node_id)), "root": feed.EMPTY_ROOT},
        )
        return row

    def _cosigned(self, note: str, *, at: datetime) -> str:
        return feed.cosign(note, self._witness.name, self._witness.private, at=at)


def _state_of(row: Log) -> feed.FeedState:
    pending = None
    if row.pending_note:
        frontier = frontier_of(row.pending_size, bytes(row.pending_frontier))
        pending = feed.Pending(row.pending_note, frontier)
    return feed.FeedState(
        origin=row.origin,
        frontier=frontier_of(row.size, bytes(row.frontier)),
        root=bytes(row.root),
        note=row.note,
        pending=pending,
        ahead=row.ahead_note,
    )


def note_answer(*, node_id: UUID, head_size: int, actor: Actor, at: datetime) -> None:
    """Write that a peer answered, and how far its log goes."""
    del actor
    Peer.objects.update_or_create(
        node=node_id,
        defaults={"asked_at": at, "answered_at": at, "head_size": head_size, "failures": 0},
    )


def note_failure(*, node_id: UUID, code: str, actor: Actor, at: datetime) -> int:
    """Write that a peer gave no answer that can be believed; returns for how many times in a row."""
    del actor
    Peer.objects.get_or_create(node=node_id)
    Peer.objects.filter(node=node_id).update(
        asked_at=at, last_error=code[:40], last_error_at=at, failures=F("failures") + 1
    )
    return Peer.objects.values_list("failures", flat=True).get(node=node_id)


@audit.action("log.seen_by_peer", did_nothing=lambda changed: not changed)
def note_seen_own(
    *,
    node_id: UUID,
    note: bytes | None,
    witnesses: Mapping[str, Sequence[feed.LogKey]],
    actor: Actor,
    at: datetime,
) -> bool:
    """Write how much of the own log a peer holds, with its cosignature; true when that was news."""
    size = feed.checkpoint_of(feed.read_note(note)).size if note else 0
    peer, _made = Peer.objects.get_or_create(node=node_id)
    is_news = peer.seen_own_size != size
    Peer.objects.filter(node=node_id).update(seen_own_size=size, seen_own_at=at)
    if note:
        _keep_cosignatures(note, size, witnesses)
    if is_news:
        audit.record(
            action="log.seen_by_peer",
            actor=actor,
            subject_kind="node",
            subject_id=node_id,
            at=at,
            detail={"size": size},
        )
    return is_news


def _keep_cosignatures(
    note: bytes, size: int, witnesses: Mapping[str, Sequence[feed.LogKey]]
) -> None:
    row = Cosigned.objects.select_for_update().filter(pk=size).first()
    theirs = feed.read_note(note)
    if row is None or feed.read_note(row.note).body != theirs.body:
        return
    valid = feed.verified_cosignatures(theirs, witnesses=witnesses)
    lines = [str(line) for line in theirs.lines if line.name in valid]
    row.note = feed.with_lines(row.note, lines)
    row.cosignatures = len(
        feed.verified_cosignatures(feed.read_note(row.note), witnesses=witnesses)
    )
    row.save(update_fields=["note", "cosignatures"])
