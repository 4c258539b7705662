# SPDX-License-Identifier: Apache-2.0
"""What an index holds in memory: searched as one state that is replaced as a whole, changed by following changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from havn.lib.matching._delta import Change
from havn.lib.matching._errors import IndexFileError
from havn.lib.matching._making import folded
from havn.lib.matching._pieces import Entries, Piece, joined
from havn.lib.matching._results import Entry, list_name
from havn.lib.matching._segment import Segment
from havn.lib.matching._store import GREATEST_LISTS
from havn.lib.matching._tail import Tail

TAIL = 1024  # entries compared one by one before they become a segment of their own


class State(NamedTuple):
    """What one search works on: the file's piece first, later ones, so many of the newest entries, names of lists."""

    pieces: tuple[Piece, ...]
    tail: Tail
    tail_count: int
    list_names: tuple[str, ...]


class Contents:
    """Entries that are searched while one writer at a time changes them."""

    def __init__(self, base: Segment, list_names: tuple[str, ...], *, compact: bool) -> None:
        """Hold what a segment holds."""
        self.state = State((Piece(base),), Tail(TAIL), 0, list_names)
        self.compact = compact
        self.added = 0
        self.removed = 0

    def __len__(self) -> int:
        pieces, tail, count, _ = self.state
        return sum(len(each) for each in pieces) + tail.remaining_count(count)

    @property
    def first_segment(self) -> Segment:
        """Return the segment that the index began with."""
        return self.state.pieces[0].segment

    @property
    def is_as_begun(self) -> bool:
        """Say whether the first segment is all there is."""
        pieces, tail, count, _ = self.state
        return len(pieces) == 1 and not pieces[0].removed_count and not tail.remaining_count(count)

    def remaining(self) -> Entries:
        """Return all entries, in the order of their identifiers."""
        pieces, tail, count, _ = self.state
        return joined([*(each.remaining() for each in pieces), tail.remaining(count)]).in_order()

    def held(self, identifiers: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Say of each identifier whether there is an entry under it."""
        pieces, tail, count, _ = self.state
        held = tail.held(identifiers, count) >= 0
        for piece in pieces:
            held |= piece.held(identifiers) >= 0
        return held

    def holds_any(self, name: str) -> bool:
        """Say whether any entry is on a list."""
        pieces, tail, count, names = self.state
        lists = (*(piece.remaining_lists() for piece in pieces), tail.remaining(count).lists)
        return name in names and any((each == names.index(name)).any() for each in lists)

    def entry(self, identifier: int) -> Entry | None:
        """Return the entry under an identifier, None if there is none."""
        wanted = np.array([identifier], np.uint64)
        pieces, tail, count, names = self.state
        places = tail.held(wanted, count)
        if places[0] >= 0:
            return _entry(tail.entries_at(places), names)
        for piece in pieces:
            positions = piece.held(wanted)
            if positions[0] >= 0:
                return _entry(piece.entries_at(positions), names)
        return None

    def follow(self, changes: Sequence[Change]) -> None:
        """Make these changes, all of them or, where one cannot be, none.

        Raises:
            IndexFileError: an entry is on a list that has no number, or a list is named out of order.

        """
        lists = len(self.state.list_names)
        for change in changes:
            if change.kind == "list" and (change.list != lists or lists >= GREATEST_LISTS):
                raise IndexFileError(
                    f"the additions name list number {change.list} out of order; {_REMEDY}"
                )
            if change.kind == "add" and change.list >= lists:
                raise IndexFileError(
                    f"the additions hold an entry on list number {change.list}, which has no name; {_REMEDY}"
                )
            lists += change.kind == "list"
        run: list[Change] = []
        for change in changes:
            if run and run[-1].kind != change.kind:
                self._follow_run(run)
                run = []
            run.append(change)
        if run:
            self._follow_run(run)

    def _follow_run(self, run: list[Change]) -> None:
        kind = run[0].kind
        if kind == "list":
            names = (*self.state.list_names, *(each.name for each in run))
            self.state = self.state._replace(list_names=names)
        elif kind == "remove":
            self._take_out(np.array([each.identifier for each in run], np.uint64))
        else:
            self._take_in(_entries_of(run))

    def _take_in(self, entries: Entries) -> None:
        pieces, tail, count, names = self.state
        if len(entries) <= tail.room(count):
            tail.write(entries, count)
            self.state = self.state._replace(tail_count=count + len(entries))
        else:
            newest = joined([tail.remaining(count), entries]).in_order()
            self.state = State(folded(pieces, newest), Tail(TAIL), 0, names)
        self.added += len(entries)

    def _take_out(self, identifiers: NDArray[np.uint64]) -> None:
        pieces, tail, count, _ = self.state
        places = tail.held(identifiers, count)
        tail.remove(places[places >= 0])
        self.removed += int((places >= 0).sum())
        for piece in pieces:
            positions = piece.held(identifiers)
            piece.remove(positions[positions >= 0])
            self.removed += int((positions >= 0).sum())


_REMEDY = "put back a copy, or build the index anew from its lists"


def _entries_of(run: list[Change]) -> Entries:
    return Entries(
        np.frombuffer(b"".join(each.fingerprint for each in run), np.uint8).reshape(-1, 32),
        np.array([each.identifier for each in run], np.uint64),
        np.array([each.quality for each in run], np.uint8),
        np.array([each.list for each in run], np.uint16),
    )


def _entry(entries: Entries, names: tuple[str, ...]) -> Entry:
    name = list_name(names, int(entries.lists[0]))
    return Entry(entries.fingerprints[0].tobytes(), name, int(entries.qualities[0]))
