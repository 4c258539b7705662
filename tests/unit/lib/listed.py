# SPDX-License-Identifier: Apache-2.0
"""Made-up entries for tests of the search: clusters of near fingerprints, with all that an entry can carry."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from havn.lib.matching import Index, Match
from havn.lib.matching._reference import ReferenceEntry, scan

NAMES = ("confirmed", "national", "own")


@dataclass(frozen=True)
class Listed:
    """Entries as arrays, and queries of which many are near some of them."""

    fingerprints: NDArray[np.uint8]
    identifiers: NDArray[np.uint64]
    qualities: NDArray[np.uint8]
    lists: NDArray[np.uint16]
    queries: NDArray[np.uint8]

    def index(self, *, compact: bool = False) -> Index:
        return Index.build(
            self.fingerprints,
            identifiers=self.identifiers,
            qualities=self.qualities,
            lists=self.lists,
            list_names=NAMES,
            compact=compact,
        )

    def entries(self) -> dict[int, ReferenceEntry]:
        return {
            int(identifier): ReferenceEntry(
                self.fingerprints[each].tobytes(),
                int(identifier),
                NAMES[self.lists[each]],
                int(self.qualities[each]),
            )
            for each, identifier in enumerate(self.identifiers)
        }


def flipped(
    fingerprint: NDArray[np.uint8], bits: int, dice: np.random.Generator
) -> NDArray[np.uint8]:
    """Return the fingerprint with so many bits changed."""
    told = np.unpackbits(fingerprint)
    told[dice.choice(256, bits, replace=False)] ^= 1
    return np.packbits(told)


def listed(seed: int, count: int, *, clusters: int | None = None, queries: int = 12) -> Listed:
    """Return `count` entries in clusters (some are equal to the bit), and queries near the clusters' middles."""
    dice = np.random.default_rng(seed)
    middles = dice.integers(0, 256, (clusters or max(1, count // 4), 32), dtype=np.uint8)
    chosen = middles[dice.integers(0, len(middles), count)]
    fingerprints = np.array(
        [
            flipped(each, int(dice.integers(0, 70)) if dice.random() < 0.9 else 0, dice)
            for each in chosen
        ],
        np.uint8,
    ).reshape(count, 32)
    asked = middles[dice.integers(0, len(middles), queries)]
    return Listed(
        fingerprints,
        dice.permutation(3 * count + 1)[:count].astype(np.uint64)
        << np.uint64(int(dice.integers(0, 40))),
        dice.integers(0, 101, count, dtype=np.uint8),
        dice.integers(0, len(NAMES), count, dtype=np.uint16),
        np.array([flipped(each, int(dice.integers(0, 20)), dice) for each in asked], np.uint8),
    )


def expected(
    entries: dict[int, ReferenceEntry],
    query: NDArray[np.uint8],
    *,
    radius: int,
    lists: list[str] | None = None,
    minimum_quality: int = 0,
) -> list[Match]:
    """Return what the definition finds."""
    found = scan(
        entries.values(),
        query.tobytes(),
        radius=radius,
        lists=lists,
        minimum_quality=minimum_quality,
    )
    return [Match(*each) for each in found]
