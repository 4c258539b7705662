# SPDX-License-Identifier: Apache-2.0
"""PDQ of all pixels, equal to `_reference.py` to the bit, in bounded memory and without work that nobody reads.

A line of a box filter knows nothing of its neighbours, so each step adds to the running sums of many lines at once, and
filters along lines run over strips that are turned for it. Of the last two filters only 64 columns and rows are
read, and only they are divided and kept. Each sum is the reference's, in its order.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

SIDE = 64
LEAST_SIDE = 5
_THOUSANDTHS = np.array([299, 587, 114], dtype=np.float32)
MOST_IN_A_STRIP = 1 << 21  # pixels; 8 MiB of brightnesses, more than which would cost time as well
FEW_LINES = 64  # under which a step for each place costs more than what it does


def small_picture(pixels: NDArray[np.uint8]) -> Floats:
    """Return the 64 by 64 brightnesses of pixels (h, w) or (h, w, 3) with both sides at least 5."""
    height, width = pixels.shape[:2]
    if (height, width) == (SIDE, SIDE):
        return luma_of(pixels)
    across, down = window_of(width), window_of(height)
    once = np.empty((height, width), dtype=np.float32)
    strip = max(1, min(height, MOST_IN_A_STRIP // width))
    for start in range(0, height, strip):
        lines = luma_of(pixels[start : start + strip])
        _box_along(lines, across, into=once[start : start + strip])
    columns = np.empty((height, SIDE), dtype=np.float32)
    twice = np.empty((strip, width), dtype=np.float32)
    steps = _box_down(once, down, at=np.arange(height), into=twice)
    for start in range(0, height, strip):
        lines = twice[: min(strip, height - start)]
        for _ in lines:
            next(steps)
        _box_along(lines, across, into=columns[start : start + strip], at=middles(width))
    small = np.empty((SIDE, SIDE), dtype=np.float32)
    _all(_box_down(columns, down, at=middles(height), into=small))
    return small


def luma_of(pixels: NDArray[np.uint8]) -> Floats:
    """Return the brightness of each pixel, the very numbers of the reference.

    A thousand times a brightness is a whole number under 2^24, so single precision holds it whatever the order of the
    sum, and the division rounds once. The reference's sum in double precision rounds to the same: a multiple of
    a thousandth is nowhere so near to the middle between two single-precision numbers that its error counts.
    """
    if pixels.ndim == 2:
        return pixels.astype(np.float32)
    thousandfold: Floats = pixels.astype(np.float32) @ _THOUSANDTHS
    thousandfold /= np.float32(1000)
    return thousandfold


def window_of(size: int) -> int:
    """Return the width of one box filter along a side."""
    return (size + 2 * SIDE - 1) // (2 * SIDE)


def middles(size: int) -> NDArray[np.intp]:
    """Return the 64 lines that stand for the cells."""
    return (((np.arange(SIDE) + 0.5) * size) / SIDE).astype(np.intp)


def _box_along(
    lines: Floats, window: int, *, into: Floats, at: NDArray[np.intp] | None = None
) -> None:
    """Let `into` hold the running means along each line, of every place or of those given."""
    if len(lines) < FEW_LINES:
        _box_along_few(lines, window, into=into, at=at)
        return
    places = np.arange(lines.shape[1]) if at is None else at
    turned = np.empty((len(places), len(lines)), dtype=np.float32)
    _all(_box_down(np.ascontiguousarray(lines.T), window, at=places, into=turned))
    into[:] = turned.T


def _box_along_few(
    lines: Floats, window: int, *, into: Floats, at: NDArray[np.intp] | None
) -> None:
    """Do the same without a step for each place, which would cost most where few lines are long.

    A running sum is the cumulative sum of what enters it and, negated, of what leaves it, in this order: the first
    window enters; then one enters and one leaves; at the end some only leave.
    """
    size = lines.shape[1]
    ahead = (window + 2) // 2 - 1
    terms = np.empty((len(lines), 2 * size - window + ahead), dtype=np.float32)
    full = 2 * size - window
    terms[:, :window] = lines[:, :window]
    terms[:, window:full:2] = lines[:, window:]
    np.negative(lines[:, : size - window], out=terms[:, window + 1 : full : 2])
    np.negative(lines[:, size - window : size - window + ahead], out=terms[:, full:])
    np.cumsum(terms, axis=1, out=terms)
    places, counts = _ends(size, window)
    if at is None:
        np.divide(terms[:, places], counts, out=into)
    else:
        np.divide(terms[:, places[at]], counts[at], out=into)


@lru_cache(maxsize=64)
def _ends(size: int, window: int) -> tuple[NDArray[np.intp], Floats]:
    """Return for each place after how many terms its sum is complete, less one, and how many lines it is of."""
    right = np.arange(size) + (window + 2) // 2 - 1
    ends = np.where(right < window, right, 2 * right - window + 1)
    ends = np.where(right < size, ends, size - window + right)
    counts = np.minimum(right, size - 1) - np.maximum(right - window, -1)
    return ends, counts.astype(np.float32)


def _box_down(lines: Floats, window: int, *, at: NDArray[np.intp], into: Floats) -> Iterator[None]:
    """Let `into` hold the running means down the columns at these lines, one more with each step.

    The lines are in order and may repeat; where `into` has fewer of them, it is filled again from its beginning.
    """
    size = len(lines)
    ahead = (window + 2) // 2 - 1
    _, counts = _ends(size, window)
    total = np.zeros(lines.shape[1], dtype=np.float32)
    done = -1  # the last line that entered or would have
    for number, place in enumerate(at.tolist()):
        for right in range(done + 1, place + ahead + 1):
            if right < size:
                np.add(total, lines[right], out=total)
            if right >= window:
                np.subtract(total, lines[right - window], out=total)
        done = place + ahead
        np.divide(total, counts[place], out=into[number % len(into)])
        yield


def _all(steps: Iterator[None]) -> None:
    """Take every step."""
    for _ in steps:
        pass
