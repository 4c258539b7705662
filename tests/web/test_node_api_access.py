# SPDX-License-Identifier: Apache-2.0
"""Every address of the node audience x {participant in the audience, other participant, suspended, stranger}.

Generated from the URL map: an address of tomorrow is walked too, and one without an expectation fails.
"""

import re
from datetime import timedelta
from hashlib import sha256

import pytest
from django.db import connection, transaction
from django.urls import get_resolver

from havn.domain.actor import Actor
from havn.domain.exchange import rules
from havn.domain.exchange import services as exchange
from havn.domain.exchange.models import Alarm, Bundle, Given, Log, Tile
from havn.domain.ledger import services as ledger
from havn.domain.ledger.rules import EventKind
from havn.domain.members import selectors as members
from havn.domain.members.rules import KeyUse
from havn.domain.takedown import services as looks
from havn.domain.takedown.rules import AskMessage
from havn.lib import clock, feed
from havn.lib.encoding import KEY_VERSION, b64u, canonical_json, from_b64u, uuid4
from havn.lib.sealing import open_sealed
from tests.domain.test_grants import WITHIN_THE_TEST
from tests.support import asking_nodes as asking
from tests.support import roster as made_up
from tests.support.asking_nodes import AskingNode
from tests.web.access_table import METHODS, NODE, urls

ADDRESS = "https://pictures.example/item/17"
pytestmark = [pytest.mark.django_db, pytest.mark.urls("havn.config.urls.node")]
KINDS = {
    "participant in the audience": AskingNode("SE"),
    "other participant": AskingNode("NL"),
    "suspended": AskingNode("FI"),
    "stranger": AskingNode("XX"),
}
IN_AUDIENCE, OTHER, SUSPENDED, STRANGER = KINDS
# What each kind gets from every address; a participant outside the audience also gets 200 from `payloads`, which then
# says of each commitment that it is unknown, as of one that is not there.
ANSWERS = {
    IN_AUDIENCE: (200, ""),
    OTHER: (200, ""),
    SUSPENDED: (403, "suspended"),
    STRANGER: (401, "unknown_key"),
}
# What differs by address: a question is taken, and what was seen is told to the node that asked (V3, V9).
DIFFERENT = {
    ("vantages", IN_AUDIENCE): (202, ""),
    ("vantages", OTHER): (202, ""),
    ("vantage", OTHER): (404, "not_found"),
}
ASK_ID = uuid4()
MIRRORED = feed.log_origin(str(made_up.identifier("node", "NL")))


@pytest.fixture(autouse=True)
def world(settings):
    """The own node with one leaf for SE, and a mirror of NL's log."""
    settings.HAVN_NODE_ADDRESS = asking.ADDRESS
    asking.adopt(
        asking.own_participant(),
        made_up.participant("SE"),
        made_up.participant("NL"),
        asking.suspended("FI"),
    )
    own = members.own_node(actor=asking.US)
    system, at = Actor.system(organisation=own.organisation_id), clock.now()
    exchange.open_own_log(node_id=own.node_id, actor=system, at=at)
    with transaction.atomic():
        ledger.append_event(
            kind=EventKind.REFERRAL_PROGRESS,
            subject_id=uuid4(),
            organisation=own.organisation_id,
            payload={"v": 1},
            audience=[str(KINDS[IN_AUDIENCE].node_id)],
            at=at,
        )
    peers = {
        peer.node_id: peer.keys_for(KeyUse.EXCHANGE)[0].public
        for peer in members.peers(actor=system)
    }
    keyring = settings.HAVN_KEYRING
    exchange.publish(
        peers=peers,
        versions=dict.fromkeys(peers, 1),
        epoch=1,
        keys=rules.LogSecrets(
            log=keyring.read("log-checkpoint-key"), exchange=keyring.read("exchange-key")
        ),
        actor=system,
        at=at,
    )
    _mirror_like(Log.objects.get(is_own=True))
    asker = Actor.node(organisation=own.organisation_id, node=KINDS[IN_AUDIENCE].node_id)
    looks.take_ask(message=AskMessage(ASK_ID, ADDRESS), actor=asker, at=at)


def _mirror_like(own):
    """Keep a mirror of NL with the pages of the own log: what stands in them is of no matter here."""
    mirror = Log.objects.get(pk=own.pk)
    mirror.origin, mirror.node, mirror.is_own = MIRRORED, KINDS[OTHER].node_id, False
    mirror.save(force_insert=True)
    for model in (Tile, Bundle):
        for row in model.objects.filter(log=own):
            row.pk, row.log = None, mirror
            row.save(force_insert=True)


def expected(name, kind):
    return DIFFERENT.get((name, kind), ANSWERS[kind])


def commitment():
    return b64u(bytes.fromhex(Given.objects.get().commit))


def requests():
    """Yield name, method, path and body of a request to every address of the audience."""
    size = Log.objects.get(is_own=True).size
    bodies = {
        "payloads": {"v": 1, "commits": [commitment()]},
        "known": {"v": 1, "id": str(uuid4()), "key_version": KEY_VERSION, "digests": ["0" * 64]},
        "vantages": {"v": 1, "id": str(uuid4()), "address": ADDRESS, "came_from": None},
    }
    for route, pattern in urls(get_resolver("havn.config.urls.node")):
        if not route.startswith("/api/v1/"):
            continue
        path = route.replace("<path:place>", f"entries/000.p/{size}")
        path = path.replace("<digest:digest>", sha256(MIRRORED.encode()).hexdigest())
        path = path.replace("<uuid:ask_id>", str(ASK_ID))
        assert "<" not in path, f"{route}: say with what it is tried"
        method = NODE[pattern.name][0][0]
        body = canonical_json(bodies[pattern.name]) if method == "POST" else b""
        yield pattern.name, method, path, body


@pytest.mark.parametrize("kind", KINDS)
def test_every_address_answers_each_kind_as_the_table_says_and_nothing_else(kind):  # X1 X4
    """S18, S19: the expectation is the same for all addresses; there are no exceptions to remember."""
    tried = set()
    for name, method, path, body in requests():
        answer = KINDS[kind].ask(method, path, body)
        assert (answer.status, answer.code, answer.is_bound) == (*expected(name, kind), True), path
        tried.add(name)
    assert tried == set(NODE)


@pytest.mark.parametrize("kind", KINDS)
def test_every_other_method_is_closed_to_each_kind(kind):
    for _name, right, path, _body in requests():
        for method in set(METHODS) - {right, "TRACE", "OPTIONS"}:
            status, code = ANSWERS[kind]
            wanted = (405, "wrong_method") if status == 200 else (status, code)
            answer = KINDS[kind].ask(method, path)
            said = answer.code if method != "HEAD" else wanted[1]
            assert (answer.status, said, answer.is_bound) == (*wanted, True), (method, path)


@pytest.mark.postgres_only
def test_the_database_role_of_this_process_is_enough_for_every_address_and_alarm():
    wanted = list(requests())
    with connection.cursor() as cursor:
        cursor.execute(WITHIN_THE_TEST)
        cursor.execute("SET ROLE havn_node")
        try:
            for name, method, path, body in wanted:
                answer = KINDS[IN_AUDIENCE].ask(method, path, body)
                assert (answer.status, answer.code) == expected(name, IN_AUDIENCE), path
            for _ in range(2):  # the alarm is made, then counted
                late = clock.now() - timedelta(minutes=10)
                answer = KINDS[OTHER].ask("GET", "/api/v1/about", at=late)
                assert answer.code == "clock_off"
        finally:
            cursor.execute("RESET ROLE")
    assert Alarm.objects.get().times == 2


def test_unsigned_requests_get_nothing_anywhere():
    """S1"""
    for _name, method, path, body in requests():
        headers = {"Content-Type": asking.JSON} if body else {}
        answer = asking.send(method, path, body, headers)
        assert (answer.status, answer.code) == (401, "unsigned"), path


def test_a_payload_is_for_its_audience_alone():
    """S21: to any other participant it is as unknown as what was never there."""
    nowhere = b64u(bytes(32))
    body = canonical_json({"v": 1, "commits": [commitment(), nowhere]})
    answers = {
        kind: KINDS[kind].ask("POST", "/api/v1/payloads", body).value["payloads"]
        for kind in (IN_AUDIENCE, OTHER)
    }
    assert [each["state"] for each in answers[IN_AUDIENCE]] == ["here", "unknown"]
    assert answers[OTHER] == [
        {"commit": commitment(), "state": "unknown"},
        {"commit": nowhere, "state": "unknown"},
    ]
    sealed = from_b64u(answers[IN_AUDIENCE][0]["sealed"])
    private = made_up.seed_of("exchange", "SE", 1)
    opened = open_sealed(sealed, private, purpose="exchange payload")
    assert sha256(opened).digest() == from_b64u(commitment())


def test_pages_are_those_of_the_log():  # X2 X3
    answer = KINDS[OTHER].ask("GET", "/api/v1/log/checkpoint")
    log = Log.objects.get(is_own=True)
    assert answer.content.decode().startswith(f"{log.origin}\n{log.size}\n")
    page = KINDS[OTHER].ask("GET", f"/api/v1/log/tile/entries/000.p/{log.size}")
    assert len(feed.unpack_entries(page.content, log.size)) == log.size
    hashes = KINDS[OTHER].ask("GET", f"/api/v1/log/tile/0/000.p/{log.size}")
    assert len(hashes.content) == 32 * log.size
    about = KINDS[OTHER].ask("GET", "/api/v1/mirrors").value["mirrors"]
    assert [each["origin"] for each in about] == [MIRRORED]


@pytest.mark.parametrize(
    "place", ["0/000", "0/001.p/1", "entries/000.p/200", "0/0", "0/x001/000", "9/000", "entries/../../about"],
)  # fmt: skip
def test_pages_that_the_log_does_not_have_are_not_there(place):
    answer = KINDS[OTHER].ask("GET", f"/api/v1/log/tile/{place}")
    assert (answer.status, answer.code) == (404, "not_found")


def test_a_mirror_that_is_not_kept_is_not_there():
    digest = sha256(b"havn-log/nobody").hexdigest()
    for rest in ("checkpoint", "tile/0/000.p/1"):
        answer = KINDS[OTHER].ask("GET", f"/api/v1/mirror/{digest}/{rest}")
        assert (answer.status, answer.code) == (404, "not_found")


def test_what_an_observer_counts_in_replies_names_no_audience():
    """The pages that everybody mirrors hold commitments and tags, and no identifier of a node."""
    log = Log.objects.get(is_own=True)
    page = KINDS[OTHER].ask("GET", f"/api/v1/log/tile/entries/000.p/{log.size}")
    assert not re.search(str(KINDS[IN_AUDIENCE].node_id).encode(), page.content)
