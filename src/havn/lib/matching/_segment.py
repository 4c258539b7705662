# SPDX-License-Identifier: Apache-2.0
"""A segment: entries that are searched together and never change, as the arrays that a file holds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from havn.lib.matching._bands import Bands
from havn.lib.matching._bits import Words, band_keys

Peeks = NDArray[np.uint8] | NDArray[np.uint16]
PADDING = 64  # bytes after the last peek, since the compiled search reads whole registers
UNKNOWN_QUALITY = 100  # of an entry that came without one: no floor leaves it out
NO_BYTES = np.empty(0, np.uint8)  # says "none" where an array may be left out


@dataclass(frozen=True, slots=True)
class Attributes:
    """What entries carry beside their fingerprint, by position; an empty array says that all are alike.

    `identifiers` (uint64) ascend strictly; empty, they are 0 to n - 1. `qualities` (uint8) are 100 where empty,
    `lists` (uint16, a number in the index's names of lists) 0.
    """

    identifiers: NDArray[np.uint64]
    qualities: NDArray[np.uint8]
    lists: NDArray[np.uint16]

    def identifiers_at(self, positions: NDArray[np.integer]) -> NDArray[np.uint64]:
        """Return the identifiers of the entries at these positions."""
        if len(self.identifiers):
            held: NDArray[np.uint64] = self.identifiers[positions]
            return held
        return positions.astype(np.uint64)

    def qualities_at(self, positions: NDArray[np.integer]) -> NDArray[np.uint8]:
        """Return the qualities of the entries at these positions."""
        if len(self.qualities):
            held: NDArray[np.uint8] = self.qualities[positions]
            return held
        return np.full(len(positions), UNKNOWN_QUALITY, np.uint8)

    def lists_at(self, positions: NDArray[np.integer]) -> NDArray[np.uint16]:
        """Return the numbers of the lists of the entries at these positions."""
        if len(self.lists):
            held: NDArray[np.uint16] = self.lists[positions]
            return held
        return np.zeros(len(positions), np.uint16)


@dataclass(frozen=True, slots=True)
class Segment:
    """Entries by position, and for each band the same entries by bucket.

    `stored` (n, 4) uint64 are the fingerprints in the bands' order of bits. For band i, `buckets` from
    `bands.bucket_starts[i]` on holds 2^width + 1 offsets (uint32): the entries of bucket b are those from offset b
    to offset b + 1 of row i. The rows of all bands follow each other in `peeks` (see `packed_peeks`) and `positions`
    (m * n times `position_width` bytes, little-endian): an entry's place in them is its *rank*.
    """

    bands: Bands
    stored: Words
    buckets: NDArray[np.uint32]
    peeks: Peeks
    positions: NDArray[np.uint8]
    attributes: Attributes

    def __len__(self) -> int:
        return len(self.stored)

    @property
    def position_width(self) -> int:
        """Return how many bytes a position takes."""
        return position_width(len(self))

    @property
    def bytes_used(self) -> int:
        """Return how many bytes all arrays take, the fingerprints included."""
        arrays = (self.stored, self.buckets, self.peeks, self.positions)
        attributes = self.attributes
        more = (attributes.identifiers, attributes.qualities, attributes.lists)
        return sum(each.nbytes for each in (*arrays, *more))

    def identifier_range(self) -> tuple[int, int]:
        """Return the lowest and the highest identifier, (0, 0) where there is none."""
        if not len(self):
            return (0, 0)
        held = self.attributes.identifiers
        return (int(held[0]), int(held[-1])) if len(held) else (0, len(self) - 1)

    def next_identifier(self, at_least: int) -> int | None:
        """Return the lowest identifier that is no lower, None where there is none."""
        held = self.attributes.identifiers
        if not len(held):
            return at_least if at_least < len(self) else None
        place = int(np.searchsorted(held, np.uint64(at_least)))
        return int(held[place]) if place < len(held) else None

    def peeks_at(self, ranks: NDArray[np.int64]) -> NDArray[np.uint16]:
        """Return the peeks of the entries at these ranks."""
        if self.bands.peek_width != 12:
            return self.peeks[ranks].astype(np.uint16)
        places = ranks * 3 >> 1
        pair = self.peeks[places].astype(np.uint16) | self.peeks[places + 1].astype(np.uint16) << 8
        told: NDArray[np.uint16] = np.where(ranks & 1, pair >> 4, pair & 0xFFF)
        return told

    def positions_at(self, ranks: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the positions of the entries at these ranks."""
        width = self.position_width
        told = np.zeros(len(ranks), np.int64)
        for byte in range(width):
            told |= self.positions[ranks * width + byte].astype(np.int64) << (8 * byte)
        return told

    def positions_of(self, identifiers: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Return the position of each identifier, -1 for one that is not here."""
        held = self.attributes.identifiers
        if not len(held):
            known = identifiers < len(self)
            return np.where(known, identifiers, 0).astype(np.int64) - (~known).astype(np.int64)
        places = np.searchsorted(held, identifiers)
        places[places == len(held)] = 0
        return np.where(held[places] == identifiers, places, -1)


def position_width(count: int) -> int:
    """Return how many bytes the positions of `count` entries take: three up to 16.7 million."""
    return 3 if count <= 1 << 24 else 4


def build_segment(stored: Words, bands: Bands, attributes: Attributes) -> Segment:
    """Return a segment of these entries, already in the order of their identifiers and of `bands`' bits."""
    count, width = len(stored), position_width(len(stored))
    room = len(bands.widths) * count
    peeks: Peeks = np.zeros(room, np.uint8) if bands.peek_width == 8 else np.zeros(room, np.uint16)
    buckets = np.zeros(bands.bucket_count, np.uint32)
    positions = np.empty(len(bands.widths) * count * width, np.uint8)
    first_keys = keys = band_keys(stored, bands, 0)
    for band, start in enumerate(bands.bucket_starts):
        last = band == len(bands.widths) - 1
        following = first_keys if last else band_keys(stored, bands, band + 1)
        order = _order_of(keys)
        counts = np.bincount(keys, minlength=1 << bands.widths[band])
        np.cumsum(counts, out=buckets[start + 1 : start + 1 + len(counts)])
        row = slice(band * count, (band + 1) * count)
        peeks[row] = (following & np.uint32(bands.peek_mask(band)))[order]
        spread = order.astype("<u4").view(np.uint8).reshape(count, 4)
        positions[row.start * width : row.stop * width] = spread[:, :width].reshape(-1)
        keys = following
    packed = packed_peeks(peeks, bands)
    for array in (stored, buckets, packed, positions):
        array.setflags(write=False)
    return Segment(bands, stored, buckets, packed, positions, attributes)


def packed_peeks(peeks: Peeks, bands: Bands) -> Peeks:
    """Return peeks as they lie in memory: 8 and 16 bits as numbers, two of 12 bits in three bytes; then the padding."""
    if bands.peek_width != 12:
        return np.concatenate([peeks, np.zeros(PADDING // peeks.itemsize, peeks.dtype)])
    pairs = np.concatenate([peeks, np.zeros(len(peeks) % 2, peeks.dtype)]).reshape(-1, 2)
    told = np.zeros(peek_count(bands, len(peeks) // len(bands.widths)), np.uint8)
    told[0 : 3 * len(pairs) : 3] = pairs[:, 0] & 0xFF
    told[1 : 3 * len(pairs) : 3] = pairs[:, 0] >> 8 | (pairs[:, 1] & 0xF) << 4
    told[2 : 3 * len(pairs) : 3] = pairs[:, 1] >> 4
    return told


def peek_count(bands: Bands, count: int) -> int:
    """Return the length of the array that holds the peeks of `count` entries, the padding included."""
    peeks = len(bands.widths) * count
    if bands.peek_width == 12:
        return 3 * -(-peeks // 2) + PADDING
    return peeks + PADDING * 8 // bands.peek_width


def _order_of(keys: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Return the stable order that sorts `keys`; two sorts by 16 bits are counting sorts, one by 32 is not."""
    order = np.argsort(keys.astype(np.uint16), kind="stable")
    if len(keys) and int(keys.max()) >> 16:
        order = order[np.argsort((keys[order] >> np.uint32(16)).astype(np.uint16), kind="stable")]
    return order
