# SPDX-License-Identifier: Apache-2.0
"""The pieces of an index in memory: segments with what is removed from them, and entries as they are given."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from havn.lib.matching._bits import Words, given_fingerprints, stored_words
from havn.lib.matching._search import EVERYTHING, CompiledSearch, Hits, Wanted, counted, plain_hits
from havn.lib.matching._segment import NO_BYTES, Segment

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
        return self.entries_at(self._remaining_positions())

    def remaining_lists(self) -> NDArray[np.uint16]:
        """Return the numbers of the lists of the entries that are not removed."""
        return self.segment.attributes.lists_at(self._remaining_positions())

    def _remaining_positions(self) -> NDArray[np.int64]:
        positions = np.arange(len(self.segment))
        if self.removed_count:
            kept = counted(self.segment, positions, removed=self.removed, wanted=EVERYTHING)
            positions = positions[kept]
        return positions


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
