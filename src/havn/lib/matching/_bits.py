# SPDX-License-Identifier: Apache-2.0
"""Bits of stored fingerprints: put into an index's own order, and cut into the keys of bands."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from havn.lib.matching._bands import Bands
from havn.lib.matching._errors import FingerprintError
from havn.lib.matching._reference import BITS

BYTES = BITS // 8
WORDS = BITS // 64
EACH_BYTE = np.arange(BYTES)
# Fingerprints put in order in one step; the words that a table gives for them take 2 MiB.
AT_ONCE = 1 << 16

Words = NDArray[np.uint64]


def as_fingerprints(given: object) -> NDArray[np.uint8]:
    """Return fingerprints as a contiguous array (n, 32) of bytes.

    Raises:
        FingerprintError: this is no such array.

    """
    array = np.asarray(given)
    if array.dtype != np.uint8 or array.ndim != 2 or array.shape[1] != BYTES:
        raise FingerprintError(
            f"fingerprints are given as an array of bytes (uint8) of shape (n, {BYTES}),"
            f" not {array.dtype} of shape {array.shape}"
        )
    return np.ascontiguousarray(array)


def as_fingerprint(given: bytes | str) -> bytes:
    """Return one fingerprint as 32 bytes, from those or from 64 hexadecimal digits in either case.

    Raises:
        FingerprintError: it has another length, or characters that are no digits.

    """
    if isinstance(given, str):
        if len(given) != 2 * BYTES:
            raise FingerprintError(
                f"a PDQ fingerprint has {2 * BYTES} hexadecimal digits, this one has {len(given)} characters"
            )
        try:
            return bytes.fromhex(given) if given.isalnum() else _no_digits(given)
        except ValueError:
            return _no_digits(given)
    if not isinstance(given, bytes | bytearray | memoryview):
        raise FingerprintError(
            f"a fingerprint is given as {BYTES} bytes or {2 * BYTES} digits, not as {type(given).__name__}"
        )
    told = bytes(given)
    if len(told) != BYTES:
        raise FingerprintError(f"a PDQ fingerprint has {BYTES} bytes, this one has {len(told)}")
    return told


def _no_digits(given: str) -> bytes:
    wrong = next((each for each in given if each not in "0123456789abcdefABCDEF"), given[:1])
    raise FingerprintError(
        f"a PDQ fingerprint is written in the digits 0 to 9 and a to f; this one has {wrong!r}"
    )


@lru_cache(maxsize=8)
def order_table(order: tuple[int, ...]) -> NDArray[np.uint64]:
    """Return the table (32, 256, 4) whose row [byte, value] is what that byte of a fingerprint adds to the stored words."""
    place = np.empty(BITS, np.int64)
    place[list(order)] = np.arange(BITS)
    values = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1, bitorder="little")
    bits = np.zeros((BYTES, 256, BITS), np.uint8)
    for byte in range(BYTES):
        bits[byte][:, place[8 * byte : 8 * byte + 8]] = values
    table = np.packbits(bits, axis=2, bitorder="little").view("<u8").astype(np.uint64)
    table.setflags(write=False)
    return table


def stored_words(fingerprints: NDArray[np.uint8], bands: Bands) -> Words:
    """Return fingerprints (n, 32) in the order of `bands`, as native words (n, 4)."""
    if bands.as_given:
        return np.ascontiguousarray(fingerprints).view("<u8").astype(np.uint64, copy=False)
    table = order_table(bands.order)
    stored = np.zeros((len(fingerprints), WORDS), np.uint64)
    for first in range(0, len(fingerprints), AT_ONCE):
        for byte in range(BYTES):
            stored[first : first + AT_ONCE] |= table[
                byte, fingerprints[first : first + AT_ONCE, byte]
            ]
    return stored


def query_words(fingerprint: bytes, bands: Bands) -> Words:
    """Return one fingerprint of 32 bytes in the order of `bands`, as native words (4)."""
    if bands.as_given:
        return np.frombuffer(fingerprint, "<u8").astype(np.uint64)
    table = order_table(bands.order)
    words: Words = np.bitwise_or.reduce(
        table[EACH_BYTE, np.frombuffer(fingerprint, np.uint8)], axis=0
    )
    return words


def given_fingerprints(stored: Words, bands: Bands) -> NDArray[np.uint8]:
    """Return stored words (n, 4) as the fingerprints (n, 32) that were given."""
    raw = np.ascontiguousarray(stored).astype("<u8", copy=False).view(np.uint8)
    if bands.as_given:
        return raw
    bits = np.unpackbits(raw, axis=1, bitorder="little")
    given = np.empty_like(bits)
    given[:, list(bands.order)] = bits
    return np.packbits(given, axis=1, bitorder="little")


def band_keys(stored: Words, bands: Bands, band: int) -> NDArray[np.uint32]:
    """Return which bucket of `band` each of the stored words (n, 4) lies in."""
    word, shift = divmod(bands.offsets[band], 64)
    width = bands.widths[band]
    keys = stored[:, word] >> np.uint64(shift)
    if shift + width > 64:
        keys |= stored[:, word + 1] << np.uint64(64 - shift)
    return (keys & np.uint64((1 << width) - 1)).astype(np.uint32)


def distances(stored: Words, query: Words) -> NDArray[np.uint8]:
    """Return in how many bits each of the stored words (n, 4) differs from `query` (4), as bytes.

    256 differing bits do not fit a byte; no search asks for more than 63, so they are told as 255.
    """
    counts = np.bitwise_count(stored ^ query).sum(axis=1, dtype=np.uint16)
    told: NDArray[np.uint8] = np.minimum(counts, 255).astype(np.uint8)
    return told
