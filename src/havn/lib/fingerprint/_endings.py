# SPDX-License-Identifier: Apache-2.0
"""Whether the end of a picture file is empty, as where copying it stopped after room for all of it was made.

Decoders take zeros for data where nothing tells them otherwise, and the picture below is gray, black or anything.
"""

from __future__ import annotations

from havn.lib.fingerprint._jpeg import scan_begins

_EMPTY = bytes(16)
_LONG_EMPTY = bytes(512)  # more than there is in compressed pixels
_PNG_END = b"IEND\xaeB`\x82"
_JPEG_END = b"\xff\xd9"
_MOST_BOXES = 1000


def is_cut_off(content: bytes, name: str) -> bool:
    """Return whether a JPEG or PNG ends in zeros before it comes to its end; behind that there may be any number."""
    if not content.endswith(_EMPTY):
        return False
    if name == "JPEG":
        return content.find(_JPEG_END, scan_begins(content)) < 0
    return name == "PNG" and _PNG_END not in content


def may_be_cut_off(content: bytes, name: str) -> bool:
    """Return whether a WebP, AVIF or HEIF ends in zeros where it should end in pixels; it has no mark at its end."""
    if name == "WebP":
        end = 8 + int.from_bytes(content[4:8], "little")
    elif name in {"AVIF", "HEIF"}:
        end = _boxes_end(content)
    else:
        return False
    return content.endswith(_LONG_EMPTY, 0, end)


def _boxes_end(content: bytes) -> int:
    """Return where the last box of an ISO base media file ends that is not there to be empty."""
    place = end = 0
    for _ in range(_MOST_BOXES):
        size, kind = int.from_bytes(content[place : place + 4]), content[place + 4 : place + 8]
        if size == 1:
            size = int.from_bytes(content[place + 8 : place + 16])
        if size == 0 and kind == b"mdat":  # up to the end of the file
            return len(content)
        if size < 8 or place >= len(content):
            break
        place += size
        if kind not in {b"free", b"skip"}:
            end = min(place, len(content))
    return end
