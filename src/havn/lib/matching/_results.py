# SPDX-License-Identifier: Apache-2.0
"""What a search answers: matches of one query, and of many queries as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from havn.lib.matching._search import Hits
from havn.lib.matching._segment import Attributes

Kind = TypeVar("Kind", bound=np.generic)


class Match(NamedTuple):
    """An entry within the radius: how many bits differ, its 64-bit identifier, the list's name, its quality."""

    distance: int
    identifier: int
    list: str
    quality: int


class Entry(NamedTuple):
    """One listed fingerprint (32 bytes), with the name of its list and its quality."""

    fingerprint: bytes
    list: str
    quality: int


def list_name(names: tuple[str, ...], number: int) -> str:
    """Return the name of a list; of a damaged file the number could be any, and then it is the last."""
    return names[min(number, len(names) - 1)]


@dataclass(frozen=True, slots=True)
class Matches:
    """What many queries found: query i's matches are those from `offsets[i]` to `offsets[i + 1]`, nearest first.

    `offsets` (q + 1) int64; `distances` uint8, `identifiers` uint64, `lists` uint16 (numbers in `list_names`) and
    `qualities` uint8, one each per match. Matches of one query are ordered by distance, then identifier.
    """

    offsets: NDArray[np.int64]
    distances: NDArray[np.uint8]
    identifiers: NDArray[np.uint64]
    lists: NDArray[np.uint16]
    qualities: NDArray[np.uint8]
    list_names: tuple[str, ...]
    touched: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def of(self, query: int) -> list[Match]:
        """Return the matches of one query."""
        first, last = int(self.offsets[query]), int(self.offsets[query + 1])
        return [
            Match(
                int(self.distances[each]),
                int(self.identifiers[each]),
                list_name(self.list_names, int(self.lists[each])),
                int(self.qualities[each]),
            )
            for each in range(first, last)
        ]


class FoundIn(NamedTuple):
    """What one piece found: hits by position, and what the entries at those positions carry."""

    attributes: Attributes
    hits: Hits


def told(
    attributes: Attributes,
    positions: NDArray[np.int64],
    distances: NDArray[np.uint8],
    names: tuple[str, ...],
) -> list[Match]:
    """Return matches for the entries at these positions."""
    return [
        Match(distance, identifier, list_name(names, number), quality)
        for distance, identifier, number, quality in zip(
            distances.tolist(),
            attributes.identifiers_at(positions).tolist(),
            attributes.lists_at(positions).tolist(),
            attributes.qualities_at(positions).tolist(),
            strict=True,
        )
    ]


def matches_of(parts: list[FoundIn], queries: int, names: tuple[str, ...]) -> Matches:
    """Return what several pieces found for `queries` queries, each query's matches in their order."""
    numbers = _joined([each.hits.queries for each in parts], np.int64)
    distances = _joined([each.hits.distances for each in parts], np.uint8)
    identifiers = _joined(
        [each.attributes.identifiers_at(each.hits.positions) for each in parts], np.uint64
    )
    lists = _joined([each.attributes.lists_at(each.hits.positions) for each in parts], np.uint16)
    qualities = _joined(
        [each.attributes.qualities_at(each.hits.positions) for each in parts], np.uint8
    )
    order = np.lexsort((identifiers, distances, numbers))
    offsets = np.zeros(queries + 1, np.int64)
    np.cumsum(np.bincount(numbers, minlength=queries), out=offsets[1:])
    touched = np.zeros(queries, np.int64)
    for each in parts:
        touched[each.hits.first : each.hits.first + len(each.hits.touched)] += each.hits.touched
    return Matches(
        offsets,
        distances[order],
        identifiers[order],
        lists[order],
        qualities[order],
        names,
        touched,
    )


def _joined(arrays: list[NDArray[Kind]], kind: type[Kind]) -> NDArray[Kind]:
    return np.concatenate([np.empty(0, kind), *arrays])


@dataclass(frozen=True, slots=True)
class IndexDescription:
    """What an index is: how many entries, how they are laid out, what was added and removed since it was made.

    `identifiers` are the lowest and the highest of those in the file, (0, 0) where there are none. `bytes_per_entry`
    counts the arrays of the file, the fingerprints included; `changes` the records of its delta. `has_qualities` says
    whether entries of the file came with a quality; else all have 100, and no floor leaves one out.
    """

    entries: int
    stored: int
    identifiers: tuple[int, int]
    added: int
    removed: int
    changes: int
    lists: tuple[str, ...]
    bands: int
    widths: tuple[int, ...]
    peek_width: int
    ordered_by_entries: bool
    bytes_per_entry: float
    has_qualities: bool
    version: str
