# SPDX-License-Identifier: Apache-2.0
"""Sealing of streams of any length: chunks under a data key that is sealed to a public key.

A counter and a mark on the last chunk make up each nonce (the STREAM construction of Hoang, Reyhanitabar,
Rogaway and Vizar), so chunks cannot be swapped, dropped, doubled or cut off.
"""

from __future__ import annotations

import struct
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from havn.lib.sealing._data_keys import new_data_key
from havn.lib.sealing._errors import SealError
from havn.lib.sealing._hpke import open_sealed, seal

_MAGIC = b"havn sealed stream 1\n"
_CHUNK_BYTES = 64 * 1024
_TAG_BYTES = 16
_KEY_PURPOSE = "stream "


def seal_stream(
    source: BinaryIO, target: BinaryIO, public: bytes, *, purpose: str = "backup"
) -> int:
    """Write everything that `source` holds to `target`, sealed; return how many bytes were read."""
    key = new_data_key()
    sealed_key = seal(key, public, purpose=_KEY_PURPOSE + purpose)
    header = _MAGIC + struct.pack(">H", len(sealed_key)) + sealed_key
    target.write(header)
    cipher, counter, total = AESGCM(key), 0, 0
    chunk = _read_fully(source, _CHUNK_BYTES)
    while True:
        following = _read_fully(source, _CHUNK_BYTES)
        target.write(cipher.encrypt(_nonce(counter, is_last=not following), chunk, header))
        total += len(chunk)
        if not following:
            return total
        chunk, counter = following, counter + 1


def open_stream(
    source: BinaryIO, target: BinaryIO, private: bytes, *, purpose: str = "backup"
) -> int:
    """Write to `target` what was sealed; return how many bytes. Throw `target` away when SealError is raised."""
    header = _read_header(source)
    key = open_sealed(header[len(_MAGIC) + 2 :], private, purpose=_KEY_PURPOSE + purpose)
    cipher, counter, total = AESGCM(key), 0, 0
    sealed = _read_fully(source, _CHUNK_BYTES + _TAG_BYTES)
    while True:
        following = _read_fully(source, _CHUNK_BYTES + _TAG_BYTES)
        try:
            chunk = cipher.decrypt(_nonce(counter, is_last=not following), sealed, header)
        except (InvalidTag, ValueError) as error:
            raise SealError("The stream was cut short, or somebody changed it.") from error
        target.write(chunk)
        total += len(chunk)
        if not following:
            return total
        sealed, counter = following, counter + 1


def _read_header(source: BinaryIO) -> bytes:
    start = _read_fully(source, len(_MAGIC) + 2)
    if not start.startswith(_MAGIC) or len(start) != len(_MAGIC) + 2:
        raise SealError("This is not a sealed stream of a version that we know.")
    (length,) = struct.unpack(">H", start[-2:])
    return start + _read_fully(source, length)


def _nonce(counter: int, *, is_last: bool) -> bytes:
    return counter.to_bytes(11, "big") + (b"\x01" if is_last else b"\x00")


def _read_fully(source: BinaryIO, count: int) -> bytes:
    """Read `count` bytes even where the source hands them over in smaller pieces; less only at the end."""
    pieces = []
    while count and (piece := source.read(count)):
        pieces.append(piece)
        count -= len(piece)
    return b"".join(pieces)
