# SPDX-License-Identifier: Apache-2.0
"""How 256 bits are cut into bands, and which buckets of each band a search within a radius must look into.

**Why the search is exact.** Let band i of query and entry differ in d_i bits and let its *share* of the radius be
s_i, with the sum of all s_i = radius + 1. An entry within the radius has sum(d_i - s_i) < 0. Go round the bands in
a ring and begin just after the place where the running sum of d_i - s_i was highest for the last time: from there
every running sum is below zero (the cycle lemma; Qin and Xiao 2018 call it the pigeonring). So there is a band i
with d_i < s_i *and* d_i + d_(i+1) < s_i + s_(i+1). The first says which buckets to look into, the second is
asked of each entry found there, by a *peek*: bits of band i + 1 that lie beside it (docs/matching.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

from havn.lib.matching._reference import BITS

GREATEST_RADIUS = 63
GREATEST_WIDTH = 24
AS_GIVEN = tuple(range(BITS))


@dataclass(frozen=True, slots=True)
class Bands:
    """A cut of 256 bits: `order` is a permutation of the bits, `widths` sum to 256, peeks have `peek_width` bits.

    Bit t of a *stored* fingerprint is bit `order[t]` of the fingerprint, bit k being bit k % 8 (from the least
    significant) of byte k // 8. Band i holds the `widths[i]` stored bits that follow those of the bands before it.
    """

    widths: tuple[int, ...]
    peek_width: int
    order: tuple[int, ...] = AS_GIVEN

    def __post_init__(self) -> None:
        """Refuse what is no cut of 256 bits.

        Raises:
            ValueError: widths, peeks or order do not fit.

        """
        if (
            sum(self.widths) != BITS
            or len(self.widths) < 2
            or not 1 <= min(self.widths) <= max(self.widths) <= GREATEST_WIDTH
        ):
            raise ValueError(
                f"bands must be at least two, of 1 to {GREATEST_WIDTH} bits, {BITS} in all"
            )
        if self.peek_width not in {8, 12, 16}:
            raise ValueError("peeks have 8, 12 or 16 bits")
        if sorted(self.order) != list(range(BITS)):
            raise ValueError(f"the order of the bits must name each of {BITS} once")

    @property
    def as_given(self) -> bool:
        """Say whether the bits stand in the order in which they are given."""
        return self.order is AS_GIVEN or self.order == AS_GIVEN

    @property
    def offsets(self) -> tuple[int, ...]:
        """Return at which stored bit each band begins."""
        return _running(self.widths)

    @property
    def bucket_starts(self) -> tuple[int, ...]:
        """Return where each band's buckets begin in one array that holds 2^width + 1 offsets a band."""
        return _running(tuple((1 << width) + 1 for width in self.widths))

    @property
    def bucket_count(self) -> int:
        """Return the length of that array."""
        return sum((1 << width) + 1 for width in self.widths)

    def peek_mask(self, band: int) -> int:
        """Return which of the low bits of the *next* band's key an entry's peek in `band` holds."""
        return int((1 << min(self.peek_width, self.widths[(band + 1) % len(self.widths)])) - 1)

    def shares(self, radius: int) -> tuple[int, ...]:
        """Return each band's share of `radius`; the wider bands, which stand first, get what is left over."""
        least, rest = divmod(radius + 1, len(self.widths))
        return tuple(least + (each < rest) for each in range(len(self.widths)))

    def probes(self, radius: int) -> Probes:
        """Return the buckets to look into for a search within `radius`; computed once a radius."""
        return _probes(self.widths, self.shares(radius))


@dataclass(frozen=True, slots=True)
class Probes:
    """Which buckets a search looks into: flips of the query's key, per band, with what their peeks may differ in.

    Band i's are those from `firsts[i]` to `firsts[i + 1]`; `flips` is XORed to the key (uint32), `allowed` is how
    many bits of its peek an entry of that bucket may differ in (uint16). All arrays are read-only.
    """

    firsts: NDArray[np.int64]
    flips: NDArray[np.uint32]
    allowed: NDArray[np.uint16]

    def __len__(self) -> int:
        return len(self.flips)


@lru_cache(maxsize=256)
def _running(sizes: tuple[int, ...]) -> tuple[int, ...]:
    """Return where each of these begins when they follow each other; every search asks for the same few."""
    return tuple(accumulate(sizes[:-1], initial=0))


@lru_cache(maxsize=256)
def _probes(widths: tuple[int, ...], shares: tuple[int, ...]) -> Probes:
    flips: list[NDArray[np.uint32]] = []
    allowed: list[NDArray[np.uint16]] = []
    firsts = [0]
    for band, (width, share) in enumerate(zip(widths, shares, strict=True)):
        following = shares[(band + 1) % len(shares)]
        for weight in range(min(share, width + 1)):
            masks = flips_of(width, weight)
            flips.append(masks)
            allowed.append(np.full(len(masks), share + following - 1 - weight, np.uint16))
        firsts.append(sum(len(each) for each in flips))
    told = Probes(
        np.array(firsts, np.int64),
        np.concatenate([np.empty(0, np.uint32), *flips]),
        np.concatenate([np.empty(0, np.uint16), *allowed]),
    )
    for array in (told.firsts, told.flips, told.allowed):
        array.setflags(write=False)
    return told


@lru_cache(maxsize=256)
def flips_of(width: int, weight: int) -> NDArray[np.uint32]:
    """Return every mask of `width` bits with exactly `weight` of them set."""
    return np.array(
        [sum(1 << bit for bit in chosen) for chosen in combinations(range(width), weight)],
        np.uint32,
    )


def probe_count(bands: Bands, radius: int) -> int:
    """Return how many buckets a search within `radius` looks into, without listing them."""
    return sum(
        comb(width, weight)
        for width, share in zip(bands.widths, bands.shares(radius), strict=True)
        for weight in range(min(share, width + 1))
    )


def even_bands(count: int, *, peek_width: int = 16, order: tuple[int, ...] = AS_GIVEN) -> Bands:
    """Return `count` bands whose widths differ by at most one, the wider ones first."""
    width, rest = divmod(BITS, count)
    return Bands(tuple(width + (each < rest) for each in range(count)), peek_width, order)
