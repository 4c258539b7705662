# SPDX-License-Identifier: Apache-2.0
"""A request as the routes see it, the answers they give, and how parameters and bodies are read with a sentence for each fault."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from havn.kit.matcher.faults import RequestError, json_bytes
from havn.kit.matcher.matcher import Matcher, list_of
from havn.lib.matching import FingerprintError

JSON = "application/json"
FINGERPRINTS = "application/vnd.havn.fingerprints"  # 32 bytes each, one after another
MATCHES = "application/vnd.havn.matches"
MOST_LOOKUPS = 10_000
MOST_PARAMETERS = 32
DIGITS = 64
HOW_TO_HASH = "A PDQ fingerprint is 64 hexadecimal digits, as `havn hash FILE` prints them; either case is taken."
_TRUE, _FALSE = {"true", "1", "yes", "on", "t", "y"}, {"false", "0", "no", "off", "f", "n", ""}


def is_packed(content_type: str) -> bool:
    """Say whether a body of this type is fingerprints one after another; names of types are written in either case."""
    return content_type.partition(";")[0].strip().lower() == FINGERPRINTS


class Answer(NamedTuple):
    """What is sent back."""

    status: int
    body: bytes
    content_type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Request:
    """What was asked, after the guard: the body is whole and in memory."""

    method: str
    path: str
    query: Mapping[str, str]
    content_type: str = ""
    body: bytes = b""
    parts: Mapping[str, str] = field(default_factory=dict)


def answer(value: object, status: int = 200) -> Answer:
    """Return a JSON answer."""
    return Answer(status, json_bytes(value))


def query_of(text: str) -> dict[str, str]:
    """Return the parameters behind the question mark; of one that stands twice the first counts, as for HMA.

    Raises:
        RequestError: there are more than anybody needs.

    """
    if not text:
        return {}
    if "%" not in text and "+" not in text and text.count("&") < MOST_PARAMETERS:
        # Nothing is escaped, as in almost every look-up: the same as below, at a fifth of its time.
        plain = [each.partition("=") for each in text.split("&") if each]
        return {name: value for name, _, value in reversed(plain)}
    try:
        pairs = parse_qsl(
            text, keep_blank_values=True, errors="replace", max_num_fields=MOST_PARAMETERS
        )
    except ValueError as error:
        raise RequestError(
            400, "too many parameters", remedy=f"Send at most {MOST_PARAMETERS}."
        ) from error
    return dict(reversed(pairs))


def flag_of(query: Mapping[str, str], name: str) -> bool:
    """Return a parameter that is true or false.

    Raises:
        RequestError: it is neither.

    """
    word = query.get(name, "").lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise RequestError(
        400, f"{name} is neither true nor false", field=name, remedy="Send true or false."
    )


def require_pdq(name: str | None) -> None:
    """Raise RequestError unless this is the one type of signal that is matched here."""
    if name is None:
        raise RequestError(
            400, "signal_type is required", field="signal_type", remedy="Add signal_type=pdq."
        )
    if name != "pdq":
        raise RequestError(
            400,
            f"No such SignalType '{name}'",
            field="signal_type",
            remedy="This server matches PDQ; send signal_type=pdq. Digests are matched by `havn match`.",
        )


def signal_of(query: Mapping[str, str]) -> str:
    """Return the fingerprint of a look-up.

    Raises:
        RequestError: it is missing.

    """
    require_pdq(query.get("signal_type"))
    signal = query.get("signal")
    if not signal:
        raise RequestError(400, "signal is required", field="signal", remedy=HOW_TO_HASH)
    return signal


def bad_signal(error: FingerprintError, name: str = "signal") -> RequestError:
    """Return what a caller reads who sent no fingerprint."""
    return RequestError(400, f"invalid signal: {error}", field=name, remedy=HOW_TO_HASH)


def banks_of(told: str | None, matcher: Matcher) -> list[str] | None:
    """Return the lists that a comma list names, by their names in the index; None where all are meant.

    Raises:
        RequestError: one of them is unknown; it is never taken for one that holds nothing.

    """
    return lists_of(told.split(","), matcher) if told else None


def lists_of(banks: list[str], matcher: Matcher) -> list[str]:
    """Return the names in the index of lists as callers write them.

    Raises:
        RequestError: one of them is unknown.

    """
    matcher.follow()
    names = matcher.index.list_names
    found = []
    for bank in banks:
        name = list_of(bank, names)
        if name is None:
            raise RequestError(
                400, f"No such bank '{bank}'", field="banks", remedy=matcher.known_banks()
            )
        found.append(name)
    return found


def json_of(request: Request) -> Any:
    """Return the JSON of a body.

    Raises:
        RequestError: it is none.

    """
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise RequestError(
            400,
            "the body is no JSON",
            field="body",
            remedy="Send UTF-8 text that is one JSON value.",
        ) from error


def json_object_of(request: Request) -> dict[str, Any]:
    """Return the JSON object of a body.

    Raises:
        RequestError: it is none.

    """
    found = json_of(request)
    if not isinstance(found, dict):
        raise RequestError(
            400,
            "Request input was not a dict",
            field="body",
            remedy="Send one JSON object, {...}.",
        )
    return found
