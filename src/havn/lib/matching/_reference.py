# SPDX-License-Identifier: Apache-2.0
"""The definition of a match: a flat scan over every entry, in plain Python, never made faster."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

BITS = 256


class ReferenceEntry(NamedTuple):
    """One listed fingerprint: 32 bytes, under an identifier, with its list's name and its quality."""

    fingerprint: bytes
    identifier: int
    list: str = ""
    quality: int = 100


def distance_between(one: bytes, other: bytes) -> int:
    """Return in how many of their 256 bits two fingerprints of 32 bytes differ."""
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).bit_count()


def scan(
    entries: Iterable[ReferenceEntry],
    fingerprint: bytes,
    *,
    radius: int,
    lists: Sequence[str] | None = None,
    minimum_quality: int = 0,
) -> list[tuple[int, int, str, int]]:
    """Return (distance, identifier, list, quality) of every entry within `radius`, nearest first.

    Entries at the same distance are in the order of their identifiers. `lists` and `minimum_quality` leave out
    what is on no wanted list and what is below that quality.
    """
    found = [
        (distance_between(each.fingerprint, fingerprint), each.identifier, each.list, each.quality)
        for each in entries
        if (lists is None or each.list in lists) and each.quality >= minimum_quality
    ]
    return sorted(each for each in found if each[0] <= radius)
