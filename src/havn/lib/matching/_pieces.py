# SPDX-License-Identifier: Apache-2.0
"""The pieces of an index in memory: segments with what is removed from them, and a tail of the newest entries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from havn.lib.matching._bands import Bands, even_bands
from havn.lib.matching._bits import WORDS, Words, given_fingerprints, stored_words
from havn.lib.matching._kernel_cache import kernels
from havn.lib.matching._plain import scan_plain
from havn.lib.matching._search import CompiledSearch, Hits, Wanted, counted, plain_hits
from havn.lib.matching._segment import NO_BYTES, Attributes, Segment

PLAIN: Bands = even_bands(32)
LEAST_SHARE = 64  # queries that are worth a thread


@dataclass(slots=True)
class Piece:
    """One segment, a bit for each of its entries that is removed, and the searches that are not in use just now."""

    segment: Segment
    removed: NDArray[np.uint8] = field(default_factory=lambda: NO_BYTES)
    removed_count: int = 0
    _idle: list[CompiledSearch] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.segment) - self.removed_count

    def held(self, identifiers: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Return the position of each identifier, -1 where it is not here or removed."""
        positions = self.segment.positions_of(identifiers)
        if len(self.removed):
            gone = (self.removed[positions >> 3] >> (positions & 7).astype(np.uint8)) & 1 == 1
            positions = np.where((positions >= 0) & gone, -1, positions)
        return positions

    def remove(self, positions: NDArray[np.int64]) -> None:
        """Take out the entries at these positions, which are still there; no search after this finds them."""
        removed = (
            self.removed if len(self.removed) else np.zeros(len(self.segment) // 8 + 1, np.uint8)
        )
        np.bitwise_or.at(removed, positions >> 3, (1 << (positions & 7)).astype(np.uint8))
        self.removed = removed
        self.removed_count += len(positions)

    def one(
        self, words: Words, *, radius: int, wanted: Wanted, compiled: bool
    ) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
        """Return positions and distances of what one query finds."""
        if not compiled:
            hits = plain_hits(
                self.segment, words[None], radius=radius, removed=self.removed, wanted=wanted
            )
            return hits.positions, hits.distances
        search = self._search()
        positions, distances = search.one(
            words, radius=radius, removed=self.removed, wanted=wanted
        )
        if len(positions):
            positions, distances = positions.copy(), distances.copy()
        self._idle.append(search)
        return positions, distances

    def many(self, words: Words, *, radius: int, wanted: Wanted, compiled: bool) -> Hits:
        """Return what many queries find."""
        if not compiled:
            return plain_hits(
                self.segment, words, radius=radius, removed=self.removed, wanted=wanted
            )
        search = self._search()
        hits = search.hits(words, radius=radius, removed=self.removed, wanted=wanted)
        self._idle.append(search)
        return hits

    def in_threads(
        self,
        fingerprints: NDArray[np.uint8],
        *,
        radius: int,
        wanted: Wanted,
        compiled: bool,
        threads: int,
    ) -> list[Hits]:
        """Return what many queries, as given (q, 32), find: shared out among threads where the kernels search."""
        words = stored_words(fingerprints, self.segment.bands)
        share = max(LEAST_SHARE, -(-len(words) // max(threads, 1)))
        firsts = (
            range(0, len(words), share)
            if compiled and threads > 1
            else range(0, len(words), max(len(words), 1))
        )

        def search(first: int) -> Hits:
            part = words[first : first + share] if len(firsts) > 1 else words
            return self.many(part, radius=radius, wanted=wanted, compiled=compiled).from_query(
                first
            )

        if len(firsts) <= 1:
            return [search(first) for first in firsts]
        from concurrent.futures import ThreadPoolExecutor  # which few queries never need

        with ThreadPoolExecutor(max_workers=threads) as pool:
            return list(pool.map(search, firsts))

    def entries_at(self, positions: NDArray[np.int64]) -> Entries:
        """Return the entries at these positions, as they were given."""
        segment = self.segment
        return Entries(
            given_fingerprints(segment.stored[positions], segment.bands),
            segment.attributes.identifiers_at(positions),
            segment.attributes.qualities_at(positions),
            segment.attributes.lists_at(positions),
        )

    def _search(self) -> CompiledSearch:
        try:
            return self._idle.pop()  # one step for the interpreter: two threads never get the same
        except IndexError:
            return CompiledSearch(self.segment)

    def remaining(self) -> Entries:
        """Return the entries that are not removed, as they were given."""
        segment = self.segment
        positions = np.arange(len(segment))
        if self.removed_count:
            positions = positions[
                counted(segment, positions, removed=self.removed, wanted=Wanted(NO_BYTES))
            ]
        return self.entries_at(positions)


@dataclass(frozen=True, slots=True)
class Entries:
    """Entries as they are given: fingerprints (n, 32) uint8, identifiers uint64, qualities uint8, lists uint16."""

    fingerprints: NDArray[np.uint8]
    identifiers: NDArray[np.uint64]
    qualities: NDArray[np.uint8]
    lists: NDArray[np.uint16]

    def __len__(self) -> int:
        return len(self.fingerprints)

    def in_order(self) -> Entries:
        """Return them in the order of their identifiers."""
        order = np.argsort(self.identifiers, kind="stable")
        return Entries(
            self.fingerprints[order],
            self.identifiers[order],
            self.qualities[order],
            self.lists[order],
        )


def joined(parts: list[Entries]) -> Entries:
    """Return the entries of all parts, one after another."""
    return Entries(
        np.concatenate([np.empty((0, 32), np.uint8), *(each.fingerprints for each in parts)]),
        np.concatenate([np.empty(0, np.uint64), *(each.identifiers for each in parts)]),
        np.concatenate([np.empty(0, np.uint8), *(each.qualities for each in parts)]),
        np.concatenate([np.empty(0, np.uint16), *(each.lists for each in parts)]),
    )


class Tail:
    """The newest entries, few enough to be compared one by one, in arrays with room for more."""

    def __init__(self, room: int) -> None:
        """Make room for so many entries."""
        self._words = np.zeros((room, WORDS), np.uint64)
        self._identifiers = np.zeros(room, np.uint64)
        self._qualities = np.zeros(room, np.uint8)
        self._lists = np.zeros(room, np.uint16)
        self._gone = np.zeros(room, np.bool_)
        self._count = 0
        self._removed = 0
        self._scan: Callable[..., int] | None = None  # loaded at its first use

    @property
    def room(self) -> int:
        """Return how many entries more fit."""
        return len(self._words) - self._count

    def __len__(self) -> int:
        return self._count - self._removed

    def add(self, entries: Entries) -> None:
        """Take in entries for which there is room; a search beside this finds all of them or none."""
        first, last = self._count, self._count + len(entries)
        self._words[first:last] = stored_words(entries.fingerprints, PLAIN)
        self._identifiers[first:last] = entries.identifiers
        self._qualities[first:last] = entries.qualities
        self._lists[first:last] = entries.lists
        self._count = last

    def held(self, identifiers: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Return the place of each identifier, -1 where it is not here or removed."""
        count = self._count
        told = np.full(len(identifiers), -1, np.int64)
        known = np.where(self._gone[:count], -1, np.arange(count))
        order = np.argsort(self._identifiers[:count], kind="stable")
        sorted_identifiers = self._identifiers[:count][order]
        firsts = np.searchsorted(sorted_identifiers, identifiers, "left")
        lasts = np.searchsorted(sorted_identifiers, identifiers, "right")
        for number in np.flatnonzero(lasts > firsts):
            told[number] = known[order[firsts[number] : lasts[number]]].max()
        return told

    def remove(self, places: NDArray[np.int64]) -> None:
        """Take out the entries at these places, which are still there."""
        self._gone[places] = True
        self._removed += len(places)

    def near(
        self, words: Words, *, radius: int, wanted: Wanted, compiled: bool
    ) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
        """Return places and distances of what one query (words as given) finds."""
        count = self._count
        if not count:
            return np.empty(0, np.int64), NO_BYTES
        if compiled:
            _, places, distances = self._scanned(words[None], count, radius)
        else:
            found = scan_plain(self._words[:count], words, radius=radius)
            places, distances = found.positions, found.distances
        if not len(places):
            return places, distances
        kept = self._wanted(places, wanted)
        return places[kept], distances[kept]

    def many(
        self, fingerprints: NDArray[np.uint8], *, radius: int, wanted: Wanted, compiled: bool
    ) -> Hits:
        """Return what many queries, as given (q, 32), find."""
        count = self._count
        queries = stored_words(fingerprints, PLAIN)
        if compiled:
            numbers, places, distances = self._scanned(queries, count, radius)
        else:
            plain = [scan_plain(self._words[:count], each, radius=radius) for each in queries]
            numbers = np.repeat(np.arange(len(plain)), [len(each.positions) for each in plain])
            places = np.concatenate([np.empty(0, np.int64), *(each.positions for each in plain)])
            distances = np.concatenate([NO_BYTES, *(each.distances for each in plain)])
        kept = self._wanted(places, wanted)
        touched = np.full(len(queries), count, np.int64)
        return Hits(numbers[kept], places[kept], distances[kept], touched)

    def prepare(self) -> None:
        """Load the compiled scan, so that no later search waits for it."""
        self._scanned(np.zeros((1, WORDS), np.uint64), 0, 0)

    def _scanned(
        self, queries: Words, count: int, radius: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint8]]:
        """Return the query, place and distance of all that is near, by the compiled scan."""
        if self._scan is None:
            self._scan = kernels().scan_newest
        scan = self._scan
        last = np.empty(len(queries), np.int64)
        found = np.empty(max(count, 1) if len(queries) == 1 else 8 * max(count, 1), np.int64)
        near = np.empty(len(found), np.uint8)
        counts, parts, begin = [], [], 0
        while begin < len(queries):  # one query's results always fit, so each turn gets on
            end = int(scan(self._words, count, queries, begin, radius, found, near, last))
            many = int(last[end - 1])
            parts.append((found[:many].copy(), near[:many].copy()))
            counts.append(np.diff(last[begin:end], prepend=0))
            begin = end
        if len(parts) == 1:
            places, distances = parts[0]
        else:
            places = np.concatenate([np.empty(0, np.int64), *(each for each, _ in parts)])
            distances = np.concatenate([NO_BYTES, *(each for _, each in parts)])
        if not len(places):
            return places, places, distances
        return np.repeat(np.arange(len(queries)), np.concatenate(counts)), places, distances

    def _wanted(self, places: NDArray[np.int64], wanted: Wanted) -> NDArray[np.bool_]:
        kept = ~self._gone[places] & (self._qualities[places] >= wanted.minimum_quality)
        if len(wanted.lists):
            numbers = self._lists[places]
            kept &= numbers < len(wanted.lists)
            kept &= wanted.lists[np.minimum(numbers, len(wanted.lists) - 1)] == 1
        return kept

    def attributes(self) -> Attributes:
        """Return what the entries carry, by place."""
        return Attributes(self._identifiers, self._qualities, self._lists)

    def fingerprint(self, place: int) -> bytes:
        """Return the fingerprint at a place."""
        return given_fingerprints(self._words[place : place + 1], PLAIN).tobytes()

    def remaining(self) -> Entries:
        """Return the entries that are not removed."""
        kept = np.flatnonzero(~self._gone[: self._count])
        return Entries(
            given_fingerprints(self._words[kept], PLAIN),
            self._identifiers[kept],
            self._qualities[kept],
            self._lists[kept],
        )
