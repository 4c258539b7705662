# SPDX-License-Identifier: Apache-2.0
"""One contract for every client of other nodes: over the wire's own messages, and the fake."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from havn.domain.takedown import rules
from havn.domain.takedown.clients import (
    HttpVantageNode,
    NodeReply,
    NoVantages,
    VantageError,
    VantageNode,
)
from havn.domain.takedown.rules import AskMessage, LookState, VantageMessageError, VantagePoint
from havn.lib.http import is_public_address
from tests.support.outside import FakeChecker, FakeVantages

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
URL = "https://pictures.example/item/17"


@dataclass
class OtherNode:
    """What a node replies by docs/protocol/vantage.md, without a socket: bytes in, bytes out."""

    country: str
    checker: FakeChecker = field(default_factory=FakeChecker)
    taken: dict[str, AskMessage] = field(default_factory=dict)
    is_slow: bool = False
    refused: str = ""

    def reply(self, method: str, path: str, body: bytes) -> NodeReply:
        if (method, path) == ("POST", "/api/v1/vantages"):
            try:
                ask = rules.read_ask(json.loads(body), is_public=is_public_address)
            except VantageMessageError as error:
                return _json(422, {"v": 1, "code": error.code, "sentence": error.sentence})
            self.taken.setdefault(str(ask.id), ask)
            return _json(202, rules.answer_document(ask.id, LookState.WAITING))
        known = self.taken.get(path.rpartition("/")[2])
        if known is None:
            return _json(404, {"v": 1, "code": "not_found", "sentence": "Not here."})
        if self.is_slow:
            return _json(200, rules.answer_document(known.id, LookState.WAITING))
        if self.refused:
            told = rules.answer_document(known.id, LookState.REFUSED, refused=self.refused)
            return _json(200, told)
        seen = self.checker.look(known.address, came_from=known.came_from)
        found = rules.seen_document(
            seen, observed_at=AT, took=timedelta(seconds=1), country=self.country
        )
        return _json(200, rules.answer_document(known.id, LookState.SEEN, seen=found))


def _json(status: int, document: dict[str, Any]) -> NodeReply:
    return NodeReply(status, json.dumps(document).encode())


@dataclass
class Wire:
    """Carries requests to nodes that stand in the same process; breaks, or says something else, when told."""

    nodes: dict[UUID, OtherNode] = field(default_factory=dict)
    instead: NodeReply | VantageError | None = None

    def send(self, node: UUID, method: str, path: str, body: bytes = b"") -> NodeReply:
        if isinstance(self.instead, VantageError):
            raise self.instead
        return self.instead or self.nodes[node].reply(method, path, body)


@dataclass
class Side:
    """One implementation under the contract, and the levers of the other node."""

    client: VantageNode
    node: UUID
    checker: FakeChecker
    levers: FakeVantages | OtherNode
    breaks: Callable[[VantageError], None]


def faked() -> Side:
    fake = FakeVantages()
    checker = fake.add("SE")
    (node,) = fake.nodes

    def breaks(error: VantageError) -> None:
        fake.refusal = error

    return Side(fake, node, checker, fake, breaks)


def wired() -> Side:
    node, other, wire = uuid4(), OtherNode("SE"), Wire()
    wire.nodes[node] = other
    client = HttpVantageNode(wire, lambda: (VantagePoint(node, "SE"),))

    def breaks(error: VantageError) -> None:
        wire.instead = error

    return Side(client, node, other.checker, other, breaks)


@pytest.fixture(params=[faked, wired])
def side(request: pytest.FixtureRequest) -> Side:
    made: Side = request.param()
    return made


def answer(side: Side, ask: AskMessage) -> rules.AnswerMessage:
    return side.client.answer(side.node, ask, asked_at=AT, at=AT)


def ask_of(side: Side, *, came_from: str = "") -> AskMessage:
    ask = AskMessage(id=uuid4(), address=URL, came_from=came_from)
    side.client.ask(side.node, ask)
    return ask


def test_it_names_whom_it_can_ask(side: Side) -> None:
    assert list(side.client.points()) == [VantagePoint(side.node, "SE")]


def test_a_question_is_answered_with_what_was_seen_there(side: Side) -> None:
    side.checker.answers(404)
    found = answer(side, ask_of(side)).found
    assert found is not None
    assert (found.seen.status, found.seen.url, found.observed_at) == (404, URL, AT)
    assert found.seen.headers == {"content-type": "image/jpeg"}
    assert not found.seen.came_from_sent


def test_the_page_before_travels_along(side: Side) -> None:
    ask = ask_of(side, came_from="https://forum.example/thread/17")
    found = answer(side, ask).found
    assert found is not None
    assert found.seen.came_from_sent
    assert side.checker.came_from == "https://forum.example/thread/17"


def test_a_failure_is_an_answer_too(side: Side) -> None:
    side.checker.answers(failure="timeout")
    found = answer(side, ask_of(side)).found
    assert found is not None
    assert (found.seen.status, found.seen.failure) == (None, "timeout")


def test_redirects_are_told(side: Side) -> None:
    side.checker.redirects = ((302, "https://pictures.example/"),)
    found = answer(side, ask_of(side)).found
    assert found is not None
    assert found.seen.final_url == "https://pictures.example/"


def test_the_same_question_again_is_one(side: Side) -> None:
    """V13."""
    ask = ask_of(side)
    side.client.ask(side.node, ask)
    assert len(side.levers.taken) == 1


def test_an_answer_may_take_its_time(side: Side) -> None:
    ask = ask_of(side)
    side.levers.is_slow = True
    assert answer(side, ask).state is LookState.WAITING
    side.levers.is_slow = False
    assert answer(side, ask).state is LookState.SEEN


def test_a_node_may_refuse_to_look(side: Side) -> None:
    ask = ask_of(side)
    side.levers.refused = "private_address"
    told = answer(side, ask)
    assert (told.state, told.refused, told.found) == (LookState.REFUSED, "private_address", None)


def test_a_question_that_nobody_took_has_no_answer(side: Side) -> None:
    with pytest.raises(VantageError) as refused:
        answer(side, AskMessage(id=uuid4(), address=URL))
    assert (refused.value.code, refused.value.is_final) == ("ask_refused", True)


def test_a_dead_node_is_tried_again(side: Side) -> None:
    side.breaks(VantageError("unreachable"))
    for attempt in (lambda: ask_of(side), lambda: answer(side, AskMessage(uuid4(), URL))):
        with pytest.raises(VantageError) as refused:
            attempt()
        assert (refused.value.code, refused.value.is_final) == ("unreachable", False)


# What only the wire can do.


@pytest.mark.parametrize(
    ("reply", "code", "is_final", "after"),
    [
        (NodeReply(429, b"{}", 90.0), "too_many_asks", False, 90.0),
        (NodeReply(422, b"{}"), "ask_refused", True, None),
        (NodeReply(401, b"{}"), "ask_refused", True, None),
        (NodeReply(400, b'{"code":"private_address"}'), "private_address", True, None),
        (NodeReply(400, b'{"code":"eaten"}'), "ask_refused", True, None),
        (NodeReply(400, b"[" * 99_999), "ask_refused", True, None),
        (NodeReply(500, b"oops"), "node_failed", False, None),
        (NodeReply(302, b""), "node_failed", False, None),
        (NodeReply(503, b"", 30.0), "node_failed", False, 30.0),
    ],
)
def test_what_a_node_replies_instead_has_a_code(
    reply: NodeReply, code: str, is_final: bool, after: float | None
) -> None:
    """V8."""
    client = HttpVantageNode(Wire(instead=reply), tuple)
    for attempt in (
        lambda: client.ask(uuid4(), AskMessage(uuid4(), URL)),
        lambda: client.answer(uuid4(), AskMessage(uuid4(), URL), asked_at=AT, at=AT),
    ):
        with pytest.raises(VantageError) as refused:
            attempt()
        error = refused.value
        assert (error.code, error.is_final, error.retry_after_seconds) == (code, is_final, after)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'{"v":1}', b"\xff", b"[" * 100_000, b'{"v":1,"id":"x","state":"seen"}'],
)
def test_an_answer_that_is_none_ends_the_question(body: bytes) -> None:
    """V11."""
    client = HttpVantageNode(Wire(instead=NodeReply(200, body)), tuple)
    with pytest.raises(VantageError) as refused:
        client.answer(uuid4(), AskMessage(uuid4(), URL), asked_at=AT, at=AT)
    assert (refused.value.code, refused.value.is_final) == ("bad_answer", True)


def test_what_travels_is_the_question_and_no_more() -> None:
    """V1, V3: a signed request carries just these bytes."""
    sent: list[tuple[str, str, bytes]] = []

    class Recorder:
        def send(self, node: UUID, method: str, path: str, body: bytes = b"") -> NodeReply:
            del node
            sent.append((method, path, body))
            return NodeReply(202, b"{}")

    ask = AskMessage(id=UUID("5b1ff2ae-6d2b-4d0e-9c1a-1f0d3a17c017"), address=URL)
    HttpVantageNode(Recorder(), tuple).ask(uuid4(), ask)
    ((method, path, body),) = sent
    assert (method, path) == ("POST", "/api/v1/vantages")
    assert body == (
        b'{"address":"https://pictures.example/item/17","came_from":null,'
        b'"id":"5b1ff2ae-6d2b-4d0e-9c1a-1f0d3a17c017","v":1}'
    )


def test_without_an_alliance_there_is_nobody_to_ask() -> None:
    client = NoVantages()
    assert client.points() == ()
    with pytest.raises(VantageError):
        client.ask(uuid4(), AskMessage(uuid4(), URL))
    with pytest.raises(VantageError):
        client.answer(uuid4(), AskMessage(uuid4(), URL), asked_at=AT, at=AT)
