# SPDX-License-Identifier: Apache-2.0
"""Some folders of a disk as a record shows them: what was written to which file, under which names, and when."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path

from tests.faults.writes import Call, NotModelledError

_WRITES = {"write", "writev", "pwrite64", "pwritev", "pwritev2"}
_SENDS = {"write", "writev", "sendto", "sendmsg"}
_BARRIERS = {"fsync", "fdatasync"}
_NAMINGS = {"mkdir", "unlink", "rmdir", "rename", "link"}
_TO_SOMEBODY_ELSE = ("socket:", "TCP:", "UNIX", "pipe:")


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a file's bytes: content at an offset, or a new size (`grows`: no smaller than it was)."""

    began: int
    ended: int
    offset: int = 0
    content: bytes = b""
    size: int | None = None
    grows: bool = False


@dataclass(slots=True, eq=False)
class File:
    """What a file held at the start, how that changed, and from when to when it was made durable."""

    image: Path | None
    size: int = 0
    changes: list[Change] = field(default_factory=list)
    barriers: list[tuple[int, int]] = field(default_factory=list)

    def change(self, change: Change) -> None:
        """Add a change."""
        self.changes.append(change)
        if change.size is None:
            self.size = max(self.size, change.offset + len(change.content))
        else:
            self.size = max(self.size, change.size) if change.grows else change.size


@dataclass(frozen=True, slots=True)
class Naming:
    """A change of a folder: a file is `named`, a folder `made`, or a name `removed`; a rename does two at once."""

    began: int
    ended: int
    named: tuple[str, File] | None = None
    made: str = ""
    removed: str = ""

    @property
    def folder(self) -> str:
        """Return the folder whose names change."""
        return posixpath.dirname(self.named[0] if self.named else self.made or self.removed)


class Disk:
    """Folders as they were when the record began, and all that happened to them since."""

    def __init__(
        self,
        images: dict[str, Path],
        *,
        promise: re.Pattern[bytes],
        is_ignored: Callable[[str], bool] = lambda _path: False,
    ) -> None:
        """Take the folders' paths, each with a copy of how it was; `promise` is what binds once it is said."""
        self.images = images
        self.is_ignored = is_ignored
        self.files: dict[str, File] = {}  # by the names they have now
        self.folders: set[str] = set()
        for root, image in images.items():
            self._read(root, image)
        self.first_files, self.first_folders = dict(self.files), set(self.folders)
        self.namings: list[Naming] = []
        self.folder_barriers: dict[str, list[tuple[int, int]]] = {}
        self.promise = promise
        self.promises: dict[str, int] = {}  # what was said to somebody else, and from when on
        self.instants: list[int] = []  # when something that matters here began
        self._positions: dict[tuple[int, int], int | None] = {}  # None: always at the end

    def _read(self, root: str, image: Path) -> None:
        for place, _folders, names in os.walk(image):
            folder = posixpath.normpath(posixpath.join(root, posixpath.relpath(place, image)))
            self.folders.add(folder)
            for name in names:
                if not self.is_ignored(f"{folder}/{name}"):
                    path = Path(place) / name
                    self.files[f"{folder}/{name}"] = File(path, path.stat().st_size)

    def replay(self, calls: Iterable[Call]) -> None:
        """Take in all calls of the records, in the order in which they began."""
        for call in sorted(filter(self._concerns, calls), key=attrgetter("began")):
            kind = _kind(call)
            if kind in _SENDS and call.path.startswith(_TO_SOMEBODY_ELSE):
                for found in self.promise.findall(call.written()):
                    self.promises.setdefault(found.decode(), call.began)
            elif kind == "open":
                self._open(call)
            elif kind in _NAMINGS:
                self._name(call, kind, call.paths())
            else:
                self._change(call)

    def _concerns(self, call: Call) -> bool:
        """Whether a call did something to these folders, or said something; the rest is forgotten soon."""
        if call.has_failed:
            return False
        kind = _kind(call)
        if kind in _SENDS and call.path.startswith(_TO_SOMEBODY_ELSE):
            return True
        if kind == "open":
            return self._is_inside(call.opened_path)
        if kind in _NAMINGS:
            return any(self._is_inside(path) for path in call.paths())
        return self._is_inside(call.path)

    def _is_inside(self, path: str) -> bool:
        is_inside = any(path == root or path.startswith(f"{root}/") for root in self.images)
        return is_inside and not self.is_ignored(path)

    def _open(self, call: Call) -> None:
        path, lasts = call.opened_path, (call.began, call.ended)
        if path in self.folders:
            return
        if call.name != "openat" or any(
            flag in call.arguments for flag in ("O_SYNC", "O_DSYNC", "O_TMPFILE")
        ):
            raise NotModelledError(f"{path} was opened by {call.name}{call.arguments}")
        file = self.files.get(path)
        if file is None:
            self.files[path] = File(None)
            self._note(Naming(*lasts, named=(path, self.files[path])))
        elif "O_TRUNC" in call.arguments:
            self.instants.append(call.began)
            file.change(Change(*lasts, size=0))
        descriptor = int(call.answer.partition("<")[0])
        self._positions[call.process, descriptor] = None if "O_APPEND" in call.arguments else 0

    def _change(self, call: Call) -> None:
        path, lasts, file = call.path, (call.began, call.ended), self.files.get(call.path)
        if call.name in _BARRIERS:
            known = file.barriers if file else self.folder_barriers.setdefault(path, [])
            known.append(lasts)
        elif file is None:
            raise NotModelledError(f"{call.name} on {path}, which nobody made")
        elif call.name == "lseek":
            place = call.process, call.descriptor
            if self._positions.get(place, 0) is not None:
                self._positions[place] = call.result
            return
        elif call.name in _WRITES:
            content = call.written()
            file.change(Change(*lasts, self._offset(call, file, len(content)), content))
        elif call.name == "ftruncate":
            file.change(Change(*lasts, size=call.numbers()[-1]))
        elif call.name == "fallocate" and call.numbers()[:-2] == [0]:
            file.change(Change(*lasts, size=sum(call.numbers()), grows=True))
        else:
            raise NotModelledError(f"{call.name} on {path}")
        self.instants.append(call.began)

    def _offset(self, call: Call, file: File, length: int) -> int:
        if call.name.startswith("p"):
            return call.numbers()[1 if "v" in call.name else -1]
        place = call.process, call.descriptor
        if place not in self._positions:
            raise NotModelledError(f"nobody knows where in {call.path} {call.name} wrote")
        position = self._positions[place]
        if position is None:
            return file.size
        self._positions[place] = position + length
        return position

    def _name(self, call: Call, kind: str, paths: list[str]) -> None:
        lasts, first, last = (call.began, call.ended), paths[0], paths[-1]
        if kind == "mkdir":
            self.folders.add(first)
            self._note(Naming(*lasts, made=first))
        elif kind in {"unlink", "rmdir"}:
            self.files.pop(first, None)
            self.folders.discard(first)
            self._note(Naming(*lasts, removed=first))
        elif first in self.files and posixpath.dirname(first) == posixpath.dirname(last):
            file = self.files[last] = self.files[first]
            if kind == "rename":
                del self.files[first]
            removed = first if kind == "rename" else ""
            self._note(Naming(*lasts, named=(last, file), removed=removed))
        else:
            raise NotModelledError(f"{call.name} of {first} to {last}")

    def _note(self, naming: Naming) -> None:
        self.namings.append(naming)
        self.instants.append(naming.began)


def _kind(call: Call) -> str:
    return call.name.removesuffix("2").removesuffix("at")
