# SPDX-License-Identifier: Apache-2.0
"""Keeping leaves and tile hashes of a log in rows that grow until they are full."""

from __future__ import annotations

from collections.abc import Sequence

from havn.domain.exchange.models import Bundle, Log, Tile
from havn.domain.exchange.selectors import StoredTiles
from havn.lib import feed


def frontier_of(size: int, kept: bytes) -> feed.Frontier:
    """Return a frontier from its size and its hashes, one after the other."""
    return feed.Frontier(size, tuple(kept[at : at + 32] for at in range(0, len(kept), 32)))


def frontier_bytes(frontier: feed.Frontier) -> bytes:
    """Return a frontier's hashes, one after the other."""
    return b"".join(frontier.hashes)


def keep_leaves(
    log: Log, leaves: Sequence[bytes], hashes: Sequence[bytes], *, size_before: int
) -> None:
    """Append leaves, whose hashes these are, and the hashes that follow from them; part of a larger action."""
    _keep_bundles(log, leaves, size_before=size_before)
    for tile in feed.tiles_after(size_before, hashes, StoredTiles(log.origin)):
        Tile.objects.update_or_create(
            log=log, level=tile.level, number=tile.number, defaults={"hashes": tile.hashes}
        )


def _keep_bundles(log: Log, leaves: Sequence[bytes], *, size_before: int) -> None:
    at = size_before
    rest = list(leaves)
    while rest:
        number, taken = divmod(at, feed.TILE_WIDTH)
        now, rest = rest[: feed.TILE_WIDTH - taken], rest[feed.TILE_WIDTH - taken :]
        packed = feed.pack_entries(now)
        if taken == 0:
            Bundle.objects.update_or_create(
                log=log, number=number, defaults={"width": len(now), "entries": packed}
            )
        else:
            row = Bundle.objects.get(log=log, number=number)
            kept = b"".join(
                feed.pack_entries([entry])
                for entry in feed.unpack_entries(bytes(row.entries), row.width)[:taken]
            )
            row.entries, row.width = kept + packed, taken + len(now)
            row.save(update_fields=["entries", "width"])
        at += len(now)
