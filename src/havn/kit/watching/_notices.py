# SPDX-License-Identifier: Apache-2.0
"""What Linux tells of files that were closed after writing or moved in (inotify, by the C library)."""

from __future__ import annotations

import ctypes
import os
import select
import struct
import sys
from collections.abc import Sequence
from typing import NamedTuple

from havn.kit.scanning import Walk

_CLOSED, _MOVED, _MADE = 0x8, 0x80, 0x100
_FOLDER, _OVERFLOW, _IGNORED = 0x40000000, 0x4000, 0x8000
_ONLY_FOLDERS = 0x01000000
_HEAD = struct.Struct("iIII")


class Told(NamedTuple):
    """Files that are finished; `was_too_much` says that some may be missing, and that one has to look."""

    paths: list[str]
    was_too_much: bool


class Notices:
    """The system's notices for folders and all below them."""

    def __init__(self, folders: Sequence[str]) -> None:
        """Begin to listen.

        Raises:
            OSError: the system has no such notices, or no more of them.

        """
        self._library = ctypes.CDLL(None, use_errno=True)
        self._number = self._library.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        if self._number < 0:
            raise OSError(ctypes.get_errno(), "inotify")
        self._folders: dict[int, str] = {}
        try:
            for each in folders:
                self._add(each)
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        """Listen no more."""
        if self._number >= 0:
            os.close(self._number)
            self._number = -1

    def _add(self, folder: str) -> None:
        """Listen to a folder and to those in it, however deep they lie."""
        waiting = [folder]
        while waiting:
            waiting += self._listen(waiting.pop())

    def _listen(self, folder: str) -> list[str]:
        """Listen to one folder; return those right in it."""
        mask = _CLOSED | _MOVED | _MADE | _ONLY_FOLDERS
        watch = self._library.inotify_add_watch(self._number, os.fsencode(folder), mask)
        if watch < 0:
            error = ctypes.get_errno()
            if os.path.isdir(folder):  # noqa: PTH112 - a name may be any bytes
                raise OSError(error, os.strerror(error), folder)
            return []  # it is gone again
        self._folders[watch] = folder
        try:
            with os.scandir(folder) as entries:
                return [each.path for each in entries if each.is_dir(follow_symlinks=False)]
        except OSError:
            return []  # gone, or closed to us, or too deep for a name: the walk says what is wrong

    def wait(self, seconds: float) -> Told:
        """Return what was finished, as soon as there is anything, or after so many seconds."""
        select.select([self._number], [], [], seconds)
        paths: dict[str, None] = {}
        was_too_much = False
        try:
            content = os.read(self._number, 1 << 18)
        except BlockingIOError:
            return Told([], was_too_much=False)
        for watch, mask, name in _events(content):
            if mask & _OVERFLOW:
                was_too_much = True
            elif mask & _IGNORED:
                self._folders.pop(watch, None)
            elif watch in self._folders:
                path = os.path.join(self._folders[watch], name)  # noqa: PTH118 - a name may be any bytes
                was_too_much |= self._take(path, mask, paths)
        return Told(list(paths), was_too_much)

    def _take(self, path: str, mask: int, paths: dict[str, None]) -> bool:
        """Take one notice in; return whether some may be missing."""
        if not mask & _FOLDER:
            if mask & (_CLOSED | _MOVED):
                paths[path] = None
            return False
        try:
            self._add(path)
        except OSError:
            return True
        # What was in it before it was listened to was told by nobody.
        for item in Walk([path]):
            paths[item.path] = None
        return False


def notices_for(folders: Sequence[str]) -> Notices | None:
    """Return the system's notices for folders, None where it has none to give."""
    if sys.platform != "linux":
        return None
    try:
        return Notices(folders)
    except (OSError, AttributeError):
        return None


def _events(content: bytes) -> list[tuple[int, int, str]]:
    events, at = [], 0
    while at < len(content):
        watch, mask, _, length = _HEAD.unpack_from(content, at)
        at += _HEAD.size
        name = content[at : at + length].rstrip(b"\0")
        at += length
        events.append((watch, mask, os.fsdecode(name)))
    return events
