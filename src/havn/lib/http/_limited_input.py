# SPDX-License-Identifier: Apache-2.0
"""A request's body as a stream that ends where its announced length does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wsgiref.types import InputStream


class LimitedInput:
    """A `wsgi.input` from which no more than `length` bytes come, and which is not touched when that is zero."""

    def __init__(self, source: InputStream, length: int) -> None:
        self._source = source
        self._left = length

    def read(self, size: int | None = -1, /) -> bytes:
        """Return up to `size` bytes, everything that is left when it is negative."""
        wanted = self._left if size is None or size < 0 else min(size, self._left)
        return self._taken(self._source.read(wanted)) if wanted else b""

    def readline(self, size: int | None = -1, /) -> bytes:
        """Return one line, or less."""
        wanted = self._left if size is None or size < 0 else min(size, self._left)
        return self._taken(self._source.readline(wanted)) if wanted else b""

    def readlines(self, _hint: int = -1, /) -> list[bytes]:
        """Return all lines that are left."""
        return list(self)

    def __iter__(self) -> Iterator[bytes]:
        while line := self.readline():
            yield line

    def _taken(self, piece: bytes) -> bytes:
        # A server that hands out more than it was asked for must not get past the limit either.
        piece = piece[: self._left]
        # Nothing means that the peer has gone: asking again could wait for ever.
        self._left = self._left - len(piece) if piece else 0
        return piece
