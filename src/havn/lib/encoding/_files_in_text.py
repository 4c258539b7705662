# SPDX-License-Identifier: Apache-2.0
"""Whether a text holds a file written as letters; by pattern and length, nothing is decoded."""

from __future__ import annotations

import re
from collections.abc import Iterator

LEAST_ENCODED = 200  # letters: 150 bytes, fewer than any picture that shows something
LEAST_AFTER_START = 60  # after the letters with which pictures begin
LEAST_HEXADECIMAL = 400  # in one piece: a list of fingerprints stands on lines of its own
LEAST_LINE = 40  # encoders wrap at 60 to 100 letters; invitations and identifiers are shorter

_DATA_URI = re.compile(r"data:[a-z]+/[a-z0-9.+-]+[;,]", re.IGNORECASE)
_PIECE = re.compile(rf"[A-Za-z0-9+/_-]{{{LEAST_LINE},}}={{0,2}}")
_HEXADECIMAL = re.compile(rf"[0-9A-Fa-f]{{{LEAST_HEXADECIMAL},}}")
# How PNG, JPEG, GIF, RIFF (WebP), HEIC and MP4 begin in base64.
_STARTS = (
    "iVBORw0KGgo",
    "/9j/",
    "_9j_",
    "R0lGOD",
    "UklGR",
    "AAAAIGZ0eX",
    "AAAAHGZ0eX",
    "AAAAGGZ0eX",
)
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))


def holds_encoded_file(text: str) -> bool:
    """Whether a text holds a file written as letters: a data URI, base64 in one piece or on lines, hex.

    Words, web addresses and fingerprints are none.
    """
    visible = text.translate(_INVISIBLE)
    if _DATA_URI.search(visible):
        return True
    if any(_is_mixed(run.group()) for run in _HEXADECIMAL.finditer(visible)):
        return True
    return any(_is_encoded(run) for run in _runs(visible))


def _runs(text: str) -> Iterator[str]:
    """Yield what a reader of base64 would join: long pieces with nothing but white space between."""
    joined, end = "", 0
    for piece in _PIECE.finditer(text):
        if joined and text[end : piece.start()].strip():
            yield joined
            joined = ""
        joined, end = joined + piece.group(), piece.end()
    if joined:
        yield joined


def _is_encoded(run: str) -> bool:
    if len(run) >= LEAST_AFTER_START and run.startswith(_STARTS):
        return True
    return len(run) >= LEAST_ENCODED and _is_dense(run)


def _is_dense(run: str) -> bool:
    """Whether letters and digits are mixed as encoded bytes mix them, and words and paths never do."""
    has_upper = any(c.isupper() for c in run)
    has_lower = any(c.islower() for c in run)
    return _is_mixed(run) and has_upper and has_lower and run.count("/") < len(run) // 16


def _is_mixed(run: str) -> bool:
    return any(c.isdigit() for c in run) and any(c.isalpha() for c in run)
