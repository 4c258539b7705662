# SPDX-License-Identifier: Apache-2.0
"""The messages by which nodes ask each other what they see (docs/protocol/vantage.md): built and read.

Whatever another node sent is hostile until it was read here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from havn.domain.cases.rules import is_hidden_service
from havn.domain.takedown.rules.checks import Seen, host_of
from havn.domain.takedown.rules.vantages import LookRefusal, LookState
from havn.lib.encoding import Address, AddressError, parse_address

VERSION = 1  # V2
HEADERS = frozenset(  # V10: those that a look keeps
    {
        "content-type",
        "content-length",
        "etag",
        "last-modified",
        "server",
        "location",
        "retry-after",
        "cf-mitigated",
        "www-authenticate",
    }
)
FAILURES = frozenset(
    {
        "no_such_name",
        "no_address",
        "resolver_dead",
        "timeout",
        "refused",
        "tls",
        "private_address",
        "too_many_redirects",
        "bad_redirect",
        "protocol",
    }
)
SENTENCES = {
    "malformed": "The message does not have the fields of docs/protocol/vantage.md. Send it as V3 says.",
    "unknown_version": "This version of the message is not read here. Send version 1.",
    "not_http": "The address is not a complete http or https address. Ask only about web pages.",
    "hidden_service": "No node looks at hidden services. Do not ask about this address.",
    "private_address": "The address lies in a private network. No node looks there for another.",
}
_MOST_REDIRECTS = 6
_LONGEST_TEXT = 2048
_LONGEST_HEADER = 500
_MOST_MILLISECONDS = 600_000
_CLOCKS_DIFFER_BY = timedelta(minutes=5)
_LOCAL_NAMES = ("localhost", "local", "internal", "home.arpa", "lan", "intranet")
_METHODS = frozenset({"HEAD", "GET"})
_REFUSALS = frozenset(each.value for each in LookRefusal)
_ASK_FIELDS = frozenset({"v", "id", "address", "came_from"})
_SEEN_FIELDS = frozenset(
    {
        "status",
        "failure",
        "final_host",
        "redirects",
        "headers",
        "method",
        "took_ms",
        "observed_at",
        "country",
    }
)


class VantageMessageError(ValueError):
    """A message is refused; `code` is stable, `sentence` says in English what is wrong and what to do."""

    def __init__(self, code: str) -> None:
        super().__init__(SENTENCES[code])
        self.code = code
        self.sentence = SENTENCES[code]


@dataclass(frozen=True, slots=True)
class AskMessage:
    """One question: what do you see there, if you come from that page?"""

    id: UUID
    address: str
    came_from: str = ""


@dataclass(frozen=True, slots=True)
class SeenElsewhere:
    """What another node saw, and when."""

    seen: Seen
    observed_at: datetime
    took: timedelta


@dataclass(frozen=True, slots=True)
class AnswerMessage:
    """What the other node has to say so far."""

    state: LookState
    refused: str = ""
    found: SeenElsewhere | None = None


def ask_document(ask: AskMessage) -> dict[str, Any]:
    """Return the question as it travels."""  # V3
    return {
        "v": VERSION,
        "id": str(ask.id),
        "address": ask.address,
        "came_from": ask.came_from or None,
    }


def read_ask(document: object, *, is_public: Callable[[str], bool]) -> AskMessage:
    """Return a question that another node sent; raises VantageMessageError.

    `is_public` tells of an IP address whether it lies on the public internet.
    """
    fields = _fields(document, _ASK_FIELDS)
    came_from = fields["came_from"]
    if came_from is not None:
        came_from = _web_address(came_from).key
    return AskMessage(
        id=_uuid4(fields["id"]),
        address=_askable(_web_address(fields["address"]), is_public).href,
        came_from=came_from or "",
    )


def _askable(address: Address, is_public: Callable[[str], bool]) -> Address:
    if is_hidden_service(address.host):
        raise VantageMessageError("hidden_service")  # V5
    if _is_private(address, is_public):
        raise VantageMessageError("private_address")  # V6
    return address


def _is_private(address: Address, is_public: Callable[[str], bool]) -> bool:
    if address.is_ip:
        return not is_public(address.host)
    name = f".{address.host.rstrip('.')}"
    return "." not in name[1:] or any(name.endswith(f".{local}") for local in _LOCAL_NAMES)


def _web_address(text: object) -> Address:
    if not isinstance(text, str) or not text.startswith(("http://", "https://")):  # V4
        raise VantageMessageError("not_http")
    try:
        return parse_address(text)
    except AddressError as error:
        raise VantageMessageError("not_http") from error


def answer_document(
    ask_id: UUID, state: LookState, *, refused: str = "", seen: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return what the asker is told."""  # V9
    told: dict[str, Any] = {"v": VERSION, "id": str(ask_id), "state": state.value}
    if state is LookState.REFUSED:
        told["refused"] = refused
    elif state is LookState.SEEN:
        told["seen"] = dict(seen or {})
    return told


def seen_document(
    seen: Seen, *, observed_at: datetime, took: timedelta, country: str
) -> dict[str, Any]:
    """Return what a look showed as it travels: verdict facts and short headers, never content."""  # V10
    return {
        "status": seen.status,
        "failure": seen.failure,
        "final_host": host_of(seen.final_url or seen.url),
        "redirects": [[status, _clean(url, _LONGEST_TEXT)] for status, url in seen.redirects],
        "headers": {
            name: _clean(value, _LONGEST_HEADER)
            for name, value in sorted(seen.headers.items())
            if name in HEADERS
        },
        "method": seen.method,
        "took_ms": took // timedelta(milliseconds=1),
        "observed_at": observed_at.isoformat(),
        "country": country,
    }


def _clean(text: str, longest: int) -> str:
    return "".join(each if each.isprintable() else "?" for each in text[:longest])


def read_answer(
    document: object, *, ask: AskMessage, asked_at: datetime, at: datetime
) -> AnswerMessage:
    """Return what another node told about our question; raises VantageMessageError."""
    fields = _of_this_version(document)
    if fields.get("id") != str(ask.id):
        raise VantageMessageError("malformed")  # V11
    state = fields.get("state")
    if state == LookState.WAITING:
        _fields(fields, frozenset({"v", "id", "state"}))
        return AnswerMessage(LookState.WAITING)
    if state == LookState.REFUSED:
        code = _fields(fields, frozenset({"v", "id", "state", "refused"}))["refused"]
        # V7: what a newer version may give as a reason is a refusal all the same.
        known = code if _is_one_of(code, _REFUSALS) else LookRefusal.NOT_POSSIBLE.value
        return AnswerMessage(LookState.REFUSED, refused=str(known))
    if state != LookState.SEEN:
        raise VantageMessageError("malformed")
    found = _fields(fields, frozenset({"v", "id", "state", "seen"}))["seen"]
    return AnswerMessage(LookState.SEEN, found=_read_seen(found, ask, asked_at=asked_at, at=at))


def _read_seen(
    document: object, ask: AskMessage, *, asked_at: datetime, at: datetime
) -> SeenElsewhere:
    if not isinstance(document, dict) or set(document) != _SEEN_FIELDS:
        raise VantageMessageError("malformed")
    status, failure = document["status"], document["failure"]
    if (status is None) is (failure is None):
        raise VantageMessageError("malformed")  # V10: one of the two, never both
    if not (_is_whole(status, 100, 599) or _is_one_of(failure, FAILURES)):
        raise VantageMessageError("malformed")
    if not _is_one_of(document["method"], _METHODS) or not _is_text(document["country"], 2):
        raise VantageMessageError("malformed")
    if not _is_whole(document["took_ms"], 0, _MOST_MILLISECONDS):
        raise VantageMessageError("malformed")
    redirects = _read_redirects(document["redirects"])
    led_to = [ask.address, *(url for _status, url in redirects)]
    final = next((u for u in reversed(led_to) if host_of(u) == document["final_host"]), None)
    if final is None:
        raise VantageMessageError("malformed")
    return SeenElsewhere(
        seen=Seen(
            url=ask.address,
            status=status,
            failure=failure,
            final_url=final,
            redirects=redirects,
            headers=_read_headers(document["headers"]),
            method=document["method"],
            came_from_sent=bool(ask.came_from),
        ),
        observed_at=_read_instant(document["observed_at"], asked_at=asked_at, at=at),
        took=timedelta(milliseconds=document["took_ms"]),
    )


def _read_redirects(found: object) -> tuple[tuple[int, str], ...]:
    if not isinstance(found, list) or len(found) > _MOST_REDIRECTS:
        raise VantageMessageError("malformed")
    for step in found:
        is_pair = isinstance(step, list) and len(step) == 2
        if not is_pair or not _is_whole(step[0], 300, 399) or not _is_text(step[1], _LONGEST_TEXT):
            raise VantageMessageError("malformed")
    return tuple((status, url) for status, url in found)


def _read_headers(found: object) -> dict[str, str]:
    if not isinstance(found, dict) or not set(found) <= HEADERS:
        raise VantageMessageError("malformed")
    if not all(_is_text(value, _LONGEST_HEADER) for value in found.values()):
        raise VantageMessageError("malformed")
    return dict(found)


def _read_instant(text: object, *, asked_at: datetime, at: datetime) -> datetime:
    """Return when it was seen: after we asked and before now, as far as two clocks agree."""  # V12
    try:
        seen_at = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        seen_at = None
    if seen_at is None or seen_at.tzinfo is None:
        raise VantageMessageError("malformed")
    if not asked_at - _CLOCKS_DIFFER_BY <= seen_at <= at + _CLOCKS_DIFFER_BY:
        raise VantageMessageError("malformed")
    return seen_at


def _fields(document: object, wanted: frozenset[str]) -> dict[str, Any]:
    fields = _of_this_version(document)
    if set(fields) != wanted:
        raise VantageMessageError("malformed")
    return fields


def _of_this_version(document: object) -> dict[str, Any]:
    if not isinstance(document, dict) or type(document.get("v")) is not int:
        raise VantageMessageError("malformed")
    if document["v"] != VERSION:
        raise VantageMessageError("unknown_version")  # V2
    return document


def _uuid4(text: object) -> UUID:
    try:
        found = UUID(text) if isinstance(text, str) else None
    except ValueError:
        found = None
    if found is None or str(found) != text or found.version != 4:
        raise VantageMessageError("malformed")
    return found


def _is_one_of(value: object, known: frozenset[str]) -> bool:
    return isinstance(value, str) and value in known


def _is_whole(number: object, least: int, most: int) -> bool:
    return type(number) is int and least <= number <= most


def _is_text(value: object, longest: int) -> bool:
    return isinstance(value, str) and len(value) <= longest and value.isprintable()
