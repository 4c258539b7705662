# SPDX-License-Identifier: Apache-2.0
"""The tail of an index in memory: its newest entries, compared one by one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from havn.lib.matching._bands import Bands, even_bands
from havn.lib.matching._bits import WORDS, Words, given_fingerprints, stored_words
from havn.lib.matching._kernel_cache import kernels
from havn.lib.matching._pieces import Entries
from havn.lib.matching._plain import scan_plain
from havn.lib.matching._search import Hits, Wanted
from havn.lib.matching._segment import NO_BYTES, Attributes

PLAIN: Bands = even_bands(32)  # the bits as they are given


class Tail:
    """The newest entries, few enough to be compared one by one, in arrays with room for more.

    How many of them count is said by who asks: entries are written behind those, and count from then on when a new
    state says so.
    """

    def __init__(self, room: int) -> None:
        """Make room for so many entries."""
        self._words = np.zeros((room, WORDS), np.uint64)
        self._identifiers = np.zeros(room, np.uint64)
        self._qualities = np.zeros(room, np.uint8)
        self._lists = np.zeros(room, np.uint16)
        self._gone = np.zeros(room, np.bool_)
        self._scan: Callable[..., int] | None = None  # loaded at its first use

    def room(self, count: int) -> int:
        """Return how many entries more fit."""
        return len(self._words) - count

    def remaining_count(self, count: int) -> int:
        """Return how many of the first `count` entries are not removed."""
        return count - int(self._gone[:count].sum())

    def write(self, entries: Entries, count: int) -> None:
        """Put entries, for which there is room, behind the first `count`."""
        rows = slice(count, count + len(entries))
        self._words[rows] = stored_words(entries.fingerprints, PLAIN)
        self._identifiers[rows] = entries.identifiers
        self._qualities[rows] = entries.qualities
        self._lists[rows] = entries.lists

    def held(self, identifiers: NDArray[np.uint64], count: int) -> NDArray[np.int64]:
        """Return the place of each identifier among the first `count`, -1 where it is not there or removed."""
        told = np.full(len(identifiers), -1, np.int64)
        here = np.flatnonzero(~self._gone[:count])
        order = here[np.argsort(self._identifiers[here], kind="stable")]
        if len(order):
            ordered = self._identifiers[order]
            places = np.minimum(np.searchsorted(ordered, identifiers), len(order) - 1)
            told = np.where(ordered[places] == identifiers, order[places], told)
        return told

    def remove(self, places: NDArray[np.int64]) -> None:
        """Take out the entries at these places, which are still there."""
        self._gone[places] = True

    def near(
        self, words: Words, count: int, *, radius: int, wanted: Wanted, compiled: bool
    ) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
        """Return places and distances of what one query (words as given) finds among the first `count`."""
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
        self,
        fingerprints: NDArray[np.uint8],
        count: int,
        *,
        radius: int,
        wanted: Wanted,
        compiled: bool,
    ) -> Hits:
        """Return what many queries, as given (q, 32), find among the first `count`."""
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
            kept &= wanted.includes(self._lists[places])
        return kept

    def attributes(self) -> Attributes:
        """Return what the entries carry, by place."""
        return Attributes(self._identifiers, self._qualities, self._lists)

    def remaining(self, count: int) -> Entries:
        """Return those of the first `count` that are not removed."""
        return self.entries_at(np.flatnonzero(~self._gone[:count]))

    def entries_at(self, places: NDArray[np.int64]) -> Entries:
        """Return the entries at these places."""
        return Entries(
            given_fingerprints(self._words[places], PLAIN),
            self._identifiers[places],
            self._qualities[places],
            self._lists[places],
        )
