# SPDX-License-Identifier: Apache-2.0
"""HMA's matching routes, `/m/*`, for fingerprints: one at a time, in HMA's shapes."""

from __future__ import annotations

from typing import Any

from havn.kit.matcher.counters import LOOKUPS
from havn.kit.matcher.faults import RequestError
from havn.kit.matcher.matcher import NAMELESS, Hit, Matcher
from havn.kit.matcher.requests import (
    HOW_TO_HASH,
    Answer,
    Request,
    answer,
    bad_signal,
    banks_of,
    flag_of,
    json_object_of,
    require_pdq,
    signal_of,
)
from havn.kit.matcher.settings import DEFAULT_DISTANCE
from havn.lib.matching import FingerprintError, Match

NO_FILES = "This server takes fingerprints, never pictures, videos, their addresses or other files; nothing was read or kept."
USE_WATCH = "Let `havn watch FOLDER` match uploads where they lie, or send the 64 digits that `havn hash FILE` prints."
_CLEAR = Answer(200, b'{"matches":[]}\n')
_NOTHING = Answer(200, b"{}\n")


def refuse_files(matcher: Matcher, request: Request) -> Answer:
    """Refuse what would need a picture here."""
    del matcher, request
    raise RequestError(403, NO_FILES, remedy=USE_WATCH)


def raw_lookup(matcher: Matcher, request: Request) -> Answer:
    """Answer with every entry near a fingerprint: as HMA's, suppressed and braked ones too."""
    query = request.query
    with_distance = flag_of(query, "include_distance")
    found = _found(matcher, request, "raw_lookup")
    _count(matcher, "raw_lookup", is_match=bool(found))
    if not found:
        return _CLEAR
    if with_distance:
        return answer({"matches": [_with_distance(each) for each in found]})
    return answer({"matches": [each.identifier for each in found]})


def lookup(matcher: Matcher, request: Request) -> Answer:
    """Answer by bank with what a platform acts on: no suppressed entry, and braked ones marked or left out.

    `seed` and `bypass_coinflip` are taken and change nothing: every bank always matches.
    """
    if request.query.get("url"):
        raise RequestError(403, NO_FILES, field="url", remedy=USE_WATCH)
    flag_of(request.query, "bypass_coinflip")
    if not request.query.get("signal") and not request.query.get("signal_type"):
        raise RequestError(
            400, "signal and signal_type are required", field="signal", remedy=HOW_TO_HASH
        )
    hits = matcher.enabled(_found(matcher, request, "lookup"))
    _count(matcher, "lookup", is_match=bool(hits))
    if not hits:
        return _NOTHING
    banks: dict[str, list[dict[str, Any]]] = {}
    for hit in hits:
        banks.setdefault(hit.match.list or NAMELESS, []).append(marked(hit))
    return answer(banks)


def marked(hit: Hit) -> dict[str, Any]:
    """Return a hit in HMA's shape; only an entry over its hit rate has one more key."""
    told = _with_distance(hit.match)
    return told | {"braked": True} if hit.is_braked else told


def _with_distance(match: Match) -> dict[str, Any]:
    return {"bank_content_id": match.identifier, "distance": str(match.distance)}


def _found(matcher: Matcher, request: Request, route: str) -> list[Match]:
    try:
        signal = signal_of(request.query)
        return matcher.look_up(signal, banks=banks_of(request.query.get("banks"), matcher))
    except FingerprintError as error:
        matcher.board.add(LOOKUPS[route, "refused"])
        raise bad_signal(error) from error
    except RequestError:
        matcher.board.add(LOOKUPS[route, "refused"])
        raise


def _count(matcher: Matcher, route: str, *, is_match: bool) -> None:
    matcher.board.add(LOOKUPS[route, "match" if is_match else "clear"])


def compare(matcher: Matcher, request: Request) -> Answer:
    """Answer for each type of signal how far two fingerprints are apart, and whether that is a match."""
    del matcher
    compared = {}
    for kind, pair in json_object_of(request).items():
        if kind != "pdq":
            require_pdq(kind)
        if not isinstance(pair, list):
            raise RequestError(
                400,
                f"Comparison hashes for {kind} was not a list",
                field=kind,
                remedy='Send {"pdq": [A, B]}.',
            )
        if len(pair) != len(("one", "other")):
            raise RequestError(
                400,
                "Comparison hash list length must be exactly 2",
                field=kind,
                remedy='Send {"pdq": [A, B]}.',
            )
        one, other = (number_of(each, kind) for each in pair)
        distance = (one ^ other).bit_count()
        compared[kind] = [distance <= DEFAULT_DISTANCE, {"distance": distance}]
    return answer(compared)


def number_of(signal: object, name: str) -> int:
    """Return a fingerprint of 64 digits as a number.

    Raises:
        RequestError: it is none.

    """
    return int.from_bytes(bytes_of(signal, name), "big")


def bytes_of(signal: object, name: str) -> bytes:
    """Return the 32 bytes of a fingerprint of 64 digits in either case.

    Raises:
        RequestError: it is none.

    """
    if not isinstance(signal, str):
        raise RequestError(400, "invalid signal: this is no text", field=name, remedy=HOW_TO_HASH)
    fault = fault_in(signal)
    if fault:
        raise RequestError(400, f"invalid signal: {fault}", field=name, remedy=HOW_TO_HASH)
    return bytes.fromhex(signal)


def fault_in(signal: str) -> str:
    """Return why this text is no fingerprint, nothing if it is one."""
    if len(signal) != len("0" * 64):
        return (
            f"a PDQ fingerprint has 64 hexadecimal digits, this one has {len(signal)} characters"
        )
    wrong = [each for each in signal if each not in "0123456789abcdefABCDEF"]
    return (
        f"a PDQ fingerprint is written in the digits 0 to 9 and a to f; this one has {wrong[0]!r}"
        if wrong
        else ""
    )


def index_status(matcher: Matcher, request: Request) -> Answer:
    """Answer how many entries are searched and how new they are."""
    if "signal_type" in request.query:
        require_pdq(request.query["signal_type"])
    matcher.follow()
    status = {"present": True, "built_to": matcher.built_to(), "size": len(matcher.index)}
    return answer({"pdq": status})
