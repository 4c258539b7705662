# SPDX-License-Identifier: Apache-2.0
"""Questions whether addresses are known, over signed requests (docs/protocol/referral.md, E33 to E42)."""

from dataclasses import replace

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from havn.domain.actor import Actor
from havn.domain.audit.models import Entry
from havn.domain.cases.models import ContentItem
from havn.domain.members import selectors as members
from havn.domain.referral.models import KnownRequest, KnownTold
from havn.lib import clock
from havn.lib.encoding import canonical_json, uuid4
from tests.domain.test_grants import WITHIN_THE_TEST
from tests.support import asking_nodes as asking
from tests.support import roster as made_up
from tests.support.asking_nodes import AskingNode
from tests.support.casework import SmallNode
from tests.support.known import assessed_here
from tests.vectors import make_known

pytestmark = [pytest.mark.django_db, pytest.mark.urls("havn.config.urls.node")]
SE, FI = AskingNode("SE"), AskingNode("FI")


@pytest.fixture(autouse=True)
def world(settings):
    settings.HAVN_NODE_ADDRESS = asking.ADDRESS
    asking.adopt(asking.own_participant(), made_up.participant("SE"), asking.suspended("FI"))


@pytest.fixture
def item():
    own = members.own_node(actor=Actor.system())
    node = SmallNode(own.organisation_id, at=clock.now())
    return ContentItem.objects.get(pk=assessed_here(node)[0])


def ask(node, *digests, **changes):
    value = make_known.ASK | {"id": str(uuid4()), "digests": list(digests)} | changes
    return node.ask("POST", "/api/v1/known", canonical_json(value))


def test_what_is_known_is_told_and_what_is_not_looks_like_what_is_not_told(item):
    """E33 E35 E38 E42"""
    answer = ask(SE, item.key_digest, make_known.OTHER)
    assert (answer.status, answer.is_bound) == (200, True)
    assert set(answer.value) == {"v", "known"}
    (found,) = answer.value["known"]
    told = KnownTold.objects.get()
    assert (found["digest"], found["reference"]) == (item.key_digest, str(told.reference))
    assert set(found) == set(make_known.KNOWN)
    assert told.node_id == SE.node_id
    nothing = ask(SE, make_known.OTHER)
    assert nothing.value == {"v": 1, "known": []}
    entries = Entry.objects.filter(action="casework.known_told")
    assert {(entry.actor_kind, entry.actor_id) for entry in entries} == {("node", SE.node_id)}


REFUSED = {
    name: vector
    for name, vector in make_known.VECTORS.items()
    if vector["given"]["kind"] == "ask" and vector["expected_error"]
}


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_every_attack_on_a_question_is_refused_and_changes_nothing(name):
    """E34 E41"""
    document = REFUSED[name]["given"]["document"]
    answer = SE.ask("POST", "/api/v1/known", canonical_json(document))
    # What every address refuses before it (S20) has the code of all addresses.
    wanted = "wrong_content" if document["v"] != 1 else REFUSED[name]["expected_error"]
    assert (answer.status, answer.code, answer.is_bound) == (400, wanted, True)
    assert not KnownRequest.objects.exists()


def test_a_suspended_node_is_refused(item):
    """E39"""
    answer = ask(FI, item.key_digest)
    assert (answer.status, answer.code) == (403, "suspended")
    assert not KnownRequest.objects.exists()


def test_a_longer_body_than_a_question_has_is_refused(item):
    """E41: before it is read."""
    answer = ask(SE, *(f"{number:064}" for number in range(200)))
    assert (answer.status, answer.code) == (400, "too_many_digests")


def test_who_asks_too_often_is_told_when_again(item, settings):
    """E40"""
    settings.HAVN_POLICY = replace(settings.HAVN_POLICY, most_known_digests=1)
    ask(SE, make_known.OTHER)
    answer = ask(SE, item.key_digest)
    assert (answer.status, answer.code, answer.is_bound) == (429, "too_many_asks", True)
    most = settings.HAVN_POLICY.known_digests_within.total_seconds()
    assert 0 < int(answer.headers["Retry-After"]) <= most
    assert not KnownTold.objects.exists()


@pytest.mark.postgres_only
def test_the_database_role_of_this_process_answers_and_reads_no_address(item):
    """The columns that it may read hold no address, no text and nobody's name."""
    closed = [
        "SELECT href FROM cases_contentitem",
        "SELECT key FROM cases_contentitem",
        "SELECT * FROM cases_contentitem",
        "SELECT assessor_id FROM assessment_assessment",
        "SELECT sealed_reason FROM cases_hold",
        "SELECT * FROM cases_report",
        "SELECT * FROM referral_knownelsewhere",
        "UPDATE referral_knowntold SET withdrawn_at = now()",
        "DELETE FROM referral_knownrequest",
    ]
    with connection.cursor() as cursor:
        cursor.execute(WITHIN_THE_TEST)
        cursor.execute("SET ROLE havn_node")
        try:
            answer = ask(SE, item.key_digest)
            assert len(answer.value["known"]) == 1
            assert ask(SE, item.key_digest).value == answer.value
            for statement in closed:
                denied = pytest.raises(ProgrammingError, match="permission denied")
                with denied, transaction.atomic():
                    cursor.execute(statement)
        finally:
            cursor.execute("RESET ROLE")
