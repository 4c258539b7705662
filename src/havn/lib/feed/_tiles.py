# SPDX-License-Identifier: Apache-2.0
"""Tiles and entry bundles (C2SP tlog-tiles): where they lie, what they hold, which ones an append writes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from havn.lib.feed._errors import FeedError
from havn.lib.feed._merkle import (
    MOST_ENTRIES,
    Frontier,
    complete_root,
    frontier_at,
    history_path,
    inclusion_path,
)

TILE_WIDTH = 256
MOST_LEVEL = 6  # 256**7 entries are more than MOST_ENTRIES
LONGEST_ENTRY = 65_535
LONGEST_PAGE = TILE_WIDTH * (2 + LONGEST_ENTRY)

_NUMBER = r"(?P<number>(?:x[0-9]{3}/){0,5}[0-9]{3})"
_WIDTH = r"(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
_TILE = re.compile(rf"tile/(?P<level>0|[1-9][0-9]?)/{_NUMBER}{_WIDTH}")
_ENTRIES = re.compile(rf"tile/entries/{_NUMBER}{_WIDTH}")


class TileReader(Protocol):
    """Whoever has hash tiles: the first `width` hashes of one."""

    def hashes(self, level: int, number: int, width: int) -> bytes:
        """Return `width` hashes, 32 bytes each, one after the other."""
        ...


@dataclass(frozen=True, slots=True)
class NewTile:
    """A hash tile as it stands after an append: what a store writes over the shorter one of this place.

    Its beginning never changes, so a narrower tile is served as its first hashes.  # F23
    """

    level: int
    number: int
    hashes: bytes

    @property
    def width(self) -> int:
        """Return how many hashes it holds."""
        return len(self.hashes) // 32


@dataclass(frozen=True, slots=True)
class TileAddress:
    """A tile's place; `level` is None for an entry bundle, `width` 256 for a full one."""

    level: int | None
    number: int
    width: int = TILE_WIDTH


def tile_path(level: int, number: int, width: int = TILE_WIDTH) -> str:
    """Return where a hash tile lies below a log's address."""  # F20
    if not 0 <= level <= MOST_LEVEL:
        raise FeedError("path_malformed", {"level": level})
    return f"tile/{level}/{_place(number, width)}"


def entries_path(number: int, width: int = TILE_WIDTH) -> str:
    """Return where an entry bundle lies below a log's address."""
    return f"tile/entries/{_place(number, width)}"


def _place(number: int, width: int) -> str:
    if not 0 <= number <= MOST_ENTRIES // TILE_WIDTH or not 1 <= width <= TILE_WIDTH:
        raise FeedError("path_malformed", {"number": number, "width": width})
    text = f"{number % 1000:03}"
    while number := number // 1000:
        text = f"x{number % 1000:03}/{text}"
    return text if width == TILE_WIDTH else f"{text}.p/{width}"


def parse_tile_path(path: str) -> TileAddress:
    """Return what a path names; anything that `tile_path` or `entries_path` would not write is refused."""
    found = _TILE.fullmatch(path) or _ENTRIES.fullmatch(path)
    if found is None:
        raise FeedError("path_malformed", {"path": path[:100]})
    parts = found.groupdict()
    level = int(parts["level"]) if "level" in parts else None
    number = int(parts["number"].replace("x", "").replace("/", ""))
    address = TileAddress(level, number, int(parts["width"] or TILE_WIDTH))
    again = (
        entries_path(number, address.width)
        if level is None
        else tile_path(level, number, address.width)
    )
    if again != path:
        raise FeedError("path_malformed", {"path": path[:100]})
    return address


def width_at(level: int, number: int, size: int) -> int:
    """Return how wide a tile is in a log of so many entries; 0 where there is none yet."""  # F19
    return max(0, min(TILE_WIDTH, (size >> 8 * level) - number * TILE_WIDTH))


def pack_entries(entries: Sequence[bytes]) -> bytes:
    """Return entries as a bundle: each with its length before it, two bytes."""  # F21
    if any(len(each) > LONGEST_ENTRY for each in entries):
        raise FeedError("leaf_malformed", {"reason": "longer than 65535 bytes"})
    return b"".join(len(each).to_bytes(2, "big") + each for each in entries)


def unpack_entries(page: bytes, count: int) -> list[bytes]:
    """Return the entries of a bundle, exactly so many; a bundle that ends early or late is refused."""
    if len(page) > count * (2 + LONGEST_ENTRY):
        raise FeedError("page_too_large", {"bytes": len(page), "entries": count})
    entries: list[bytes] = []
    start, end = 0, len(page)
    while len(entries) < count:
        begin = start + 2
        if begin > end:
            raise FeedError("page_truncated", {"expected": count, "found": len(entries)})
        start = begin + (page[begin - 2] << 8 | page[begin - 1])
        entries.append(page[begin:start])
    if start > end:
        raise FeedError("page_truncated", {"expected": count, "found": count - 1})
    if start < end:
        raise FeedError("page_too_large", {"bytes": end - start, "entries": count})
    return entries


def tiles_after(old_size: int, leaf_hashes: Sequence[bytes], reader: TileReader) -> list[NewTile]:
    """Return every hash tile that appending these leaves writes anew, the lowest level first."""  # F22
    tiles: list[NewTile] = []
    fresh = list(leaf_hashes)
    for level in range(MOST_LEVEL + 1):
        if not fresh:
            break
        before = old_size >> 8 * level
        number, width = divmod(before, TILE_WIDTH)
        if width:
            fresh = _split_hashes(read_tile(reader, level, number, width), width) + fresh
        above: list[bytes] = []
        for start in range(0, len(fresh), TILE_WIDTH):
            hashes = fresh[start : start + TILE_WIDTH]
            tiles.append(NewTile(level, number + start // TILE_WIDTH, b"".join(hashes)))
            if len(hashes) == TILE_WIDTH:
                above.append(complete_root(hashes))
        fresh = above
    return tiles


def read_tile(reader: TileReader, level: int, number: int, width: int) -> bytes:
    """Return so many hashes of a tile; too few or too many bytes are refused."""
    hashes = reader.hashes(level, number, width)
    if len(hashes) != 32 * width:
        code = "page_truncated" if len(hashes) < 32 * width else "page_too_large"
        raise FeedError(code, {"tile": tile_path(level, number, width), "bytes": len(hashes)})
    return hashes


def _split_hashes(hashes: bytes, width: int) -> list[bytes]:
    cuts = range(0, 32 * width + 1, 32)
    return [hashes[start:end] for start, end in pairwise(cuts)]


class TileTree:
    """The tree of a log of so many entries as its hash tiles show it; each tile is read once."""

    def __init__(self, size: int, reader: TileReader) -> None:
        self.size = size
        self._reader = reader
        self._read: dict[tuple[int, int], list[bytes]] = {}

    def lookup(self, height: int, number: int) -> bytes:
        """Return the hash of one complete subtree."""
        level, inside = divmod(height, 8)
        first = number << inside
        place, begin = divmod(first, TILE_WIDTH)
        return complete_root(self.tile(level, place)[begin : begin + (1 << inside)])

    def tile(self, level: int, number: int) -> list[bytes]:
        """Return the hashes of one tile, as many as there are at this size."""
        if (level, number) not in self._read:
            width = width_at(level, number, self.size)
            found = read_tile(self._reader, level, number, width)
            self._read[level, number] = _split_hashes(found, width)
        return self._read[level, number]

    def leaf(self, index: int) -> bytes:
        """Return the hash of one leaf."""
        return self.lookup(0, index)

    def frontier(self, size: int) -> Frontier:
        """Return the frontier after the first entries."""
        return frontier_at(size, self.lookup)


def inclusion_proof(index: int, size: int, reader: TileReader) -> list[bytes]:
    """Return the proof that an entry is in the log of so many entries (RFC 6962, 2.1.1)."""
    return inclusion_path(index, size, TileTree(size, reader).lookup)


def consistency_proof(old: int, new: int, reader: TileReader) -> list[bytes]:
    """Return the proof that the smaller log is the beginning of the larger one (RFC 6962, 2.1.2)."""
    if old in {0, new}:
        return []
    path = history_path(old, new, TileTree(new, reader).lookup)
    return path[1:] if old & (old - 1) == 0 else path
