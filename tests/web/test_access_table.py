# SPDX-License-Identifier: Apache-2.0
"""The desk by the access table: every URL by method, role and whose record it is; the rest is closed.

"Not yours", "not there" and "not your role" are the same answer: bytes, headers, and as many queries.
"""

from copy import deepcopy
from datetime import timedelta
from uuid import UUID

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, path

from havn.domain.actor import Actor, Role
from havn.domain.assessment import services as assessment
from havn.domain.cases.models import ContentItem
from havn.lib.encoding import uuid4
from havn.web.desk import access
from havn.web.frame.bodies import shows
from tests.support.own_node import register_own_node
from tests.web.access_table import DESK, METHODS, ROLES, TABLES, address_of, desk_urls, gaps, urls
from tests.web.desk_world import World

pytestmark = [pytest.mark.django_db, pytest.mark.urls("havn.config.urls.all")]
# What is refused at the gate asks the database only who is there, as every page does that is opened below.
at_the_gate = pytest.mark.sqlite_only
OTHERS = "other-host.example"
NEEDS_A_LEASE = {"hand_over", "skip"}
UNDO_OF_ANOTHERS = ("undo", "analyst")  # the batch of these tests is the supervisor's
FILLED = {
    "legal_class": "baseline", "age_band": "unknown", "sex": "undetermined", "origin": "unknown",
    "lease_token": str(uuid4()), "kind": "known", "scope": "item", "hours": "3", "reason": "language",
    "to": "somebody", "name": "Provider", "email": "a@b.example", "country": "DK",
    "addresses": "https://x.example/",
}  # fmt: skip


def answer_of(response):
    """Return everything that the other side sees of an answer."""
    cookies = {name: morsel.value for name, morsel in response.cookies.items()}
    return response.status_code, response.content, dict(response.items()), cookies


def counted(send, *arguments):
    """Return what is seen of an answer, and how many queries it took."""
    with CaptureQueriesContext(
        connection,
    ) as queries:
        response = send(*arguments)
    return answer_of(response), len(queries)


def form_for(name, world):
    """Return a filled-in form for a URL, whose fields name this world's records."""
    reason = {"lead": "too_old", "skip": "language"}.get(name, FILLED["reason"])
    return FILLED | {
        "reason": reason,
        "items": [str(item_id) for item_id in world.items],
        "to_person": str(world.colleague.identifier),
    }


@pytest.fixture(scope="module")
def made(standing):
    """An organisation with one record of every kind, and what URLs call them."""
    found = World(register_own_node(), host="own-host.example")
    return found, found.identifiers()


@pytest.fixture
def own(made, db):
    return deepcopy(made[0])


@pytest.fixture
def identifiers(made):
    return made[1]


@pytest.fixture
def other(own):
    return World(uuid4(), host=OTHERS)


def each_role(own):
    """Yield every role with a browser of its person; one world serves them all, where nothing is changed."""
    yield from ((role, own.client(role)) for role in ROLES)


@pytest.mark.parametrize("audience", TABLES)
def test_every_url_of_every_audience_is_in_the_table_as_the_code_has_it(audience):
    found = urls(get_resolver(f"havn.config.urls.{audience}"))
    assert gaps(found, TABLES[audience]) == []


def test_a_url_that_is_not_in_the_table_or_says_otherwise_is_found():
    def view(request):
        raise AssertionError

    table = {"item": DESK["item"]}
    fine = access.page("item/", view, name="item", roles=access.CASEWORK)
    assert gaps([("/desk/item/", fine)], table) == []
    wider = access.page("item/", view, name="item", roles=access.CASEWORK | access.POLICE)
    both = path("item/", shows(view), name="item")
    for broken in ([], [("/x", path("x", view))], [("/x", wider)], [("/x", both)]):
        assert gaps(broken, table) != []


def test_a_view_without_roles_is_closed():
    everything = Actor.operator()
    assert not access.may_open(lambda request: None, everything)
    assert not access.may_open(
        lambda request: None,
        Actor(everything.kind, uuid4(), uuid4(), frozenset(Role)),
    )


def tried(number, methods):
    """Return GET, POST, and one more method in turn, of those given: every URL would take minutes with all."""
    always = [method for method in ("GET", "POST") if method in methods]
    others = [method for method in METHODS if method in methods and method not in always]
    return [*always, others[number % len(others)]] if others else always


@at_the_gate
def test_nobody_comes_in_by_any_method_without_both_factors(own, identifiers):
    without_factor, closed = own.client("analyst"), own.client("supervisor")
    people = get_user_model().objects
    people.get(pk=own.people["analyst"].identifier).authenticator_set.all().delete()
    people.filter(pk=own.people["supervisor"].identifier).update(is_active=False)
    for number, (route, pattern) in enumerate(desk_urls()):
        address = address_of(route, pattern, identifiers)
        for method in tried(number, METHODS):
            response = Client().generic(method, address)
            assert response.status_code == 302, (method, address)
            assert "/sign-in/?next=" in response["Location"], (method, address)
        assert "/sign-in/?next=" in closed.get(address)["Location"], address
        assert "/sign-in/set-up/" in without_factor.get(address)["Location"], address
    unknown = Client().get("/desk/en/no-such-page/")
    assert unknown.status_code == 302


@at_the_gate
def test_other_roles_see_nothing_at_all_by_any_method(own, identifiers):
    for role, client in each_role(own):
        nothing = {
            method: counted(client.generic, method, "/desk/en/no-such-page/") for method in METHODS
        }
        assert nothing["GET"][0][0] == nothing["POST"][0][0] == 404
        for number, (route, pattern) in enumerate(desk_urls()):
            if role in DESK[pattern.name][1]:
                continue
            address = address_of(route, pattern, identifiers)
            for method in tried(number, METHODS):
                assert counted(client.generic, method, address) == nothing[method], (
                    method,
                    address,
                )


@at_the_gate
def test_methods_that_are_not_in_the_table_are_refused(own, identifiers):
    for role, client in each_role(own):
        for number, (route, pattern) in enumerate(desk_urls()):
            methods, roles = DESK[pattern.name]
            if role in roles:
                address = address_of(route, pattern, identifiers)
                for method in tried(number, set(METHODS) - set(methods)):
                    assert client.generic(method, address).status_code == 405, (method, address)


def test_records_of_others_are_not_there_in_the_same_answer(own, identifiers, other):
    theirs = other.identifiers()
    for role, client in each_role(own):
        nothing = answer_of(client.get("/desk/en/no-such-page/"))
        assert nothing[0] == 404
        for route, pattern in desk_urls():
            methods, roles = DESK[pattern.name]
            if role not in roles or not set(pattern.pattern.converters) - {"after"}:
                continue
            address = address_of(route, pattern, theirs)
            missing = address_of(route, pattern, {})
            if "GET" in methods:
                found = counted(client.get, address)
                assert found[0] == nothing, address
                assert counted(client.get, missing) == found, address
            if "POST" in methods:
                form = form_for(pattern.name, other)
                found = counted(client.post, address, form)
                assert found[0] == nothing, address
                assert counted(client.post, missing, form) == found, address


def test_no_page_of_ones_own_tells_anything_of_others(own, identifiers, other):
    """Lists, counts and cursors: where no record is named in the URL, or a place in a list."""
    theirs = other.identifiers()
    secrets = {OTHERS, str(other.organisation), *theirs.values(), *map(str, other.items)}
    secrets |= {str(person.identifier) for person in other.people.values()}
    for role, client in each_role(own):
        places = [*theirs.values(), str(uuid4()), str(UUID(int=0)), "0", "f" * 40]
        for route, pattern in desk_urls():
            methods, roles = DESK[pattern.name]
            if role not in roles or "GET" not in methods or pattern.name in NEEDS_A_LEASE:
                continue
            converters = pattern.pattern.converters
            for place in places if "after" in converters else [""]:
                address = address_of(
                    route, pattern, identifiers | ({"after": place} if place else {})
                )
                text = client.get(address).content.decode()
                told = {each for each in secrets if each in text}
                assert told <= {place}, address  # a page names its own address
        if role == "supervisor":
            assert OTHERS in other.client(role).get("/desk/en/items/").content.decode()


def test_own_records_open_for_the_roles_of_the_table(own, identifiers):
    for role, client in each_role(own):
        leased = lease(own, role) if role in {"analyst", "supervisor"} else ""
        for route, pattern in desk_urls():
            methods, roles = DESK[pattern.name]
            if role not in roles or "GET" not in methods:
                continue
            chosen = {"item_id": leased} if pattern.name in NEEDS_A_LEASE else {}
            address = address_of(route, pattern, identifiers | chosen)
            assert client.get(address).status_code == 200, address
            assert client.head(address).status_code == 200, address


def lease(world, role):
    """Return an item that the person of this role holds."""
    held = assessment.take_next(actor=world.people[role], at=world.at + timedelta(seconds=1))
    return str(held.item_id)


@pytest.mark.parametrize("role", ROLES)
def test_own_records_take_the_posts_of_the_table_and_nothing_without_its_token(
    own, identifiers, role
):
    client, bare = own.client(role), own.client(role, checks_forms=True)
    leased = lease(own, role) if role in {"analyst", "supervisor"} else ""
    before = list(ContentItem.objects.order_by("id").values())
    posts = []
    for route, pattern in desk_urls():
        methods, roles = DESK[pattern.name]
        if role in roles and "POST" in methods:
            chosen = {"item_id": leased} if pattern.name in NEEDS_A_LEASE else {}
            posts.append((pattern.name, address_of(route, pattern, identifiers | chosen)))
    for name, address in posts:
        assert bare.post(address, form_for(name, own)).status_code == 403, address
    assert list(ContentItem.objects.order_by("id").values()) == before
    for name, address in posts:
        # Done, or refused with a sentence; as if it were not there only where somebody else did it.
        status = client.post(address, form_for(name, own)).status_code
        expected = {404} if (name, role) == UNDO_OF_ANOTHERS else {200, 302, 409, 422}
        assert status in expected, (address, status)
