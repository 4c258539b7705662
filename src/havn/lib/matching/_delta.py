# SPDX-License-Identifier: Apache-2.0
"""What was added to an index and removed from it since its file was made: a file of records that only grows.

It lies beside the index and carries twelve digits of its digest in the name, so that a new index, which takes the
name of the old one in one step, begins with a delta of its own. Records have 64 bytes, each with a digest over
itself and the one before it; docs/matching.md describes them to the byte.
"""

from __future__ import annotations

import fcntl
import os
import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Literal

from havn.lib.matching._errors import FingerprintError, IndexFileError
from havn.lib.matching._store import BYTE_ORDER, DIGEST, digest_of

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
        """Return how many records were read or written so far."""
        return self._number

    def grown(self) -> bool:
        """Say whether there is more to read than was read: one look at the file's size."""
        try:
            return self.path.stat().st_size >= max(self._at, HEAD.size) + SIZE
        except OSError:
            return False

    def read(self) -> list[Change]:
        """Return the records that came since the last reading; one that is only half there waits for the next.

        Raises:
            IndexFileError: the file is damaged, or belongs to another index.

        """
        try:
            with self.path.open("rb") as file:
                if not self._at and not self._read_head(file.read(HEAD.size)):
                    return []
                file.seek(self._at)
                raw = file.read()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise IndexFileError(
                f"{self.path}: the additions cannot be read ({error.strerror or error})"
            ) from error
        return list(self._records(raw))

    def _read_head(self, raw: bytes) -> bool:
        if len(raw) < HEAD.size:
            return False
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
        self._at, self._check = HEAD.size, check
        return True

    def _records(self, raw: bytes) -> Iterator[Change]:
        for first in range(0, len(raw) - SIZE + 1, SIZE):
            record, told = (
                raw[first : first + RECORD.size],
                raw[first + RECORD.size : first + SIZE],
            )
            if not any(raw[first:]):
                return  # a power cut: the file had grown, its bytes were not there yet; nobody was told of them
            check = sha256(self._check + record).digest()[:CHECK]
            if check != told:
                raise self._damaged(f"record {self._number + 1:,} does not fit its digest")
            try:
                change = _unpacked(record)
            except (ValueError, UnicodeDecodeError) as error:
                raise self._damaged(
                    f"record {self._number + 1:,} is of no kind that is known"
                ) from error
            self._check, self._at, self._number = check, self._at + SIZE, self._number + 1
            yield change

    def _damaged(self, why: str) -> IndexFileError:
        return IndexFileError(
            f"{self.path}: the additions are damaged ({why}); put back a copy, or build the index anew from its lists"
        )

    def append(self, changes: Iterable[Change]) -> None:
        """Write records after all that are there; they are on disk when this returns. All others must have been read.

        Raises:
            IndexFileError: they could not be written.
            FingerprintError: one of them cannot be kept.

        """
        raw, check, number = bytearray(), self._check, self._number
        if not self._at:
            head = HEAD.pack(MAGIC, BYTE_ORDER, VERSION, self.digest, bytes(CHECK))[:-CHECK]
            check = sha256(head).digest()[:CHECK]
            raw += head + check
        for change in changes:
            record = change.packed(number)
            check = sha256(check + record).digest()[:CHECK]
            raw += record + check
            number += 1
        try:
            with self.path.open("r+b" if self.path.exists() else "xb") as file:
                file.truncate(
                    self._at
                )  # what a killed writer left half done was never told to anybody
                file.seek(self._at)
                file.write(raw)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise IndexFileError(
                f"{self.path}: nothing was added ({error.strerror or error}); make room, or give this user the right to write"
            ) from error
        self._at, self._check, self._number = self._at + len(raw), check, number


def delta_path(index: Path, digest: bytes) -> Path:
    """Return where the delta of the index with this digest lies."""
    return index.with_name(f"{index.name}.{digest.hex()[:12]}.delta")


@contextmanager
def writing(index: Path) -> Iterator[bytes]:
    """Hold the lock of an index's writers, in all processes; yields the digest of the index that holds now.

    Raises:
        IndexFileError: the folder cannot be written, or the index is gone.

    """
    lock = index.with_name(f"{index.name}.lock")
    try:
        file = lock.open("ab")
    except OSError as error:
        raise IndexFileError(
            f"{lock}: nothing was added ({error.strerror or error}); give this user the right to write in that folder"
        ) from error
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)  # freed by the system when this process is killed
        digest = digest_of(index)
        if len(digest) != DIGEST:
            raise IndexFileError(f"{index}: the index is damaged; build it anew")
        yield digest
