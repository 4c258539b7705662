# SPDX-License-Identifier: Apache-2.0
"""Entries that were given, checked; and segments made of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from havn.lib.matching._bits import as_fingerprints, stored_words
from havn.lib.matching._choose import COMPACT, ROOMY, cheapest_bands, with_order
from havn.lib.matching._errors import FingerprintError
from havn.lib.matching._pieces import Entries, Piece, joined
from havn.lib.matching._segment import UNKNOWN_QUALITY, Attributes, Segment, build_segment
from havn.lib.matching._store import GREATEST_COUNT, GREATEST_LISTS

GREATEST_QUALITY = 100
Kind = TypeVar("Kind", bound=np.generic)


def checked_names(given: Sequence[str]) -> tuple[str, ...]:
    """Return names of lists, each there once.

    Raises:
        FingerprintError: there is none, one stands twice, or there are more than 65,536.

    """
    if isinstance(given, str) or not all(isinstance(each, str) for each in given):
        raise FingerprintError(f"names of lists are given as a list of texts, not {given!r}")
    names = tuple(given)
    odd = next((each for each in names if each.encode(errors="replace").decode() != each), None)
    if odd is not None:
        raise FingerprintError(f"the list's name {odd!r} holds characters that are no text")
    if not 1 <= len(names) <= GREATEST_LISTS:
        raise FingerprintError(f"an index has 1 to {GREATEST_LISTS:,} lists, not {len(names):,}")
    if len(set(names)) != len(names):
        raise FingerprintError("two lists have the same name; give each its own")
    return names


def checked_identifiers(given: Collection[int] | NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return identifiers, each once, in their order.

    Raises:
        FingerprintError: one is no whole number of 64 bits without sign.

    """
    if isinstance(given, np.ndarray) and given.dtype == np.uint64:
        return np.unique(given)
    numbers = [int(each) if isinstance(each, int | np.integer) else -1 for each in given]
    odd = next(
        (each for each, number in zip(given, numbers, strict=True) if not 0 <= number < 1 << 64),
        None,
    )
    if odd is not None or any(not 0 <= number < 1 << 64 for number in numbers):
        raise FingerprintError(f"an identifier is a whole number from 0 to 2^64 - 1, not {odd!r}")
    return np.unique(np.array(numbers, np.uint64))


def checked_entries(
    fingerprints: object,
    identifiers: object,
    qualities: object,
    lists: object,
    names: tuple[str, ...],
) -> Entries:
    """Return entries in the order of their identifiers, with 0 to n - 1, quality 100 and list 0 where none are given.

    Raises:
        FingerprintError: an array has another shape or type, an identifier stands twice, a list has no name.

    """
    told = as_fingerprints(fingerprints)
    count = len(told)
    if count >= GREATEST_COUNT:
        raise FingerprintError(
            f"an index holds fewer than {GREATEST_COUNT:,} entries, not {count:,}; make several"
        )
    entries = Entries(
        told,
        _column("identifiers", identifiers, np.arange(count, dtype=np.uint64)),
        _column("qualities", qualities, np.full(count, UNKNOWN_QUALITY, np.uint8)),
        _column("lists", lists, np.zeros(count, np.uint16)),
    )
    if count and int(entries.lists.max()) >= len(names):
        raise FingerprintError(
            f"an entry is on list number {entries.lists.max()}, and only {len(names)} have a name"
        )
    if count and int(entries.qualities.max()) > GREATEST_QUALITY:
        raise FingerprintError(
            f"a quality is a whole number from 0 to {GREATEST_QUALITY}, not {entries.qualities.max()}"
        )
    if identifiers is None:
        return entries
    entries = entries.in_order()
    twice = np.flatnonzero(entries.identifiers[1:] == entries.identifiers[:-1])
    if len(twice):
        raise FingerprintError(
            f"identifier {entries.identifiers[twice[0]]} stands twice; each entry has its own"
        )
    return entries


def _column(name: str, given: object, usual: NDArray[Kind]) -> NDArray[Kind]:
    if given is None:
        return usual
    array = np.asarray(given)
    if array.dtype != usual.dtype or array.shape != usual.shape:
        raise FingerprintError(
            f"{name} are given as an array of {usual.dtype} of shape {usual.shape},"
            f" not {array.dtype} of shape {array.shape}"
        )
    return array


def segment_of(entries: Entries, *, compact: bool = False) -> Segment:
    """Return a segment of entries that stand in the order of their identifiers; what is alike in all is left out."""
    bands = cheapest_bands(len(entries), most_bytes=COMPACT if compact else ROOMY)
    bands = with_order(bands, entries.fingerprints)
    numbered = np.array_equal(entries.identifiers, np.arange(len(entries), dtype=np.uint64))
    attributes = Attributes(
        np.empty(0, np.uint64) if numbered else entries.identifiers,
        entries.qualities
        if (entries.qualities != UNKNOWN_QUALITY).any()
        else np.empty(0, np.uint8),
        entries.lists if entries.lists.any() else np.empty(0, np.uint16),
    )
    return build_segment(stored_words(entries.fingerprints, bands), bands, attributes)


def folded(pieces: tuple[Piece, ...], newest: Entries) -> tuple[Piece, ...]:
    """Return the pieces with one more for the newest entries, joined with those before it that are no larger.

    So every entry is laid out anew a number of times that grows with the logarithm of their count, and a search
    meets few pieces. The first piece, which is the file's, stays as it is.
    """
    kept, parts = list(pieces), [newest]
    while len(kept) > 1 and len(kept[-1]) <= sum(len(each) for each in parts):
        parts.append(kept.pop().remaining())
    return (*kept, Piece(segment_of(joined(parts).in_order())))
