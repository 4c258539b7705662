# SPDX-License-Identifier: Apache-2.0
"""The hash tiles of a log, as proofs, peers and mirrors read them."""

from __future__ import annotations

from havn.domain.exchange.models import Tile
from havn.lib import feed


class StoredTiles:
    """The hash tiles of one log; what it read is not kept."""

    def __init__(self, origin: str) -> None:
        self._origin = origin

    def hashes(self, level: int, number: int, width: int) -> bytes:
        """Return the first `width` hashes of a tile; raise LookupError where they are not kept."""
        row = Tile.objects.filter(log_id=self._origin, level=level, number=number).first()
        found = bytes(row.hashes) if row else b""
        if len(found) < feed.HASH_LENGTH * width:
            raise LookupError(f"tile {level}/{number} has fewer than {width} hashes")
        return found[: feed.HASH_LENGTH * width]
