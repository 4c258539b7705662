# SPDX-License-Identifier: Apache-2.0
"""What was done already, in a file that only grows: a line a file, each with a digest, so that a cut one is seen."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from havn.lib.clock import monotonic

Stamp = tuple[int, ...]
_BEGINS = b'{"journal": '  # every journal, so that no other file is taken for one and cut
_CHECK = 16  # digits
_MOST_LINES = 1 << 12  # bytes; longer than most lines
_LINE = 1 << 18  # bytes; longer than any line, whose longest part is a path
_SYNC_EVERY = 2.0  # seconds


class JournalError(Exception):
    """A journal cannot be used; the message says why and what to do."""


def stamp_of(path: str) -> Stamp | None:
    """Return what changes when a file does, None where there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116 - a name may be any bytes
    except (OSError, ValueError):
        return None
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino


class Journal:
    """Remembers what was said of each file, in a `with` block; one process at a time.

    `rules` is what an answer depends on (lists and their versions, radius): a journal of other rules begins anew, and
    `began_anew` says so. A file is remembered with its stamp, and forgotten when that differs.
    """

    def __init__(self, path: Path, rules: Mapping[str, Any]) -> None:
        self.path = path
        self._rules = {"journal": 1, **rules}
        self._places: dict[bytes, int] = {}
        self.began_anew = False

    def __enter__(self) -> Self:
        self._stream = self._opened(self.path)
        try:
            self._read()
        except BaseException:
            self._stream.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __len__(self) -> int:
        return len(self._places)

    def _opened(self, path: Path) -> BinaryIO:
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Names of files, and what they match, are nobody else's business.
            number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise JournalError(
                f"The journal {self.path} cannot be written ({error.strerror}). Name another, or use --no-journal."
            ) from error
        stream = os.fdopen(number, "r+b", buffering=0)
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            stream.close()
            raise JournalError(
                f"Another process works with the journal {self.path}. Wait for it, or name another journal."
            ) from error
        return stream

    def _read(self) -> None:
        """Take in all whole lines, and cut away what follows the first that is not."""
        good = 0
        with os.fdopen(os.dup(self._stream.fileno()), "rb") as reading:
            reading.seek(0)
            for line in reading:
                row = _checked(line)
                if not good and not (line.startswith(_BEGINS) or _BEGINS.startswith(line)):
                    raise JournalError(
                        f"{self.path} is a file, and no journal; it was left as it is. Name another for --journal."
                    )
                if row is None:
                    break
                if good == 0 and row != self._rules:
                    self.began_anew = True
                    break
                if good:
                    self._places[_key(row["absolute"], tuple(row["stamp"]))] = good
                good += len(line)
        self._stream.truncate(good)
        self._stream.seek(good)
        self._at = good
        self._synced_at = monotonic()
        if not good:
            self._write(self._rules)
        self._first_ends = self._at

    def _write(self, row: Mapping[str, Any]) -> None:
        line = _line_of(row)
        left = memoryview(line)
        while left:
            left = left[self._stream.write(left) :]
        self._at += len(line)
        if monotonic() - self._synced_at > _SYNC_EVERY:
            os.fsync(self._stream.fileno())
            self._synced_at = monotonic()

    def find(self, path: str, stamp: Stamp) -> dict[str, Any] | None:
        """Return what was remembered of a file with this stamp."""
        place = self._places.get(_key(_absolute(path), stamp))
        if place is None:
            return None
        said: dict[str, Any] = self._at_place(place)["said"]
        return said

    def holds(self, path: str, stamp: Stamp) -> bool:
        """Whether a file with this stamp is remembered."""
        return _key(_absolute(path), stamp) in self._places

    def held_first(self, path: str, stamp: Stamp) -> bool:
        """Whether a file with this stamp was remembered when the journal was opened, or shortened."""
        return self._places.get(_key(_absolute(path), stamp), self._first_ends) < self._first_ends

    def _at_place(self, place: int) -> dict[str, Any]:
        line = os.pread(self._stream.fileno(), _MOST_LINES, place)
        if b"\n" not in line:
            line = os.pread(self._stream.fileno(), _LINE, place)
        row = _checked(line.partition(b"\n")[0] + b"\n")
        if row is None:
            raise JournalError(
                f"The journal {self.path} was changed by somebody else. Delete it and begin again."
            )
        return row

    def add(self, path: str, stamp: Stamp, said: Mapping[str, Any]) -> None:
        """Remember what was said of a file; it outlives this process from now on, and a power cut from 2 seconds on."""
        absolute = _absolute(path)
        place = self._at
        self._write({"absolute": absolute, "stamp": list(stamp), "said": dict(said)})
        self._places[_key(absolute, stamp)] = place

    def forget(self, is_over: Callable[[str, Stamp], bool]) -> None:
        """Write the file anew without what is over, which is asked for each absolute path and stamp; whole or not at all.

        Raises:
            JournalError, OSError: the new file cannot be written; all is remembered as it was.

        """
        before = self._stream, self._at, self._places
        old, at, _ = before
        beside = self.path.with_name(self.path.name + ".new")
        fresh = self._opened(beside)
        try:
            fresh.truncate(0)
            self._stream, self._at, self._places = fresh, 0, {}
            self._write(self._rules)
            with os.fdopen(os.dup(old.fileno()), "rb") as reading:
                reading.seek(0)
                for line in reading:
                    row = _checked(line)
                    if (
                        row
                        and "absolute" in row
                        and not is_over(row["absolute"], tuple(row["stamp"]))
                    ):
                        self.add(row["absolute"], tuple(row["stamp"]), row["said"])
            self.sync()
            beside.replace(self.path)
        except BaseException:
            fresh.close()
            self._stream, self._at, self._places = before
            old.seek(at)  # reading moved it
            with suppress(OSError):  # on a full disk it has the last room
                beside.unlink()
            raise
        self._first_ends = self._at
        old.close()

    def sync(self) -> None:
        """Let all of it be on disk."""
        os.fsync(self._stream.fileno())

    def close(self) -> None:
        """Close the file, with all of it on disk."""
        if not self._stream.closed:
            self.sync()
            self._stream.close()

    def discard(self) -> None:
        """Delete the file: the work is done."""
        self.close()
        self.path.unlink(missing_ok=True)


def remove_old_journals(folder: Path, *, before: float) -> None:
    """Delete the journals in a folder that were last written before a time, in seconds since 1970, and nobody works with."""
    for path in folder.glob("*.journal"):
        with suppress(OSError):
            if path.stat().st_mtime < before:
                with path.open("r+b") as stream:
                    fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    path.unlink()


def _line_of(row: Mapping[str, Any]) -> bytes:
    text = json.dumps(row).encode()
    return text + b"\t" + sha256(text).hexdigest()[:_CHECK].encode() + b"\n"


def _checked(line: bytes) -> dict[str, Any] | None:
    """Return a line's object, None where the line is not as it was written."""
    text, _, check = line.rstrip(b"\n").rpartition(b"\t")
    if not line.endswith(b"\n") or sha256(text).hexdigest()[:_CHECK].encode() != check:
        return None
    try:
        row = json.loads(text)
    except ValueError:
        return None
    return row if isinstance(row, dict) else None


def _absolute(path: str) -> str:
    return os.path.abspath(path)  # noqa: PTH100 - a name may be any bytes


def _key(absolute: str, stamp: Stamp) -> bytes:
    return sha256(os.fsencode(absolute) + b"\0" + repr(stamp).encode()).digest()[:12]
