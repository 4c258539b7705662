# SPDX-License-Identifier: Apache-2.0
"""What ffmpeg says of a video before anything is decoded: how large its pictures are, and how many a second has.

Between its own lines ffmpeg prints what the file says of itself: titles, chapters, languages, and the name
of the file, of which each may look like a line of ffmpeg's.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from havn.lib.fingerprint._values import UnreadableFileError

# Two spaces of newer versions; four of older ones, where notes stand too.
_TRACK = re.compile(rb"^(  (?:  )?)Stream #0:([0-9]+)(.*)$", re.MULTILINE)
# The last kind on the line is ffmpeg's: the language before it is the file's, and what comes after it is not.
_KIND = re.compile(rb".*: (Video|Audio|Subtitle|Data|Attachment|[Uu]nknown): (.*)")
_CODING = re.compile(rb"(?:none|unknown)\b")
_RATE = re.compile(rb", ([0-9]+(?:\.[0-9]+)?)(k?) (?:fps|tbr)\b")
_SIZE = re.compile(rb", ([1-9][0-9]{0,5})x([1-9][0-9]{0,5})(?=[ ,]|$)")


class Head(NamedTuple):
    """The size of the pictures of a video, how many a second has, and whether this ffmpeg can decode them."""

    width: int
    height: int
    rate: float
    is_known: bool = True


def head_of(said: bytes) -> Head | None:
    """Return the head of the first track of pictures, None where there is none.

    Raises UnreadableFileError where one track is told in several ways, or some stand further to the right than others:
    the file or its name has put one of them there.
    """
    tracks: dict[int, bytes] = {}
    indents = set()
    for indent, number, told in _TRACK.findall(said):
        indents.add(indent)
        is_other = tracks.setdefault(int(number), told) != told
        if is_other or not _KIND.fullmatch(told) or len(indents) > 1:
            raise UnreadableFileError(
                "The notes in the video, or its name, look like its head, so nobody can tell which is which; it may be"
                " made to mislead. Look at it with another program."
            )
    return _first([tracks[number] for number in sorted(tracks)])


def _first(tracks: list[bytes]) -> Head | None:
    for told in tracks:
        kind = _KIND.fullmatch(told)
        if kind is not None and kind[1] == b"Video":
            rate, size = _RATE.search(kind[2]), _SIZE.search(kind[2])
            if rate is None or size is None:
                return None
            found = float(rate[1]) * (1000 if rate[2] else 1)
            is_known = _CODING.match(kind[2]) is None
            return Head(int(size[1]), int(size[2]), found if found > 0 else 1.0, is_known)
    return None
