# SPDX-License-Identifier: Apache-2.0
"""The watch itself: each finished upload is looked up and told, again until it was taken, and lists are kept up to date."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from havn.kit.scanning import Journal, Looker, LookRules, Row, Stamp, stamp_of
from havn.kit.watching._lists import FollowedLists
from havn.kit.watching._uploads import Uploads
from havn.lib.clock import monotonic
from havn.lib.fingerprint import Readers

LONGEST_WAIT = 300.0  # seconds between two tries to tell
FORGET_FROM = 10_000  # uploads

Deliver = Callable[[Row], str | None]
Say = Callable[[str], None]


@dataclass
class _Untold:
    tries: int
    due: float


class Watch:
    """Matches what comes into folders. `deliver` takes a row and returns None, or a sentence why it did not take it.

    What was taken is remembered in the journal, so it is told once, and what came while nobody watched is found at the next
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
        deliver: Deliver,
        say: Say,
        settle: float = 2.0,
        every: float = 1.0,
        use_notices: bool = True,
    ) -> None:
        self._readers = readers
        self._lists = lists
        self._rules = rules
        self._journal = journal
        self._deliver = deliver
        self._say = say
        self._interval = every
        self._untold: dict[str, _Untold] = {}
        self._is_over = threading.Event()
        self._uploads = Uploads(
            folders, is_done=self._is_done, settle=settle, every=every, use_notices=use_notices
        )
        if self._uploads.has_notices:
            self._uploads.every = max(every, 30.0)

    def forget_what_is_gone(self) -> None:
        """Take out of the journal what is not there any more, or not as it was: it grows with every upload."""
        if len(self._journal) >= FORGET_FROM:
            self._journal.forget(lambda path, stamp: stamp_of(path) != stamp)

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
            while not self._is_over.is_set():
                self._lists.refresh()
                self.take(self._uploads.look(monotonic()))
                self.take(self._due())
                if self._is_over.is_set():
                    return
                if self._uploads.has_notices:
                    self._uploads.wait(self._interval, monotonic)
                else:
                    self._is_over.wait(self._interval)
        finally:
            self._uploads.close()

    def take(self, paths: Iterable[str]) -> None:
        """Look files up and tell what was found."""
        stamps: dict[str, Stamp | None] = {}

        def stamped() -> Iterable[str]:
            for path in paths:
                if self._is_over.is_set():
                    return
                stamps[path] = stamp_of(path)
                if stamps[path] is not None:  # what is gone again is nobody's business
                    yield path

        looker = self.looker()
        for path, reading in self._readers.read(stamped()):
            if stamp_of(path) == stamps[path]:
                self._tell(looker.row(path, reading), stamps[path])
            else:  # what was read is not what is there now
                self._uploads.again(path, monotonic())

    def _tell(self, row: Row, stamp: Stamp | None) -> None:
        refusal = self._deliver(row)
        if refusal is None:
            self._untold.pop(row.path, None)
            if stamp is not None:
                self._journal.add(row.path, stamp, {"verdict": row.verdict})
            return
        tries = self._untold[row.path].tries + 1 if row.path in self._untold else 1
        wait = min(LONGEST_WAIT, 2.0**tries)
        self._untold[row.path] = _Untold(tries, monotonic() + wait)
        self._say(f"{row.path!a} was not taken ({refusal}); it is told again in {wait:g} seconds.")

    def _due(self) -> list[str]:
        now = monotonic()
        due = [path for path, each in self._untold.items() if each.due <= now]
        for path in due:
            if stamp_of(path) is None:
                del self._untold[path]
        return [path for path in due if path in self._untold]

    def _is_done(self, path: str, stamp: Stamp) -> bool:
        return path in self._untold or self._journal.holds(path, stamp)
