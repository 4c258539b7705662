# SPDX-License-Identifier: Apache-2.0
"""Every route answers the methods that its view is for; every other gets 405, or what nobody may see."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver

from havn.domain.actor import Actor
from havn.lib.encoding import uuid4
from havn.lib.http import FORM
from havn.web.frame import bodies
from havn.web.frame.middleware import MethodsMiddleware
from tests.web.desk_world import World, register_node

pytestmark = pytest.mark.django_db
MAPS = [f"havn.config.urls.{name}" for name in ("public", "desk", "hub", "all")]
STRANGE = ("PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "CONNECT", "BREW")


def patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for each in resolver.url_patterns:
        if isinstance(each, URLResolver):
            yield from patterns(each)
        else:
            yield each


@pytest.mark.parametrize("urls", MAPS)
def test_no_route_of_any_audience_answers_a_strange_method(urls):
    middleware = MethodsMiddleware(lambda _request: None)
    seen = 0
    for pattern in patterns(get_resolver(urls)):
        view = pattern.callback
        allowed = bodies.methods_of(view)
        assert set(allowed) <= {"GET", "HEAD", "POST"}, pattern
        assert ("POST" in allowed) == (bodies.rule_of(view) is not None), pattern
        for method in STRANGE:
            request = RequestFactory().generic(method, "/")
            refused = middleware.process_view(request, view, (), {})
            if hasattr(view, "may_open"):  # the desk's: once the role is known, by its own list
                request.actor = Actor.operator()
                refused = view(request)
            assert refused is not None, pattern
            assert refused.status_code == 405, pattern
            assert set(refused["Allow"].split(", ")) == set(allowed)
        seen += 1
    assert seen > 3


@pytest.mark.urls("havn.config.urls.all")
@pytest.mark.parametrize(
    "path", ["/", "/en/report", "/en/leave", "/healthz", "/readyz", "/desk/", "/desk/en/sign-in/"]
)
@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE"])
def test_a_page_refuses_it_with_a_sentence(path, method):
    answer = Client().generic(method, path)
    assert answer.status_code == 405
    assert "its own links" in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    assert "GET" in answer["Allow"]


@pytest.mark.urls("havn.config.urls.all")
def test_what_takes_no_body_refuses_a_post():
    assert Client().post("/en/privacy").status_code == 405
    assert Client().post("/en/leave").status_code == 405


@pytest.mark.urls("havn.config.urls.all")
def test_the_desk_tells_nobody_by_a_method_what_is_there():
    world = World(register_node(), host="own-host.example")
    client = world.client("operator")
    hidden = client.generic("PUT", f"/desk/en/item/{world.items[0]}/")
    missing = client.generic("PUT", f"/desk/en/item/{uuid4()}/")
    nothing = client.generic("PUT", "/desk/en/no-such-page/")
    assert hidden.status_code == missing.status_code == nothing.status_code == 404
    assert hidden.content == missing.content == nothing.content
    assert Client().generic("PUT", "/desk/en/supervise/").status_code == 302


def test_a_view_says_its_methods_by_its_body():
    def view(request):
        return None

    assert bodies.methods_of(view) == ("GET", "HEAD")
    assert bodies.methods_of(bodies.allow(view, FORM)) == ("GET", "HEAD", "POST")
