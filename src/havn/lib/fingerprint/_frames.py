# SPDX-License-Identifier: Apache-2.0
"""Bags of frames as vPDQ writes them, and how much of one video is found in another."""

from __future__ import annotations

import re
from collections.abc import Iterable

from havn.lib.fingerprint._values import Frame

DISTANCE = 31
QUALITY = 50
_LINE = re.compile(r"(\d{1,9}),(\d{1,3}),([0-9a-fA-F]{64}),(\d{1,9}(?:\.\d{1,9})?)", re.ASCII)


def frame_lines(frames: Iterable[Frame]) -> str:
    """Return a line `frame,quality,pdqhex,timestamp` for each frame; seconds have three decimals."""
    return "".join(
        f"{each.number},{each.quality},{each.value.hex()},{each.seconds:.3f}\n" for each in frames
    )


def parse_frame_lines(text: str) -> tuple[Frame, ...]:
    """Return the frames of a text of such lines; empty lines are passed by.

    Raises ValueError with the number of the first line that is none.
    """
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        parts = _LINE.fullmatch(line.strip())
        if parts is None or int(parts[2]) > 100:
            raise ValueError(
                f"Line {number} is no frame; write `frame,quality,pdqhex,timestamp`, with a quality of 0 to 100 and 64"
                " hexadecimal digits."
            )
        found.append(Frame(int(parts[1]), int(parts[2]), bytes.fromhex(parts[3]), float(parts[4])))
    return tuple(found)


def match_frames(
    frames: Iterable[Frame],
    among: Iterable[Frame],
    *,
    distance: int = DISTANCE,
    quality: int = QUALITY,
) -> float:
    """Return which share (0 to 1) of the frames of at least this quality lies within the distance of one `among`.

    Frames of less quality are left out on both sides; where none is left the share is 0. Called with a listed video
    first it says how much of that is there; vPDQ counts 0.8 as a match.
    """
    wanted = [int.from_bytes(each.value) for each in frames if each.quality >= quality]
    others = {int.from_bytes(each.value) for each in among if each.quality >= quality}
    if not wanted:
        return 0.0
    near = sum(
        one in others or any((one ^ other).bit_count() <= distance for other in others)
        for one in wanted
    )
    return near / len(wanted)
