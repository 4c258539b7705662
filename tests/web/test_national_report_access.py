# SPDX-License-Identifier: Apache-2.0
"""The national report at the desk by the access table: by role and by whose report it is; the rest is closed."""

from copy import deepcopy

import pytest
from django.test import Client

from havn.domain.reporting.models import NationalReport
from havn.lib.encoding import uuid4
from tests.support.own_node import register_own_node
from tests.web.access_table import CHOICES, METHODS, REPORT, ROLES, address_of, urls
from tests.web.desk_world import World
from tests.web.test_access_table import answer_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls("havn.config.urls.all")]


def report_urls():
    return [
        (route, each)
        for route, each in urls()
        if route.startswith("/desk/") and each.name in REPORT
    ]


@pytest.fixture(scope="module")
def made(standing):
    """The people of a government with a report, and what URLs call what is in it."""
    found = World(register_own_node(), host="own-host.example")
    return found, found.national_report()


@pytest.fixture
def own(made, db):
    return deepcopy(made[0])


@pytest.fixture
def identifiers(made):
    return made[1]


def test_every_url_of_a_report_is_in_the_table():
    assert {each.name for _route, each in report_urls()} == set(REPORT)


def test_every_role_opens_exactly_its_pages_of_its_own_report(own, identifiers):
    for role in ROLES:
        client = own.client(role)
        nothing = answer_of(client.get("/desk/en/no-such-page/"))
        for route, pattern in report_urls():
            methods, roles = REPORT[pattern.name]
            address = address_of(route, pattern, identifiers)
            found = client.get(address)
            if role not in roles:
                assert answer_of(found) == nothing, (role, address)
                assert client.post(address, {"office": "x"}).status_code == 404, (role, address)
            elif "GET" in methods:
                assert found.status_code == 200, (role, address)


def test_methods_that_are_not_in_the_table_are_refused(own, identifiers):
    client = own.client("rapporteur")
    for route, pattern in report_urls():
        methods, roles = REPORT[pattern.name]
        if "rapporteur" in roles:
            for method in set(METHODS) - set(methods):
                address = address_of(route, pattern, identifiers)
                assert client.generic(method, address).status_code == 405, (method, address)


def test_nobody_comes_in_without_signing_in(own):
    for route, pattern in report_urls():
        found = Client().get(address_of(route, pattern, {}))
        assert (found.status_code, "/sign-in/" in found["Location"]) == (302, True), route


def test_reports_of_others_are_not_there_in_the_same_answer(own):
    other = World(uuid4(), host="other-host.example")
    theirs = other.national_report()
    for role in ("rapporteur", "signatory", "data_owner"):
        client = own.client(role)
        nothing = answer_of(client.get("/desk/en/no-such-page/"))
        for route, pattern in report_urls():
            methods, roles = REPORT[pattern.name]
            if role not in roles or not set(pattern.pattern.converters) - set(CHOICES):
                continue
            for identifiers in (theirs, {}):
                address = address_of(route, pattern, identifiers)
                if "GET" in methods:
                    assert answer_of(client.get(address)) == nothing, address
                if "POST" in methods:
                    assert answer_of(client.post(address, {"text": "x"})) == nothing, address
        assert theirs["national_id"] not in client.get("/desk/en/government/report/").text


def test_a_form_without_its_token_changes_nothing(own, identifiers):
    found = identifiers["national_id"]
    client = own.client("rapporteur", checks_forms=True)
    address = f"/desk/en/government/report/{found}/texts/overview/en/"
    assert client.post(address, {"text": "Changed."}).status_code == 403
    assert NationalReport.objects.get(pk=found).texts.count() == 1


def test_people_of_a_government_find_the_report_on_the_first_page(own):
    page = own.client("rapporteur").get("/desk/en/").text
    assert "/desk/en/government/report/" in page
    assert "things are missing in a report" in page
    assert "questions of the secretariat" in page
    assert "government/report" not in own.client("analyst").get("/desk/en/").text
