# SPDX-License-Identifier: Apache-2.0
"""A method that a page is not for is refused with a sentence; that each route refuses all others, the access table tests."""

from __future__ import annotations

import pytest
from django.test import Client

from havn.lib.encoding import uuid4
from tests.support.own_node import register_own_node
from tests.web.desk_world import World

pytestmark = pytest.mark.django_db


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
    world = World(register_own_node(), host="own-host.example")
    client = world.client("operator")
    hidden = client.generic("PUT", f"/desk/en/item/{world.items[0]}/")
    missing = client.generic("PUT", f"/desk/en/item/{uuid4()}/")
    nothing = client.generic("PUT", "/desk/en/no-such-page/")
    assert hidden.status_code == missing.status_code == nothing.status_code == 404
    assert hidden.content == missing.content == nothing.content
    assert Client().generic("PUT", "/desk/en/supervise/").status_code == 302
