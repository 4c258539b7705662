# SPDX-License-Identifier: Apache-2.0
"""The definition: PDQ in plain NumPy, step by step in the order of the public algorithm, never optimised.

The public algorithm is `pdq/cpp` of facebook/threatexchange as the package `pdqhash` 0.2.8 calls it. Two things decide
the last bits, and are kept as they are there: luma is weighed in double precision and rounded to single once, and the
box filters carry one running sum in single precision from one end of a line to the other.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

SIDE = 64  # the picture is brought to 64 by 64
KEPT = 16  # of its frequencies, the 1st to the 16th in both directions count
LEAST_SIDE = 5  # a picture that is narrower or lower has no fingerprint: all zeros, quality 0
PASSES = 2


def fingerprint(pixels: NDArray[np.uint8]) -> tuple[bytes, int]:
    """Return the 32 bytes and the quality (0 to 100) of pixels (h, w) or (h, w, 3), red first."""
    luma = luma_of(pixels)
    if min(luma.shape) < LEAST_SIDE:
        return bytes(32), 0
    small = shrunk(luma)
    return bits_of(frequencies(small)), quality_of(small)


def luma_of(pixels: NDArray[np.uint8]) -> Floats:
    """Return the brightness of each pixel, 0 to 255; gray pixels count as three equal colours."""
    colours = pixels if pixels.ndim == 3 else np.stack([pixels] * 3, axis=2)
    red, green, blue = (colours[:, :, each].astype(np.float64) for each in range(3))
    weighed: Floats = (red * 0.299 + green * 0.587 + blue * 0.114).astype(np.float32)
    return weighed


def shrunk(luma: Floats) -> Floats:
    """Return 64 by 64: a tent filter as wide as one of the 64 cells and its half on either side, then the middles."""
    height, width = luma.shape
    if (height, width) == (SIDE, SIDE):
        return luma
    for _ in range(PASSES):
        luma = box(luma.T, window_of(width)).T
        luma = box(luma, window_of(height))
    rows, columns = (np.array([middle(each, size) for each in range(SIDE)]) for size in luma.shape)
    small: Floats = luma[np.ix_(rows, columns)]
    return small


def window_of(size: int) -> int:
    """Return the width of one box filter: half a cell, rounded up."""
    return (size + 2 * SIDE - 1) // (2 * SIDE)


def middle(cell: int, size: int) -> int:
    """Return the line that stands for a cell."""
    return int(((cell + 0.5) * size) / SIDE)


def box(lines: Floats, window: int) -> Floats:
    """Return the running mean down the columns: of what lies inside where the window reaches over an edge."""
    size = len(lines)
    ahead = (window + 2) // 2  # 7 -> 4, 8 -> 5
    made = np.empty_like(lines)
    total = np.zeros(lines.shape[1], dtype=np.float32)
    count = 0
    for place in range(1 - ahead, size):
        if place + ahead - 1 < size:
            total = total + lines[place + ahead - 1]
            count += 1
        if place + ahead - 1 - window >= 0:
            total = total - lines[place + ahead - 1 - window]
            count -= 1
        if place >= 0:
            made[place] = total / np.float32(count)
    return made


def cosines() -> Floats:
    """Return the 16 by 64 matrix whose rows are the frequencies 1 to 16."""
    scale = np.float64(np.float32(np.sqrt(2 / SIDE)))
    frequency = np.arange(1, KEPT + 1)[:, None]
    place = 2 * np.arange(SIDE)[None, :] + 1
    angles = (np.pi / 2 / SIDE) * frequency * place
    found: Floats = (scale * np.cos(angles)).astype(np.float32)
    return found


def frequencies(small: Floats) -> Floats:
    """Return the 16 by 16 coefficients, each sum taken from left to right in single precision."""
    cosine = cosines()
    half = np.zeros((KEPT, SIDE), dtype=np.float32)
    for place in range(SIDE):
        half = half + cosine[:, place, None] * small[None, place, :]
    whole = np.zeros((KEPT, KEPT), dtype=np.float32)
    for place in range(SIDE):
        whole = whole + half[:, place, None] * cosine[None, :, place]
    return whole


def bits_of(coefficients: Floats) -> bytes:
    """Return 256 bits: 1 where a coefficient is above the lower median; the last coefficient comes first."""
    flat = coefficients.ravel()
    median = np.sort(flat)[127]
    return np.packbits((flat > median)[::-1]).tobytes()


def quality_of(small: Floats) -> int:
    """Return how much there is to see, 0 to 100: the steps between neighbours, in whole hundredths of the range."""
    total = 0
    for axis in (0, 1):
        # The difference is single precision throughout, then cut towards zero.
        step = np.diff(small, axis=axis) * np.float32(100) / np.float32(255)
        total += int(np.abs(step.astype(np.int32)).sum())
    return min(total // 90, 100)
