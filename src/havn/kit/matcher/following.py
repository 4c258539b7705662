# SPDX-License-Identifier: Apache-2.0
"""Following a served list: its index is another file when another process indexed it anew, and is looked for apart."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from havn.kit.matcher.faults import MatcherError
from havn.kit.matcher.sources import source_of
from havn.lib import clock
from havn.lib.matching import Index, IndexFileError

LONGEST_WAIT = 60.0  # seconds between two looks, where the list cannot be used
_TRIES = 6  # after which the longest wait is reached


class ListFollower:
    """Looks for the index of a list on a thread of its own, one at a time; look-ups go on in the one they have."""

    def __init__(self, named: Path, take: Callable[[Path, Index], None]) -> None:
        """Take the list's file, and what is to be done with its new index."""
        self._named = named
        self._take = take
        self._tries = 0
        self._due = 0.0
        self._running: threading.Thread | None = None

    def look(self) -> None:
        """Begin to look, unless that is being done or was done just now; never waits."""
        running = self._running
        if (running is not None and running.is_alive()) or clock.monotonic() < self._due:
            return
        self._running = threading.Thread(target=self._look, daemon=True, name="havn-follow")
        self._running.start()

    def _look(self) -> None:
        try:
            path = source_of(self._named).index
            self._take(path, Index.open(path))
        except (MatcherError, IndexFileError, OSError):
            self._tries += 1
            self._due = clock.monotonic() + min(LONGEST_WAIT, 2.0 ** min(self._tries, _TRIES))
        else:
            self._tries = 0
