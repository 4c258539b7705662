# SPDX-License-Identifier: Apache-2.0
"""The look at an address, and other nodes that look for us."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from havn.domain.members.rules import AskingError, NodeReply, NodeRequests
from havn.domain.takedown.rules import (
    AnswerMessage,
    AskMessage,
    Seen,
    VantageMessageError,
    VantagePoint,
    ask_document,
    read_answer,
)
from havn.lib import http
from havn.lib.encoding import JsonError, canonical_json, strict_json


class AddressChecker(Protocol):
    """Looks at an address: status and headers, never content."""

    def look(self, url: str, *, came_from: str = "") -> Seen:
        """Return what was seen, as if a reader had come from a page; never raises."""
        ...


class GuardedChecker:
    """Looks through the guarded client of `lib/http`."""

    def __init__(self, client: http.GuardedClient) -> None:
        self._client = client

    def look(self, url: str, *, came_from: str = "") -> Seen:
        """Return what the address answers."""
        found = self._client.look(url, came_from=came_from or None)
        return Seen(
            url=url,
            status=found.status,
            failure=found.failure,
            final_url=found.final_url,
            redirects=found.redirects,
            headers=dict(found.headers),
            addresses=found.addresses,
            tls_subject=found.tls_subject or "",
            method=found.method,
            came_from_sent=bool(came_from),
        )


class VantageError(AskingError):
    """Another node did not take a question about an address, or did not say what it saw."""


class VantageNode(Protocol):
    """Other nodes, each of which looks at an address for us and tells later what it saw."""

    def points(self) -> Sequence[VantagePoint]:
        """Return the nodes that can be asked now, and their countries."""
        ...

    def ask(self, node: UUID, message: AskMessage) -> None:
        """Return once the node has the question (the same id again is one); raise VantageError otherwise."""
        ...

    def answer(
        self, node: UUID, message: AskMessage, *, asked_at: datetime, at: datetime
    ) -> AnswerMessage:
        """Return what the node tells so far; raise VantageError where it tells nothing."""
        ...


class NoVantages:
    """Stands where no alliance was joined: there is nobody to ask."""

    def points(self) -> Sequence[VantagePoint]:
        """Return nobody."""
        return ()

    def ask(self, node: UUID, message: AskMessage) -> None:
        """Refuse."""
        del node, message
        raise VantageError("no_alliance", is_final=True)

    def answer(
        self, node: UUID, message: AskMessage, *, asked_at: datetime, at: datetime
    ) -> AnswerMessage:
        """Refuse."""
        del node, message, asked_at, at
        raise VantageError("no_alliance", is_final=True)


class HttpVantageNode:
    """Asks over signed requests (docs/protocol/vantage.md)."""  # V1

    def __init__(
        self, requests: NodeRequests, points: Callable[[], Sequence[VantagePoint]]
    ) -> None:
        self._requests = requests
        self._points = points

    def points(self) -> Sequence[VantagePoint]:
        """Return the active nodes of other countries, as the roster has them."""
        return self._points()

    def ask(self, node: UUID, message: AskMessage) -> None:
        """Send the question."""  # V3
        body = canonical_json(ask_document(message))
        reply = self._requests.send(node, "POST", "/api/v1/vantages", body)
        if reply.status not in {200, 202}:
            raise _refusal(reply)

    def answer(
        self, node: UUID, message: AskMessage, *, asked_at: datetime, at: datetime
    ) -> AnswerMessage:
        """Ask for the answer."""  # V9
        reply = self._requests.send(node, "GET", f"/api/v1/vantages/{message.id}")
        if reply.status != 200:
            raise _refusal(reply)
        try:
            document = strict_json(reply.body)
            return read_answer(document, ask=message, asked_at=asked_at, at=at)
        except (VantageMessageError, JsonError) as error:
            raise VantageError("bad_answer", is_final=True) from error  # V11


# Why a node takes no question about an address (V4 to V6); a person reads it.
_ABOUT_THE_ADDRESS = frozenset({"not_http", "hidden_service", "private_address"})


def _refusal(reply: NodeReply) -> VantageError:
    if reply.status == 429:  # V8
        return VantageError("too_many_asks", retry_after_seconds=reply.retry_after_seconds)
    if 400 <= reply.status < 500:
        code = _code_of(reply.body)
        if code in _ABOUT_THE_ADDRESS:
            return VantageError(code, is_final=True)
        return VantageError("ask_refused", is_final=True)
    return VantageError("node_failed", retry_after_seconds=reply.retry_after_seconds)


def _code_of(body: bytes) -> str:
    try:
        return str(strict_json(body)["code"])
    except (JsonError, KeyError, TypeError):
        return ""
