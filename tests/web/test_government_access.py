# SPDX-License-Identifier: Apache-2.0
"""The government's desk by the access table: by role and by whose promise it is; the rest is closed."""

from copy import deepcopy

import pytest
from django.test import Client

from havn.domain.commitments.models import Commitment
from havn.lib.encoding import uuid4
from tests.support.own_node import register_own_node
from tests.support.promises import Government
from tests.web.access_table import BOTH, GOVERNMENT, ROLES, address_of, urls
from tests.web.desk_world import World
from tests.web.test_access_table import answer_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls("havn.config.urls.all")]


def government_urls():
    return [
        (route, each)
        for route, each in urls()
        if route.startswith("/desk/") and each.name in GOVERNMENT
    ]


@pytest.fixture(scope="module")
def made(standing):
    return World(register_own_node(), host="own-host.example")


@pytest.fixture
def own(made, db):
    return deepcopy(made)


def promise_of(world):
    ours = Government(world.organisation)
    ours.rapporteur, ours.signatory = world.people["rapporteur"], world.people["signatory"]
    return ours.adopt(at=world.at)


def test_every_role_opens_exactly_its_pages_of_its_own_promise(own):
    identifiers = {"commitment_id": str(promise_of(own))}
    for role in ROLES:
        client = own.client(role)
        nothing = answer_of(client.get("/desk/en/no-such-page/"))
        for route, pattern in government_urls():
            if "act_id" in pattern.pattern.converters:
                continue
            address = address_of(route, pattern, identifiers)
            found = client.get(address)
            if role in GOVERNMENT[pattern.name][1]:
                assert found.status_code == 200, (role, address)
            else:
                assert answer_of(found) == nothing, (role, address)


def test_nobody_comes_in_without_signing_in(own):
    for route, pattern in government_urls():
        found = Client().get(address_of(route, pattern, {}))
        assert (found.status_code, "/sign-in/" in found["Location"]) == (302, True), route


def test_promises_of_others_are_not_there_in_the_same_answer(own):
    other = World(uuid4(), host="other-host.example")
    theirs = promise_of(own)
    Commitment.objects.filter(pk=theirs).update(organisation=other.organisation)
    for role in ("rapporteur", "signatory", "data_owner"):
        client = own.client(role)
        nothing = answer_of(client.get("/desk/en/no-such-page/"))
        for route, pattern in government_urls():
            methods, roles = GOVERNMENT[pattern.name]
            if role not in roles or "commitment_id" not in pattern.pattern.converters:
                continue
            for identifiers in ({"commitment_id": str(theirs)}, {}):
                address = address_of(route, pattern, identifiers)
                assert answer_of(client.get(address)) == nothing, address
                if methods == BOTH:
                    assert answer_of(client.post(address, {"office": "x"})) == nothing, address
        assert str(theirs) not in client.get("/desk/en/government/promises/").content.decode()


def test_a_form_without_its_token_changes_nothing(own):
    found = promise_of(own)
    client = own.client("signatory", checks_forms=True)
    address = f"/desk/en/government/promises/{found}/withdrawn/"
    assert client.post(address, {"office": "x", "reason": "y"}).status_code == 403
    assert Commitment.objects.get(pk=found).state == "adopted"


def test_people_of_a_government_find_their_work_on_the_first_page(own):
    promise_of(own)
    for role in ("rapporteur", "signatory", "data_owner"):
        page = own.client(role).get("/desk/en/").content.decode()
        assert "/desk/en/government/promises/" in page
        assert "proposals wait for a signature" in page
        assert "/desk/en/items/" not in page
    assert "government/promises" not in own.client("analyst").get("/desk/en/").content.decode()
