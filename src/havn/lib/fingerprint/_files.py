# SPDX-License-Identifier: Apache-2.0
"""Reads a file of the outside world: only ordinary ones, never waiting for a pipe, and seen to stay as it was."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from havn.lib.fingerprint._digests import PIECE, Digester
from havn.lib.fingerprint._values import NO_NAME, Digests, UnreadableFileError

CHANGED = "It changed while it was read; run again when it is whole."
_SENTENCES = {
    errno.ENOENT: "There is no such file any more; look whether it was moved, then run again.",
    errno.EACCES: "Reading it is not allowed; give the account that runs Havn the right to read it.",
    errno.EPERM: "Reading it is not allowed; give the account that runs Havn the right to read it.",
    errno.ELOOP: "Its symbolic links lead in a circle; mend or remove them.",
    errno.ENAMETOOLONG: "Its name is longer than this system takes; move it to a shorter path.",
    errno.ENOTDIR: "A part of its path is no folder; look at how the path is written.",
    errno.EIO: "The disk could not read it; check the disk, and fetch the file again.",
    errno.EISDIR: "It is a folder; name the files in it, or scan it.",
}
_SPECIAL = (
    (stat.S_ISDIR, "It is a folder; name the files in it, or scan it."),
    (
        stat.S_ISFIFO,
        "It is a named pipe, which was not opened; give its content on standard input.",
    ),
    (stat.S_ISSOCK, "It is a socket, which was not opened; name an ordinary file."),
    (stat.S_ISCHR, "It is a device, which was not opened; name an ordinary file."),
    (stat.S_ISBLK, "It is a device, which was not opened; name an ordinary file."),
)


@contextmanager
def opened(path: bytes, *, most: int) -> Iterator[BinaryIO]:
    """Give an ordinary file of at most so many bytes, open for reading.

    Raises UnreadableFileError for what is none, and when it has changed by the end of the block.
    """
    try:
        descriptor = _descriptor_of(path)
        with open(descriptor, "rb", buffering=0) as stream:  # noqa: PTH123 - of a descriptor
            before = os.fstat(descriptor)
            _refuse_special(before)
            if before.st_size > most:
                raise UnreadableFileError(
                    f"It has {before.st_size:,} bytes, more than the limit of {most:,}; raise the limit to read it."
                )
            yield stream
            refuse_changed(before, os.fstat(descriptor))
    except OSError as error:
        raise UnreadableFileError(sentence_of(error)) from error


def _descriptor_of(path: bytes) -> int:
    # A device may do something when it is opened, so it is looked at before; what it is may change until
    # then, so opening never waits, and what was opened is looked at again.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
    try:
        _refuse_special(os.stat(path))  # noqa: PTH116 - a name in bytes
        return os.open(path, flags | getattr(os, "O_BINARY", 0))
    except ValueError:  # a NUL in the name
        raise UnreadableFileError(NO_NAME) from None


def sentence_of(error: OSError) -> str:
    """Return what the system's refusal means and what to do about it."""
    known = _SENTENCES.get(error.errno or 0)
    return known or f"The system refused to read it ({error.strerror or error}); try again."


def _refuse_special(found: os.stat_result) -> None:
    for is_so, sentence in _SPECIAL:
        if is_so(found.st_mode):
            raise UnreadableFileError(sentence)


def refuse_changed(before: os.stat_result, after: os.stat_result) -> None:
    """Raise UnreadableFileError where a file is not as it was: what was read is of two files."""
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise UnreadableFileError(CHANGED)


def length_of(stream: BinaryIO, *, head: bytes, most: int) -> int:
    """Return how many bytes a file has of which only the first were read.

    Where the file system says 0 of every file, as some do, they are counted, and the stream is where it was. Raises
    UnreadableFileError where they are more than so many.
    """
    length = os.fstat(stream.fileno()).st_size
    if length or not head:
        return length
    length = len(head) + sum(map(len, _rest(stream, read=len(head), length=most)))
    if length > most:
        raise UnreadableFileError(
            f"It has more bytes than the limit of {most:,}; raise the limit to read it."
        )
    stream.seek(len(head))
    return length


def content_of(stream: BinaryIO, *, head: bytes, length: int) -> bytes:
    """Return everything of a file whose first bytes were read already and which has so many in all.

    Raises UnreadableFileError where it has more by now, or fewer: it may grow faster than it is read.
    """
    content = b"".join([head, *_rest(stream, read=len(head), length=length)])
    if len(content) != length:
        raise UnreadableFileError(CHANGED)
    return content


def digests_after(stream: BinaryIO, *, head: bytes, length: int) -> Digests:
    """Return the digests of such a file, without holding it. Raises UnreadableFileError as `content_of` does."""
    digester = Digester()
    digester.update(head)
    for piece in _rest(stream, read=len(head), length=length):
        digester.update(piece)
    digests = digester.digests()
    if digests.length != length:
        raise UnreadableFileError(CHANGED)
    return digests


def _rest(stream: BinaryIO, *, read: int, length: int) -> Iterator[bytes]:
    """Yield what comes after the bytes that were read: one byte more than there should be, at most."""
    while (left := length + 1 - read) > 0 and (piece := stream.read(min(PIECE, left))):
        read += len(piece)
        yield piece
