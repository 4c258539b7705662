# SPDX-License-Identifier: Apache-2.0
"""Payloads: what an event says to its audience, in a versioned envelope."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from havn.lib.encoding import EncodingError, canonical_json, instant_of, is_deeper
from havn.lib.feed._errors import FeedError
from havn.lib.feed._leaves import opens
from havn.lib.feed._strict_json import StrictJsonError, read_object

PAYLOAD_VERSION = 1
LONGEST_PAYLOAD = 262_144
DEEPEST_PAYLOAD = 16
MOST_AUDIENCE = 1024
MOST_COUNTER = 2**53 - 1

_FIELDS = {"v", "id", "kind", "subject", "happened_at", "audience", "counter", "body"}
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_KIND = re.compile(r"[a-z][a-z0-9_]{0,39}(?:\.[a-z][a-z0-9_]{0,39}){1,3}")


@dataclass(frozen=True, slots=True)
class Payload:
    """One event as its audience reads it."""

    id: UUID
    kind: str
    subject: UUID
    happened_at: datetime
    audience: tuple[UUID, ...]
    counter: int
    body: dict[str, Any]
    v: int = PAYLOAD_VERSION


def payload_bytes(payload: Payload) -> bytes:
    """Return the bytes that a leaf commits to."""  # F9
    if payload.v != PAYLOAD_VERSION:
        raise FeedError(
            "payload_malformed", {"reason": "another version than this release writes"}
        )
    value = {
        "v": payload.v,
        "id": str(payload.id),
        "kind": payload.kind,
        "subject": str(payload.subject),
        "happened_at": _written(payload.happened_at),
        "audience": [str(each) for each in payload.audience],
        "counter": payload.counter,
        "body": payload.body,
    }
    try:
        content = canonical_json(value)
    except EncodingError as error:
        raise FeedError("payload_malformed", {"reason": str(error)[:200]}) from error
    if len(content) > LONGEST_PAYLOAD or is_deeper(content, DEEPEST_PAYLOAD):  # F10
        raise FeedError("payload_malformed", {"reason": "too long, or nested too deeply"})
    _require_fields(value)
    return content


def parse_payload(content: bytes) -> Payload:
    """Return the payload that `payload_bytes` wrote; anything it would not write is refused."""  # F10
    try:
        value = read_object(content, most_bytes=LONGEST_PAYLOAD, most_depth=DEEPEST_PAYLOAD)
    except StrictJsonError as error:
        raise FeedError("payload_malformed", {"reason": str(error)}) from error
    version = value.get("v")
    if type(version) is not int or version < 1:
        raise FeedError("payload_malformed", {"reason": "no version"})
    if version != PAYLOAD_VERSION:
        raise FeedError("unknown_payload_version", _readable(value, version))  # F11
    _require_fields(value)
    return Payload(
        id=UUID(value["id"]),
        kind=value["kind"],
        subject=UUID(value["subject"]),
        happened_at=datetime.fromisoformat(value["happened_at"]),
        audience=tuple(UUID(each) for each in value["audience"]),
        counter=value["counter"],
        body=value["body"],
    )


def open_payload(commit: bytes, salt: bytes, content: bytes) -> Payload:
    """Return the payload that a leaf commits to."""  # F5
    if not opens(commit, salt, content):
        raise FeedError("commitment_differs")
    return parse_payload(content)


def _written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _readable(value: dict[str, Any], version: int) -> dict[str, str | int]:
    """Return what an unknown version still says of itself, for the page that shows it."""
    readable: dict[str, str | int] = {"version": version}
    if _is_uuid(value.get("id")):
        readable["id"] = value["id"]
    if _is_kind(value.get("kind")):
        readable["kind"] = value["kind"]
    return readable


def _require_fields(value: dict[str, Any]) -> None:
    wrong = _wrong_fields(value)
    if wrong:
        raise FeedError("payload_malformed", {"reason": f"fields: {', '.join(wrong)}"})


def _wrong_fields(value: dict[str, Any]) -> list[str]:
    if set(value) != _FIELDS:
        return sorted(str(each)[:40] for each in set(value) ^ _FIELDS)
    right = {
        "id": _is_uuid(value["id"]) and value["id"][14] == "4" and value["id"][19] in "89ab",
        "kind": _is_kind(value["kind"]),
        "subject": _is_uuid(value["subject"]),
        "happened_at": _is_instant(value["happened_at"]),
        "audience": _is_audience(value["audience"]),
        "counter": type(value["counter"]) is int and 1 <= value["counter"] <= MOST_COUNTER,
        "body": isinstance(value["body"], dict),
    }
    return [name for name, is_right in right.items() if not is_right]


def _is_uuid(value: object) -> bool:
    return isinstance(value, str) and _UUID.fullmatch(value) is not None


def _is_kind(value: object) -> bool:
    return isinstance(value, str) and _KIND.fullmatch(value) is not None


def _is_instant(value: object) -> bool:
    found = instant_of(value) if isinstance(value, str) else None
    return found is not None and _written(found) == value


def _is_audience(value: object) -> bool:
    return (
        isinstance(value, list)
        and 1 <= len(value) <= MOST_AUDIENCE
        and all(_is_uuid(each) for each in value)
        and value == sorted(set(value))
    )
