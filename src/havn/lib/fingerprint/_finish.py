# SPDX-License-Identifier: Apache-2.0
"""From 64 by 64 brightnesses to frequencies, bits and quality, and the eight ways to turn or mirror a picture."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from havn.lib.fingerprint._values import Pdq

Floats = NDArray[np.float32]

SIDE = 64
KEPT = 16


@cache
def cosines() -> Floats:
    """Return the 16 by 64 matrix whose rows are the frequencies 1 to 16."""
    scale = np.float64(np.float32(np.sqrt(2 / SIDE)))
    angles = (np.pi / 2 / SIDE) * np.arange(1, KEPT + 1)[:, None] * (2 * np.arange(SIDE) + 1)
    found: Floats = (scale * np.cos(angles)).astype(np.float32)
    return found


def frequencies(small: Floats) -> Floats:
    """Return the 16 by 16 coefficients, summed in the reference's order, hence with its last bits."""
    # A cumulative sum adds one term after the other, where a sum may add pairs.
    cosine = cosines()
    half: Floats = np.cumsum(cosine.T[:, :, None] * small[:, None, :], axis=0)[-1]
    whole: Floats = np.cumsum(half.T[:, :, None] * cosine.T[:, None, :], axis=0)[-1]
    return whole


def quality_of(small: Floats) -> int:
    """Return how much there is to see, 0 to 100."""
    total = 0
    for step in (small[1:] - small[:-1], small[:, 1:] - small[:, :-1]):
        hundredths = step * np.float32(100) / np.float32(255)
        total += int(np.abs(hundredths.astype(np.int32)).sum())
    return min(total // 90, 100)


def bits_of(coefficients: Floats) -> bytes:
    """Return 256 bits: 1 where a coefficient is above the lower median; the last coefficient comes first."""
    flat = coefficients.ravel()
    return np.packbits((flat > np.sort(flat)[127])[::-1]).tobytes()


def variants_of(coefficients: Floats, quality: int) -> tuple[Pdq, ...]:
    """Return the fingerprints of the eight pictures of `VARIANTS`; the quality is that of the picture as it is.

    Odd cosines change their sign with the direction, and rows and columns change places.
    """
    signs = np.where(np.arange(KEPT) % 2, 1, -1).astype(np.float32)
    down, across = signs[:, None], signs[None, :]
    turned = (
        coefficients,
        (coefficients * across).T,
        coefficients * down * across,
        (coefficients * down).T,
        coefficients * down,
        coefficients * across,
        coefficients.T,
        (coefficients * down * across).T,
    )
    return tuple(Pdq(bits_of(each), quality) for each in turned)
