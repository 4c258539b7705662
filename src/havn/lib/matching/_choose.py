# SPDX-License-Identifier: Apache-2.0
"""Choosing the bands of a segment: how many by what a query costs, which bits in each by what the entries look like."""

from __future__ import annotations

from math import comb

import numpy as np
from numpy.typing import NDArray

from havn.lib.matching._bands import Bands, even_bands, probe_count
from havn.lib.matching._bits import Words, band_keys, stored_words
from havn.lib.matching._reference import BITS
from havn.lib.matching._segment import position_width

USUAL_RADIUS = 31
ROOMY = 128.0  # bytes an entry, its fingerprint included, that an index may take by default
COMPACT = 96.0
# Nanoseconds on the machine of docs/matching.md: a bucket looked into, a peek compared, an entry's words fetched.
PROBE_COST = 14.0
PEEK_COST = 0.35
ENTRY_COST = 45.0
SMALL = 1_000_000  # below, an index may take SLACK bytes more: that is a directory of buckets, not much of anything
SLACK = 5 << 20
COUNTS = (*range(11, 17), 18, 20, 22, 24, 28, 32)
SAMPLE = 20_000
ASKED = 500  # entries of the sample that are searched for
CROWDED = 1.3  # times the candidates of random fingerprints from which another order of bits is worth its cost


def bytes_per_entry(bands: Bands, count: int) -> float:
    """Return how many bytes each of `count` entries takes in such a segment, identifiers and the like left out."""
    row = bands.peek_width / 8 + position_width(count)
    return BITS / 8 + len(bands.widths) * row + 4 * bands.bucket_count / max(count, 1)


def cost(bands: Bands, count: int, *, radius: int = USUAL_RADIUS) -> float:
    """Return about how many nanoseconds a search takes among `count` random entries."""
    shares = bands.shares(radius)
    candidates = passed = 0.0
    for band, (width, share) in enumerate(zip(bands.widths, shares, strict=True)):
        following = shares[(band + 1) % len(shares)]
        peek_bits = min(bands.peek_width, bands.widths[(band + 1) % len(shares)])
        for weight in range(min(share, width + 1)):
            found = comb(width, weight) / 2**width * count
            candidates += found
            passed += found * _at_most(peek_bits, share + following - 1 - weight)
    return float(
        probe_count(bands, radius) * PROBE_COST + candidates * PEEK_COST + passed * ENTRY_COST
    )


def expected_candidates(bands: Bands, count: int, *, radius: int = USUAL_RADIUS) -> float:
    """Return how many peeks a search among `count` random entries looks at, on average."""
    return float(
        sum(
            count * sum(comb(width, weight) for weight in range(min(share, width + 1))) / 2**width
            for width, share in zip(bands.widths, bands.shares(radius), strict=True)
        )
    )


def cheapest_bands(count: int, *, most_bytes: float = ROOMY) -> Bands:
    """Return the bands that cost least for `count` entries within `most_bytes` an entry; the smallest if none fit."""
    offered = [even_bands(each, peek_width=width) for each in COUNTS for width in (16, 12, 8)]
    fitting = [each for each in offered if fits(each, count, most_bytes)]
    if not fitting:
        return min(offered, key=lambda each: bytes_per_entry(each, count))
    return min(fitting, key=lambda each: cost(each, count))


def fits(bands: Bands, count: int, most_bytes: float) -> bool:
    """Say whether `count` entries in these bands take no more than `most_bytes` each; few may take some more."""
    slack = SLACK if count < SMALL else 0
    return bytes_per_entry(bands, count) * count <= most_bytes * count + slack


def with_order(bands: Bands, fingerprints: NDArray[np.uint8]) -> Bands:
    """Return `bands` with the bits ordered so that the entries crowd its buckets least.

    Bits that say the same put near-equal entries into the same bucket; they are spread over the bands. An order is
    taken only where a sample shows that it helps.
    """
    if len(fingerprints) < 2:
        return bands
    count = min(len(fingerprints), SAMPLE)
    sample = fingerprints[np.arange(count) * len(fingerprints) // count]
    plain = crowding(bands, stored_words(sample, bands))
    if plain <= CROWDED:
        return bands
    ordered = Bands(bands.widths, bands.peek_width, _spread_order(sample, bands))
    return ordered if crowding(ordered, stored_words(sample, ordered)) < plain else bands


def crowding(bands: Bands, stored: Words) -> float:
    """Return how many times the candidates of random entries a search for one of these entries meets, usually."""
    probes = bands.probes(USUAL_RADIUS)
    asked = stored[:: max(1, len(stored) // ASKED)]
    met = np.zeros(len(asked), np.int64)
    for band, width in enumerate(bands.widths):
        counts = np.bincount(band_keys(stored, bands, band), minlength=1 << width)
        keys = band_keys(asked, bands, band)
        for flip in probes.flips[probes.firsts[band] : probes.firsts[band + 1]]:
            met += counts[keys ^ flip]
    # Each of these entries is here itself, which random queries are not.
    return float(np.median(met - len(bands.widths)) / expected_candidates(bands, len(stored)))


def _spread_order(fingerprints: NDArray[np.uint8], bands: Bands) -> tuple[int, ...]:
    """Return an order that puts each bit into the band whose bits it resembles least, the plainest bits first."""
    bits = np.unpackbits(fingerprints, axis=1, bitorder="little").astype(np.float32)
    centred = bits - bits.mean(axis=0)
    spread = np.sqrt((centred * centred).mean(axis=0))
    scaled = centred / np.maximum(spread, 1e-6)
    likeness = (scaled.T @ scaled / len(bits)) ** 2
    np.fill_diagonal(likeness, 0.0)
    # 0 for a bit that is set in half of the entries, 1 for one that never changes.
    dullness = 1.0 - 4.0 * spread * spread
    members: list[list[int]] = [[] for _ in bands.widths]
    load = np.zeros(len(bands.widths))
    for bit in np.argsort(-(likeness.sum(axis=1) + dullness), kind="stable"):
        price = [
            (load[band] + dullness[bit] + float(likeness[bit, members[band]].sum())) / width
            if len(members[band]) < width
            else np.inf
            for band, width in enumerate(bands.widths)
        ]
        chosen = int(np.argmin(price))
        load[chosen] += dullness[bit] + float(likeness[bit, members[chosen]].sum())
        members[chosen].append(int(bit))
    return tuple(bit for band in members for bit in sorted(band))


def _at_most(bits: int, most: int) -> float:
    """Return how likely `bits` random bits differ in at most `most`."""
    return float(sum(comb(bits, each) for each in range(min(most, bits) + 1)) / 2**bits)
