# SPDX-License-Identifier: Apache-2.0
"""The file of an index: written whole or not at all, mapped into memory, checked before it is believed.

docs/matching.md describes the format to the byte. In short: 64 bytes (magic, byte order, version, lengths, the
SHA-256 of what follows), a directory in JSON, a SHA-256 for each MiB of data, then the arrays themselves.
"""

from __future__ import annotations

import json
import mmap
import os
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from havn.lib.matching._bands import AS_GIVEN, Bands
from havn.lib.matching._bits import WORDS
from havn.lib.matching._errors import IndexFileError
from havn.lib.matching._kernel_cache import own_folder
from havn.lib.matching._segment import Attributes, Segment, peek_count, position_width

MAGIC = b"HAVNINDX"
BYTE_ORDER = 0x0A0B0C0D
VERSION = 1
PREAMBLE = struct.Struct("<8sIIQQ32s")
BLOCK = 1 << 20
PAGE = 4096
DIGEST = 32
GREATEST_DIRECTORY = 1 << 24  # bytes; names of 65,536 lists fit
GREATEST_COUNT = 1 << 31
GREATEST_LISTS = 1 << 16
MADV_POPULATE_READ = 22  # not yet in Python's `mmap`
Progress = Callable[[int, int], None]
Mark = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class StoredIndex:
    """What a file holds: a segment, the names of its lists, and the digest that stands for all of it.

    `compact` says how it wants to be laid out when it is written anew, `mark` which file it is (see `mark_of`).
    """

    segment: Segment
    list_names: tuple[str, ...]
    compact: bool
    digest: bytes
    mark: Mark
    mapping: mmap.mmap

    def load(self) -> None:
        """Have the system read the whole file in and enter its pages, where it can be asked to (Linux from 5.14)."""
        with suppress(OSError, ValueError):
            self.mapping.madvise(MADV_POPULATE_READ)


def rounded(value: int, step: int) -> int:
    return -(-value // step) * step


def block_count(size: int) -> int:
    return -(-size // BLOCK)


def settle(folder: Path) -> None:
    """Have the system write down the names in a folder, where it can be asked to."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def open_index(
    path: Path, *, verify: bool | None, progress: Progress | None = None
) -> StoredIndex:
    """Map the file and return what it holds; its header and directory are checked, its data as `verify` says.

    `verify` True checks every block, False none, None those of a file that this user has not verified on this
    machine before (docs/matching.md says what an unverified one can do).

    Raises:
        IndexFileError: this is no whole index of this version and byte order.

    """
    mapped, status = _map(path)
    raw = memoryview(mapped)
    try:
        directory, table_at, data_at, digest = _read_head(path, raw)
        segment, names, compact = _read(path, raw[data_at:], directory)
    except IndexFileError:
        raw.release()
        raise
    if verify or (verify is None and not _verified_before(digest, status)):
        _verify_blocks(path, raw, table_at=table_at, data_at=data_at, progress=progress)
        remember(digest, status)
    return StoredIndex(segment, names, compact, digest, mark_of(status), mapped)


def mark_of(status: os.stat_result) -> Mark:
    """Return what tells one file from another that takes its name: device, inode, size and time."""
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


def verify_file(path: str | Path, *, progress: Progress | None = None) -> None:
    """Check every byte of an index against its digests; `progress` is told (bytes checked, bytes in all).

    Raises:
        IndexFileError: it is damaged, or no index of this version and byte order.

    """
    open_index(Path(path), verify=True, progress=progress)


def _missing(path: Path, error: OSError) -> IndexFileError:
    return IndexFileError(
        f"{path}: the index cannot be read ({error.strerror or error}); give the name of a file that `havn index build` made"
    )


def _no_index(path: Path) -> IndexFileError:
    return IndexFileError(f"{path}: this is no index of Havn; make one with `havn index build`")


def _map(path: Path) -> tuple[mmap.mmap, os.stat_result]:
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            if status.st_size < PREAMBLE.size:
                raise _no_index(path)
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), status
    except OSError as error:
        raise _missing(path, error) from error


def _read_head(path: Path, raw: memoryview) -> tuple[dict[str, Any], int, int, bytes]:
    """Return the directory, where digests and data begin, and the digest of the file's head, which is checked."""
    magic, order, version, table_at, length, digest = PREAMBLE.unpack(raw[: PREAMBLE.size])
    if magic != MAGIC:
        raise _no_index(path)
    if order != BYTE_ORDER or sys.byteorder != "little":
        raise IndexFileError(
            f"{path}: the index was made for machines of another byte order; build it anew on this one"
        )
    if version != VERSION:
        raise IndexFileError(
            f"{path}: the index has version {version} of the format, this Havn reads {VERSION};"
            " update Havn, or build the index anew"
        )
    if length != len(raw):
        raise IndexFileError(
            f"{path}: the index is {len(raw):,} bytes long and says it should be {length:,};"
            " it was cut short or changed: copy or build it anew"
        )
    if not PREAMBLE.size < table_at <= min(len(raw), GREATEST_DIRECTORY):
        raise _damaged(path, "its directory")
    try:
        directory = json.loads(bytes(raw[PREAMBLE.size : table_at]))
        size = directory["data_bytes"]
        if not isinstance(size, int) or not 0 <= size <= length:
            raise _damaged(path, "its directory")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _damaged(path, "its directory") from error
    data_at = rounded(table_at + DIGEST * block_count(size), PAGE)
    head = PREAMBLE.pack(magic, order, version, table_at, length, bytes(DIGEST))
    told = sha256(
        head + bytes(raw[PREAMBLE.size : table_at + DIGEST * block_count(size)])
    ).digest()
    between = raw[table_at + DIGEST * block_count(size) : data_at]
    if told != digest or data_at + size != length or any(between):
        raise _damaged(path, "its directory")
    return directory, table_at, data_at, digest


def _damaged(path: Path, what: str) -> IndexFileError:
    return IndexFileError(
        f"{path}: the index is damaged ({what} does not fit its digest); copy or build it anew"
    )


def _read(
    path: Path, raw: memoryview, directory: dict[str, Any]
) -> tuple[Segment, tuple[str, ...], bool]:
    """Return the arrays that a checked directory names, each of exactly the length that its bands and entries ask for."""
    try:
        told = directory["bands"]
        order = tuple(map(_whole, told["order"])) if told["order"] else AS_GIVEN
        bands = Bands(tuple(map(_whole, told["widths"])), told["peek_width"], order)
        count = _whole(directory["entries"])
        names = tuple(str(each) for each in directory["lists"])
        places = {
            each["name"]: (_whole(each["offset"]), _whole(each["bytes"]))
            for each in directory["sections"]
        }
        if not 0 <= count < GREATEST_COUNT or not 1 <= len(names) <= GREATEST_LISTS:
            raise _damaged(path, "its directory")
        return _segment(raw, places, bands, count), names, directory["compact"] is True
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged(path, "its directory") from error


def _whole(value: object) -> int:
    if type(value) is not int:
        raise TypeError(value)
    return value


def _segment(
    raw: memoryview, places: dict[str, tuple[int, int]], bands: Bands, count: int
) -> Segment:
    def array(
        name: str, kind: type[np.generic], length: int, *, optional: bool = False
    ) -> NDArray[Any]:
        offset, size = places.get(name, (0, 0))
        if optional and not size:
            return np.empty(0, kind)
        if (
            size != length * np.dtype(kind).itemsize
            or offset % PAGE
            or not 0 <= offset <= len(raw) - size
        ):
            raise ValueError(name)
        return np.frombuffer(raw, kind, length, offset)

    peek_kind = np.uint16 if bands.peek_width == 16 else np.uint8
    return Segment(
        bands,
        array("stored", np.uint64, count * WORDS).reshape(count, WORDS),
        array("buckets", np.uint32, bands.bucket_count),
        array("peeks", peek_kind, peek_count(bands, count)),
        array(
            "positions",
            np.uint8,
            len(bands.widths) * count * position_width(count),
            optional=not count,
        ),
        Attributes(
            array("identifiers", np.uint64, count, optional=True),
            array("qualities", np.uint8, count, optional=True),
            array("lists", np.uint16, count, optional=True),
        ),
    )


def _verify_blocks(
    path: Path, raw: memoryview, *, table_at: int, data_at: int, progress: Progress | None
) -> None:
    for number, first in enumerate(range(data_at, len(raw), BLOCK)):
        place = table_at + DIGEST * number
        if sha256(raw[first : first + BLOCK]).digest() != raw[place : place + DIGEST]:
            raise IndexFileError(
                f"{path}: the index is damaged in the MiB from byte {first:,} on; copy or build it anew"
            )
        if progress is not None:
            progress(min(first + BLOCK, len(raw)) - data_at, len(raw) - data_at)


def _mark_text(status: os.stat_result) -> str:
    return " ".join(map(str, mark_of(status))) + "\n"


def _verified_before(digest: bytes, status: os.stat_result) -> bool:
    folder = own_folder("verified")
    try:
        return folder is not None and (folder / digest.hex()).read_text() == _mark_text(status)
    except (OSError, UnicodeDecodeError):
        return False


def remember(digest: bytes, status: os.stat_result) -> None:
    """Leave a mark that this very file was verified here; without a place for marks it is verified each time."""
    folder = own_folder("verified")
    if folder is None:
        return
    unfinished = folder / f".{digest.hex()}.{os.getpid()}"
    try:
        unfinished.write_text(_mark_text(status))
        unfinished.replace(folder / digest.hex())
    except OSError:
        unfinished.unlink(missing_ok=True)
