# SPDX-License-Identifier: Apache-2.0
"""PDQ from a picture that was decoded at a fraction of its size: the whole way to 64 by 64 as one linear map.

Before its threshold PDQ is linear and knows rows and columns apart: two box filters and the choice of 64 lines are one
matrix a side. It is made for the full size, and what it weighs inside one reduced pixel is added up, since a reduced
pixel is the mean of those that it covers. How far that may be off is measured on the picture itself, by reducing it
once more; where too many bits hang on it, the answer is refused.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from havn.lib.fingerprint._exact import SIDE, middles, window_of

Floats = NDArray[np.float32]

# What may move a coefficient beside the reduction, in steps of brightness: rounding to whole steps; and colours beyond
# the range, which are cut off in each pixel and, reduced, in their mean only, as far as a picture is near to its ends.
ROUNDING = 0.12
CLIPPING = 0.5
NEAR_THE_END = 8
# How many of the 256 coefficients may lie so near to the median that the error could carry them over it. It carries about
# a third of them (docs/fingerprints.md).
MOST_UNSURE = 10


def small_picture(luma: Floats, *, height: int, width: int, scale: int) -> Floats:
    """Return nearly the 64 by 64 brightnesses of a picture of height by width pixels.

    `luma`, of shape (ceil(height / scale), ceil(width / scale)), has the means of scale by scale pixels, and of fewer
    at the lower and right edge.
    """
    rows, columns = side_map(height, scale), side_map(width, scale)
    return rows @ (luma @ columns.T)


@lru_cache(maxsize=64)
def side_map(size: int, scale: int) -> Floats:
    """Return the matrix (64, ceil(size / scale)) that takes one side to the 64 cells; each row sums to one."""
    window = window_of(size)
    ahead = (window + 2) // 2 - 1
    places = np.arange(size)
    right = np.minimum(places + ahead, size - 1)
    left = np.maximum(places + ahead - window, -1)  # the last line that has left the window
    share = 1.0 / (right - left)
    made = np.zeros((SIDE, size + 1))
    for cell, place in enumerate(middles(size).tolist()):
        inner = slice(left[place] + 1, right[place] + 1)
        np.add.at(made[cell], left[inner] + 1, share[inner] * share[place])
        np.add.at(made[cell], right[inner] + 1, -share[inner] * share[place])
    whole = np.cumsum(made, axis=1)[:, :size]
    return np.add.reduceat(whole, np.arange(0, size, scale), axis=1).astype(np.float32)


def halved(luma: Floats) -> Floats:
    """Return the means of two by two; an odd last line or column stays as it is."""
    return _halved_rows(_halved_rows(luma).T).T


def _halved_rows(luma: Floats) -> Floats:
    even = len(luma) // 2 * 2
    means = (luma[0:even:2] + luma[1:even:2]) * np.float32(0.5)
    return np.concatenate([means, luma[even:]])


def share_near_the_end(pixels: NDArray[np.uint8]) -> float:
    """Return the share of pixels (h, w) or (h, w, 3) of which a colour is within `NEAR_THE_END` of 0 or 255."""
    # Turned on by one step more, both ends lie side by side at the beginning.
    is_near = pixels + np.uint8(NEAR_THE_END + 1) <= 2 * NEAR_THE_END + 1
    if is_near.ndim == 3:
        is_near = is_near[:, :, 0] | is_near[:, :, 1] | is_near[:, :, 2]
    return float(np.count_nonzero(is_near)) / is_near.size


def is_sure(coefficients: Floats, coarser: Floats, *, near_the_end: float) -> bool:
    """Return whether nearly every bit would be the same from all pixels.

    `coarser` has the coefficients from half as many pixels a side. The error grows with the size of a pixel, so the
    difference of the two is about that of the coarser one, and more than that of the finer.
    """
    difference = float(np.sqrt(np.mean(np.square(coefficients - coarser))))
    error = difference + ROUNDING + CLIPPING * near_the_end
    flat = coefficients.ravel()
    unsure = np.count_nonzero(np.abs(flat - np.sort(flat)[127]) < error)
    return int(unsure) <= MOST_UNSURE
