# SPDX-License-Identifier: Apache-2.0
"""Questions what an address answers from here, over signed requests (docs/protocol/vantage.md)."""

from datetime import timedelta

import pytest

from havn.domain.actor import Actor
from havn.domain.audit.models import Entry
from havn.domain.jobs.models import Job
from havn.domain.members import selectors as members
from havn.domain.takedown import services as looks
from havn.domain.takedown.clients import (
    HttpVantageNode,
    NodeReply,
    VantageError,
)
from havn.domain.takedown.models import VantageLook
from havn.domain.takedown.rules import AskMessage, LookState, Seen
from havn.lib import clock
from havn.lib.encoding import canonical_json, uuid4
from tests.support import asking_nodes as asking
from tests.support import roster as made_up
from tests.support.asking_nodes import AskingNode
from tests.vectors import make_vantage

pytestmark = [pytest.mark.django_db, pytest.mark.urls("havn.config.urls.node")]
SE, NL = AskingNode("SE"), AskingNode("NL")
URL = "https://pictures.example/item/17"


@pytest.fixture(autouse=True)
def world(settings):
    settings.HAVN_NODE_ADDRESS = asking.ADDRESS
    asking.adopt(asking.own_participant(), made_up.participant("SE"), made_up.participant("NL"))


def system():
    own = members.own_node(actor=asking.US)
    return Actor.system(organisation=own.organisation_id)


def ask(node, **changes):
    value = {"v": 1, "id": str(uuid4()), "address": URL, "came_from": None} | changes
    return node.ask("POST", "/api/v1/vantages", canonical_json(value))


def looked(status=404):
    row = VantageLook.objects.get()
    looks.record_look(
        look_id=row.id,
        seen=Seen(url=URL, status=status, final_url=URL),
        country="DK",
        took=timedelta(seconds=1),
        actor=system(),
        at=clock.now(),
    )


def test_a_question_is_taken_and_answered_later():
    """V1, V3, V9, V16."""
    ask_id = str(uuid4())
    taken = ask(SE, id=ask_id)
    waiting = {"v": 1, "id": ask_id, "state": "waiting"}
    assert (taken.status, taken.value, taken.is_bound) == (202, waiting, True)
    assert Job.objects.filter(kind=looks.LOOK_WORK).count() == 1
    entry = Entry.objects.get(action="vantage.taken")
    assert entry.actor_id == SE.node_id

    looked()
    told = SE.ask("GET", f"/api/v1/vantages/{ask_id}")
    assert (told.status, told.value["state"]) == (200, "seen")
    assert (told.value["seen"]["status"], told.value["seen"]["country"]) == (404, "DK")
    other = NL.ask("GET", f"/api/v1/vantages/{ask_id}")
    assert (other.status, other.code) == (404, "not_found")


def test_the_same_question_again_is_one_and_tells_what_is_known():
    """V13."""
    ask_id = str(uuid4())
    ask(SE, id=ask_id)
    looked()
    again = ask(SE, id=ask_id, address="https://elsewhere.example/18")
    assert (again.status, again.value["state"]) == (202, "seen")
    assert VantageLook.objects.count() == 1


REFUSED = {
    name: vector
    for name, vector in make_vantage.VECTORS.items()
    if vector["given"]["kind"] == "ask" and vector["expected_error"]
}


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_every_attack_on_a_question_is_refused_and_changes_nothing(name):
    """V2 to V6."""
    body = canonical_json(REFUSED[name]["given"]["document"])
    answer = SE.ask("POST", "/api/v1/vantages", body)
    # What every address refuses before it (S20) has the code of all addresses.
    code = {"unknown_version": "wrong_content"}.get(
        REFUSED[name]["expected_error"], REFUSED[name]["expected_error"]
    )
    assert (answer.status, answer.code, answer.is_bound) == (400, code, True)
    assert answer.value["sentence"]
    assert not VantageLook.objects.exists()
    assert not Job.objects.filter(kind=looks.LOOK_WORK).exists()


def test_who_asks_too_often_is_told_when_again(settings):
    """V8."""
    most = settings.HAVN_POLICY.most_vantage_looks
    asker = Actor.node(organisation=system().organisation, node=SE.node_id)
    for _ in range(most):
        looks.take_ask(message=AskMessage(uuid4(), URL), actor=asker, at=clock.now())
    answer = ask(SE)
    assert (answer.status, answer.code, answer.is_bound) == (429, "too_many_asks", True)
    hour = settings.HAVN_POLICY.vantage_looks_within.total_seconds()
    assert hour - 60 < int(answer.headers["Retry-After"]) <= hour
    assert VantageLook.objects.count() == most
    assert ask(NL).status == 202


class SignedAs:
    """Sends what the client of another node sends, signed in that node's name, to this one."""

    def __init__(self, node):
        self.node = node

    def send(self, node, method, path, body=b""):
        del node
        answer = self.node.ask(method, path, body)
        after = answer.headers.get("Retry-After")
        return NodeReply(answer.status, answer.content, float(after) if after else None)


def test_our_own_client_and_these_addresses_understand_each_other():
    """V10 to V12: what one side of this program sends, the other reads."""
    client, at = HttpVantageNode(SignedAs(SE), tuple), clock.now()
    message = AskMessage(uuid4(), URL, "https://forum.example/thread/17")
    client.ask(uuid4(), message)
    client.ask(uuid4(), message)
    assert client.answer(uuid4(), message, asked_at=at, at=at).state is LookState.WAITING
    looked(451)
    found = client.answer(uuid4(), message, asked_at=at, at=clock.now()).found
    assert (found.seen.status, found.seen.final_url) == (451, URL)
    with pytest.raises(VantageError) as refused:
        client.ask(uuid4(), AskMessage(uuid4(), "http://10.0.0.1/item/17"))
    assert (refused.value.code, refused.value.is_final) == ("private_address", True)
    with pytest.raises(VantageError) as refused:
        client.answer(uuid4(), AskMessage(uuid4(), URL), asked_at=at, at=at)
    assert (refused.value.code, refused.value.is_final) == ("ask_refused", True)
