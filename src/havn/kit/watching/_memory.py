# SPDX-License-Identifier: Apache-2.0
"""What was told already: in the journal, and in memory alone as long as the journal's disk takes nothing."""

from __future__ import annotations

from collections.abc import Callable

from havn.kit.scanning import Journal, JournalError, Stamp, stamp_of
from havn.kit.watching._waits import wait_after
from havn.lib.clock import monotonic

FORGET_FROM = 10_000  # uploads


class Memory:
    """Remembers uploads. While the journal cannot be written it is tried again after waits that grow; nothing ends."""

    def __init__(self, journal: Journal, *, say: Callable[[str], None]) -> None:
        self._journal = journal
        self._say = say
        self._unwritten: dict[str, tuple[Stamp, str]] = {}
        self._tries = 0  # since the journal took something
        self._due = 0.0
        self._is_over = False

    def holds(self, path: str, stamp: Stamp) -> bool:
        """Whether a file with this stamp was told."""
        unwritten = self._unwritten.get(path)
        is_unwritten = unwritten is not None and unwritten[0] == stamp
        return is_unwritten or self._journal.holds(path, stamp)

    def add(self, path: str, stamp: Stamp, verdict: str) -> None:
        """Remember that a file was told."""
        self._unwritten[path] = stamp, verdict
        if not self._tries:
            self._write()

    def catch_up(self) -> None:
        """Write what could not be written, when it is time to try again."""
        if self._tries and monotonic() >= self._due and self._is_open_again():
            self._write()
            if not self._tries:
                self._say("What was told is remembered again.")

    def forget_what_is_gone(self) -> None:
        """Take out what is not there any more, or not as it was: the journal grows with every upload."""
        if len(self._journal) < FORGET_FROM:
            return
        try:
            self._journal.forget(lambda path, stamp: stamp_of(path) != stamp)
        except (OSError, JournalError) as error:
            self._say(f"The journal {self._journal.path} cannot be shortened ({_why(error)}).")

    def end(self) -> None:
        """Try for the last time, and say what will be told again."""
        self._is_over = True
        if self._tries and self._is_open_again():
            self._write()
        if self._unwritten:
            self._say(
                f"Uploads that were told and could not be remembered: {len(self._unwritten):,}. The next start tells them again."
            )

    def _write(self) -> None:
        try:
            for path, (stamp, verdict) in list(self._unwritten.items()):
                self._journal.add(path, stamp, {"verdict": verdict})
                del self._unwritten[path]
        except OSError as error:
            self._failed(error)
        else:
            self._tries = 0

    def _is_open_again(self) -> bool:
        """Open the journal anew, which cuts away half a line that a full disk left; say whether that was done."""
        try:
            self._journal.close()
            self._journal.__enter__()
        except (OSError, JournalError) as error:
            self._failed(error)
            return False
        return True

    def _failed(self, error: OSError | JournalError) -> None:
        self._tries += 1
        wait = wait_after(self._tries)
        self._due = monotonic() + wait
        what = f"What was told cannot be remembered in {self._journal.path} ({_why(error)})."
        if self._is_over:  # nothing is tried any more
            self._say(what)
        else:
            self._say(
                f"{what} Make room: uploads are told meanwhile, and it is tried again in {wait:g} seconds."
            )


def _why(error: OSError | JournalError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
