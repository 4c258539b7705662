# SPDX-License-Identifier: Apache-2.0
"""The client that asks whether addresses are known: what travels, and what a node may reply instead."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from havn.domain.members.rules import NodeReply
from havn.domain.referral import rules
from havn.domain.referral.clients import HttpKnownNode, KnownError, NoKnown
from havn.lib.encoding import canonical_json
from tests.vectors import make_known

AT = datetime(2026, 3, 2, 9, 31, tzinfo=UTC)
NODE = uuid4()
ASK = rules.read_known_ask(make_known.ASK)


@dataclass
class OneReply:
    """Replies the same to everything, and keeps what it was sent."""

    reply: NodeReply | KnownError
    sent: list[tuple[UUID, str, bytes]] = field(default_factory=list)

    def send(self, node: UUID, method: str, path: str, body: bytes = b"") -> NodeReply:
        self.sent.append((node, path, body))
        if isinstance(self.reply, KnownError):
            raise self.reply
        return self.reply


def test_what_travels_is_the_question_and_no_more() -> None:
    """E33"""
    wire = OneReply(NodeReply(200, json.dumps(make_known.ANSWER).encode()))
    (found,) = HttpKnownNode(wire).ask(NODE, ASK, at=AT)
    assert wire.sent == [(NODE, "/api/v1/known", canonical_json(make_known.ASK))]
    assert (found.digest, str(found.reference)) == (make_known.DIGEST, make_known.REFERENCE)


@pytest.mark.parametrize(
    ("reply", "code", "is_final", "after"),
    [
        (NodeReply(429, b"{}", 90.0), "too_many_asks", False, 90.0),
        (NodeReply(409, b"{}"), "node_failed", False, None),
        (NodeReply(400, b'{"code":"too_many_digests"}'), "ask_refused", True, None),
        (NodeReply(403, b"{}"), "ask_refused", True, None),
        (NodeReply(404, b"{}"), "ask_refused", True, None),
        (NodeReply(500, b"oops"), "node_failed", False, None),
        (NodeReply(503, b"", 30.0), "node_failed", False, 30.0),
    ],
)
def test_what_a_node_replies_instead_has_a_code(
    reply: NodeReply, code: str, is_final: bool, after: float | None
) -> None:
    """E40"""
    with pytest.raises(KnownError) as refused:
        HttpKnownNode(OneReply(reply)).ask(NODE, ASK, at=AT)
    error = refused.value
    assert (error.code, error.is_final, error.retry_after_seconds) == (code, is_final, after)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"v":1}', b"\xff", b"[" * 60_000, b'{"v":1,"v":1,"known":[]}']
)
def test_an_answer_that_is_none_ends_the_question(body: bytes) -> None:
    """E36"""
    with pytest.raises(KnownError) as refused:
        HttpKnownNode(OneReply(NodeReply(200, body))).ask(NODE, ASK, at=AT)
    assert (refused.value.code, refused.value.is_final) == ("bad_answer", True)


def test_without_an_alliance_there_is_nobody_to_ask() -> None:
    with pytest.raises(KnownError) as refused:
        NoKnown().ask(NODE, ASK, at=AT)
    assert refused.value.is_final
