# SPDX-License-Identifier: Apache-2.0
"""Writing the file of an index: whole or not at all, in the place of another one or where there was none."""

from __future__ import annotations

import json
import os
import secrets
import sys
from contextlib import suppress
from glob import escape
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from havn.lib.matching._delta import other_deltas
from havn.lib.matching._errors import IndexFileError
from havn.lib.matching._segment import Segment
from havn.lib.matching._store import (
    BLOCK,
    BYTE_ORDER,
    DIGEST,
    MAGIC,
    PAGE,
    PREAMBLE,
    VERSION,
    block_count,
    remember,
    rounded,
    settle,
)


def replace_index(
    path: Path, segment: Segment, list_names: tuple[str, ...], *, compact: bool
) -> None:
    """Write the file, on disk before it takes its name, and let no delta of another one lie beside it.

    The caller holds the lock of the index's writers. The same entries give the same bytes, but in the place of
    another index they get a generation of their own: else contents that come back would meet the delta that they
    had before.

    Raises:
        IndexFileError: it could not be written; what stood there before still does.

    """
    if sys.byteorder != "little":
        raise IndexFileError(
            f"{path}: indexes are written on machines of the usual byte order (little-endian) only"
        )
    is_new = not path.exists()
    try:
        _clear(path)
        if is_new:  # what lies there is left from an index that somebody took away
            _unlink(other_deltas(path, None))
        digest = _write(
            path,
            segment,
            list_names,
            compact=compact,
            generation="" if is_new else secrets.token_hex(8),
        )
        _unlink(other_deltas(path, digest))
        remember(digest, path.stat())
    except OSError as error:
        raise IndexFileError(
            f"{path}: the index could not be written ({error.strerror or error}); make room or choose another folder"
        ) from error


def _clear(path: Path) -> None:
    """Take away what killed writers left; the lock says that none of them is at work."""
    _unlink(list(path.parent.glob(f".{escape(path.name)}.*.unfinished")))


def _unlink(paths: list[Path]) -> None:
    for each in paths:
        each.unlink(missing_ok=True)


def _write(
    path: Path, segment: Segment, list_names: tuple[str, ...], *, compact: bool, generation: str
) -> bytes:
    sections = _sections(segment)
    directory, table_at, data_at, length = _layout(
        segment, list_names, sections, compact=compact, generation=generation
    )
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}.unfinished")
    try:
        with unfinished.open("xb") as file:
            file.seek(data_at)
            digests = _write_blocks(file, sections)
            head = PREAMBLE.pack(MAGIC, BYTE_ORDER, VERSION, table_at, length, bytes(DIGEST))
            digest = sha256(head + directory + digests).digest()
            head = PREAMBLE.pack(MAGIC, BYTE_ORDER, VERSION, table_at, length, digest)
            file.seek(0)
            file.write(head + directory + digests)
            file.truncate(length)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
        settle(path.parent)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink()
        raise
    return digest


def _sections(segment: Segment) -> list[tuple[str, NDArray[Any]]]:
    attributes = segment.attributes
    offered: list[tuple[str, NDArray[Any]]] = [
        ("stored", segment.stored.reshape(-1)),
        ("buckets", segment.buckets),
        ("peeks", segment.peeks),
        ("positions", segment.positions),
        ("identifiers", attributes.identifiers),
        ("qualities", attributes.qualities),
        ("lists", attributes.lists),
    ]
    return [(name, array) for name, array in offered if len(array) or name in {"stored", "peeks"}]


def _layout(
    segment: Segment,
    list_names: tuple[str, ...],
    sections: list[tuple[str, NDArray[Any]]],
    *,
    compact: bool,
    generation: str,
) -> tuple[bytes, int, int, int]:
    """Return the directory, where the table of digests and the data begin, and the length of the file."""
    places, at = [], 0
    for name, array in sections:
        places.append({"name": name, "offset": at, "bytes": array.nbytes})
        at = rounded(at + array.nbytes, PAGE)
    bands = segment.bands
    usual = bands.as_given
    told = {
        "bands": {
            "order": None if usual else list(bands.order),
            "peek_width": bands.peek_width,
            "widths": list(bands.widths),
        },
        "compact": compact,
        "data_bytes": at,
        "entries": len(segment),
        "generation": generation,
        "lists": list(list_names),
        "sections": places,
    }
    directory = json.dumps(told, ensure_ascii=True, separators=(",", ":"), sort_keys=True).encode()
    table_at = PREAMBLE.size + len(directory)
    data_at = rounded(table_at + DIGEST * block_count(at), PAGE)
    return directory, table_at, data_at, data_at + at


def _write_blocks(file: Any, sections: list[tuple[str, NDArray[Any]]]) -> bytes:
    """Write all sections, each padded to a page; return the digests of the blocks that they fill."""
    digests: list[bytes] = []
    pending = bytearray()
    for _, array in sections:
        raw = np.ascontiguousarray(array).view(np.uint8).data
        for first in range(0, len(raw), BLOCK):
            pending += raw[first : first + BLOCK]
            while len(pending) >= BLOCK:
                _write_block(file, pending[:BLOCK], digests)
                del pending[:BLOCK]
        pending += bytes(-len(raw) % PAGE)
    while pending:
        _write_block(file, pending[:BLOCK], digests)
        del pending[:BLOCK]
    return b"".join(digests)


def _write_block(file: Any, block: bytearray, digests: list[bytes]) -> None:
    file.write(block)
    digests.append(sha256(block).digest())
