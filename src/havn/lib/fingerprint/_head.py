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
# What ffmpeg writes last, after all that is the file's.
_COVER = re.compile(rb" \((?:attached pic|timed thumbnails)\)(?: \([a-z -]+\))*$")
_SIZE = re.compile(rb", ([1-9][0-9]{0,5})x([1-9][0-9]{0,5})(?=[ ,]|$)")


class Head(NamedTuple):
    """The size of the pictures of a video, how many a second has, whether this ffmpeg can decode them, and their track."""

    width: int
    height: int
    rate: float
    is_known: bool = True
    track: int = 0


def head_of(said: bytes) -> Head | None:
    """Return the head of the film, which is the first track of pictures that is no cover, else of the first cover.

    None where there is no track of pictures. Raises UnreadableFileError where one track is told in several ways, or some
    stand further to the right than others: the file or its name has put one of them there.
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
    return _film(tracks)


def _film(tracks: dict[int, bytes]) -> Head | None:
    found = [
        (_COVER.search(kind[2]) is not None, number, kind[2])
        for number, told in tracks.items()
        if (kind := _KIND.fullmatch(told)) is not None and kind[1] == b"Video"
    ]
    if not found:
        return None
    _, number, told = min(found)
    rate, size = _RATE.search(told), _SIZE.search(told)
    if rate is None or size is None:
        return None
    frames = float(rate[1]) * (1000 if rate[2] else 1)
    is_known = _CODING.match(told) is None
    return Head(int(size[1]), int(size[2]), frames if frames > 0 else 1.0, is_known, number)
