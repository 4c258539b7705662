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

AT_HAND = 1000  # files in a row that need no reading, up to which those that do are read ahead


@dataclass(slots=True)
class _Place:
    """A file's place in the report: told from the journal, or filled when the file was read."""

    path: str
    stamp: Stamp | None = None
    is_remembered: bool = False
    row: Row | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether the file must be read first."""
        return self.row is None and not self.is_remembered


class Scan:
    """Yields a row for every item, in their order; with a journal, files that it remembers are not read again.

    Rows that need no reading are told one by one as the walk comes to them, so that neither a journal of millions nor a
    list of folders that cannot be opened fills the memory, or lets whoever waits see nothing.
    """

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
        self.remembered = 0  # of the files that the journal held when the scan began

    def rows(self) -> Iterator[Row]:
        """Yield the rows; what the readers raise is raised here."""
        for item in self._items:
            place = self._place_of(item)
            if not place.is_waiting:
                yield self._row_at(place)
                continue
            for path, reading in self._readers.read(self._to_read(place)):
                self._fill(path, reading)
                yield from self._ready()
            yield from self._ready()

    def _fill(self, path: str, reading: Reading) -> None:
        with self._lock:
            waiting = self._reading[path]  # several where a path was named several times
            place = waiting.pop()
            if not waiting:
                del self._reading[path]
        place.row = self._told(place, reading)

    def _told(self, place: _Place, reading: Reading) -> Row:
        row = self._looker.row(place.path, reading)
        # Why a file cannot be read may have an end: somebody allows it, or installs what was missing.
        is_final = row.verdict != "unreadable"
        if self._journal is not None and place.stamp is not None and is_final:
            with self._lock:
                self._journal.add(place.path, place.stamp, _kept(row))
        return row

    def _to_read(self, first: _Place) -> Iterator[str]:
        """Yield what has to be read, from a first one to where much need not; the readers' threads call it, one at a time."""
        self._take(first)
        yield first.path
        at_hand = 0
        while at_hand < AT_HAND and (item := next(self._items, None)) is not None:
            place = self._place_of(item)
            self._take(place)
            at_hand = 0 if place.is_waiting else at_hand + 1
            if at_hand == 0:
                yield place.path

    def _take(self, place: _Place) -> None:
        with self._lock:
            if place.is_waiting:
                self._reading.setdefault(place.path, []).append(place)
            self._places.append(place)

    def _place_of(self, item: Item) -> _Place:
        place = _Place(item.path)
        if item.problem is not None:
            place.row = self._looker.unmatched(item.path, "unreadable", why=item.problem)
        elif item.content is not None:
            place.row = self._looker.row(item.path, self._readers.read_bytes(item.content()))
        elif self._journal is not None:
            place.stamp = stamp_of(place.path)
            if place.stamp is not None:
                with self._lock:
                    place.is_remembered = self._journal.holds(place.path, place.stamp)
                    self.remembered += self._journal.held_first(place.path, place.stamp)
        return place

    def _ready(self) -> Iterator[Row]:
        """Yield the rows that nothing before them is waited for."""
        while self._places and not self._places[0].is_waiting:
            with self._lock:
                place = self._places.popleft()
            yield self._row_at(place)

    def _row_at(self, place: _Place) -> Row:
        if place.row is not None:
            return place.row
        assert self._journal is not None
        assert place.stamp is not None
        with self._lock:
            said = self._journal.find(place.path, place.stamp)
        assert said is not None
        return Row(path=place.path, **said)


def _kept(row: Row) -> dict[str, Any]:
    """Return a row for the journal: without the path, which may be given otherwise the next time."""
    said = asdict(row)
    del said["path"]
    return said
