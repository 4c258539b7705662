# SPDX-License-Identifier: Apache-2.0
"""Following a served list: its index is another file when the list is indexed anew, and is looked for apart."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from havn.kit.matcher.board import Board
from havn.kit.matcher.counters import SINGLES
from havn.kit.matcher.faults import MatcherError
from havn.kit.matcher.sources import source_of
from havn.kit.scanning import Stamp, stamp_of
from havn.lib import clock
from havn.lib.matching import IndexFileError

LONGEST_WAIT = 60.0  # seconds between two looks, where the list cannot be used
STAMP_EVERY = 1.0  # seconds between two looks at the list's file
_TRIES = 6  # after which the longest wait is reached


class ListFollower:
    """Looks for the index of a list on a thread of its own, one at a time; look-ups go on in the one they have."""

    def __init__(self, named: Path, take: Callable[[Path], None], board: Board) -> None:
        """Take the list's file, what is to be done with the file of its index, and where mistakes of ours are counted."""
        self._named = named
        self._take = take
        self._board = board
        self._stamp: Stamp | None = ()  # of the list, when it was looked for last
        self._next_stamp = 0.0
        self._tries = 0
        self._due = 0.0
        self._looking = threading.Lock()

    @property
    def is_failing(self) -> bool:
        """Say whether the list as it is now cannot be used."""
        return self._tries > 0

    def look(self, *, is_stale: bool) -> None:
        """Begin to look if the index is stale, or the list another than at the last look; never waits.

        A list that could not be used is looked for again after waits that grow, and at once when it changed.
        """
        now = clock.monotonic()
        is_wanted = (is_stale or self.is_failing) and now >= self._due
        if now >= self._next_stamp:
            self._next_stamp = now + STAMP_EVERY
            is_wanted = is_wanted or stamp_of(str(self._named)) != self._stamp
        if not is_wanted or not self._looking.acquire(blocking=False):
            return
        try:
            threading.Thread(target=self._look, daemon=True, name="havn-follow").start()
        except RuntimeError:  # the system has no thread left
            self._put_off()
            self._looking.release()

    def _look(self) -> None:
        try:
            # Older than what is read, so that a change in between is seen at the next look.
            self._stamp = stamp_of(str(self._named))
            self._take(source_of(self._named).index)
        except (MatcherError, IndexFileError, OSError):
            self._put_off()
        except Exception:  # noqa: BLE001 - it would be begun again at every look-up
            self._board.add(SINGLES["faults"])
            self._put_off()
        else:
            self._tries = 0
        finally:
            self._looking.release()

    def _put_off(self) -> None:
        self._tries += 1
        self._due = clock.monotonic() + min(LONGEST_WAIT, 2.0 ** min(self._tries, _TRIES))
