# SPDX-License-Identifier: Apache-2.0
"""Searching one segment: by NumPy while queries are few, by the compiled kernels when they are many."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from havn.lib.matching._bands import probe_count
from havn.lib.matching._bits import Words
from havn.lib.matching._kernel_cache import kernels
from havn.lib.matching._plain import search_plain
from havn.lib.matching._segment import NO_BYTES, Segment

FIRST_ROOM = 1024


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries count: on a wanted list (uint8, 1 by number; empty for all), of at least that quality."""

    lists: NDArray[np.uint8]
    minimum_quality: int = 0

    def includes(self, numbers: NDArray[np.uint16]) -> NDArray[np.bool_]:
        """Say of each number of a list whether that list is wanted, where some are named; an unknown one is not."""
        known = numbers < len(self.lists)
        wanted: NDArray[np.bool_] = known & (self.lists[np.where(known, numbers, 0)] == 1)
        return wanted


EVERYTHING = Wanted(NO_BYTES)


@dataclass(frozen=True, slots=True)
class Hits:
    """What queries found in one segment: for each hit the query's number, its position and its distance.

    `touched` says for each query from number `first` on how many entries' peeks were looked at: all of them where
    the scan answered.
    """

    queries: NDArray[np.int64]
    positions: NDArray[np.int64]
    distances: NDArray[np.uint8]
    touched: NDArray[np.int64]
    first: int = 0

    def from_query(self, first: int) -> Hits:
        """Return the same for queries that are numbered from `first` on."""
        return Hits(self.queries + first, self.positions, self.distances, self.touched, first)


def plain_hits(
    segment: Segment, queries: Words, *, radius: int, removed: NDArray[np.uint8], wanted: Wanted
) -> Hits:
    """Return what the stored words `queries` (q, 4) find, by NumPy."""
    found = [search_plain(segment, each, radius=radius) for each in queries]
    positions = np.concatenate([np.empty(0, np.int64), *(each.positions for each in found)])
    distances = np.concatenate([np.empty(0, np.uint8), *(each.distances for each in found)])
    numbers = np.repeat(np.arange(len(queries)), [len(each.positions) for each in found])
    kept = counted(segment, positions, removed=removed, wanted=wanted)
    touched = np.array([each.touched for each in found], np.int64)
    return Hits(numbers[kept], positions[kept], distances[kept], touched)


def counted(
    segment: Segment, positions: NDArray[np.int64], *, removed: NDArray[np.uint8], wanted: Wanted
) -> NDArray[np.bool_]:
    """Say of each position whether its entry counts: not removed, on a wanted list, of sufficient quality."""
    kept = segment.attributes.qualities_at(positions) >= wanted.minimum_quality
    if len(removed):
        kept &= (removed[positions >> 3] >> (positions & 7).astype(np.uint8)) & 1 == 0
    if len(wanted.lists):
        kept &= wanted.includes(segment.attributes.lists_at(positions))
    return kept


class _Room:
    """What the kernels need for one radius: where to look, arrays to work in, and the table that names them all."""

    __slots__ = ("_arrays", "found", "listed", "near", "table")

    def __init__(self, segment: Segment, radius: int) -> None:
        """Lay out the arrays for searches within `radius`."""
        bands, attributes = segment.bands, segment.attributes
        count = len(bands.widths)
        self.listed = probe_count(bands, radius) <= len(segment)
        probes = bands.probes(radius if self.listed else -1)
        room = max(1 << 13, len(segment) // 8) if self.listed else 0
        self._arrays: list[NDArray[np.generic]] = [
            segment.stored.reshape(-1), segment.buckets, segment.positions, attributes.lists, attributes.qualities,
            np.array([*bands.offsets, *bands.widths], np.int64), np.array(bands.bucket_starts, np.int64),
            np.array([bands.peek_mask(each) for each in range(count)], np.uint64),
            np.array(bands.shares(radius), np.int64), probes.firsts, probes.flips, probes.allowed,
            np.empty(len(probes), np.uint64), np.empty(len(probes), np.uint64),
            np.empty(room, np.uint64), np.empty(count, np.uint64), np.empty(count, np.uint16),
        ]  # fmt: skip
        self.make_room(FIRST_ROOM)

    def make_room(self, results: int) -> None:
        """Take in that many results from now on."""
        self.found = np.empty(results, np.int64)
        self.near = np.empty(results, np.uint8)
        arrays = (*self._arrays, self.found, self.near)
        self.table = np.array(
            [[each.ctypes.data, len(each)] for each in arrays], np.int64
        ).reshape(-1)


class CompiledSearch:
    """One segment's arrays, made ready for the kernels; serves one thread at a time."""

    def __init__(self, segment: Segment) -> None:
        """Load the kernels, and keep what does not change from query to query."""
        self._kernels: ModuleType = kernels()
        self._segment = segment
        self._rooms: dict[int, _Room] = {}
        self._last = np.empty(1, np.int64)
        self._touched = np.empty(1, np.int64)

    def one(
        self, query: Words, *, radius: int, removed: NDArray[np.uint8], wanted: Wanted
    ) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
        """Return positions and distances of what the stored words `query` (4) find; they hold until the next call."""
        room = self._room(radius)
        while not self._run(room, query, 0, radius, removed, wanted, self._last, self._touched):
            room.make_room(2 * len(room.found))
        count = int(self._last[0])
        return room.found[:count], room.near[:count]

    def hits(
        self, queries: Words, *, radius: int, removed: NDArray[np.uint8], wanted: Wanted
    ) -> Hits:
        """Return what the stored words `queries` (q, 4) find, query after query."""
        last = np.empty(len(queries), np.int64)
        touched = np.empty(len(queries), np.int64)
        flat = np.ascontiguousarray(queries).reshape(-1)
        positions, distances, counts = (
            [np.empty(0, np.int64)],
            [np.empty(0, np.uint8)],
            [np.empty(0, np.int64)],
        )
        room = self._room(radius)
        begin = 0
        while begin < len(queries):
            end = self._run(room, flat, begin, radius, removed, wanted, last, touched)
            if end == begin:
                room.make_room(2 * len(room.found))
                continue
            many = int(last[end - 1])
            positions.append(room.found[:many].copy())
            distances.append(room.near[:many].copy())
            counts.append(np.diff(last[begin:end], prepend=0))
            begin = end
        numbers = np.repeat(np.arange(len(queries)), np.concatenate(counts))
        return Hits(numbers, np.concatenate(positions), np.concatenate(distances), touched)

    def _room(self, radius: int) -> _Room:
        room = self._rooms.get(radius)
        if room is None:
            room = self._rooms[radius] = _Room(self._segment, radius)
        return room

    def _run(
        self,
        room: _Room,
        flat: Words,
        begin: int,
        radius: int,
        removed: NDArray[np.uint8],
        wanted: Wanted,
        last: NDArray[np.int64],
        touched: NDArray[np.int64],
    ) -> int:
        segment = self._segment
        return int(
            self._kernels.search(
                room.table, segment.peeks, segment.bands.peek_width, removed, wanted.lists, wanted.minimum_quality, segment.position_width,
                flat, begin, radius, room.listed, last, touched,
            )
        )  # fmt: skip
