# SPDX-License-Identifier: Apache-2.0
"""MD5, SHA-1 and SHA-256 of the same bytes in one read."""

from __future__ import annotations

import hashlib
from typing import BinaryIO, Protocol

from havn.lib.fingerprint._values import Digests

PIECE = 1 << 20


class _Hash(Protocol):
    def update(self, piece: bytes | memoryview, /) -> None: ...
    def hexdigest(self) -> str: ...


class Digester:
    """Takes bytes piece by piece and tells the three digests of all of them."""

    def __init__(self) -> None:
        # MD5 and SHA-1 are what lists carry; nothing here rests on their strength.
        self._hashes: tuple[_Hash, ...] = (
            hashlib.md5(usedforsecurity=False),
            hashlib.sha1(usedforsecurity=False),
            hashlib.sha256(),
        )
        self._length = 0

    def update(self, piece: bytes | memoryview) -> None:
        """Take further bytes."""
        view = memoryview(piece)
        # Pieces small enough to stay in the cache for all three.
        for start in range(0, len(view), PIECE):
            part = view[start : start + PIECE]
            for each in self._hashes:
                each.update(part)
        self._length += len(view)

    def digests(self) -> Digests:
        """Return the digests of what came so far."""
        md5, sha1, sha256 = (each.hexdigest() for each in self._hashes)
        return Digests(md5, sha1, sha256, self._length)


def digests_of(stream: BinaryIO) -> Digests:
    """Return the digests of everything from here to the end of the stream, read once in pieces of 1 MiB."""
    digester = Digester()
    while piece := stream.read(PIECE):
        digester.update(piece)
    return digester.digests()
