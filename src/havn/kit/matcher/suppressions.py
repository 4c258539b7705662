# SPDX-License-Identifier: Apache-2.0
"""Entries that this platform has switched off for a while, each with a reason: a file beside the index or list that only grows.

One JSON object a line. What is suppressed is a fingerprint in a list, not an identifier: a list that is imported anew
may number its entries differently, and then nothing else is switched off by mistake.
"""

from __future__ import annotations

import fcntl
import json
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from havn.kit.matcher.faults import MatcherError

VERSION = 1
LONGEST_REASON = 255
FOR_EVER = 0


@dataclass(frozen=True, slots=True)
class Suppression:
    """A fingerprint (64 digits) of a list that is not told until `until` (seconds since 1970; 0 for ever), and why."""

    list: str
    fingerprint: str
    entry: int
    until: int
    reason: str
    at: int

    def holds(self, at: float) -> bool:
        """Say whether it is in force at this instant, in seconds since 1970."""
        return self.until == FOR_EVER or at < self.until


def suppressions_path(named: Path) -> Path:
    """Return where the suppressions of an index or list lie."""
    return named.with_name(f"{named.name}.suppressions")


class Suppressions:
    """Follows the file; what any process appended is seen by the next `refresh()` of every other."""

    def __init__(self, named: Path) -> None:
        """Read what is there.

        Raises:
            MatcherError: the file is there and cannot be read.

        """
        self.path = suppressions_path(named)
        self.broken_lines = 0
        self._lock = threading.Lock()
        self._mark = (0, 0)
        self._read = 0
        self._known: dict[tuple[str, str], Suppression] = {}
        self.refresh()

    def refresh(self) -> None:
        """Take in what was appended: one look at the file's size where nothing was."""
        try:
            status = self.path.stat()
        except FileNotFoundError:
            self._mark, self._read, self._known = (0, 0), 0, {}
            return
        mark = (status.st_ino, status.st_size)
        if mark != self._mark:
            with self._lock:
                self._take(mark)

    def _take(self, mark: tuple[int, int]) -> None:
        if mark[0] != self._mark[0] or mark[1] < self._read:
            self._read, self._known = 0, {}  # another file took the name
        try:
            with self.path.open("rb") as file:
                file.seek(self._read)
                raw = file.read()
        except OSError as error:
            raise MatcherError(
                f"{self.path}: the suppressions cannot be read ({error.strerror}). Give this user the right to read."
            ) from error
        whole = raw[: raw.rfind(b"\n") + 1]  # a line half there waits for its rest
        known = dict(self._known)
        for line in whole.splitlines():
            if line:
                self._follow(line, known)
        self._known, self._read, self._mark = known, self._read + len(whole), mark

    def _follow(self, line: bytes, known: dict[tuple[str, str], Suppression]) -> None:
        try:
            said: dict[str, Any] = json.loads(line)
            place = (str(said["list"]), str(said["fingerprint"]))
            if said["op"] == "lift":
                known.pop(place, None)
                return
            known[place] = Suppression(
                *place,
                int(said["entry"]),
                int(said["until"]),
                str(said["reason"]),
                int(said["at"]),
            )
        except (ValueError, TypeError, KeyError):
            # Such a line switches nothing off, which is the safe side; it is counted and told.
            self.broken_lines += 1

    def __bool__(self) -> bool:
        return bool(self._known)

    def find(self, name: str, fingerprint: str, *, at: float) -> Suppression | None:
        """Return the suppression of a fingerprint in a list that is in force at this instant."""
        found = self._known.get((name, fingerprint))
        return found if found is not None and found.holds(at) else None

    def in_force(self, at: float) -> Iterator[Suppression]:
        """Return all that are in force at this instant."""
        return (each for each in self._known.values() if each.holds(at))

    def suppress(self, suppression: Suppression) -> None:
        """Write one down; it is on disk, and in force in this process, when this returns.

        Raises:
            MatcherError: it could not be written.

        """
        self._append(
            {
                "op": "suppress",
                "list": suppression.list,
                "fingerprint": suppression.fingerprint,
                "entry": suppression.entry,
                "until": suppression.until,
                "reason": suppression.reason,
                "at": suppression.at,
            }
        )

    def lift(self, name: str, fingerprint: str, *, at: int) -> None:
        """Switch a fingerprint of a list on again, durably."""
        self._append({"op": "lift", "list": name, "fingerprint": fingerprint, "at": at})

    def _append(self, record: dict[str, Any]) -> None:
        line = json.dumps({"v": VERSION, **record}, ensure_ascii=True).encode() + b"\n"
        try:
            with self.path.open("a+b") as file:
                fcntl.flock(file, fcntl.LOCK_EX)  # freed by the system when this process is killed
                end = file.seek(0, os.SEEK_END)
                if end:
                    file.seek(end - 1)
                    # A killed writer's half line was never told to anybody; it must not swallow this one.
                    line = line if file.read(1) == b"\n" else b"\n" + line
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise MatcherError(
                f"{self.path}: nothing was suppressed ({error.strerror}). Make room, or give this user the right to "
                f"write in that folder."
            ) from error
        self.refresh()
