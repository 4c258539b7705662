# SPDX-License-Identifier: Apache-2.0
"""Which uploads are finished: told by the system where it tells, else files that did not change between two looks."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from havn.kit.scanning import Stamp, Walk, stamp_of
from havn.kit.watching._notices import Notices, notices_for
from havn.lib.clock import monotonic

GRACE = 0.25  # seconds in which whoever wrote a file may still set its mode or its times
_REST = 4  # times as long as a walk took, before the next begins: the rest is for looking up


class _Seen(NamedTuple):
    """A file as it was since some time, and how long it has to stay so."""

    stamp: Stamp
    since: float
    needed: float
    is_fresh: bool = True


class Finished(NamedTuple):
    """An upload that is finished; one that lay there when the watch began is not fresh."""

    path: str
    stamp: Stamp
    is_fresh: bool = True


def folded(folders: Sequence[str]) -> list[str]:
    """Return folders without those that lie in another, or are named twice: going through that one finds their files.

    One that lies behind a folder that cannot be gone through is kept: only its name leads there.
    """
    real = [os.path.realpath(each) for each in folders]
    kept = []
    for place, folder in enumerate(folders):
        is_inside = any(_leads_to(each, real[place]) for each in real)
        if not is_inside and real[place] not in real[:place]:
            kept.append(folder)
    return kept


def _leads_to(outer: str, inner: str) -> bool:
    """Say whether a folder lies in another, and all between them can be listed and entered."""
    if inner == outer or os.path.commonpath([outer, inner]) != outer:
        return False
    between = os.path.dirname(inner)  # noqa: PTH120 - a name may be any bytes
    while os.access(between, os.R_OK | os.X_OK):
        if between == outer:
            return True
        between = os.path.dirname(between)  # noqa: PTH120 - a name may be any bytes
    return False


class Uploads:
    """Looks through folders for files that are new or changed, and finished; which are known already, `is_done` says.

    `settle` is how long a file has to stay as it is, in seconds. With the system's notices (Linux), what was closed after
    writing or moved in is finished after `GRACE`, and the folders are only gone through every `every` seconds, lest any
    was missed. `meanwhile` is called for each file that a walk comes to: a walk may take minutes.
    """

    def __init__(
        self,
        folders: Sequence[str],
        *,
        is_done: Callable[[str, Stamp], bool],
        settle: float,
        every: float,
        use_notices: bool = True,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> None:
        self._folders = folders
        self._meanwhile = meanwhile
        self._is_done = is_done
        self._settle = settle
        self.every = every
        self._seen: dict[str, _Seen] = {}
        self._next_walk = 0.0
        self._has_walked = False
        self._notices: Notices | None = notices_for(folders) if use_notices else None

    @property
    def has_notices(self) -> bool:
        """Whether the system tells of uploads."""
        return self._notices is not None

    def close(self) -> None:
        """Let the system tell no more."""
        if self._notices is not None:
            self._notices.close()

    def wait(self, seconds: float, clock: Callable[[], float]) -> None:
        """Wait for the system's notices at most so long, less where a file is about to be finished.

        `clock` is read when they came: a file may be written to for longer than nothing was heard of it.

        Without notices nothing is waited for: the caller waits.
        """
        if self._notices is None:
            return
        told = self._notices.wait(min(seconds, GRACE) if self._seen else seconds)
        at = clock()
        if told.was_too_much:
            self._next_walk = at
        for path in told.paths:
            stamp = stamp_of(path)
            # A link is left alone, as a walk leaves it: it may lead out of the folder.
            is_file = os.path.isfile(path) and not os.path.islink(path)  # noqa: PTH113, PTH114 - a name may be any bytes
            if stamp is not None and is_file:
                self._seen[path] = _Seen(stamp, at, min(GRACE, self._settle))

    def look(self, at: float) -> list[Finished]:
        """Return the files that are new and stayed as they were; go through the folders first if it is time.

        `at` is the time on a clock that only goes forward, in seconds.
        """
        if at < self._next_walk:
            return list(self._settled(at, list(self._seen)))
        began = monotonic()
        there = list(self._walked())
        self._seen = {path: self._seen[path] for path in there if path in self._seen}
        found = list(self._settled(at, there))
        self._has_walked = True
        took = monotonic() - began
        self._next_walk = at + max(self.every, took * (1 + _REST))
        return found

    def _walked(self) -> Iterator[str]:
        for item in Walk(self._folders):
            self._meanwhile()
            if item.problem is None:
                yield item.path

    def again(self, path: str, at: float) -> None:
        """Wait once more for a file that changed while it was read."""
        stamp = stamp_of(path)
        if stamp is not None:
            self._seen[path] = _Seen(stamp, at, self._settle)

    def _settled(self, at: float, paths: list[str]) -> Iterator[Finished]:
        for path in paths:
            self._meanwhile()
            stamp = stamp_of(path)
            if stamp is None or self._is_done(path, stamp):
                self._seen.pop(path, None)
                continue
            before = self._seen.get(path)
            if before is None or before.stamp != stamp:
                self._seen[path] = _Seen(stamp, at, self._settle, is_fresh=self._has_walked)
            elif at - before.since >= before.needed:
                del self._seen[path]
                yield Finished(path, stamp, before.is_fresh)
