# SPDX-License-Identifier: Apache-2.0
"""Fingerprints in this very process, for a picture or two; NumPy and Pillow are loaded with the first one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from havn.lib.fingerprint._values import Limits, Pdq

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def fingerprint_image(picture: bytes, *, exact: bool = False) -> Pdq:
    """Return the PDQ fingerprint of the bytes of a picture file (of the first frame, where it has several).

    With `exact` it equals the reference to the bit. Without, a large JPEG is decoded at an eighth to a half of its
    size, and the fingerprint differs by 8 bits at most on photographs and their like (docs/fingerprints.md says on
    what it can be more). Raises UnreadableFileError.
    """
    from havn.lib.fingerprint._measuring import measure
    from havn.lib.fingerprint._pictures import Picture

    return measure(Picture(picture, most_pixels=Limits().pixels), exact=exact).pdq()


def dihedral_variants(picture: bytes, *, exact: bool = False) -> tuple[Pdq, ...]:
    """Return the fingerprints of a picture file turned and mirrored, in the order of `VARIANTS`, from one decoding.

    With `exact` each is what `pdqhash.compute_dihedral` makes of the same pixels. It lies a few bits off the
    fingerprint of a picture that was turned before, since the 64 lines do not lie evenly. Raises UnreadableFileError.
    """
    from havn.lib.fingerprint._measuring import measure
    from havn.lib.fingerprint._pictures import Picture

    return measure(Picture(picture, most_pixels=Limits().pixels), exact=exact).variants()


def fingerprint_pixels(pixels: NDArray[np.uint8]) -> Pdq:
    """Return the exact PDQ fingerprint of uint8 pixels (h, w) or (h, w, 3), red first. Raises ValueError for others."""
    from havn.lib.fingerprint._measuring import measure_pixels

    is_gray = pixels.ndim == 2
    if pixels.dtype != "uint8" or not (is_gray or (pixels.ndim == 3 and pixels.shape[2] == 3)):
        raise ValueError(
            f"Pixels are uint8 of the shape (h, w) or (h, w, 3), not {pixels.dtype} {pixels.shape}."
        )
    return measure_pixels(pixels).pdq()
