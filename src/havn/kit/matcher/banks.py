# SPDX-License-Identifier: Apache-2.0
"""HMA's curation routes, `/c/*`: what lists there are, entries of the platform's own, and what it has switched off."""

from __future__ import annotations

from typing import Any

from havn.kit.matcher.faults import RequestError
from havn.kit.matcher.look_ups import bytes_of
from havn.kit.matcher.matcher import Matcher
from havn.kit.matcher.requests import (
    Answer,
    Request,
    answer,
    flag_of,
    json_object_of,
    require_pdq,
)
from havn.kit.matcher.suppressions import LONGEST_REASON
from havn.lib.matching import Entry

# HMA's word for "not disabled": an instant that is long past.
ENABLED = 1
_LATEST = 253_402_300_800  # the year 10,000, which no calendar here knows


def banks(matcher: Matcher, request: Request) -> Answer:
    """Answer with all lists; each is always asked (HMA's ratio is 1)."""
    del request
    matcher.follow()
    return answer([_bank(each) for each in matcher.banks()])


def bank(matcher: Matcher, request: Request) -> Answer:
    """Answer with one list."""
    name = request.parts["bank"]
    matcher.list_named(name)
    return answer(_bank(name))


def _bank(name: str) -> dict[str, Any]:
    return {"name": name, "matching_enabled_ratio": 1.0}


def add_signal(matcher: Matcher, request: Request) -> Answer:
    """Add a fingerprint to a list of the platform's own; the next look-up in any worker finds it."""
    name = request.parts["bank"]
    matcher.list_named(name)
    said = json_object_of(request)
    signals = {key: value for key, value in said.items() if key != "note"}
    _note_of(said)
    if not signals:
        raise RequestError(
            400, "No signals given", field="pdq", remedy='Send {"pdq": "64 hexadecimal digits"}.'
        )
    for kind in signals:
        if kind != "pdq":
            raise RequestError(
                400,
                f"No such signal type {kind}",
                field=kind,
                remedy="This server matches PDQ; send pdq alone.",
            )
    fingerprint = bytes_of(signals["pdq"], "pdq")
    identifier = matcher.add(name, fingerprint)
    return answer({"id": identifier, "signals": {"pdq": fingerprint.hex()}})


def entry(matcher: Matcher, request: Request) -> Answer:
    """Answer with one entry and whether it is switched off here."""
    identifier = _identifier(request)
    found = matcher.entry(request.parts["bank"], identifier)
    with_signals = flag_of(request.query, "include_signals")
    told = _told(matcher, identifier, found, bank=request.parts["bank"], with_signals=with_signals)
    if flag_of(request.query, "include_metadata"):
        told["metadata"] = {"content_id": matcher.name_of(identifier)}
    return answer(told)


def change_entry(matcher: Matcher, request: Request) -> Answer:
    """Switch an entry off until an instant (0 for ever), or on again (1, or an instant that is past)."""
    identifier = _identifier(request)
    found = matcher.entry(request.parts["bank"], identifier)
    said = json_object_of(request)
    unknown = sorted(set(said) - {"disable_until_ts", "note"})
    if unknown:
        raise RequestError(
            400,
            f"{unknown[0]} cannot be changed",
            field=unknown[0],
            remedy="Send disable_until_ts and note.",
        )
    until, note = said.get("disable_until_ts"), _note_of(said)
    if isinstance(until, bool) or not isinstance(until, int) or not 0 <= until < _LATEST:
        raise RequestError(
            400,
            "disable_until_ts is missing, or no number of seconds since 1970",
            field="disable_until_ts",
            remedy="Send 0 to switch the entry off for good, an instant to switch it off until then, 1 to switch it on.",
        )
    if until == ENABLED:
        matcher.lift(found)
    else:
        matcher.suppress(identifier, found, until=until, reason=note or "no reason was given")
    return answer(
        _told(matcher, identifier, found, bank=request.parts["bank"], with_signals=False)
    )


def remove_entry(matcher: Matcher, request: Request) -> Answer:
    """Remove an entry from a list of the platform's own; no look-up that begins after the answer finds it."""
    removed = matcher.remove(request.parts["bank"], _identifier(request))
    return answer({"deleted": removed})


def _identifier(request: Request) -> int:
    word = request.parts["entry"]
    if not (word.isascii() and word.isdigit()) or len(word) > len(str(1 << 64)):
        raise RequestError(
            404,
            f"'{word}' is no identifier of an entry",
            field="content_id",
            remedy="Take an identifier from the answer to a look-up.",
        )
    return int(word)


def _is_text(note: str) -> bool:
    return not any("\ud800" <= each <= "\udfff" for each in note)


def _note_of(said: dict[str, Any]) -> str:
    note = said.get("note", "")
    if note is None:
        return ""
    if not isinstance(note, str) or len(note) > LONGEST_REASON or not _is_text(note):
        raise RequestError(
            400,
            f"note is no text of at most {LONGEST_REASON} characters",
            field="note",
            remedy="Shorten it.",
        )
    return note


def _told(
    matcher: Matcher, identifier: int, entry: Entry, *, bank: str, with_signals: bool
) -> dict[str, Any]:
    suppression = matcher.suppression(entry)
    told: dict[str, Any] = {
        "id": identifier,
        "bank": _bank(bank),
        "disable_until_ts": ENABLED if suppression is None else suppression.until,
        "note": None if suppression is None else suppression.reason,
        "original_media_uri": None,
    }
    return told | {"signals": {"pdq": entry.fingerprint.hex()}} if with_signals else told


def signal_types(matcher: Matcher, request: Request) -> Answer:
    """Answer with the types of signals that are matched."""
    del matcher, request
    return answer([{"name": "pdq", "enabled_ratio": 1.0}])


def signal_type_index(matcher: Matcher, request: Request) -> Answer:
    """Answer how new the index is: what is stored is what is searched, always."""
    if "signal_type" in request.query:
        require_pdq(request.query["signal_type"])
    matcher.follow()
    size, built_to = len(matcher.index), matcher.built_to()
    told = {
        "db_size": size, "index_size": size, "index_out_of_date": False,
        "newest_db_item": built_to, "index_built_to": built_to,
    }  # fmt: skip
    return answer({"pdq": told})


def content_types(matcher: Matcher, request: Request) -> Answer:
    """Answer with the types of content whose fingerprints are matched."""
    del matcher, request
    return answer([{"name": "photo", "enabled": True}])


def no_exchanges(matcher: Matcher, request: Request) -> Answer:
    """Answer that lists come by `havn`, not by exchanges of this server."""
    del matcher, request
    return answer([])
