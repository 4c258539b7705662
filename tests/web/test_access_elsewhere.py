# SPDX-License-Identifier: Apache-2.0
"""The rest of the access table: the public site knows no session, signing in shows each what is theirs, and every
address of another audience is not there."""

import json
import os
import re
import subprocess
import sys
from contextlib import contextmanager
from copy import deepcopy

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

from havn.config.audiences import AUDIENCES
from havn.domain.takedown import services as takedown
from havn.domain.takedown.models import Notice
from havn.lib.encoding import uuid4
from tests.architecture.source import ROOT
from tests.support.empty_tables import place_tables
from tests.support.own_node import register_own_node
from tests.web.access_table import (
    ALLIANCE,
    HUB_API,
    METHODS,
    PUBLIC,
    ROLES,
    SHARED,
    SIGN_IN,
    TABLES,
    address_of,
    urls,
)
from tests.web.desk_world import World

# What the two databases do differently is none of this.
pytestmark = [pytest.mark.django_db, pytest.mark.sqlite_only]
NOWHERE = {
    "/en/": "/en/nowhere",
    "/desk/en/": "/desk/en/nowhere/",
    "/desk/": "/desk/nowhere/",
    "/": "/nowhere",
}
# What stands in an address of results for what its pattern asks for.
EXAMPLES = {"period": "2026-Q1", "year": "2026", "version": "1.0"}
# What a page of the public site makes anew for each visitor, whoever it is.
RANDOM = re.compile(rb'(name="(?:state|answer_id)" value=")[^"]*')


@contextmanager
def audience(name):
    """Serve the URL map of an audience through its own middleware."""
    with override_settings(
        ROOT_URLCONF=f"havn.config.urls.{name}", MIDDLEWARE=AUDIENCES[name].middleware
    ):
        yield


def seen(client, method, address, body=None):
    """Return all that the other side sees of an answer, and how many queries it took."""
    with CaptureQueriesContext(connection) as queries:
        response = client.generic(
            method, address, body or "", content_type="application/x-www-form-urlencoded"
        )
    content = b"".join(response) if response.streaming else response.content
    return response.status_code, RANDOM.sub(rb"\1", content), dict(response.items()), len(queries)


def nowhere(client, method, address):
    """Return what is seen at an address of the same kind that nobody has."""
    start = next(each for each in NOWHERE if address.startswith(each))
    return seen(client, method, NOWHERE[start])


def public_addresses(world):
    """Return every address of the public site by name, its records being this world's."""
    notice = Notice.objects.get(organisation=world.organisation)
    token = takedown.answer_token(notice_id=notice.pk, host=world.host, queued_at=notice.queued_at)
    found = {}
    for route, pattern in urls(get_resolver("havn.config.urls.public")):
        address = re.sub(
            r"\(\?P<(\w+)>.*?\)(?=[/$\\]|\.pdf|\.json)", lambda hit: EXAMPLES[hit[1]], route
        )
        address = address.replace("^", "").replace("$", "").replace("\\.", ".")
        found[pattern.name] = address_of(address, pattern, {"token": token})
    return found


@pytest.fixture(scope="module")
def made(standing):
    own = World(register_own_node(), host="own-host.example")
    other = World(uuid4(), host="other-host.example")
    own.identifiers(), other.identifiers()
    return own, other


@pytest.fixture
def worlds(made, db):
    return deepcopy(made)


def visitors(world):
    """Yield browsers that bring what a browser of somebody else might bring."""
    yield from (world.client(role) for role in ROLES)
    stranger = Client()
    stranger.cookies["havn_desk"] = stranger.cookies["havn_desk_form"] = "x" * 32
    yield stranger


# What whoever comes gets from the public site, with an empty form where it takes one.
ANSWERS = {
    **dict.fromkeys(PUBLIC | SHARED, 200),
    "receipt": 302,
    "leave": 303,
    "quarter": 404,  # no quarter is frozen here
    "table_file": 404,
    "office": 404,  # no office was asked
    "report_newest": 404,  # and no report released
    "report_version": 404,
    "report_file": 404,
    "public_report_pdf": 404,
}
# An empty form gets the first question, also at the address of receipts.
ANSWERS_TO_FORMS = {**ANSWERS, "receipt": 200}


@pytest.mark.parametrize("name", ["public", "all"])
def test_the_public_site_answers_everybody_in_the_same_bytes_and_knows_no_session(worlds, name):
    with audience(name):
        for world in worlds:
            addresses = public_addresses(world)
            assert addresses.keys() == (PUBLIC | SHARED).keys()
            for url, address in addresses.items():
                methods, _everybody = TABLES["public"][url]
                for method in methods:
                    expected = seen(Client(), method, address)
                    wanted = ANSWERS_TO_FORMS if method == "POST" else ANSWERS
                    assert expected[0] == wanted[url], (method, address)
                    assert "Set-Cookie" not in expected[2]
                    assert "Cookie" not in expected[2].get("Vary", "")
                    # One other person a URL: every role meets every page of the two worlds and methods.
                    for visitor in (
                        visitors(world)
                        if url in {"front", "report", "answer"}
                        else [next(visitors(world))]
                    ):
                        assert seen(visitor, method, address) == expected, (method, address)
                        visited = {
                            morsel
                            for morsel in visitor.cookies
                            if morsel not in {"havn_desk", "havn_desk_form"}
                        }
                        assert visited == set()


@pytest.mark.parametrize("name", ["public", "all"])
def test_methods_that_the_public_site_does_not_answer_are_refused(worlds, name):
    with audience(name):
        for url, address in public_addresses(worlds[0]).items():
            for method in set(METHODS) - set(TABLES["public"][url][0]):
                assert seen(Client(), method, address)[0] == 405, (method, address)


def test_a_link_that_is_wrong_and_a_page_that_is_not_there_are_the_same_answer(worlds):
    with audience("public"):
        right = public_addresses(worlds[0])["answer"]
        middle = right[:-5] + ("A" if right[-5] != "A" else "B") + right[-4:]
        for wrong in (middle, right[:-1], right + "A", "/en/answer/x", "/en/answer/" + "A" * 4000):
            for method in ("GET", "POST"):
                assert seen(Client(), method, wrong)[:3] == nowhere(Client(), method, wrong)[:3], (
                    wrong
                )


@pytest.mark.parametrize("name", ["public", "desk"])
def test_addresses_of_other_audiences_are_not_there(worlds, name):
    own, _other = worlds
    here = {route for route, _ in urls(get_resolver(f"havn.config.urls.{name}"))}
    there = [each for each in urls(get_resolver("havn.config.urls.all")) if each[0] not in here]
    assert len(there) >= 10
    with audience(name):
        # One client for all: what it brings is known to be of no matter on the public site.
        client = own.client("supervisor")
        for route, pattern in there:
            address = address_of(route, pattern, {}).replace("^", "").replace("$", "")
            for method in ("GET", "POST"):
                found = seen(client, method, address)
                assert found == nowhere(client, method, address), (method, address)
                assert found[0] == 404


SIGN_IN_PAGE, HOME, AGAIN = "/desk/en/sign-in/", "/desk/en/", "/desk/en/sign-in/password-again/"
# name: where it leads, or the status, for nobody, for whoever is signed in, and for whoever has no second factor yet
SIGNING_IN = {
    "account_login": (200, HOME, HOME),
    "mfa_authenticate": (SIGN_IN_PAGE, HOME, HOME),
    "account_logout": (SIGN_IN_PAGE, 200, 200),
    "account_inactive": (200, 200, 200),
    "account_reauthenticate": (SIGN_IN_PAGE, 200, 200),
    "mfa_reauthenticate": (SIGN_IN_PAGE, 200, AGAIN),
    "mfa_activate_totp": (SIGN_IN_PAGE, AGAIN, AGAIN),
    "mfa_view_recovery_codes": (SIGN_IN_PAGE, 404, 404),  # these people have none
    "mfa_generate_recovery_codes": (SIGN_IN_PAGE, AGAIN, AGAIN),
    "mfa_index": (SIGN_IN_PAGE, 200, 200),
    "account_change_password": (SIGN_IN_PAGE, 200, 200),
    "mfa_deactivate_totp": (SIGN_IN_PAGE, 200, 200),
}


@pytest.mark.parametrize("name", ["desk", "all"])
def test_the_pages_of_signing_in_show_each_what_is_theirs(worlds, name):
    own, other = worlds
    people = get_user_model().objects
    people.update(password="argon2$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2g")
    with audience(name):
        fresh = other.client("operator")
        people.get(pk=other.people["operator"].identifier).authenticator_set.all().delete()
        kinds = (
            (Client(), 0),
            *((own.client(role), 1) for role in ROLES),
            (other.client("analyst"), 1),
            (fresh, 2),
        )
        for route, pattern in urls():
            if pattern.name not in SIGN_IN:
                continue
            for client, kind in kinds:
                expected = SIGNING_IN[pattern.name][kind]
                response = client.get(route)
                led = response.headers.get("Location", "").partition("?")[0]
                assert (led or response.status_code) == expected, (route, kind)
            for method in set(METHODS) - set(SIGN_IN[pattern.name][0]):
                assert Client().generic(method, route).status_code == 405, (method, route)
            if "POST" in SIGN_IN[pattern.name][0]:
                bare = Client(enforce_csrf_checks=True)
                assert (
                    bare.post(route, {"login": "a@b.example", "password": "x"}).status_code == 403
                ), route


HUB = """
import io, json, sys
from havn.cli import start
start.prepare("alliance")
from havn.config.wsgi import application
def ask(method, path, cookie):
    seen = {}
    environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "SERVER_NAME": "127.0.0.1", "QUERY_STRING": "",
        "SERVER_PORT": "80", "HTTP_HOST": "127.0.0.1", "wsgi.input": io.BytesIO(), "HTTP_COOKIE": cookie,
        "wsgi.errors": sys.stderr, "wsgi.url_scheme": "http", "SERVER_PROTOCOL": "HTTP/1.1"}
    body = b"".join(application(environ, lambda status, headers, *_: seen.update(status=int(status[:3]), headers=headers)))
    return [seen["status"], body.decode(), sorted(seen["headers"])]
print(json.dumps([ask(*each) for each in json.load(sys.stdin)]))
"""


def asked_of_a_hub(folder, requests):
    """Return what the real application of a new hub answers."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("HAVN_", "DJANGO_"))}
    environment |= {"HAVN_DATA": str(folder), "HAVN_ROLE": "hub", "PYTHONPATH": str(ROOT / "src")}
    place_tables(environment)
    subprocess.run(
        [sys.executable, "-m", "havn", "init"], env=environment, check=True, capture_output=True
    )
    done = subprocess.run(
        [sys.executable, "-c", HUB], env=environment, input=json.dumps(requests), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return dict(zip(map(tuple, requests), json.loads(done.stdout), strict=True))


def test_a_hub_answers_its_own_pages_to_everybody_and_has_no_address_of_a_node(tmp_path):
    routes = {route for route, _ in urls(get_resolver("havn.config.urls.hub"))}
    # What an address names that a new hub has, and what it has not: no roster, no promise.
    there = {
        "<str:code>": "DK",
        "<str:number>": "1",
        "<int:number>": "1",
        "<str:page>": "1",
        "<str:key>": "L04",
        "<str:indicator>": "R05",
    }
    missing = {
        "<str:name>": "timestamp.json",
        "<uuid:commitment_id>": str(uuid4()),
        "<uuid:report>": str(uuid4()),
        "<str:period>": "2025",
        "<str:kind>": "computed",
    }
    told_by_nobody = "provisional.csv"  # of a country that is there
    own, of_nothing = set(), set()
    for route in routes:
        path = route
        for name, value in (there | missing).items():
            path = path.replace(name, value)
        own.add(path)
        if any(name in route for name in (*missing, told_by_nobody)):
            of_nothing.add(path)
    node = {
        address_of(route, pattern, {}).replace("^", "").replace("$", "")
        for route, pattern in urls(get_resolver("havn.config.urls.all"))
        if route not in own
    }
    assert len(node) > 60
    assert len(own) == len(ALLIANCE | HUB_API | SHARED)
    cookies = ("", "havn_desk=" + "x" * 32)
    wanted = [
        [method, path, cookie]
        for path in [*own, *node, *NOWHERE.values()]
        for method in METHODS
        for cookie in cookies
    ]
    found = asked_of_a_hub(tmp_path, wanted)
    for (method, path, _cookie), answer in found.items():
        answered = 404 if path in of_nothing else 200
        expected = (answered if method in {"GET", "HEAD"} else 405) if path in own else 404
        if path == "/api/v1/national-reports":  # an empty body is no report
            expected = 422 if method == "POST" else 405
        assert answer[0] == expected, (method, path)
        assert answer == found[method, path, ""], (method, path)
        assert "set-cookie" not in {name.lower() for name, _ in answer[2]}
        if path in node:
            start = next(each for each in NOWHERE if path.startswith(each))
            assert answer == found[method, NOWHERE[start], ""], (method, path)
