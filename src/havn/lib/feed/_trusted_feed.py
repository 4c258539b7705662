# SPDX-License-Identifier: Apache-2.0
"""TrustedFeed: every decision whether something about another node's log is accepted, and nothing else.

It is fed with bytes and returns a new state; what it refuses raises `FeedError` and changes nothing. Fetching,
storing and trying again is the caller's. The numbers are those of docs/protocol/feed.md.

1. A checkpoint is accepted as a target only when the log signed it and it neither contradicts nor undercuts
   what this log signed before (F31).
2. Entries are taken in order, up to the target, and count only when the root of the target was reached (F32).
3. What other mirrors hold of the log has to agree with what we hold (F37).
4. Where the log contradicts itself, the error carries the evidence (F40).
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import NamedTuple

from havn.lib.feed._errors import FeedError
from havn.lib.feed._evidence import Evidence, EvidenceKind
from havn.lib.feed._leaves import Leaf, parse_leaf, wrong_leaves
from havn.lib.feed._merkle import (
    EMPTY_ROOT,
    Frontier,
    history_path,
    inclusion_path,
    leaf_hashes,
    range_hash,
    roots_of_history,
)
from havn.lib.feed._notes import (
    Checkpoint,
    LogKey,
    checkpoint_of,
    kept_note,
    read_note,
    signed_at,
    stated_time,
    verified_checkpoint,
)
from havn.lib.feed._tiles import TILE_WIDTH, TileReader, TileTree, unpack_entries

MOST_AHEAD = timedelta(minutes=10)
LEAST_PEERS = 2
_NO_ENTRIES = Frontier()
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Pending:
    """A checkpoint whose entries are on their way: its note, and how far they have come."""

    note: str
    frontier: Frontier

    @property
    def target(self) -> Checkpoint:
        """Return the checkpoint that is to be reached."""
        return checkpoint_of(read_note(self.note))


@dataclass(frozen=True, slots=True)
class FeedState:
    """What we hold of one log. `note` is the last accepted checkpoint, empty before the first.

    `ahead` is a larger checkpoint that another mirror holds, until it was compared; empty where there is none.
    """

    origin: str
    frontier: Frontier = _NO_ENTRIES
    root: bytes = EMPTY_ROOT
    note: str = ""
    pending: Pending | None = None
    ahead: str = ""

    @property
    def size(self) -> int:
        """Return how many entries are accepted."""
        return self.frontier.size

    @property
    def next_index(self) -> int:
        """Return which entry is taken next, accepted ones and those on their way counted."""
        return self.pending.frontier.size if self.pending else self.size

    @property
    def is_ahead_due(self) -> bool:
        """Tell whether the larger checkpoint that another mirror had can be compared by now."""
        return bool(self.ahead) and checkpoint_of(read_note(self.ahead)).size <= self.size


class Entry(NamedTuple):
    """One entry as it came; `is_known` unless only a later version of ours can read it."""

    position: int
    content: bytes
    hash: bytes
    is_known: bool

    @property
    def leaf(self) -> Leaf | None:
        """Return the leaf that it is, None for one of a later version."""
        return parse_leaf(self.content) if self.is_known else None


class Comparison(enum.Enum):
    """How a checkpoint that another mirror holds relates to ours."""

    SAME = "same"
    BEHIND = "behind"  # it is the beginning of ours
    AHEAD = "ahead"  # it is larger; to be compared again when we have as many entries


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Why entries do not lead to the signed root, and the state to go on with: drop what lies beyond it."""

    error: FeedError
    state: FeedState


class TrustedFeed:
    """The acceptance of one log; `log_keys` and `roster` (where they are said to be its keys) are the roster's."""

    def __init__(self, state: FeedState, *, log_keys: Sequence[LogKey], roster: str = "") -> None:
        self.state = state
        self._keys = tuple(log_keys)
        self._roster = roster

    # --- checkpoints ------------------------------------------------------------------------------

    def take_checkpoint(self, content: str | bytes, *, at: datetime) -> FeedState:
        """Return the state with this checkpoint as the target, or as the fresher word of the one we hold."""  # F31
        # Step 1: it is a note of this log, signed with a key in force and, with the time, by the log's node.
        checkpoint, note, signed = self._verified(content)
        # Step 2: it does not come from the future.
        if signed > at + MOST_AHEAD:
            raise FeedError("time_runs_ahead", {"signed": signed.isoformat()})
        # Step 3: nothing that this log signed for as many entries has another root.
        for known in self._known_notes():
            self._check_same_size(known, checkpoint, note)
        # Step 4: it does not undercut what the log signed before.
        known, largest, last_signed = self._newest()
        if checkpoint.size < largest.size:
            raise self._smaller(known, note, is_later=signed > last_signed)
        # Step 5: time runs forward with the size.
        is_larger = checkpoint.size > largest.size
        if is_larger and signed < last_signed:
            told = {"signed": signed.isoformat(), "before": last_signed.isoformat()}
            raise FeedError("time_runs_back", told)
        # Step 6: one target at a time, so that none that the log signed goes unverified.
        if is_larger:
            return self.state if self.state.pending else self._with_target(note)
        return self._refreshed(note) if signed >= last_signed else self.state

    def _verified(self, content: str | bytes) -> tuple[Checkpoint, str, datetime]:
        note, origin = read_note(content), self.state.origin
        checkpoint = verified_checkpoint(note, origin=origin, log_keys=self._keys)
        signed = signed_at(note, origin=origin, log_keys=self._keys)
        return checkpoint, kept_note(note, origin=origin, log_keys=self._keys), signed

    def _known_notes(self) -> list[str]:
        pending = self.state.pending
        return [each for each in (self.state.note, pending.note if pending else "") if each]

    def _newest(self) -> tuple[str, Checkpoint, datetime]:
        """Return the largest checkpoint that we took from this log; before the first, one of no entries."""
        known = self._known_notes()
        if not known:
            return "", Checkpoint(self.state.origin, 0, EMPTY_ROOT), _BEGINNING
        note = read_note(known[-1])
        return known[-1], checkpoint_of(note), stated_time(note, origin=self.state.origin)

    def _with_target(self, note: str) -> FeedState:
        return replace(self.state, pending=Pending(note, self.state.frontier))

    def _refreshed(self, note: str) -> FeedState:
        pending = self.state.pending
        if pending:
            return replace(self.state, pending=replace(pending, note=note))
        return replace(self.state, note=note)

    def _check_same_size(self, known: str, checkpoint: Checkpoint, note: str) -> None:
        other = checkpoint_of(read_note(known))
        if other.size == checkpoint.size and other.root != checkpoint.root:
            evidence = self._evidence(EvidenceKind.FORK, known, note)
            raise FeedError("forked", {"size": checkpoint.size}, evidence=evidence)

    def _smaller(self, known: str, note: str, *, is_later: bool) -> FeedError:
        """Return the rollback; an old copy that somebody kept proves nothing against the log."""
        largest, found = checkpoint_of(read_note(known)), checkpoint_of(read_note(note))
        evidence = self._evidence(EvidenceKind.ROLLBACK, known, note) if is_later else None
        told = {"expected": largest.size, "found": found.size}
        return FeedError("smaller_tree", told, evidence=evidence)

    # --- entries ----------------------------------------------------------------------------------

    def take_entries(
        self, number: int, page: bytes, *, width: int | None = None
    ) -> tuple[FeedState, tuple[Entry, ...]]:
        """Return the state after a bundle, and its entries that are new.

        They count only after `finish`. `width` is how many entries were asked for, unless just those up to the
        target. A bundle that was taken before changes nothing.
        """  # F32
        # Step 1: the bundle is the next one.
        pending = self._expecting()
        first, start = number * TILE_WIDTH, pending.frontier.size
        wanted = min(TILE_WIDTH, pending.target.size - first)
        if first > start:
            raise FeedError("gap", {"first": start, "last": first - 1})
        asked = wanted if width is None else width
        if start - first >= min(wanted, asked):
            return self.state, ()
        # Step 2: it holds as many entries as were asked for, no more and no fewer.
        contents = unpack_entries(page, asked)[:wanted]
        hashes = leaf_hashes(contents)
        # Step 3: those of them that were taken before are the same.
        known = start - first
        self._check_known(hashes[:known], first)
        # Step 4: each new one is a leaf, or one of a later version, which is kept as it is.
        fresh = contents[known:]
        are_known = _are_known(fresh, start)
        entries = tuple(map(Entry, count(start), fresh, hashes[known:], are_known))
        frontier = pending.frontier.extended(hashes[known:])
        return replace(self.state, pending=replace(pending, frontier=frontier)), entries

    def finish(self) -> FeedState:
        """Return the state with the target accepted: all entries have come and lead to the signed root."""  # F34
        pending = self._expecting()
        target = pending.target
        if pending.frontier.size < target.size:
            raise FeedError("gap", {"first": pending.frontier.size, "last": target.size - 1})
        if pending.frontier.root() != target.root:
            raise FeedError("root_differs", {"size": target.size})
        return replace(
            self.state,
            frontier=pending.frontier,
            root=target.root,
            note=pending.note,
            pending=None,
        )

    def restarted(self) -> FeedState:
        """Return the state with the same target and none of the entries that were on their way."""  # F35
        pending = self._expecting()
        return replace(self.state, pending=replace(pending, frontier=self.state.frontier))

    def _expecting(self) -> Pending:
        if self.state.pending is None:
            raise FeedError("nothing_expected")
        return self.state.pending

    def _check_known(self, hashes: Sequence[bytes], first: int) -> None:
        """Compare the beginning of a bundle with the last hashes of the frontier, which stand for it."""
        known = Frontier().extended(hashes).hashes
        frontier = self._expecting().frontier.hashes
        if known and frontier[-len(known) :] != known:
            raise FeedError("leaf_swapped", {"first": first, "last": first + len(hashes) - 1})

    # --- what went wrong --------------------------------------------------------------------------

    def diagnose(self, *, log: TileReader, own: TileReader) -> Diagnosis:
        """Say why the entries do not lead to the signed root, with the log's hash tiles beside our own.

        Ours cover `next_index` entries. What a reader raises goes through.
        """  # F36
        pending = self._expecting()
        target, start = pending.target, self.state.size
        theirs = TileTree(target.size, log)
        # Step 1: the log's tiles have to lead to the signed root, or they say nothing.
        if range_hash(0, target.size, theirs.lookup) != target.root:
            told = FeedError("root_differs", {"size": target.size, "reason": "so do its tiles"})
            return Diagnosis(told, self.restarted())
        # Step 2: find the first leaf that is another one there than here.
        ours = TileTree(pending.frontier.size, own)
        index = _first_difference(ours, theirs, min(pending.frontier.size, target.size))
        if index is None:
            return Diagnosis(self._unexplained(), self.restarted())
        # Step 3: where the leaf was accepted before, the log signed both, and that is proved.
        if index < start:
            evidence = self._swap_evidence(index, TileTree(start, own), theirs)
            told = FeedError("leaf_swapped", {"index": index}, evidence=evidence)
            return Diagnosis(told, replace(self.state, pending=None))
        # Step 4: otherwise it was swapped on its way; what came before it stays.
        kept = replace(pending, frontier=theirs.frontier(index))
        told = FeedError("leaf_swapped", {"index": index})
        return Diagnosis(told, replace(self.state, pending=kept))

    def _unexplained(self) -> FeedError:
        pending = self._expecting()
        size, wanted = pending.frontier.size, pending.target.size
        if size < wanted:
            return FeedError("gap", {"first": size, "last": wanted - 1})
        return FeedError("root_differs", {"size": size, "reason": "our own tiles agree"})

    def _swap_evidence(self, index: int, ours: TileTree, theirs: TileTree) -> Evidence:
        evidence = self._evidence(EvidenceKind.SWAP, self.state.note, self._expecting().note)
        trees = (ours, theirs)
        return replace(
            evidence,
            index=index,
            leaves=tuple(each.leaf(index) for each in trees),
            paths=tuple(tuple(inclusion_path(index, each.size, each.lookup)) for each in trees),
        )

    def _evidence(self, kind: EvidenceKind, *notes: str) -> Evidence:
        keys = tuple(key.public for key in self._keys)
        return Evidence(kind, self.state.origin, keys, self._roster, notes)

    def withheld(self) -> Evidence:
        """Return the file about entries that the log signed and that could not be had."""  # F45
        pending = self._expecting()
        evidence = self._evidence(EvidenceKind.GAP, pending.note)
        return replace(evidence, index=pending.frontier.size, until=pending.target.size)

    # --- what others hold -------------------------------------------------------------------------

    def compare(self, content: str | bytes, *, own: TileReader) -> tuple[FeedState, Comparison]:
        """Compare what another mirror holds of this log with what we accepted; ours are the tiles."""  # F37
        # Step 1: the log signed it; the mirror's own word counts for nothing.
        checkpoint, note, _signed = self._verified(content)
        # Step 2: of one size there is one root.
        for known in filter(None, (*self._known_notes(), self.state.ahead)):
            self._check_same_size(known, checkpoint, note)
        # Step 3: a larger one is remembered until we have as many entries.
        ahead = self.state.ahead and checkpoint_of(read_note(self.state.ahead))
        if checkpoint.size > self.state.size:
            is_further = not ahead or checkpoint.size > ahead.size
            return (
                replace(self.state, ahead=note if is_further else self.state.ahead),
                Comparison.AHEAD,
            )
        # Step 4: a smaller one has to be the beginning of ours.
        if 0 < checkpoint.size < self.state.size:
            self._check_beginning(checkpoint, note, TileTree(self.state.size, own))
        state = replace(self.state, ahead="") if ahead == checkpoint else self.state
        is_same = checkpoint.size == self.state.size
        return state, Comparison.SAME if is_same else Comparison.BEHIND

    def _check_beginning(self, checkpoint: Checkpoint, note: str, ours: TileTree) -> None:
        path = history_path(checkpoint.size, self.state.size, ours.lookup)
        earlier, later = roots_of_history(checkpoint.size, self.state.size, path)
        if later != self.state.root:
            raise FeedError(
                "root_differs", {"size": ours.size, "reason": "our own tiles are damaged"}
            )
        if earlier != checkpoint.root:
            evidence = self._evidence(EvidenceKind.FORK, note, self.state.note)
            evidence = replace(evidence, history=tuple(path))
            raise FeedError("forked", {"size": checkpoint.size}, evidence=evidence)

    def check_may_sign(
        self, answers: Mapping[str, str | None], *, peers: int, own: TileReader
    ) -> None:
        """Refuse to sign for a log, our own, that was restored, before peers said what they last saw of it.

        `answers` holds each peer's copy of its checkpoint, None where the peer has none; `peers` counts those
        that there are.
        """  # F49 F50
        needed = min(LEAST_PEERS, peers)
        if len(answers) < needed:
            raise FeedError("not_confirmed", {"needed": needed, "found": len(answers)})
        for peer, note in answers.items():
            if note is None:
                continue
            state, comparison = self.compare(note, own=own)
            if comparison is Comparison.AHEAD:
                size = checkpoint_of(read_note(state.ahead)).size
                raise FeedError(
                    "behind_own_log", {"peer": peer, "theirs": size, "ours": self.state.size}
                )


def _are_known(contents: Sequence[bytes], first: int) -> list[bool]:
    """Tell which of these are leaves that are read here; the others are of a later version (F3)."""
    found = [True] * len(contents)
    for place, error in wrong_leaves(contents):
        if error.code != "unknown_leaf_version":
            raise FeedError(error.code, {"index": first + place, **error.details}) from error
        found[place] = False
    return found


def _first_difference(ours: TileTree, theirs: TileTree, size: int) -> int | None:
    """Return the first leaf below a size in which two trees differ."""
    for number in range((size + TILE_WIDTH - 1) // TILE_WIDTH):
        mine, other = ours.tile(0, number), theirs.tile(0, number)
        first = number * TILE_WIDTH
        for place in range(min(TILE_WIDTH, size - first)):
            if mine[place] != other[place]:
                return first + place
    return None
