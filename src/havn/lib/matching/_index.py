# SPDX-License-Identifier: Apache-2.0
"""The index: checks what it is given, keeps the pieces together, and follows the delta that others write."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from havn.lib.matching._bands import GREATEST_RADIUS
from havn.lib.matching._bits import as_fingerprint, as_fingerprints, query_words
from havn.lib.matching._contents import Contents, State
from havn.lib.matching._delta import Change, DeltaFile, writing
from havn.lib.matching._errors import FingerprintError, IndexFileError
from havn.lib.matching._making import (
    checked_entries,
    checked_identifiers,
    checked_names,
    segment_of,
)
from havn.lib.matching._results import (
    Entry,
    FoundIn,
    IndexDescription,
    Match,
    Matches,
    matches_of,
    told,
)
from havn.lib.matching._search import EVERYTHING, Wanted
from havn.lib.matching._store import GREATEST_LISTS, Mark, StoredIndex, mark_of, open_index
from havn.lib.matching._tail import PLAIN
from havn.lib.matching._writing import replace_index

# Queries answered by NumPy before the kernels, which take a second, are worth loading.
PLAIN_AT_MOST = 500


class Followed(NamedTuple):
    """The file of an opened index, and the delta that is followed."""

    stored: StoredIndex
    delta: DeltaFile


class Standing(NamedTuple):
    """What an index is at this moment, replaced as a whole."""

    contents: Contents
    followed: Followed | None


class Index:
    """All entries within a Hamming radius of a 256-bit fingerprint: exact, in a defined order, with distances.

    Searching is safe from many threads, also while another adds and removes; each search sees what was there when
    it began, or more. What one process adds to an opened index, others see after `refresh()`.
    """

    def __init__(self, standing: Standing) -> None:
        """Use `Index.build` or `Index.open`."""
        self._standing = standing
        self._writing = threading.Lock()
        self._refused: tuple[Mark, str] | None = (
            None  # a file that took the name, and what is wrong with it
        )
        self._compiled = False
        self._asked = 0

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
        return cls(
            Standing(Contents(segment_of(entries, compact=compact), names, compact=compact), None)
        )

    @classmethod
    def open(cls, path: str | Path, *, verify: bool | None = None) -> Self:
        """Return the index in a file, mapped into memory, with the additions that lie beside it.

        `verify` True checks every block of data, False none, None those of a file that this user has not verified on
        this machine before.

        Raises:
            IndexFileError: there is no such file, or it cannot be searched; the message says why and what to do.

        """
        place = Path(path).resolve()
        return cls(_standing_of(place, open_index(place, verify=verify)))

    def save(self, path: str | Path) -> None:
        """Write everything into a file, whole and durable or not at all; the index in memory goes on as it was.

        Additions that lie beside an index of that name are taken away with it.

        Raises:
            IndexFileError: it could not be written.

        """
        place = Path(path).resolve()
        with writing(place):
            self._write_to(place)

    def _write_to(self, place: Path) -> None:
        contents = self._standing.contents
        segment = contents.first_segment
        if not contents.is_as_begun:
            segment = segment_of(contents.remaining(), compact=contents.compact)
        replace_index(place, segment, contents.state.list_names, compact=contents.compact)

    def merge(self) -> None:
        """Write the opened index anew with all that was added and removed, and take it in; others' additions wait.

        Raises:
            IndexFileError: it could not be written; the old one and its additions still hold.

        """
        path = self._followed().delta.index
        with self._writing, writing(path):
            self._refresh()
            self._write_to(path)
            self._refresh()

    def _followed(self) -> Followed:
        followed = self._standing.followed
        if followed is None:
            raise IndexFileError("this index is in memory only; save it and open the file first")
        return followed

    @property
    def list_names(self) -> tuple[str, ...]:
        """Return the names of the lists, by number."""
        return self._standing.contents.state.list_names

    @property
    def version(self) -> str:
        """Return what stands for the contents: twelve digits of the file's digest and how many changes came after."""
        return _version(self._standing)

    def __len__(self) -> int:
        return len(self._standing.contents)

    def description(self) -> IndexDescription:
        """Return what the index is made of."""
        standing = self._standing
        contents, base = standing.contents, standing.contents.first_segment
        return IndexDescription(
            entries=len(contents),
            stored=len(base),
            identifiers=base.identifier_range(),
            added=contents.added,
            removed=contents.removed,
            changes=_changes(standing),
            lists=contents.state.list_names,
            bands=len(base.bands.widths),
            widths=base.bands.widths,
            peek_width=base.bands.peek_width,
            ordered_by_entries=not base.bands.as_given,
            bytes_per_entry=base.bytes_used / max(len(base), 1),
            has_qualities=len(base.attributes.qualities) > 0,
            version=_version(standing),
        )

    def next_identifier(self, at_least: int) -> int | None:
        """Return the lowest identifier in the file that is no lower than this, None where there is none."""
        return self._standing.contents.first_segment.next_identifier(at_least)

    def delta_paths(self) -> tuple[Path, ...]:
        """Return where the additions to an opened index lie, if there are any; nothing for one in memory."""
        followed = self._standing.followed
        return (followed.delta.path,) if followed is not None and followed.delta.count else ()

    def prepare(self) -> None:
        """Load the kernels (about a second) and the file's pages now, so that no later query waits for them."""
        self._compiled = True
        _prepare(self._standing)

    def holds_any(self, name: str) -> bool:
        """Say whether any entry is on a list; an unknown list has none."""
        return self._standing.contents.holds_any(name)

    def entry(self, identifier: int) -> Entry | None:
        """Return the entry under an identifier, None if there is none.

        Raises:
            FingerprintError: this is no identifier of 64 bits.

        """
        return self._standing.contents.entry(int(checked_identifiers([identifier])[0]))

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
        pieces, tail, count, names = state = self._standing.contents.state
        wanted = _wanted(state, radius, lists, minimum_quality)
        self._asked += 1
        compiled = self._compiled or self._asked > PLAIN_AT_MOST
        found: list[Match] = []
        for piece in pieces:
            words = query_words(raw, piece.segment.bands)
            positions, distances = piece.one(
                words, radius=radius, wanted=wanted, compiled=compiled
            )
            if len(positions):
                found += told(piece.segment.attributes, positions, distances, names)
        if count:
            words = query_words(raw, PLAIN)
            places, distances = tail.near(
                words, count, radius=radius, wanted=wanted, compiled=compiled
            )
            if len(places):
                found += told(tail.attributes(), places, distances, names)
        found.sort()
        return found

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
        pieces, tail, count, names = state = self._standing.contents.state
        wanted = _wanted(state, radius, lists, minimum_quality)
        self._asked += len(asked)
        compiled = self._compiled or self._asked > PLAIN_AT_MOST
        parts = [
            FoundIn(piece.segment.attributes, hits)
            for piece in pieces
            for hits in piece.in_threads(
                asked, radius=radius, wanted=wanted, compiled=compiled, threads=threads
            )
        ]
        if count:
            hits = tail.many(asked, count, radius=radius, wanted=wanted, compiled=compiled)
            parts.append(FoundIn(tail.attributes(), hits))
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

        def checked() -> list[Change]:
            contents = self._standing.contents
            names = contents.state.list_names
            entries = checked_entries(fingerprints, identifiers, qualities, lists, names)
            held = contents.held(entries.identifiers)
            if held.any():
                raise FingerprintError(
                    f"identifier {entries.identifiers[held][0]} is held already; remove it first, or choose another"
                )
            columns = (
                entries.identifiers.tolist(),
                entries.fingerprints,
                entries.qualities.tolist(),
                entries.lists.tolist(),
            )
            return [
                Change("add", identifier, each.tobytes(), quality, number)
                for identifier, each, quality, number in zip(*columns, strict=True)
            ]

        self._write(checked)

    def remove(self, identifiers: Collection[int] | NDArray[np.uint64]) -> int:
        """Take out the entries under these identifiers; return how many there were. No later search finds them.

        Raises:
            FingerprintError: one is no identifier of 64 bits.
            IndexFileError: it could not be written; nothing was removed.

        """
        wanted = checked_identifiers(identifiers)
        counted: list[int] = []

        def present() -> list[Change]:
            there = wanted[self._standing.contents.held(wanted)].tolist()
            counted.append(len(there))
            return [Change("remove", identifier=each) for each in there]

        self._write(present)
        return counted[0]

    def add_list(self, name: str) -> int:
        """Give a new list a number and return it; the number of one that is there already is returned too.

        Raises:
            FingerprintError: the name is empty or too long, or there are 65,536 lists.

        """
        (checked,) = checked_names([name])

        def unnamed() -> list[Change]:
            names = self.list_names
            if checked in names:
                return []
            if len(names) >= GREATEST_LISTS:
                raise FingerprintError(f"an index holds at most {GREATEST_LISTS:,} lists")
            return [Change("list", list=len(names), name=checked)]

        self._write(unnamed)
        return self.list_names.index(checked)

    def _write(self, made: Callable[[], list[Change]]) -> None:
        """Make changes on top of all that others wrote: on disk first, then in memory."""
        with self._writing:
            followed = self._standing.followed
            if followed is None:
                changes = made()
                for number, change in enumerate(changes):
                    change.packed(number)
                self._standing.contents.follow(changes)
                return
            with writing(followed.delta.index):
                self._refresh()
                changes = made()
                if changes:
                    self._followed().delta.append(changes)
                    self._standing.contents.follow(changes)

    def refresh(self) -> bool:
        """Take in what others added, removed, or wrote anew; say whether there was anything. Cheap where there was not.

        Raises:
            IndexFileError: what is there now cannot be read; what was read before still answers.

        """
        if self._standing.followed is None:
            return False
        with self._writing:
            return self._refresh()

    def _refresh(self) -> bool:
        followed = self._followed()
        path = followed.delta.index
        try:
            mark = mark_of(path.stat())
        except OSError:
            mark = None  # opening it says what is wrong
        if mark != followed.stored.mark:
            standing = self._opened_again(path, mark)
            if self._compiled:
                _prepare(standing)
            self._standing = standing
            return True
        if not followed.delta.grown():
            return False
        reading = followed.delta.read()
        self._standing.contents.follow(reading.changes)
        followed.delta.take(reading)
        return bool(reading.changes)

    def _opened_again(self, path: Path, mark: Mark | None) -> Standing:
        """Return what the file that took the name holds; one that is damaged is read through only once."""
        if self._refused is not None and self._refused[0] == mark:
            raise IndexFileError(self._refused[1])
        try:
            stored = open_index(path, verify=None)
        except IndexFileError as error:
            # What the system refused, it may grant the next time.
            if mark is not None and not isinstance(error.__cause__, OSError):
                self._refused = (mark, str(error))
            raise
        return _standing_of(path, stored)


def _standing_of(path: Path, stored: StoredIndex) -> Standing:
    """Return what a file holds, with the additions that lie beside it.

    Raises:
        IndexFileError: the additions cannot be read.

    """
    contents = Contents(stored.segment, stored.list_names, compact=stored.compact)
    delta = DeltaFile(path, stored.digest)
    reading = delta.read()
    contents.follow(reading.changes)
    delta.take(reading)
    return Standing(contents, Followed(stored, delta))


def _prepare(standing: Standing) -> None:
    if standing.followed is not None:
        standing.followed.stored.load()
    state = standing.contents.state
    state.tail.prepare()
    probe = np.zeros(4, np.uint64)
    for piece in state.pieces:
        piece.one(probe, radius=0, wanted=EVERYTHING, compiled=True)


def _changes(standing: Standing) -> int:
    if standing.followed is not None:
        return standing.followed.delta.count
    return standing.contents.added + standing.contents.removed


def _version(standing: Standing) -> str:
    digest = (
        standing.followed.stored.digest.hex()[:12] if standing.followed is not None else "memory"
    )
    return f"{digest}+{_changes(standing)}"


def _wanted(
    state: State, radius: object, lists: Collection[str] | None, minimum_quality: int
) -> Wanted:
    if not isinstance(radius, int) or not 0 <= radius <= GREATEST_RADIUS:
        raise FingerprintError(
            f"a radius is a whole number from 0 to {GREATEST_RADIUS}, not {radius!r}"
        )
    if not isinstance(minimum_quality, int):
        raise FingerprintError(f"a least quality is a whole number, not {minimum_quality!r}")
    if lists is None:
        return EVERYTHING if minimum_quality <= 0 else Wanted(EVERYTHING.lists, minimum_quality)
    named = {lists} if isinstance(lists, str) else set(lists)
    unknown = named - set(state.list_names)
    if unknown or not named:
        held = ", ".join(map(repr, state.list_names[:20]))
        raise FingerprintError(
            f"there is no list {min(unknown, key=str)!r} in this index; it holds {held}"
            if unknown
            else f"no list is named to search in; leave it out for all, or name some of {held}"
        )
    return Wanted(
        np.array([name in named for name in state.list_names], np.uint8), minimum_quality
    )
