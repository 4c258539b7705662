# SPDX-License-Identifier: Apache-2.0
"""What there is in a picture, in the two modes: from all pixels, or from as few as usually leave it within 8 bits of that."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from havn.lib.fingerprint import _exact, _reduced
from havn.lib.fingerprint._finish import bits_of, frequencies, quality_of, variants_of
from havn.lib.fingerprint._pictures import Picture
from havn.lib.fingerprint._values import Pdq

Floats = NDArray[np.float32]


class Measured(NamedTuple):
    """The 16 by 16 coefficients and the quality of a picture; no coefficients where a side is under 5 pixels."""

    coefficients: Floats | None
    quality: int

    def pdq(self) -> Pdq:
        """Return the fingerprint: all zeros with quality 0 for a picture that is too small to have one."""
        if self.coefficients is None:
            return Pdq(bytes(32), 0)
        return Pdq(bits_of(self.coefficients), self.quality)

    def variants(self) -> tuple[Pdq, ...]:
        """Return the fingerprints of the picture turned and mirrored, in the order of `VARIANTS`."""
        if self.coefficients is None:
            return (Pdq(bytes(32), 0),) * 8
        return variants_of(self.coefficients, self.quality)


def measure(picture: Picture, *, exact: bool) -> Measured:
    """Return what there is in a picture: reduced where that is enough and says so itself, else from all pixels."""
    if not exact:
        for scale in picture.scales():
            found = at_scale(picture, scale)
            if found is not None:
                return found
    return measure_pixels(picture.pixels())


def measure_pixels(pixels: NDArray[np.uint8]) -> Measured:
    """Return what there is in these pixels, exactly."""
    if min(pixels.shape[:2]) < _exact.LEAST_SIDE:
        return Measured(None, 0)
    small = _exact.small_picture(pixels)
    return Measured(frequencies(small), quality_of(small))


def at_scale(picture: Picture, scale: int) -> Measured | None:
    """Return what there is in a picture decoded at 1/scale; None where too much hangs on what that left out."""
    reduced = picture.reduced(scale)
    luma = _exact.luma_of(reduced.pixels)
    height, width = reduced.height, reduced.width
    small = _reduced.small_picture(luma, height=height, width=width, scale=scale)
    coarser = _reduced.small_picture(
        _reduced.halved(luma), height=height, width=width, scale=scale * 2
    )
    coefficients = frequencies(small)
    near = _reduced.share_near_the_end(reduced.pixels)
    if not _reduced.is_sure(coefficients, frequencies(coarser), near_the_end=near):
        return None
    return Measured(coefficients, quality_of(small))
