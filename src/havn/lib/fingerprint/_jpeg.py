# SPDX-License-Identifier: Apache-2.0
"""The markers of a JPEG: how it is coded, and where its first scan begins."""

from __future__ import annotations

from collections.abc import Iterator

_SCAN = 0xDA
_MOST_MARKERS = 10_000
_ALONE = {0x01, *range(0xD0, 0xD9)}  # without a length
# Those that begin a frame and say by which process it is coded.
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}


def process_of(content: bytes) -> int | None:
    """Return the marker of the first frame, which says how it is coded; None where there is none."""
    return next((marker for marker, _ in _markers(content) if marker in _FRAMES), None)


def scan_begins(content: bytes) -> int:
    """Return where the first scan begins, or else where the last marker before it is."""
    return max((place for _, place in _markers(content)), default=2)


def _markers(content: bytes) -> Iterator[tuple[int, int]]:
    """Yield each marker with its place, up to that of the first scan, or as far as they follow each other."""
    place = 2
    for _ in range(_MOST_MARKERS):
        if content[place : place + 1] != b"\xff" or place + 4 > len(content):
            return
        marker = content[place + 1]
        if marker == 0xFF:  # fills up
            place += 1
            continue
        yield marker, place
        if marker == _SCAN:
            return
        place += 2
        if marker not in _ALONE:
            place += int.from_bytes(content[place : place + 2])
