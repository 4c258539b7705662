# SPDX-License-Identifier: Apache-2.0
"""A proof file in its agreed form, the same every time: a receipt holds one."""

from __future__ import annotations

from datetime import UTC, datetime

from havn.lib import feed
from tests.support.roster import identifier, seed_of

LEAVES = 9


def made_up_proof(*, position: int = 3) -> str:
    """Return the proof that a leaf stands in a made-up log of nine."""
    hashes = [feed.leaf_hash(f"leaf {number}".encode()) for number in range(LEAVES)]
    root = feed.Frontier().extended(hashes).root()
    origin = feed.log_origin(str(identifier("node", "DK")))
    note = feed.sign_head(
        feed.Checkpoint(origin, LEAVES, root),
        seed_of("log", "DK"),
        at=datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
    )
    return feed.write_proof(position, feed.inclusion_proof(position, LEAVES, _Tile(hashes)), note)


class _Tile:
    def __init__(self, hashes: list[bytes]) -> None:
        self._hashes = hashes

    def hashes(self, level: int, number: int, width: int) -> bytes:
        del level, number
        return b"".join(self._hashes[:width])
