# SPDX-License-Identifier: Apache-2.0
"""What was added to an index and removed from it since its file was made: a file of records that only grows.

It lies beside the index and carries twelve digits of its digest in the name, so that a new index, which takes the
name of the old one in one step, begins with a delta of its own. Records have 64 bytes, each with a digest over
itself and the one before it; docs/matching.md describes them to the byte.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from glob import escape
from hashlib import sha256
from pathlib import Path
from typing import Literal, NamedTuple

from havn.lib.matching._errors import FingerprintError, IndexFileError
from havn.lib.matching._store import BYTE_ORDER, settle

MAGIC = b"HAVNDELT"
VERSION = 1
HEAD = struct.Struct("<8sII32s16s")
RECORD = struct.Struct("<BBHIQ32s")  # kind, quality, list, number, identifier, fingerprint
CHECK = 16
SIZE = RECORD.size + CHECK
ADD, REMOVE, LIST = 1, 2, 3
GREATEST_NAME = 39  # bytes of a list's name that came after the index was made


@dataclass(frozen=True, slots=True)
class Change:
    """One record: an entry added, an identifier removed, or a list named."""

    kind: Literal["add", "remove", "list"]
    identifier: int = 0
    fingerprint: bytes = bytes(32)
    quality: int = 100
    list: int = 0
    name: str = ""

    def packed(self, number: int) -> bytes:
        """Return the record without its digest.

        Raises:
            FingerprintError: the name of a list is too long to be kept.

        """
        if self.kind == "list":
            name = self.name.encode()
            if not 0 < len(name) <= GREATEST_NAME:
                raise FingerprintError(
                    f"the list's name {self.name!r} takes {len(name)} bytes; a list that is added later has a name of"
                    f" 1 to {GREATEST_NAME}"
                )
            field = name.ljust(GREATEST_NAME + 1, b"\0")
            return RECORD.pack(
                LIST, len(name), self.list, number, int.from_bytes(field[:8], "little"), field[8:]
            )
        kind = ADD if self.kind == "add" else REMOVE
        return RECORD.pack(
            kind, self.quality, self.list, number, self.identifier, self.fingerprint
        )


def _unpacked(raw: bytes) -> Change:
    kind, quality, number_of_list, _, identifier, fingerprint = RECORD.unpack(raw)
    if kind == LIST:
        field = identifier.to_bytes(8, "little") + fingerprint
        return Change("list", list=number_of_list, name=field[:quality].decode())
    if kind == REMOVE:
        return Change("remove", identifier=identifier)
    if kind != ADD:
        raise ValueError(kind)
    return Change("add", identifier, fingerprint, quality, number_of_list)


class DeltaReading(NamedTuple):
    """Records that were read, and where the next reading begins once they are taken in."""

    changes: tuple[Change, ...]
    at: int
    number: int
    check: bytes


class DeltaFile:
    """The delta of one index: read on from where one stopped, or appended to under a lock."""

    def __init__(self, index: Path, digest: bytes) -> None:
        """Name the file; nothing is opened yet."""
        self.index = index
        self.digest = digest
        self.path = delta_path(index, digest)
        self._at = 0
        self._number = 0
        self._check = bytes(CHECK)

    @property
    def count(self) -> int:
        """Return how many records were taken in or written so far."""
        return self._number

    def grown(self) -> bool:
        """Say whether there is more to read than was taken in, or less: one look at the file's size."""
        size = self._size()
        return size < self._at or size >= max(self._at, HEAD.size) + SIZE

    def _size(self) -> int:
        try:
            return self.path.stat().st_size
        except OSError:
            return 0

    def read(self) -> DeltaReading:
        """Return the records that came since those taken in; one that is only half there waits for the next reading.

        Raises:
            IndexFileError: the file is damaged, shorter than it was, or belongs to another index.

        """
        here = DeltaReading((), self._at, self._number, self._check)
        try:
            with self.path.open("rb") as file:
                if not here.at:
                    here = self._read_head(file.read(HEAD.size))
                file.seek(here.at)
                raw = file.read() if here.at else b""
                if file.seek(0, os.SEEK_END) < here.at:
                    raise self._shrunk()
        except FileNotFoundError:
            if self._at:
                raise self._shrunk() from None
            return here
        except OSError as error:
            raise IndexFileError(
                f"{self.path}: the additions cannot be read ({error.strerror or error}); look at its owner and mode"
            ) from error
        return self._records(raw, here)

    def take(self, reading: DeltaReading) -> None:
        """Begin the next reading behind this one."""
        self._at, self._number, self._check = reading.at, reading.number, reading.check

    def _read_head(self, raw: bytes) -> DeltaReading:
        if len(raw) < HEAD.size:
            return DeltaReading((), 0, 0, bytes(CHECK))
        magic, order, version, digest, check = HEAD.unpack(raw)
        if magic != MAGIC or order != BYTE_ORDER or check != sha256(raw[:-CHECK]).digest()[:CHECK]:
            raise self._damaged("its first 64 bytes do not fit their digest")
        if version != VERSION:
            raise IndexFileError(
                f"{self.path}: the additions have version {version} of the format, this Havn reads {VERSION}; update Havn"
            )
        if digest != self.digest:
            raise IndexFileError(
                f"{self.path}: these additions belong to another index; move the file away"
            )
        return DeltaReading((), HEAD.size, 0, check)

    def _records(self, raw: bytes, here: DeltaReading) -> DeltaReading:
        changes, at, number, seen = [], here.at, here.number, here.check
        for first in range(0, len(raw) - SIZE + 1, SIZE):
            record, told = (
                raw[first : first + RECORD.size],
                raw[first + RECORD.size : first + SIZE],
            )
            check = sha256(seen + record).digest()[:CHECK]
            if check != told:
                if not any(raw[first:]):
                    break  # a power cut: the file had grown, its bytes were not there yet; nobody was told of them
                raise self._damaged(f"record {number + 1:,} does not fit its digest")
            try:
                changes.append(_unpacked(record))
            except (ValueError, UnicodeDecodeError) as error:
                raise self._damaged(
                    f"record {number + 1:,} is of no kind that is known"
                ) from error
            at, number, seen = at + SIZE, number + 1, check
        return DeltaReading(tuple(changes), at, number, seen)

    def _shrunk(self) -> IndexFileError:
        return IndexFileError(
            f"{self.path}: the additions are shorter than they were when they were last read; put back a copy, or"
            " build the index anew from its lists"
        )

    def _damaged(self, why: str) -> IndexFileError:
        return IndexFileError(
            f"{self.path}: the additions are damaged ({why}); put back a copy, or build the index anew from its lists"
        )

    def append(self, changes: Sequence[Change]) -> None:
        """Write records after all that are there; they are on disk when this returns. All others must have been taken in.

        Raises:
            IndexFileError: they could not be written, and none was.
            FingerprintError: one of them cannot be kept.

        """
        raw, check = bytearray(), self._check
        if not self._at:
            head = HEAD.pack(MAGIC, BYTE_ORDER, VERSION, self.digest, bytes(CHECK))[:-CHECK]
            check = sha256(head).digest()[:CHECK]
            raw += head + check
        for number, change in enumerate(changes, start=self._number):
            record = change.packed(number)
            check = sha256(check + record).digest()[:CHECK]
            raw += record + check
        if self._size() < self._at:
            raise self._shrunk()
        try:
            self._put(bytes(raw))
        except OSError as error:
            raise IndexFileError(
                f"{self.path}: nothing was added ({error.strerror or error}); make room, or give this user the right to write"
            ) from error
        self.take(DeltaReading((), self._at + len(raw), self._number + len(changes), check))

    def _put(self, raw: bytes) -> None:
        """Write bytes behind what was taken in, and take them back if they are not all on disk."""
        is_new = not self.path.exists()
        with self.path.open("xb" if is_new else "r+b") as file:
            # What a killed writer left half done was never told to anybody.
            file.truncate(self._at)
            file.seek(self._at)
            try:
                file.write(raw)
                file.flush()
                os.fsync(file.fileno())
            except OSError:
                with suppress(OSError):
                    os.ftruncate(file.fileno(), self._at)
                raise
        if is_new:
            settle(self.path.parent)


def delta_path(index: Path, digest: bytes) -> Path:
    """Return where the delta of the index with this digest lies."""
    return index.with_name(f"{index.name}.{digest.hex()[:12]}.delta")


def other_deltas(index: Path, digest: bytes | None) -> list[Path]:
    """Return the deltas that lie beside an index and are not that of `digest`."""
    kept = None if digest is None else delta_path(index, digest)
    found = index.parent.glob(f"{escape(index.name)}.{'[0-9a-f]' * 12}.delta")
    return [each for each in found if each != kept]


@contextmanager
def writing(index: Path) -> Iterator[None]:
    """Hold the lock of an index's writers, in all processes (on Windows there is none).

    Raises:
        IndexFileError: the folder cannot be written.

    """
    lock = index.with_name(f"{index.name}.lock")
    try:
        file = lock.open("ab")
    except OSError as error:
        raise IndexFileError(
            f"{lock}: nothing was written ({error.strerror or error}); give this user the right to write in that folder"
        ) from error
    with file:
        if os.name != "nt":
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)  # freed by the system when this process is killed
        yield
