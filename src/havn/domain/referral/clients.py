# SPDX-License-Identifier: Apache-2.0
"""Other nodes that are asked whether they know addresses, by the digests of their keys."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol
from uuid import UUID

from havn.domain.members.rules import AskingError, NodeReply, NodeRequests
from havn.domain.referral.rules import (
    BodyError,
    KnownAsk,
    KnownThere,
    known_ask_document,
    read_known_answer,
)
from havn.lib.encoding import JsonError, canonical_json, strict_json


class KnownError(AskingError):
    """Another node did not say whether it knows addresses."""


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


class HttpKnownNode:
    """Asks over signed requests. (E33)"""

    def __init__(self, requests: NodeRequests) -> None:
        self._requests = requests

    def ask(self, node: UUID, question: KnownAsk, *, at: datetime) -> tuple[KnownThere, ...]:
        """Ask, and read the answer as of something hostile. (E36)"""
        body = canonical_json(known_ask_document(question))
        reply = self._requests.send(node, "POST", "/api/v1/known", body)
        if reply.status != 200:
            raise _refusal(reply)
        try:
            return read_known_answer(strict_json(reply.body), ask=question, at=at)
        except (BodyError, JsonError) as error:
            raise KnownError("bad_answer", is_final=True) from error


def _refusal(reply: NodeReply) -> KnownError:
    after = reply.retry_after_seconds
    if reply.status == 429:  # E40
        return KnownError("too_many_asks", retry_after_seconds=after)
    if reply.status == 409 or reply.status >= 500:
        return KnownError("node_failed", retry_after_seconds=after)
    return KnownError("ask_refused", is_final=True)
