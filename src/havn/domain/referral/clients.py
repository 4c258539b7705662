# SPDX-License-Identifier: Apache-2.0
"""Other nodes that are asked whether they know addresses, by the digests of their keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from havn.domain.referral.rules import (
    BodyError,
    KnownAsk,
    KnownThere,
    known_ask_document,
    read_known_answer,
)
from havn.lib.encoding import JsonError, canonical_json, strict_json


class KnownError(Exception):
    """Another node did not answer a question; `code` is stable and holds no digest.

    A final one is not tried again; `retry_after_seconds` is what the other node asked for.
    """

    def __init__(
        self, code: str, *, is_final: bool = False, retry_after_seconds: float | None = None
    ) -> None:
        super().__init__(code)
        self.code = code
        self.is_final = is_final
        self.retry_after_seconds = retry_after_seconds


class KnownNode(Protocol):
    """Other nodes, each of which says which addresses its own people assessed as baseline."""

    def ask(self, node: UUID, question: KnownAsk, *, at: datetime) -> tuple[KnownThere, ...]:
        """Return what the node knows; raise KnownError where it tells nothing that can be believed."""
        ...


class NoKnown:
    """Stands where no alliance was joined: there is nobody to ask."""

    def ask(self, node: UUID, question: KnownAsk, *, at: datetime) -> tuple[KnownThere, ...]:
        """Refuse."""
        del node, question, at
        raise KnownError("no_alliance", is_final=True)


@dataclass(frozen=True, slots=True)
class KnownReply:
    """What another node replied, its signature checked."""

    status: int
    body: bytes
    retry_after_seconds: float | None = None


class KnownRequests(Protocol):
    """Signed requests to other nodes of the roster."""

    def send(self, node: UUID, path: str, body: bytes) -> KnownReply:
        """Return the node's signed reply; raise KnownError where there is none that counts."""
        ...


class HttpKnownNode:
    """Asks over signed requests. (E33)"""

    def __init__(self, requests: KnownRequests) -> None:
        self._requests = requests

    def ask(self, node: UUID, question: KnownAsk, *, at: datetime) -> tuple[KnownThere, ...]:
        """Ask, and read the answer as of something hostile. (E36)"""
        body = canonical_json(known_ask_document(question))
        reply = self._requests.send(node, "/api/v1/known", body)
        if reply.status != 200:
            raise _refusal(reply)
        try:
            return read_known_answer(strict_json(reply.body), ask=question, at=at)
        except (BodyError, JsonError) as error:
            raise KnownError("bad_answer", is_final=True) from error


def _refusal(reply: KnownReply) -> KnownError:
    after = reply.retry_after_seconds
    if reply.status == 429:  # E40
        return KnownError("too_many_asks", retry_after_seconds=after)
    if reply.status == 409 or reply.status >= 500:
        return KnownError("node_failed", retry_after_seconds=after)
    return KnownError("ask_refused", is_final=True)
