# SPDX-License-Identifier: Apache-2.0
"""Which uploads are finished: told by the system where it tells, else files that did not change between two looks."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence

from havn.kit.scanning import Stamp, Walk, stamp_of
from havn.kit.watching._notices import Notices, notices_for


class Uploads:
    """Looks through folders for files that are new or changed, and finished; which are known already, `is_done` says.

    `settle` is how long a file has to stay as it is, in seconds. With the system's notices (Linux), what was closed after
    writing or moved in is finished at once, and the folders are only gone through every `every` seconds, lest any was missed.
    """

    def __init__(
        self,
        folders: Sequence[str],
        *,
        is_done: Callable[[str, Stamp], bool],
        settle: float,
        every: float,
        use_notices: bool = True,
    ) -> None:
        self._folders = folders
        self._is_done = is_done
        self._settle = settle
        self.every = every
        self._seen: dict[str, tuple[Stamp, float]] = {}
        self._next_walk = 0.0
        self._notices: Notices | None = notices_for(folders) if use_notices else None

    @property
    def has_notices(self) -> bool:
        """Whether the system tells of uploads."""
        return self._notices is not None

    def close(self) -> None:
        """Let the system tell no more."""
        if self._notices is not None:
            self._notices.close()

    def wait(self, seconds: float) -> list[str]:
        """Wait for the system's notices at most so long; return the files that are finished by them.

        Without notices nothing is waited for: the caller waits.
        """
        if self._notices is None:
            return []
        told = self._notices.wait(seconds)
        if told.was_too_much:
            self._next_walk = 0.0
        return [path for path in told.paths if self._is_new(path)]

    def look(self, at: float) -> list[str]:
        """Go through the folders if it is time, and return the files that are new and stayed as they were.

        `at` is the time on a clock that only goes forward, in seconds.
        """
        if at < self._next_walk:
            return [each for each in self._settled(at, list(self._seen)) if self._is_new(each)]
        self._next_walk = at + self.every
        there = [item.path for item in Walk(self._folders) if item.problem is None]
        self._seen = {path: self._seen[path] for path in there if path in self._seen}
        return list(self._settled(at, there))

    def _settled(self, at: float, paths: list[str]) -> Iterator[str]:
        for path in paths:
            stamp = stamp_of(path)
            if stamp is None or self._is_done(path, stamp):
                self._seen.pop(path, None)
                continue
            before = self._seen.get(path)
            if before is None or before[0] != stamp:
                self._seen[path] = stamp, at
            elif at - before[1] >= self._settle:
                del self._seen[path]
                yield path

    def _is_new(self, path: str) -> bool:
        stamp = stamp_of(path)
        return stamp is not None and os.path.isfile(path) and not self._is_done(path, stamp)  # noqa: PTH113 - any bytes
