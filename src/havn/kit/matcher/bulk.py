# SPDX-License-Identifier: Apache-2.0
"""Many fingerprints in one request: a JSON list with a verdict for each item, or 32 bytes each and arrays back.

The binary answer, all numbers little-endian: 8 bytes `HAVNLOOK`, uint32 queries, uint32 matches; then uint64
identifiers, one a match; uint32 offsets, one a query and one more; uint16 numbers of lists, in the order of
`/c/banks`; uint8 distances; uint8 flags (1 suppressed here, 2 over its hit rate). Query i's matches are those from
offset i to offset i + 1, nearest first.
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from havn.kit.matcher.counters import LOOKUPS
from havn.kit.matcher.faults import RequestError, json_bytes
from havn.kit.matcher.look_ups import fault_in
from havn.kit.matcher.matcher import NAMELESS, Matcher
from havn.kit.matcher.requests import (
    HOW_TO_HASH,
    MATCHES,
    MOST_LOOKUPS,
    Answer,
    Request,
    banks_of,
    flag_of,
    is_packed,
    json_of,
    require_pdq,
)
from havn.lib.matching import Match

BYTES = 32
HEAD = struct.Struct("<8sII")
MAGIC = b"HAVNLOOK"
MOST_MATCHES = 500_000  # that one answer tells: some 25 MiB of JSON
SUPPRESSED, BRAKED = 1, 2
_SLICE = 256


class _Found(NamedTuple):
    """Matches of many queries after the policies: `offsets` (q + 1), and one value a match in the others."""

    offsets: NDArray[np.int64]
    identifiers: NDArray[np.uint64]
    lists: NDArray[np.uint16]
    distances: NDArray[np.uint8]
    flags: NDArray[np.uint8]
    names: tuple[str, ...]


def raw_lookups(matcher: Matcher, request: Request) -> Answer:
    """Answer for many fingerprints what `GET /m/raw_lookup` answers for each."""
    return _answered(matcher, request, is_raw=True)


def lookups(matcher: Matcher, request: Request) -> Answer:
    """Answer for many fingerprints with what a platform acts on: bank, entry, distance; no suppressed entries."""
    return _answered(matcher, request, is_raw=False)


def _answered(matcher: Matcher, request: Request, *, is_raw: bool) -> Answer:
    require_pdq(request.query.get("signal_type", "pdq"))
    banks = banks_of(request.query.get("banks"), matcher)
    route = "bulk_raw" if is_raw else "bulk"
    if is_packed(request.content_type):
        asked = _rows_of(request.body)
        found = _found(matcher, asked, banks=banks, is_raw=is_raw)
        _count(matcher, route, found.offsets, refused=0)
        return Answer(200, _packed(found), MATCHES)
    with_distance = flag_of(request.query, "include_distance")
    items = _items_of(json_of(request))
    faults = _faults_in(items)
    good = [each for number, each in enumerate(items) if number not in faults]
    found = _found(matcher, _parsed(good), banks=banks, is_raw=is_raw)
    _count(matcher, route, found.offsets, refused=len(faults))
    if is_raw:
        told = _told_raw(found, with_distance=with_distance)
    else:
        told = _told(found)
    return Answer(200, _json_in_slices(_in_place(told, faults, len(items))))


def _json_in_slices(answers: list[dict[str, Any]]) -> bytes:
    """Return the list as JSON, made piece by piece: one long step would hold up every look-up beside it."""
    pieces = [json_bytes(answers[at : at + _SLICE])[1:-2] for at in range(0, len(answers), _SLICE)]
    return b"[" + b",".join(pieces) + b"]\n"


def _items_of(said: Any) -> list[Any]:
    if not isinstance(said, list):
        raise RequestError(
            400,
            "the body is no list",
            field="body",
            remedy='Send a JSON list of fingerprints, ["64 digits", ...].',
        )
    if len(said) > MOST_LOOKUPS:
        raise RequestError(
            413,
            f"{len(said)} fingerprints are too many",
            field="body",
            remedy=f"Send at most {MOST_LOOKUPS}.",
        )
    return said


def _faults_in(items: list[Any]) -> dict[int, dict[str, str]]:
    """Return what is wrong with each item that is no fingerprint, by its place."""
    faults = {}
    for number, each in enumerate(items):
        # The digits are looked at in one step for all; only an item that may be wrong is looked at alone.
        if isinstance(each, str) and len(each) == BYTES * 2 and each.isalnum():
            continue
        fault = fault_in(each) if isinstance(each, str) else "this is no text"
        if fault:
            faults[number] = _fault(number, fault)
    try:
        bytes.fromhex("".join(each for number, each in enumerate(items) if number not in faults))
    except ValueError:
        for number, each in enumerate(items):
            if number not in faults and (fault := fault_in(each)):
                faults[number] = _fault(number, fault)
    return faults


def _fault(number: int, fault: str) -> dict[str, str]:
    return RequestError(
        400, f"invalid signal: {fault}", field=f"[{number}]", remedy=HOW_TO_HASH
    ).body


def _parsed(items: list[str]) -> NDArray[np.uint8]:
    return np.frombuffer(bytes.fromhex("".join(items)), np.uint8).reshape(-1, BYTES)


def _rows_of(body: bytes) -> NDArray[np.uint8]:
    if len(body) % BYTES:
        raise RequestError(
            400,
            f"{len(body)} bytes are no whole number of fingerprints",
            field="body",
            remedy=f"Send {BYTES} bytes for each, one after another.",
        )
    return np.frombuffer(body, np.uint8).reshape(-1, BYTES)


def _found(
    matcher: Matcher, asked: NDArray[np.uint8], *, banks: list[str] | None, is_raw: bool
) -> _Found:
    if not len(asked):
        matcher.follow()
    matches, kept = matcher.look_up_many(asked, banks=banks)
    if len(kept) > MOST_MATCHES:
        raise RequestError(
            413,
            f"{len(kept):,} entries match, and one answer tells at most {MOST_MATCHES:,}",
            field="body",
            remedy="Send fewer fingerprints at once, or look what is listed so often.",
        )
    flags = np.zeros(len(kept), np.uint8)
    judged = np.flatnonzero(kept).tolist() if matcher.judges_hits() else []
    for place in judged:
        match = Match(
            int(matches.distances[place]),
            int(matches.identifiers[place]),
            matches.list_names[matches.lists[place]],
            int(matches.qualities[place]),
        )
        if is_raw:
            flags[place] = SUPPRESSED if matcher.is_suppressed(match) else 0
            continue
        hits = matcher.enabled([match])
        kept[place] = bool(hits)
        flags[place] = BRAKED if hits and hits[0].is_braked else 0
    counts = np.concatenate([[0], np.cumsum(kept)])
    return _Found(
        offsets=counts[matches.offsets],
        identifiers=matches.identifiers[kept],
        lists=matches.lists[kept],
        distances=matches.distances[kept],
        flags=flags[kept],
        names=matches.list_names,
    )


def _count(matcher: Matcher, route: str, offsets: NDArray[np.int64], *, refused: int) -> None:
    matched = int(np.count_nonzero(np.diff(offsets)))
    numbers = (matched, len(offsets) - 1 - matched, refused)
    matcher.board.observe(
        tuple(LOOKUPS[route, verdict] for verdict in ("match", "clear", "refused")), numbers
    )


def _packed(found: _Found) -> bytes:
    return b"".join(
        (
            HEAD.pack(MAGIC, len(found.offsets) - 1, len(found.identifiers)),
            found.identifiers.astype("<u8").tobytes(),
            found.offsets.astype("<u4").tobytes(),
            found.lists.astype("<u2").tobytes(),
            found.distances.tobytes(),
            found.flags.tobytes(),
        )
    )


def _told_raw(found: _Found, *, with_distance: bool) -> Iterable[dict[str, Any]]:
    identifiers = found.identifiers.tolist()
    each: list[Any] = identifiers
    if with_distance:
        each = [
            {"bank_content_id": identifier, "distance": str(distance)}
            for identifier, distance in zip(identifiers, found.distances.tolist(), strict=True)
        ]
    return _by_query(found, each)


def _told(found: _Found) -> Iterable[dict[str, Any]]:
    each = []
    columns = (found.identifiers, found.lists, found.distances, found.flags)
    for identifier, number, distance, flags in zip(*(a.tolist() for a in columns), strict=True):
        told = {
            "bank": found.names[number] or NAMELESS,
            "bank_content_id": identifier,
            "distance": str(distance),
        }
        each.append(told | {"braked": True} if flags & BRAKED else told)
    return _by_query(found, each)


def _by_query(found: _Found, each: list[Any]) -> Iterable[dict[str, Any]]:
    offsets = found.offsets.tolist()
    return ({"matches": each[first:last]} for first, last in itertools.pairwise(offsets))


def _in_place(
    told: Iterable[dict[str, Any]], faults: dict[int, dict[str, str]], count: int
) -> list[dict[str, Any]]:
    """Return answers and faults in the order of the items."""
    remaining = iter(told)
    return [faults[each] if each in faults else next(remaining) for each in range(count)]
