# SPDX-License-Identifier: Apache-2.0
"""Finished uploads that wait to be looked up: those that came while watching go before those that lay there already."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator

from havn.kit.scanning import Stamp
from havn.kit.watching._uploads import Finished


class Backlog:
    """Two rows of uploads, each with the stamp that it had when it was finished."""

    def __init__(self) -> None:
        # The first of a plain dict is found by going over all that were taken from it.
        self._fresh: OrderedDict[str, Stamp] = OrderedDict()
        self._older: OrderedDict[str, Stamp] = OrderedDict()
        self._is_turn_of_older = False

    def __len__(self) -> int:
        return len(self._fresh) + len(self._older)

    def add(self, uploads: Iterable[Finished]) -> None:
        """Let uploads wait; one that waits already does so as it is now."""
        for path, stamp, is_fresh in uploads:
            if is_fresh:
                self._older.pop(path, None)
                self._fresh[path] = stamp
            elif path not in self._fresh:
                self._older[path] = stamp

    def holds(self, path: str, stamp: Stamp) -> bool:
        """Whether a file waits as it is now."""
        return stamp in {self._fresh.get(path), self._older.get(path)}

    def taken(self) -> Iterator[tuple[str, Stamp]]:
        """Yield all that wait, fresh ones first; every second time one of the others, lest they wait for ever."""
        self._is_turn_of_older = not self._is_turn_of_older
        if self._is_turn_of_older and self._older:
            yield self._older.popitem(last=False)
        while self._fresh:
            yield self._fresh.popitem(last=False)
        while self._older:
            yield self._older.popitem(last=False)
