# SPDX-License-Identifier: Apache-2.0
"""Lists that change while they are used: taken in anew when they do, kept as they were when the new one is no good."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from havn.kit.known import Known, ListError
from havn.kit.scanning import Stamp, stamp_of
from havn.kit.watching._waits import wait_after
from havn.lib.clock import monotonic
from havn.lib.matching import IndexFileError

Say = Callable[[str], None]
Open = Callable[[str, Say], Known]  # takes the path, and to whom it says what it does


@dataclass
class _Followed:
    path: str
    known: Known
    stamp: Stamp | None
    fault: str = ""  # what was said to be wrong with it, until it is right again
    tries: int = 0  # since it could be opened last
    due: float = 0.0


class FollowedLists:
    """Lists and indexes, opened by `open_list` and opened again when a list's file changes."""

    def __init__(self, paths: Sequence[str], *, open_list: Open, say: Say) -> None:
        self._open = open_list
        self._say = say
        # The stamp is older than what is read, so a change in between is seen at the next look.
        stamps = [stamp_of(each) for each in paths]
        self._each = [
            _Followed(path, open_list(path, say), stamp)
            for path, stamp in zip(paths, stamps, strict=True)
        ]

    @property
    def known(self) -> tuple[Known, ...]:
        """Return what is searched now."""
        return tuple(each.known for each in self._each)

    def refresh(self) -> None:
        """Look whether any list changed; cheap where none did."""
        for each in self._each:
            try:
                self._follow(each)
            except (ListError, IndexFileError) as error:
                self._refused(each, str(error))
            except OSError as error:
                self._refused(each, f"{each.path} cannot be taken in ({error.strerror}).")

    def _refused(self, each: _Followed, fault: str) -> None:
        """Say once what is wrong, and try again later though the list stays as it is: perhaps the system refused it."""
        if fault != each.fault:
            self._say(f"{fault} Version {each.known.version} of {each.path} is still used.")
        each.fault = fault
        each.tries += 1
        each.due = monotonic() + wait_after(each.tries)

    def _follow(self, each: _Followed) -> None:
        if each.known.source_digest is None:
            each.known.refresh()
            each.fault = ""
            return
        stamp = stamp_of(each.path)
        if stamp == each.stamp and not (each.tries and monotonic() >= each.due):
            return
        if stamp != each.stamp:
            each.stamp, each.tries = stamp, 0
        before = each.known.version
        each.known = self._open(each.path, _silent if each.tries else self._say)
        each.tries, each.fault = 0, ""
        if each.known.version != before:
            self._say(
                f"{each.path} changed: {each.known.size:,} entries, version {each.known.version}."
            )


def _silent(_text: str) -> None:
    """Say nothing: what is tried again was told at the first time."""
