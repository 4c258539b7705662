# SPDX-License-Identifier: Apache-2.0
"""Whom the worker can ask by the roster, and what it believes of their signed replies."""

from datetime import timedelta

import pytest

from havn.domain.members import selectors as members
from havn.domain.members.models import RosterState
from havn.domain.takedown.clients import HttpVantageNode, VantageError
from havn.domain.takedown.rules import AskMessage, LookState, answer_document
from havn.domain.workflow.tasks.outside import SignedLinks, VantageRequests
from havn.lib import clock, signing
from havn.lib.encoding import canonical_json, uuid4
from havn.lib.http import FetchError, Reply
from tests.support import asking_nodes as asking
from tests.support import roster as made_up
from tests.support.asking_nodes import AskingNode

pytestmark = pytest.mark.django_db
SE = AskingNode("SE")
ASK = AskMessage(uuid4(), "https://pictures.example/item/17")


class OtherNode:
    """Replies like the node of SE, signed with its key, or another one's; or not at all."""

    def __init__(self):
        self.status, self.value, self.headers = 202, {"v": 1}, {}
        self.signs_as, self.is_dead, self.asked = SE, False, []

    def exchange(self, method, url, *, headers, body=b"", most_bytes):
        del most_bytes
        if self.is_dead:
            raise FetchError("timeout")
        self.asked.append((method, url, body))
        content = canonical_json(self.value)
        signature = signing.sign_reply(
            self.status,
            content,
            asking.JSON,
            request_headers=headers,
            private=self.signs_as.private,
            key_id=self.signs_as.key_id,
            at=clock.now(),
        )
        given = {**signature, **self.headers, "Content-Type": asking.JSON}
        return Reply(self.status, {name.lower(): text for name, text in given.items()}, content)


@pytest.fixture(autouse=True)
def roster():
    asking.adopt(
        asking.own_participant(),
        made_up.participant("SE"),
        made_up.participant("NL"),
        asking.suspended("FI"),
    )


@pytest.fixture
def other():
    return OtherNode()


@pytest.fixture
def client(other):
    requests = VantageRequests(SignedLinks(other))
    return HttpVantageNode(requests, requests.points)


def answer(client, node=None):
    at = clock.now()
    return client.answer(node or SE.node_id, ASK, asked_at=at, at=at)


def test_the_hotlines_of_other_members_can_be_asked(client):
    """V1, V21."""
    assert sorted(point.country for point in client.points()) == ["NL", "SE"]


def test_with_a_roster_that_has_expired_nobody_can_be_asked(client):
    RosterState.objects.update(expires_at=clock.now() - timedelta(days=1))
    assert client.points() == ()


def test_with_a_roster_that_has_expired_nothing_is_sent_and_it_is_tried_again(client, other):
    """R17."""
    RosterState.objects.update(expires_at=clock.now() - timedelta(days=1))
    for question in (lambda: client.ask(SE.node_id, ASK), lambda: answer(client)):
        with pytest.raises(VantageError) as refused:
            question()
        assert (refused.value.code, refused.value.is_final) == ("roster_unusable", False)
    assert other.asked == []


def test_a_question_goes_signed_to_the_address_of_the_roster(client, other):
    """V3."""
    client.ask(SE.node_id, ASK)
    ((method, url, _body),) = other.asked
    base = members.node_view(node_id=SE.node_id, actor=asking.US).base_address
    assert (method, url) == ("POST", f"{base}/api/v1/vantages")


def test_an_answer_is_read_from_a_signed_reply(client, other):
    other.status, other.value = 200, answer_document(ASK.id, LookState.WAITING)
    assert answer(client).state is LookState.WAITING


def test_a_reply_that_somebody_else_signed_is_none(client, other):
    other.status, other.value = 200, answer_document(ASK.id, LookState.WAITING)
    other.signs_as = AskingNode("NL")
    with pytest.raises(VantageError) as refused:
        answer(client)
    assert (refused.value.code, refused.value.is_final) == ("reply_unknown_key", False)


def test_a_dead_node_is_tried_again(client, other):
    other.is_dead = True
    with pytest.raises(VantageError) as refused:
        client.ask(SE.node_id, ASK)
    assert (refused.value.code, refused.value.is_final) == ("timeout", False)


@pytest.mark.parametrize(("said", "after"), [("90", 90.0), ("soon", None), ("-5", None)])
def test_a_node_that_has_enough_says_for_how_long(client, other, said, after):
    """V8."""
    other.status, other.headers = 429, {"Retry-After": said}
    with pytest.raises(VantageError) as refused:
        client.ask(SE.node_id, ASK)
    assert (refused.value.code, refused.value.retry_after_seconds) == ("too_many_asks", after)


def test_a_node_that_is_suspended_meanwhile_is_asked_no_more(client):
    for node in (AskingNode("FI").node_id, uuid4()):
        with pytest.raises(VantageError) as refused:
            client.ask(node, ASK)
        assert (refused.value.code, refused.value.is_final) == ("not_in_the_roster", True)
