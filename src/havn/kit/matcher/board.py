# SPDX-License-Identifier: Apache-2.0
"""Counters and the brake's hit rates in memory that all workers share: each writes a place of its own, all read all."""

from __future__ import annotations

import fcntl
import mmap
import os
import threading
from pathlib import Path

PLACES = 64
COUNTERS = 256
# An entry's row: identifier + 1, the second at which its window begins, hits in it, hits in the window before.
ROWS, FIELDS, PROBES = 1024, 4, 8
_PLACE = COUNTERS + ROWS * FIELDS
_MOST = 2**64 - 1
SIZE = PLACES * _PLACE * 8


class Board:
    """The shared numbers. A worker that replaces another takes over its place, and goes on from its numbers."""

    def __init__(self, path: Path | None = None) -> None:
        """Map a file of SIZE bytes, or memory of this process alone, and take a place that is free."""
        self._lock = threading.Lock()
        self._place = 0
        if path is None:
            self._map = mmap.mmap(-1, SIZE)
        else:
            self._file = os.open(path, os.O_RDWR)
            self._map = mmap.mmap(self._file, SIZE)
            self._place = self._free_place()
        self._numbers = memoryview(self._map).cast("Q")
        self._first = self._place * _PLACE

    def _free_place(self) -> int:
        for place in range(PLACES):
            try:
                # Held as long as this process lives, however it ends.
                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place, os.SEEK_SET)
            except OSError:
                continue
            return place
        return PLACES - 1  # numbers may be lost then, nothing else

    def add(self, counter: int, amount: int = 1) -> None:
        """Add to one of the counters."""
        with self._lock:
            self._numbers[self._first + counter] += amount

    def observe(self, counters: tuple[int, ...], amounts: tuple[int, ...]) -> None:
        """Add to several counters at once."""
        first, numbers = self._first, self._numbers
        with self._lock:
            for counter, amount in zip(counters, amounts, strict=True):
                numbers[first + counter] += amount

    def total(self, counter: int) -> int:
        """Return a counter's sum over all workers."""
        return sum(self._numbers[place * _PLACE + counter] for place in range(PLACES))

    def hit(self, identifier: int, *, at: int, seconds: int) -> float:
        """Note that an entry was found at this second; return how often it was in the last `seconds`, this time too.

        `at` is on a clock that all workers share. Hits of the window before count by the share of it that still lies
        within `seconds`.
        """
        begins, key = at - at % seconds, identifier % _MOST + 1
        with self._lock:
            row = self._row(self._place, key)
            numbers = self._numbers
            if numbers[row] != key or numbers[row + 1] < begins - seconds:
                numbers[row], numbers[row + 2], numbers[row + 3] = key, 0, 0
            elif numbers[row + 1] < begins:
                numbers[row + 3], numbers[row + 2] = numbers[row + 2], 0
            numbers[row + 1] = begins
            numbers[row + 2] += 1
        still_counts = 1 - (at % seconds) / seconds
        rate = 0.0
        for place in range(PLACES):
            # Counter 0 is that of all requests: where it is 0, nobody has worked yet.
            if place == self._place or self._numbers[place * _PLACE]:
                this, before = self._hits(place, key, begins=begins, seconds=seconds)
                rate += this + before * still_counts
        return rate

    def _hits(self, place: int, key: int, *, begins: int, seconds: int) -> tuple[int, int]:
        row = self._row(place, key)
        held, last, hits, before = self._numbers[row : row + FIELDS]
        if held != key or last < begins - seconds:
            return 0, 0
        return (hits, before) if last == begins else (0, hits)

    def _row(self, place: int, key: int) -> int:
        """Return where an entry's row is, or the one that may be used for it: an unused one, else the oldest."""
        numbers = self._numbers
        first = place * _PLACE + COUNTERS
        start = (key * 0x9E3779B97F4A7C15 >> 32) % ROWS
        oldest = first + start * FIELDS
        for step in range(PROBES):
            row = first + (start + step) % ROWS * FIELDS
            if numbers[row] in {key, 0}:
                return row
            if numbers[row + 1] < numbers[oldest + 1]:
                oldest = row
        return oldest
