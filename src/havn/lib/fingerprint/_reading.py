# SPDX-License-Identifier: Apache-2.0
"""Everything about one file, in a worker: opened, looked at, digested, decoded, with a sentence for whatever fails."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace

from havn.lib.fingerprint._digests import Digester
from havn.lib.fingerprint._files import (
    content_of,
    digests_after,
    length_of,
    opened,
    refuse_changed,
    sentence_of,
)
from havn.lib.fingerprint._kinds import HEAD, Kind, kind_of
from havn.lib.fingerprint._measuring import measure
from havn.lib.fingerprint._messages import Wishes
from havn.lib.fingerprint._pictures import Picture, what_it_is
from havn.lib.fingerprint._values import Reading, UnreadableFileError
from havn.lib.fingerprint._video import ffmpeg, film_of

NO_FFMPEG = "no ffmpeg on this machine: digests only; install ffmpeg to read the frames"
_NO_PICTURES = "What ffmpeg made of the video is no row of pictures; install another ffmpeg, or look at the file apart."
Saying = Callable[[Reading], None]
LONG = 256 << 20  # bytes from which on a file may take the time of a video


def read_file(
    path: bytes, wishes: Wishes, *, take_time: Callable[[], None], say: Saying
) -> Reading:
    """Return what is in a file of the outside world; nothing is raised over whatever it may be.

    `take_time` is called when it turns out to be a video or a long file, for which more seconds are allowed; `say`
    with what is known before anything is decoded, which may be the end of this process.
    """
    content = digests = None
    reading = Reading()
    try:
        with opened(path, most=wishes.limits.length) as stream:
            head = stream.read(HEAD)
            kind = kind_of(head)
            reading = Reading(media=kind.media if kind else "other")
            state = os.fstat(stream.fileno())
            # Of 0 bytes are also files whose length the system does not know: any may be long.
            if not 0 < state.st_size <= LONG or reading.media == "video":
                take_time()
            length = length_of(stream, head=head, most=wishes.limits.length)
            if reading.media == "image" and length <= wishes.limits.held:
                content = content_of(stream, head=head, length=length)
            elif wishes.digests and length:  # the digests of nothing would match every empty file
                digests = digests_after(stream, head=head, length=length)
    except UnreadableFileError as error:
        return replace(reading, unreadable=str(error))
    if content is not None:
        return read_picture(content, wishes, say=say)
    reading = replace(reading, digests=digests)
    say(reading)
    if kind is None:
        return replace(reading, unreadable=what_it_is(head, ""))
    if kind.media == "image":
        return replace(reading, unreadable=wishes.limits.too_long())
    return _with_frames(reading, path, kind, wishes=wishes, state=state)


def read_picture(content: bytes, wishes: Wishes, *, say: Saying) -> Reading:
    """Return what is in the bytes of a picture file; nothing is raised over whatever they may be."""
    digests = None
    if wishes.digests and content:
        digester = Digester()
        digester.update(content)
        digests = digester.digests()
    kind = kind_of(content[:HEAD])
    reading = Reading(digests=digests, media=kind.media if kind else "other")
    say(reading)
    try:
        picture = Picture(content, most_pixels=wishes.limits.pixels)
        reading = replace(reading, remarks=picture.remarks)
        found = measure(picture, exact=wishes.exact)
    except UnreadableFileError as error:
        return replace(reading, unreadable=str(error))
    except MemoryError:
        return replace(reading, unreadable=wishes.limits.too_long())
    variants = found.variants() if wishes.variants else ()
    return replace(reading, pdq=found.pdq(), variants=variants)


def _with_frames(
    reading: Reading, path: bytes, kind: Kind, *, wishes: Wishes, state: os.stat_result
) -> Reading:
    if not wishes.frames:
        return reading
    program = ffmpeg()
    if program is None:
        return replace(reading, remarks=(NO_FFMPEG,))
    try:
        try:
            film = film_of(path, kind.demuxer, program=program, limits=wishes.limits)
        finally:  # before ffmpeg's own complaint, which may come of it
            refuse_changed(state, os.stat(path))  # noqa: PTH116 - a name in bytes
    except OSError as error:
        return replace(reading, unreadable=sentence_of(error))
    except ValueError:
        return replace(reading, unreadable=_NO_PICTURES)
    except UnreadableFileError as error:
        return replace(reading, unreadable=str(error))
    remarks = (
        (f"the video is damaged or cut short: frames up to there ({film.complaint})",)
        if film.complaint
        else ()
    )
    return replace(reading, frames=film.frames, remarks=remarks)
