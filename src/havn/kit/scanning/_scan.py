# SPDX-License-Identifier: Apache-2.0
"""One scan: what the walk comes to is read by all processes and told in the order of the walk."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from havn.kit.scanning._journal import Journal, Stamp, stamp_of
from havn.kit.scanning._looking import Looker
from havn.kit.scanning._rows import Row
from havn.kit.scanning._walking import Item
from havn.lib.fingerprint import Readers, Reading


@dataclass
class _Place:
    """A file's place in the report, filled when the file was read."""

    path: str
    stamp: Stamp | None = None
    row: Row | None = None
    remembered: dict[str, Any] | None = None


class Scan:
    """Yields a row for every item, in their order; with a journal, files that it remembers are not read again."""

    def __init__(
        self,
        items: Iterable[Item],
        *,
        readers: Readers,
        looker: Looker,
        journal: Journal | None = None,
    ) -> None:
        self._items = iter(items)
        self._readers = readers
        self._looker = looker
        self._journal = journal
        self._places: deque[_Place] = deque()
        self._reading: dict[str, list[_Place]] = {}
        self._lock = threading.Lock()
        self.remembered = 0

    def rows(self) -> Iterator[Row]:
        """Yield the rows; what the readers raise is raised here."""
        for path, reading in self._readers.read(self._to_read()):
            with self._lock:
                waiting = self._reading[path]  # several where a path was named several times
                place = waiting.pop()
                if not waiting:
                    del self._reading[path]
            place.row = self._told(place, reading)
            yield from self._ready()
        yield from self._ready()

    def _told(self, place: _Place, reading: Reading) -> Row:
        row = self._looker.row(place.path, reading)
        # Why a file cannot be read may have an end: somebody allows it, or installs what was missing.
        is_final = row.verdict != "unreadable"
        if self._journal is not None and place.stamp is not None and is_final:
            with self._lock:
                self._journal.add(place.path, place.stamp, _kept(row))
        return row

    def _to_read(self) -> Iterator[str]:
        """Yield what has to be read; called by the readers' threads, one at a time."""
        for item in self._items:
            place = _Place(item.path)
            if item.problem is not None:
                place.row = self._looker.unmatched(item.path, "unreadable", why=item.problem)
            elif item.content is not None:
                place.row = self._looker.row(item.path, self._readers.read_bytes(item.content()))
            elif self._journal is not None:
                self._remember(place)
            must_read = place.row is None and place.remembered is None
            with self._lock:
                if must_read:
                    self._reading.setdefault(place.path, []).append(place)
                self._places.append(place)
            if must_read:
                yield item.path

    def _remember(self, place: _Place) -> None:
        assert self._journal is not None
        place.stamp = stamp_of(place.path)
        if place.stamp is None:
            return
        with self._lock:
            place.remembered = self._journal.find(place.path, place.stamp)
        self.remembered += place.remembered is not None

    def _ready(self) -> Iterator[Row]:
        """Yield the rows that nothing before them is waited for."""
        while self._places:
            first = self._places[0]
            if first.remembered is not None:
                yield Row(path=first.path, **first.remembered)
            elif first.row is not None:
                yield first.row
            else:
                return
            with self._lock:
                self._places.popleft()


def _kept(row: Row) -> dict[str, Any]:
    """Return a row for the journal: without the path, which may be given otherwise the next time."""
    said = asdict(row)
    del said["path"]
    return said
