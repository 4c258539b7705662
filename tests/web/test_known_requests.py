# SPDX-License-Identifier: Apache-2.0
"""Whom the worker asks whether addresses are known, and what it believes of their signed replies."""

from datetime import timedelta

import pytest

from havn.domain.members import selectors as members
from havn.domain.members.models import RosterState
from havn.domain.referral.clients import HttpKnownNode, KnownError
from havn.domain.referral.rules import read_known_ask
from havn.domain.workflow.tasks.outside import KnownAddressRequests, SignedLinks
from havn.lib import clock
from havn.lib.encoding import uuid4
from tests.support import asking_nodes as asking
from tests.support import roster as made_up
from tests.support.asking_nodes import AskingNode
from tests.vectors import make_known
from tests.web.test_vantage_requests import OtherNode

pytestmark = pytest.mark.django_db
SE = AskingNode("SE")
ASK = read_known_ask(make_known.ASK)


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
    made = OtherNode()
    made.status, made.value = 200, make_known.ANSWER
    return made


@pytest.fixture
def client(other):
    return HttpKnownNode(KnownAddressRequests(SignedLinks(other)))


def refused(client, node=SE.node_id):
    with pytest.raises(KnownError) as caught:
        client.ask(node, ASK, at=clock.now())
    error = caught.value
    return error.code, error.is_final, error.retry_after_seconds


def test_a_question_goes_signed_to_the_address_of_the_roster_and_its_answer_is_read(client, other):
    """E33 E35"""
    (found,) = client.ask(SE.node_id, ASK, at=clock.now())
    assert found.digest == make_known.DIGEST
    ((method, url, _body),) = other.asked
    base = members.node_view(node_id=SE.node_id, actor=asking.US).base_address
    assert (method, url) == ("POST", f"{base}/api/v1/known")


def test_a_reply_that_somebody_else_signed_is_none(client, other):
    """E36"""
    other.signs_as = AskingNode("NL")
    assert refused(client) == ("reply_unknown_key", False, None)


def test_a_dead_node_is_tried_again(client, other):
    """E43"""
    other.is_dead = True
    assert refused(client) == ("timeout", False, None)


@pytest.mark.parametrize(("said", "after"), [("90", 90.0), ("soon", None)])
def test_a_node_that_has_enough_says_for_how_long(client, other, said, after):
    """E40"""
    other.status, other.headers = 429, {"Retry-After": said}
    assert refused(client) == ("too_many_asks", False, after)


def test_a_node_that_is_suspended_meanwhile_is_asked_no_more(client, other):
    """E39"""
    for node in (AskingNode("FI").node_id, uuid4()):
        assert refused(client, node) == ("not_in_the_roster", True, None)
    assert other.asked == []


def test_with_a_roster_that_has_expired_nobody_is_asked_for_now(client, other):
    """E43"""
    RosterState.objects.update(expires_at=clock.now() - timedelta(days=1))
    assert refused(client) == ("roster_unusable", False, None)
    assert other.asked == []
