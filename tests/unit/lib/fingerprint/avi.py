# SPDX-License-Identifier: Apache-2.0
"""The least of a video: an AVI whose frames are stored as they are, since no film may lie in this tree."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_HAS_INDEX, _IS_KEY_FRAME = 0x10, 0x10


def chunk(name: bytes, *parts: bytes) -> bytes:
    """Return a chunk of RIFF."""
    content = b"".join(parts)
    return name + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)


def avi_of(frames: Sequence[NDArray[np.uint8]], *, rate: int) -> bytes:
    """Return a video of these pixels (h, w, 3), red first, whose width is a multiple of 4."""
    height, width, _ = frames[0].shape
    size, count = height * width * 3, len(frames)
    main = struct.pack(
        "<14I", 1_000_000 // rate, size * rate, 0, _HAS_INDEX, count, 0, 1, size, width, height, *bytes(4)
    )  # fmt: skip
    times = struct.pack("<8I", 0, 1, rate, 0, count, size, 0, 0)
    stream = b"vidsDIB " + bytes(8) + times + struct.pack("<4H", 0, 0, width, height)
    form = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, size, 0, 0, 0, 0)
    head = chunk(
        b"LIST",
        b"hdrl",
        chunk(b"avih", main),
        chunk(b"LIST", b"strl", chunk(b"strh", stream), chunk(b"strf", form)),
    )
    # Blue first, and the lowest line first.
    stored = [chunk(b"00db", each[::-1, :, ::-1].tobytes()) for each in frames]
    index = b"".join(
        struct.pack("<4sIII", b"00db", _IS_KEY_FRAME, 4 + number * (size + 8), size)
        for number in range(count)
    )
    return chunk(b"RIFF", b"AVI ", head, chunk(b"LIST", b"movi", *stored), chunk(b"idx1", index))
