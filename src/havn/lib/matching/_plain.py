# SPDX-License-Identifier: Apache-2.0
"""The same search by NumPy alone: for a few queries it is done before the compiled one is even loaded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from havn.lib.matching._bands import Bands, Probes, probe_count
from havn.lib.matching._bits import Words, band_keys, distances
from havn.lib.matching._segment import Segment

SCAN_STEP = 1 << 18  # entries compared at once: 8 MiB of words


@dataclass(frozen=True, slots=True)
class Near:
    """Positions in a segment (int64) and distances (uint8) of what is within the radius, and how much was looked at."""

    positions: NDArray[np.int64]
    distances: NDArray[np.uint8]
    touched: int


def search_plain(segment: Segment, query: Words, *, radius: int) -> Near:
    """Return every entry of `segment` within `radius` of the stored words `query` (4), in no particular order."""
    if probe_count(segment.bands, radius) > len(segment):
        return scan_plain(segment.stored, query, radius=radius)
    probes = segment.bands.probes(radius)
    keys = _keys(segment.bands, query)
    starts, ends = _buckets(segment, keys, probes)
    touched = int((ends - starts).sum())
    if touched > len(segment):
        return scan_plain(segment.stored, query, radius=radius)
    positions = _near_peeks(segment, keys, probes, starts, ends)
    near = distances(segment.stored[positions], query)
    within = near <= radius
    return Near(positions[within], near[within], touched)


def scan_plain(stored: Words, query: Words, *, radius: int) -> Near:
    """Return every one of the stored words (n, 4) within `radius`, by comparing them all."""
    found: list[tuple[NDArray[np.int64], NDArray[np.uint8]]] = []
    for first in range(0, len(stored), SCAN_STEP):
        near = distances(stored[first : first + SCAN_STEP], query)
        within = np.flatnonzero(near <= radius)
        found.append((within + first, near[within]))
    return Near(
        np.concatenate([np.empty(0, np.int64), *(each for each, _ in found)]),
        np.concatenate([np.empty(0, np.uint8), *(each for _, each in found)]),
        len(stored),
    )


def _keys(bands: Bands, query: Words) -> NDArray[np.uint32]:
    """Return a query's key in each band."""
    return np.array(
        [band_keys(query[None], bands, band)[0] for band in range(len(bands.widths))], np.uint32
    )


def _buckets(
    segment: Segment, keys: NDArray[np.uint32], probes: Probes
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where each probed bucket's entries begin and end in its band's row; never beyond the row."""
    bands = segment.bands
    counts = np.diff(probes.firsts)
    at = np.repeat(np.array(bands.bucket_starts, np.int64), counts) + (
        np.repeat(keys, counts) ^ probes.flips
    )
    ends = np.minimum(segment.buckets[at + 1].astype(np.int64), len(segment))
    return np.minimum(segment.buckets[at].astype(np.int64), ends), ends


def _near_peeks(
    segment: Segment,
    keys: NDArray[np.uint32],
    probes: Probes,
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Return the positions of the entries in these buckets whose peeks allow a match, each once."""
    bands, count = segment.bands, len(segment)
    sizes = ends - starts
    bands_of = np.repeat(np.arange(len(bands.widths)), np.diff(probes.firsts))
    probe_of = np.repeat(np.arange(len(sizes)), sizes)
    ranks = (
        np.arange(len(probe_of)) - np.repeat(np.cumsum(sizes) - sizes, sizes) + starts[probe_of]
    )
    ranks += bands_of[probe_of] * count
    masks = np.array([bands.peek_mask(band) for band in range(len(bands.widths))], np.uint32)
    asked = (np.roll(keys, -1) & masks).astype(np.uint16)
    differ = np.bitwise_count(segment.peeks_at(ranks) ^ asked[bands_of[probe_of]])
    positions = segment.positions_at(ranks[differ <= probes.allowed[probe_of]])
    positions = np.sort(np.minimum(positions, count - 1))
    # Not `np.unique`, which loads masked arrays: a tenth of what a whole look-up takes.
    once: NDArray[np.int64] = positions[np.diff(positions, prepend=-1) != 0]
    return once
