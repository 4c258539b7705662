# SPDX-License-Identifier: Apache-2.0
"""The watch itself: each finished upload is looked up and told, again until it was taken, and lists are kept up to date."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from havn.kit.scanning import Journal, Looker, LookRules, Row, Stamp, stamp_of
from havn.kit.watching._backlog import Backlog
from havn.kit.watching._lists import FollowedLists
from havn.kit.watching._memory import Memory
from havn.kit.watching._uploads import Finished, Uploads, folded
from havn.kit.watching._waits import wait_after
from havn.lib.clock import monotonic
from havn.lib.fingerprint import Readers

Deliver = Callable[[Row], str | None]
Say = Callable[[str], None]


@dataclass
class _Untold:
    """A row that was not taken everywhere: by the first so many, what it said, and of which file."""

    said: Row
    stamp: Stamp
    taken: int
    tries: int
    due: float = 0.0


class Watch:
    """Matches what comes into folders. Each of `deliver` takes a row and returns None, or a sentence why it did not take it.

    A row goes to them one after the other; what one of them took it is not given again while a later one refuses. What all
    took is remembered in the journal, so it is told once, and what came while nobody watched is found at the next
    start. A process that is killed between telling and remembering tells again: a row may come twice, never not at all.
    """

    def __init__(
        self,
        folders: Sequence[str],
        *,
        readers: Readers,
        lists: FollowedLists,
        rules: LookRules,
        journal: Journal,
        deliver: Sequence[Deliver],
        say: Say,
        settle: float = 2.0,
        every: float = 1.0,
        use_notices: bool = True,
    ) -> None:
        self.folders = folded(folders)
        self._readers = readers
        self._lists = lists
        self._rules = rules
        self._memory = Memory(journal, say=say)
        self._deliver = deliver
        self._say = say
        self._interval = every
        self._untold: dict[str, _Untold] = {}
        self._backlog = Backlog()
        self._next_look = 0.0  # at the lists
        self._is_over = threading.Event()
        self._uploads = Uploads(
            self.folders,
            is_done=self._is_done,
            settle=settle,
            every=every,
            use_notices=use_notices,
            meanwhile=self._follow_lists,
        )
        if self._uploads.has_notices:
            self._uploads.every = max(every, 30.0)

    @property
    def has_notices(self) -> bool:
        """Whether the system tells of uploads, or folders are gone through again and again."""
        return self._uploads.has_notices

    def looker(self) -> Looker:
        """Return what looks up in the lists as they are now."""
        return Looker(self._lists.known, self._rules)

    def stop(self) -> None:
        """End `run` after the files that are being read."""
        self._is_over.set()

    def run(self) -> None:
        """Watch until `stop`."""
        try:
            self._memory.forget_what_is_gone()
            while not self._is_over.is_set():
                self._follow_lists()
                self._memory.catch_up()
                self._backlog.add(self._uploads.look(monotonic()))
                self._backlog.add(self._due())
                self.take_turn()
                self._wait()
        finally:
            self._uploads.close()
            self._memory.end()

    def _follow_lists(self) -> None:
        if monotonic() >= self._next_look:
            self._lists.refresh()
            self._next_look = monotonic() + self._interval

    def _wait(self) -> None:
        """Wait for the next upload; while others wait to be looked up, only take in what the system told."""
        seconds = 0.0 if self._backlog or self._is_over.is_set() else self._interval
        if self._uploads.has_notices:
            self._uploads.wait(seconds, monotonic)
        else:
            self._is_over.wait(seconds)

    def take_turn(self) -> None:
        """Look up and tell what waits, for as long as lies between two looks at lists and folders."""
        stamps: dict[str, Stamp] = {}
        for path, reading in self._readers.read(self._unchanged(stamps)):
            self._follow_lists()  # a command that is told may take a minute for each
            if stamp_of(path) == stamps[path]:
                self._tell(self.looker().row(path, reading), stamps[path])
            else:  # what was read is not what is there now
                self._uploads.again(path, monotonic())

    def _unchanged(self, stamps: dict[str, Stamp]) -> Iterator[str]:
        """Yield what waits, is as it was and may be read now, and write its stamp down."""
        ends = monotonic() + self._interval
        for path, stamp in self._backlog.taken():
            if stamp_of(path) == stamp:
                stamps[path] = stamp
                yield path
            else:  # changed while it waited, or gone again, which is nobody's business
                self._uploads.again(path, monotonic())
            if self._is_over.is_set() or monotonic() >= ends:
                return

    def _tell(self, row: Row, stamp: Stamp) -> None:
        # Another version of a list that says the same is no other row.
        said = replace(row, list_size=0, list_version=None)
        before = self._untold.get(row.path)
        if before is not None and before.stamp != stamp:
            before = None  # another upload took the name
        first = before.taken if before is not None and before.said == said else 0
        for place, deliver in enumerate(self._deliver[first:], start=first):
            refusal = deliver(row)
            if refusal is not None:
                tries = before.tries + 1 if before else 1
                self._put_off(_Untold(said, stamp, taken=place, tries=tries), refusal)
                return
        self._untold.pop(row.path, None)
        self._memory.add(row.path, stamp, row.verdict)

    def _put_off(self, untold: _Untold, refusal: str) -> None:
        wait, path = wait_after(untold.tries), untold.said.path
        untold.due = monotonic() + wait
        self._untold[path] = untold
        self._say(f"{path!a} was not taken ({refusal}); it is told again in {wait:g} seconds.")

    def _due(self) -> Iterator[Finished]:
        """Yield what is to be told again now."""
        now = monotonic()
        for path in [path for path, each in self._untold.items() if each.due <= now]:
            stamp = stamp_of(path)
            if stamp == self._untold[path].stamp:
                yield Finished(path, stamp, is_fresh=False)
            else:  # gone, or a new upload, which may still be written
                del self._untold[path]
                self._uploads.again(path, now)

    def _is_done(self, path: str, stamp: Stamp) -> bool:
        untold = self._untold.get(path)
        return (
            (untold is not None and untold.stamp == stamp)
            or self._backlog.holds(path, stamp)
            or self._memory.holds(path, stamp)
        )
