# SPDX-License-Identifier: Apache-2.0
"""The index: checks what it is given, keeps the pieces together, and follows the delta that others write."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from havn.lib.matching._bands import GREATEST_RADIUS
from havn.lib.matching._bits import as_fingerprint, as_fingerprints, query_words
from havn.lib.matching._delta import Change, DeltaFile, delta_path, writing
from havn.lib.matching._errors import FingerprintError, IndexFileError
from havn.lib.matching._making import checked_entries, checked_names, folded, segment_of
from havn.lib.matching._pieces import PLAIN, Entries, Piece, Tail, joined
from havn.lib.matching._results import (
    Entry,
    Found,
    IndexDescription,
    Match,
    Matches,
    matches_of,
    told,
)
from havn.lib.matching._search import EVERYTHING, Wanted
from havn.lib.matching._segment import Segment
from havn.lib.matching._store import (
    GREATEST_LISTS,
    StoredIndex,
    digest_of,
    open_index,
    write_index,
)

TAIL = 1024  # entries compared one by one before they become a segment of their own
PLAIN_AT_MOST = (
    500  # queries answered by NumPy before the kernels, which take a second, are worth loading
)


class State(NamedTuple):
    """What a search works on, replaced as a whole: the file's piece first, later ones, the newest entries."""

    pieces: tuple[Piece, ...]
    tail: Tail
    list_names: tuple[str, ...]


class Index:
    """All entries within a Hamming radius of a 256-bit fingerprint: exact, in a defined order, with distances.

    Searching is safe from many threads, also while another adds and removes; each search sees what was there when
    it began, or more. What one process adds to an opened index, others see after `refresh()`.
    """

    def __init__(self, base: Segment, list_names: tuple[str, ...]) -> None:
        """Use `Index.build` or `Index.open`."""
        self._writing = threading.Lock()
        self._delta: DeltaFile | None = None
        self._mark: tuple[int, ...] = ()
        self._stored: StoredIndex | None = None
        self._compiled = False
        self._asked = 0
        self._begin(base, list_names, b"")

    def _begin(self, base: Segment, list_names: tuple[str, ...], digest: bytes) -> None:
        self._digest = digest
        self._added = self._removed = 0
        self._state = State((Piece(base),), Tail(TAIL), list_names)

    @classmethod
    def build(
        cls,
        fingerprints: NDArray[np.uint8],
        *,
        identifiers: NDArray[np.uint64] | None = None,
        qualities: NDArray[np.uint8] | None = None,
        lists: NDArray[np.uint16] | None = None,
        list_names: Sequence[str] = ("",),
        compact: bool = False,
    ) -> Self:
        """Return an index of fingerprints (n, 32) uint8; their order makes no difference.

        `identifiers` (n) uint64, each once, are 0 to n - 1 where left out; `qualities` (n) uint8 100; `lists` (n)
        uint16, numbers in `list_names`, 0. An entry takes at most 128 bytes from a million entries on, `compact` 96,
        and identifiers, qualities and lists their own.

        Raises:
            FingerprintError: an array has another shape or type, an identifier stands twice, a list has no name.

        """
        names = checked_names(list_names)
        entries = checked_entries(fingerprints, identifiers, qualities, lists, names)
        return cls(segment_of(entries, compact=compact), names)

    @classmethod
    def open(cls, path: str | Path, *, verify: bool | None = None) -> Self:
        """Return the index in a file, mapped into memory, with the additions that lie beside it.

        `verify` True checks every block of data, False none, None those of a file that this user has not verified on
        this machine before.

        Raises:
            IndexFileError: there is no such file, or it cannot be searched; the message says why and what to do.

        """
        place = Path(path)
        stored = open_index(place, verify=verify)
        index = cls(stored.segment, stored.list_names)
        index._follow(place, stored)
        return index

    def _follow(self, path: Path, stored: StoredIndex) -> None:
        self._stored = stored
        self._digest = stored.digest
        self._delta = DeltaFile(path, stored.digest)
        self._take(self._delta.read())

    def save(self, path: str | Path) -> None:
        """Write everything into a file, whole and durable or not at all; the index in memory goes on as it was.

        Raises:
            IndexFileError: it could not be written.

        """
        pieces, tail, names = self._state
        segment = pieces[0].segment
        if len(pieces) > 1 or len(tail) or pieces[0].removed_count:
            segment = segment_of(
                self._remaining().in_order(), compact=segment.bands.tag_width == 8
            )
        write_index(Path(path), segment, names)

    def merge(self) -> None:
        """Write the opened index anew with all that was added and removed, and take it in; others' additions wait.

        Raises:
            IndexFileError: it could not be written; the old one and its additions still hold.

        """
        path = self._opened().index
        with self._writing, writing(path):
            self._refresh()
            before = delta_path(path, self._digest)
            self.save(path)
            if digest_of(path) != self._digest:
                before.unlink(missing_ok=True)
            self._refresh()

    def _opened(self) -> DeltaFile:
        if self._delta is None:
            raise IndexFileError("this index is in memory only; save it and open the file first")
        return self._delta

    def _remaining(self) -> Entries:
        pieces, tail, _ = self._state
        return joined([*(each.remaining() for each in pieces), tail.remaining()])

    @property
    def list_names(self) -> tuple[str, ...]:
        """Return the names of the lists, by number."""
        return self._state.list_names

    @property
    def version(self) -> str:
        """Return what stands for the contents: twelve digits of the file's digest and how many changes came after."""
        return f"{self._digest.hex()[:12] or 'memory'}+{self._changes}"

    @property
    def _changes(self) -> int:
        return self._delta.count if self._delta is not None else self._added + self._removed

    def __len__(self) -> int:
        pieces, tail, _ = self._state
        return sum(len(each) for each in pieces) + len(tail)

    def description(self) -> IndexDescription:
        """Return what the index is made of."""
        pieces = self._state.pieces
        base = pieces[0].segment
        return IndexDescription(
            entries=len(self),
            stored=len(base),
            added=self._added,
            removed=self._removed,
            changes=self._changes,
            lists=self.list_names,
            bands=len(base.bands.widths),
            widths=base.bands.widths,
            tag_width=base.bands.tag_width,
            ordered_by_entries=not base.bands.as_given,
            bytes_per_entry=base.bytes_used / max(len(base), 1),
            version=self.version,
        )

    def prepare(self) -> None:
        """Load the kernels (about a second) and the file's pages now, so that no later query waits for them."""
        if self._stored is not None:
            self._stored.load()
        self._compiled = True
        self._state.tail.prepare()
        probe = np.zeros(4, np.uint64)
        for piece in self._state[0]:
            piece.one(probe, radius=0, wanted=EVERYTHING, compiled=True)

    def entry(self, identifier: int) -> Entry | None:
        """Return the entry under an identifier, None if there is none."""
        wanted = np.array([identifier], np.uint64)
        pieces, tail, names = self._state
        place = int(tail.held(wanted)[0])
        if place >= 0:
            attributes = tail.attributes()
            name = names[int(attributes.lists[place])]
            return Entry(tail.fingerprint(place), name, int(attributes.qualities[place]))
        for piece in pieces:
            at = piece.held(wanted)
            if at[0] >= 0:
                there = piece.entries_at(at)
                return Entry(
                    there.fingerprints[0].tobytes(), names[there.lists[0]], int(there.qualities[0])
                )
        return None

    def query(
        self,
        fingerprint: bytes | str,
        *,
        radius: int = 31,
        lists: Collection[str] | None = None,
        minimum_quality: int = 0,
    ) -> list[Match]:
        """Return every entry within `radius` (0 to 63) of 32 bytes or 64 digits, ordered by distance, then identifier.

        `lists` names those that count (all if None), `minimum_quality` leaves out entries below it.

        Raises:
            FingerprintError: this is no fingerprint, the radius is out of range, or a list is unknown.

        """
        raw = as_fingerprint(fingerprint)
        wanted = self._wanted(radius, lists, minimum_quality)
        self._asked += 1
        compiled = self._compiled or self._asked > PLAIN_AT_MOST
        found: list[Match] = []
        pieces, tail, names = self._state
        for piece in pieces:
            words = query_words(raw, piece.segment.bands)
            positions, distances = piece.one(
                words, radius=radius, wanted=wanted, compiled=compiled
            )
            if len(positions):
                found += told(piece.segment.attributes, positions, distances, names)
        if len(tail):
            words = query_words(raw, PLAIN)
            places, distances = tail.near(words, radius=radius, wanted=wanted, compiled=compiled)
            if len(places):
                found += told(tail.attributes(), places, distances, names)
        found.sort()
        return found

    def _wanted(self, radius: int, lists: Collection[str] | None, minimum_quality: int) -> Wanted:
        if not 0 <= radius <= GREATEST_RADIUS:
            raise FingerprintError(
                f"a radius is a whole number from 0 to {GREATEST_RADIUS}, not {radius}"
            )
        if lists is None and minimum_quality <= 0:
            return EVERYTHING
        if lists is None:
            return Wanted(EVERYTHING.lists, minimum_quality)
        unknown = sorted(set(lists) - set(self.list_names))
        if unknown:
            raise FingerprintError(
                f"there is no list {unknown[0]!r} in this index; it holds {', '.join(map(repr, self.list_names))}"
            )
        marked = np.array([name in lists for name in self.list_names], np.uint8)
        return Wanted(marked, minimum_quality)

    def query_many(
        self,
        fingerprints: NDArray[np.uint8],
        *,
        radius: int = 31,
        lists: Collection[str] | None = None,
        minimum_quality: int = 0,
        threads: int = 1,
    ) -> Matches:
        """Return the matches of fingerprints (q, 32) uint8, each as `query` would, using up to `threads` threads.

        Raises:
            FingerprintError: as `query`.

        """
        asked = as_fingerprints(fingerprints)
        wanted = self._wanted(radius, lists, minimum_quality)
        self._asked += len(asked)
        compiled = self._compiled or self._asked > PLAIN_AT_MOST
        pieces, tail, names = self._state
        parts = [
            Found(piece.segment.attributes, hits)
            for piece in pieces
            for hits in piece.in_threads(
                asked, radius=radius, wanted=wanted, compiled=compiled, threads=threads
            )
        ]
        if len(tail):
            found = tail.many(asked, radius=radius, wanted=wanted, compiled=compiled)
            parts.append(Found(tail.attributes(), found))
        return matches_of(parts, len(asked), names)

    def add(
        self,
        fingerprints: NDArray[np.uint8],
        *,
        identifiers: NDArray[np.uint64],
        qualities: NDArray[np.uint8] | None = None,
        lists: NDArray[np.uint16] | None = None,
    ) -> None:
        """Take in entries without a rebuild; in an opened index they are on disk when this returns.

        Raises:
            FingerprintError: as `build`, or an identifier is held already.
            IndexFileError: they could not be written; nothing was added.

        """
        entries = checked_entries(fingerprints, identifiers, qualities, lists, self.list_names)
        changes = [
            Change("add", identifier, each.tobytes(), quality, number)
            for identifier, each, quality, number in zip(
                entries.identifiers.tolist(),
                entries.fingerprints,
                entries.qualities.tolist(),
                entries.lists.tolist(),
                strict=True,
            )
        ]

        def checked() -> list[Change]:
            held = self._held(entries.identifiers)
            if held.any():
                raise FingerprintError(
                    f"identifier {entries.identifiers[held][0]} is held already; remove it first, or choose another"
                )
            return changes

        self._write(checked)

    def remove(self, identifiers: Collection[int] | NDArray[np.uint64]) -> int:
        """Take out the entries under these identifiers; return how many there were. No later search finds them.

        Raises:
            IndexFileError: it could not be written; nothing was removed.

        """
        wanted = np.unique(np.array(list(identifiers), np.uint64))
        counted: list[int] = []

        def present() -> list[Change]:
            there = wanted[self._held(wanted)].tolist()
            counted.append(len(there))
            return [Change("remove", identifier=each) for each in there]

        self._write(present)
        return counted[0]

    def add_list(self, name: str) -> int:
        """Give a new list a number and return it; the number of one that is there already is returned too.

        Raises:
            FingerprintError: the name is empty or too long, or there are 65,536 lists.

        """

        def unnamed() -> list[Change]:
            if name in self.list_names:
                return []
            if len(self.list_names) >= GREATEST_LISTS:
                raise FingerprintError(f"an index holds at most {GREATEST_LISTS:,} lists")
            return [Change("list", list=len(self.list_names), name=name)]

        self._write(unnamed)
        return self.list_names.index(name)

    def _write(self, made: Callable[[], list[Change]]) -> None:
        """Make changes on top of all that others wrote: on disk first, then in memory."""
        with self._writing:
            if self._delta is None:
                changes = made()
                for number, change in enumerate(changes):
                    change.packed(number)
                self._take(changes)
                return
            with writing(self._delta.index):
                self._refresh()
                changes = made()
                if changes:
                    self._delta.append(changes)
                    self._take(changes)

    def refresh(self) -> bool:
        """Take in what others added, removed, or wrote anew; say whether there was anything. Cheap where there was not.

        Raises:
            IndexFileError: what is there now cannot be read; what was read before still answers.

        """
        if self._delta is None:
            return False
        with self._writing:
            return self._refresh()

    def _refresh(self) -> bool:
        delta = self._opened()
        mark = _mark_of(delta.index)
        digest = self._digest if mark == self._mark else digest_of(delta.index)
        self._mark = mark
        if digest != self._digest:
            stored = open_index(delta.index, verify=None)
            self._begin(stored.segment, stored.list_names, stored.digest)
            self._follow(delta.index, stored)
            return True
        if not delta.grown():
            return False
        changes = delta.read()
        self._take(changes)
        return bool(changes)

    def _held(self, identifiers: NDArray[np.uint64]) -> NDArray[np.bool_]:
        pieces, tail, _ = self._state
        held = tail.held(identifiers) >= 0
        for piece in pieces:
            held |= piece.held(identifiers) >= 0
        return held

    def _take(self, changes: Iterable[Change]) -> None:
        """Follow changes in memory, runs of one kind at a time."""
        run: list[Change] = []
        for change in changes:
            if run and run[-1].kind != change.kind:
                self._take_run(run)
                run = []
            run.append(change)
        if run:
            self._take_run(run)

    def _take_run(self, run: list[Change]) -> None:
        kind = run[0].kind
        if kind == "list":
            for change in run:
                if change.list != len(self.list_names):
                    raise IndexFileError(
                        "the additions name lists out of order; build the index anew from its lists"
                    )
                self._state = self._state._replace(list_names=(*self.list_names, change.name))
        elif kind == "remove":
            self._take_out(np.array([each.identifier for each in run], np.uint64))
        else:
            self._take_in(
                Entries(
                    np.frombuffer(b"".join(each.fingerprint for each in run), np.uint8).reshape(
                        -1, 32
                    ),
                    np.array([each.identifier for each in run], np.uint64),
                    np.array([each.quality for each in run], np.uint8),
                    np.array(
                        [min(each.list, len(self.list_names) - 1) for each in run], np.uint16
                    ),
                )
            )

    def _take_in(self, entries: Entries) -> None:
        pieces, tail, names = self._state
        self._added += len(entries)
        if len(entries) <= tail.room:
            tail.add(entries)
            return
        newest = joined([tail.remaining(), entries]).in_order()
        self._state = State(folded(pieces, newest), Tail(TAIL), names)

    def _take_out(self, identifiers: NDArray[np.uint64]) -> None:
        pieces, tail, _ = self._state
        holders: tuple[Tail | Piece, ...] = (tail, *pieces)
        for holder in holders:
            places = holder.held(identifiers)
            there = places[places >= 0]
            if len(there):
                holder.remove(there)
                self._removed += len(there)


def _mark_of(path: Path) -> tuple[int, ...]:
    """Return what changes when another file takes the name; nothing for one that is gone."""
    try:
        status = path.stat()
    except OSError:
        return ()
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
