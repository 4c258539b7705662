# SPDX-License-Identifier: Apache-2.0
"""PDQ of all pixels, equal to `_reference.py` to the bit, in bounded memory and without work that nobody reads.

A line of a box filter knows nothing of its neighbours, so all filters run over strips. Of the last two filters only 64
columns and rows are read, and only they are divided and kept. The running sums are the reference's own, in its order.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

SIDE = 64
KEPT = 16
LEAST_SIDE = 5
MOST_IN_A_STRIP = 1 << 20  # pixels; 4 MiB stay in the nearer caches and cost few calls


def small_picture(pixels: NDArray[np.uint8]) -> Floats:
    """Return the 64 by 64 brightnesses of pixels (h, w) or (h, w, 3) with both sides at least 5."""
    height, width = pixels.shape[:2]
    if (height, width) == (SIDE, SIDE):
        return luma_of(pixels)
    once = np.empty((height, width), dtype=np.float32)
    strip = max(1, MOST_IN_A_STRIP // width)
    for start in range(0, height, strip):
        lines = luma_of(pixels[start : start + strip]).T
        _box(np.ascontiguousarray(lines), window_of(width), into=once[start : start + strip].T)
    twice = np.empty_like(once)
    _box(once, window_of(height), into=twice)
    columns = np.empty((SIDE, height), dtype=np.float32)
    for start in range(0, height, strip):
        lines = np.ascontiguousarray(twice[start : start + strip].T)
        _box(lines, window_of(width), into=columns[:, start : start + strip], at=middles(width))
    small = np.empty((SIDE, SIDE), dtype=np.float32)
    _box(np.ascontiguousarray(columns.T), window_of(height), into=small, at=middles(height))
    return small


def luma_of(pixels: NDArray[np.uint8]) -> Floats:
    """Return the brightness of each pixel, weighed in double precision and rounded once."""
    if pixels.ndim == 2:
        return _grays()[pixels]
    red, green, blue = _weights()
    total = red[pixels[:, :, 0]]
    total += green[pixels[:, :, 1]]
    total += blue[pixels[:, :, 2]]
    return total.astype(np.float32)


@cache
def _weights() -> tuple[NDArray[np.float64], ...]:
    every = np.arange(256, dtype=np.float64)
    return every * 0.299, every * 0.587, every * 0.114


@cache
def _grays() -> Floats:
    red, green, blue = _weights()
    return (red + green + blue).astype(np.float32)


def window_of(size: int) -> int:
    """Return the width of one box filter along a side."""
    return (size + 2 * SIDE - 1) // (2 * SIDE)


def middles(size: int) -> NDArray[np.intp]:
    """Return the 64 lines that stand for the cells."""
    return (((np.arange(SIDE) + 0.5) * size) / SIDE).astype(np.intp)


def _box(lines: Floats, window: int, *, into: Floats, at: NDArray[np.intp] | None = None) -> None:
    """Let `into` hold the running means down the columns, of every line or of those at the places given."""
    size = len(lines)
    ahead = (window + 2) // 2 - 1
    total = np.zeros(lines.shape[1], dtype=np.float32)
    wanted = iter(range(size) if at is None else at.tolist())
    following, number = next(wanted), 0
    for place in range(-ahead, size):
        right, left = place + ahead, place + ahead - window
        if right < size:
            np.add(total, lines[right], out=total)
        if left >= 0:
            np.subtract(total, lines[left], out=total)
        while following == place:  # a side under 64 has lines that stand for several cells
            count = np.float32(min(right, size - 1) - max(left, -1))
            np.divide(total, count, out=into[number])
            following, number = next(wanted, size), number + 1
