# SPDX-License-Identifier: Apache-2.0
"""Frames of a video by the system's own ffmpeg, one a second, through a pipe; no network, no file beside the video.

It lives under the limits of the worker that starts it, and in its process group, so it ends with it.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from typing import IO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from havn.lib.fingerprint._head import Head, head_of
from havn.lib.fingerprint._measuring import measure_pixels
from havn.lib.fingerprint._reasons import shortened
from havn.lib.fingerprint._values import Frame, Limits, UnreadableFileError

SECONDS_APART = 1.0
MOST_HEAD = 16 << 20  # bytes that ffmpeg says of a file
_MOST_SAID = 65536
MOST_FRAMES = 400_000  # four days and a half; what a worker may tell has a bound


def ffmpeg() -> str | None:
    """Return the path of the system's ffmpeg, None where there is none."""
    return shutil.which("ffmpeg")


class Film(NamedTuple):
    """The frames of a video, and what ffmpeg complained of last; empty for a sound video."""

    frames: tuple[Frame, ...]
    complaint: str


def film_of(path: bytes, demuxer: str, *, program: str, limits: Limits) -> Film:
    """Return a frame for each second of a video file, as vPDQ picks them: every n-th, n the whole rate.

    Raises UnreadableFileError where there is no track of pictures, it is too large, or no frame can be had.
    """
    source: list[str | bytes] = ["-f", demuxer, "-noautorotate", "-i", b"file:" + path]
    head = _head(program, source, limits)
    rate = head.rate
    every = max(1, round(rate * SECONDS_APART))
    # New times for the chosen ones, evenly and far apart, else ffmpeg fills the gaps and the end with copies. The
    # options that forbid it are called differently from version to version.
    choice = f"select=not(mod(n\\,{every})),settb=1000000,setpts=N"
    wanted = ["-map", f"0:{head.track}", "-vf", choice, "-r", "1/1000000", "-pix_fmt", "rgb24"]
    written = ["-c:v", "ppm", "-threads", "1", "-f", "image2pipe", "-"]
    frames = []
    with subprocess.Popen(
        [*_careful(program), *source, *wanted, *written],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        complaints = _Complaints(process.stderr)
        try:
            for place, pixels in enumerate(_pictures(process.stdout, limits)):
                _refuse_many(place)
                found = measure_pixels(pixels).pdq()
                seconds = round(place * every / rate, 3)
                frames.append(Frame(place * every, found.quality, found.value, seconds))
        finally:
            process.stdout.close()
            process.kill()
            said = complaints.all()
    complaint = _reason(said) if said else ""
    if not frames:
        raise UnreadableFileError(
            f"No frame of the video could be read ({complaint or 'it has none'}); fetch or copy it again."
        )
    return Film(tuple(frames), complaint)


class _Complaints:
    """Takes what a process says aside as it comes, so that it never waits for us; keeps the last of it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._last = b""
        self._thread = threading.Thread(target=self._take, daemon=True)
        try:
            self._thread.start()
        except RuntimeError:  # no room for its stack
            raise MemoryError from None

    def _take(self) -> None:
        while piece := self._stream.read1(_MOST_SAID):  # type: ignore[attr-defined]
            self._last = (self._last + piece)[-_MOST_SAID:]

    def all(self) -> bytes:
        """Return the last of it, once the process has ended."""
        self._thread.join()
        return self._last


def _careful(program: str) -> list[str]:
    """Return the beginning of each call: quiet, one thread, files only, and only as data of the one demuxer."""
    return [
        *(program, "-hide_banner", "-nostdin", "-v", "error"),
        # Of the filters, then of what reads: each worker has one core.
        *("-filter_threads", "1", "-threads", "1"),
        *("-protocol_whitelist", "file,pipe"),
    ]


def _head(program: str, source: list[str | bytes], limits: Limits) -> Head:
    """Return what the head of the file says, once it is seen that it can be decoded within the limits."""
    said = _head_said(program, source)
    head = head_of(said)
    if head is None:
        raise UnreadableFileError(
            f"The video has no track of pictures, or is cut short or damaged ({_reason(said)}); fetch or copy it again."
        )
    if not head.is_known:
        raise UnreadableFileError(
            "The pictures of the video are coded in a way that this ffmpeg does not read; install a newer one, or"
            " convert the video."
        )
    _refuse_large(head.width, head.height, limits)
    return head


def _head_said(program: str, source: list[str | bytes]) -> bytes:
    """Return all that ffmpeg says of the file: its tracks come behind the chapters, of which there may be many."""
    with subprocess.Popen(
        [*_careful(program), "-v", "info", *source],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stderr is not None
        try:
            said = process.stderr.read(MOST_HEAD + 1)
        finally:
            process.kill()
    if len(said) > MOST_HEAD:
        raise UnreadableFileError(
            f"The notes and chapters in the video are longer than {MOST_HEAD >> 20} MiB; save it without them to read it."
        )
    return said


def _refuse_large(width: int, height: int, limits: Limits) -> None:
    if width * height > limits.pixels:
        raise UnreadableFileError(
            f"The video has {width} by {height} pixels, more than the limit of {limits.pixels:,}; no frame was decoded."
            " Raise the limit if you trust the file."
        )


def _refuse_many(place: int) -> None:
    if place >= MOST_FRAMES:
        raise UnreadableFileError(
            f"The video has more than {MOST_FRAMES:,} frames to read; cut it into parts to read them."
        )


def _reason(said: bytes) -> str:
    """Return the last line that ffmpeg said, without the address of a structure and the file's name."""
    lines = said[-_MOST_SAID:].decode(errors="replace").strip().splitlines() or [
        "ffmpeg said nothing"
    ]
    line = re.sub(r"^\[[^\]]*\] |file:.*: ", "", lines[-1])
    return shortened(line)


def _pictures(stream: IO[bytes], limits: Limits) -> Iterator[NDArray[np.uint8]]:
    """Yield the pixels (h, w, 3) of the PPM pictures in a stream."""
    while stream.readline(16) == b"P6\n":
        width, height = (int(each) for each in stream.readline(32).split())
        stream.readline(16)
        if min(width, height) < 1:  # of a size below 0 all there is would be read
            raise ValueError(f"A picture of {width} by {height} pixels is none.")
        _refuse_large(width, height, limits)
        content = stream.read(width * height * 3)
        if len(content) < width * height * 3:
            return
        yield np.frombuffer(content, dtype=np.uint8).reshape(height, width, 3)
