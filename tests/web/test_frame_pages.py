# SPDX-License-Identifier: Apache-2.0
"""Headers, language, errors, bodies and the demonstration banner of the frame."""

import pytest
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import include, path
from lxml import html

from havn.domain.errors import NotFoundError, RefusedError
from havn.lib.http import FORM
from havn.lib.keyring import MissingKeyError
from havn.web.frame import bodies, headers, language

SECRET = "canary-4711"


def fine(request):
    from django.utils.translation import gettext as _

    return HttpResponse(_("Page not found"))


@bodies.takes(FORM)
def takes_a_form(request):
    return HttpResponse("ok")


def raises(error):
    def view(request, **kwargs):
        raise error

    return view


_pages = [
    path("", fine),
    path("fine", fine),
    path("list/", fine),
    path("form", takes_a_form, name="form"),
    path("not-yours/<str:key>", raises(NotFoundError(SECRET))),
    path("refused", raises(RefusedError("taken", "A colleague holds it."))),
    path("refused-silently", raises(RefusedError("taken"))),
    path("full", raises(OperationalError("database or disk is full"))),
    path("no-key", raises(MissingKeyError("form-key"))),
    path("boom", raises(ValueError(SECRET))),
]
urlpatterns = [
    *language.language_urls(_pages),
    path("desk/", include(language.language_urls(_pages))),
]
handler404 = "havn.web.frame.errors.handler404"
handler500 = "havn.web.frame.errors.handler500"

MIDDLEWARE = [
    "havn.web.frame.middleware.HeadersMiddleware",
    "havn.web.frame.middleware.PathLanguageMiddleware",
    "havn.web.frame.middleware.EndingSlashMiddleware",
    "havn.web.frame.middleware.DomainErrorsMiddleware",
]


@pytest.fixture
def client():
    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=MIDDLEWARE):
        yield Client(raise_request_exception=False)


WRITTEN = {
    "Cache-Control": "no-store",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


@pytest.mark.parametrize(
    "where", ["/en/fine", "/en/nowhere", "/desk/en/fine", "/en/boom", "/en/refused", "/x"]
)
def test_every_answer_carries_the_headers(client, where):
    answer = client.get(where)
    assert {name: answer.headers.get(name) for name in WRITTEN} == WRITTEN
    assert "ETag" not in answer.headers
    assert "Set-Cookie" not in answer.headers
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "nonce" not in policy


def test_only_the_desk_may_write_to_the_clipboard(client):
    assert "clipboard-write=()" in client.get("/en/fine").headers["Permissions-Policy"]
    assert "clipboard-write=(self)" in client.get("/desk/en/fine").headers["Permissions-Policy"]
    assert "camera=()" in client.get("/desk/en/fine").headers["Permissions-Policy"]


def test_the_public_site_tells_no_referrer_and_the_desk_only_itself(client):
    assert client.get("/en/fine").headers["Referrer-Policy"] == "no-referrer"
    assert client.get("/desk/en/fine").headers["Referrer-Policy"] == "same-origin"


def test_not_yours_and_not_there_are_the_same_bytes(client):
    not_yours, not_there = (
        client.get("/en/not-yours/item-4711"),
        client.get("/en/nowhere/item-4711"),
    )
    assert not_yours.status_code == not_there.status_code == 404
    assert not_yours.content == not_there.content
    assert dict(not_yours.headers) == dict(not_there.headers)
    assert b"4711" not in not_yours.content


@pytest.mark.parametrize(
    ("where", "begins"),
    [
        ("/en/nowhere", "/en/"),
        ("/da/nowhere", "/da/"),
        ("/nowhere", "/"),
        ("/desk/en/nowhere", "/desk/"),
    ],
)
def test_an_error_page_leads_to_where_its_audience_begins(client, where, begins):
    links = html.fromstring(client.get(where).text).xpath("//header//a | //main//a")
    assert [link.get("href") for link in links] == ["#main", begins, begins]


@pytest.mark.parametrize(
    ("where", "leads_to"),
    [
        ("/en", "/en/"),
        ("/desk/da", "/desk/da/"),
        ("/desk/en/list?page=2", "/desk/en/list/?page=2"),
        ("/xx", None),
        ("/en/fine/", None),
        ("/en/nowhere", None),
        ("//example.org", None),
    ],
)
def test_an_address_without_its_last_slash_leads_to_the_page_that_has_it(client, where, leads_to):
    answer = client.get(where)
    assert answer.get("Location") == leads_to
    assert answer.status_code == (301 if leads_to else 404)
    assert answer.headers["Cache-Control"] == "no-store"


def test_what_is_sent_to_an_address_without_its_last_slash_is_not_sent_on(client):
    assert client.post("/en/list").status_code == 404


def test_a_refusal_is_a_409_with_its_sentence(client):
    answer = client.get("/en/refused")
    assert answer.status_code == 409
    assert "A colleague holds it." in answer.text
    assert client.get("/en/refused-silently").status_code == 409
    assert "taken" not in client.get("/en/refused-silently").text


@pytest.mark.parametrize("where", ["/en/full", "/en/no-key"])
def test_what_cannot_be_saved_is_said_with_helplines(client, where):
    answer = client.get(where)
    assert answer.status_code == 503
    assert "Nothing was saved" in answer.text
    # No page is kept by the browser, so that this one cannot know what became of what was typed.
    assert "what you typed" not in answer.text
    assert "116 111" in answer.text


def test_our_own_mistake_shows_a_number_and_no_value(client):
    answer = client.get("/en/boom")
    assert answer.status_code == 500
    assert SECRET not in answer.text


@pytest.mark.parametrize(
    ("where", "wanted"),
    [
        ("/en/fine", "en"),
        ("/da/fine", "da"),
        ("/desk/da/fine", "da"),
        ("/en/da/fine", "en"),
        ("/fine", None),
        ("/", None),
    ],
)
def test_the_language_stands_in_the_path(where, wanted):
    assert language.language_of(where) == wanted


def test_a_page_in_another_language_has_the_same_path():
    assert language.path_in("/desk/en/items/1", "da") == "/desk/da/items/1"
    assert language.path_in("/en/report", "da") == "/da/report"
    assert language.path_in("/healthz", "da") == "/"


@pytest.mark.parametrize("where", ["/da/fine", "/desk/da/fine"])
def test_no_header_chooses_the_language(client, where):
    answer = client.get(where, headers={"Accept-Language": "en"})
    assert answer.headers["Content-Language"] == "da"
    assert (
        client.get("/en/fine", headers={"Accept-Language": "da"}).headers["Content-Language"]
        == "en"
    )


def test_an_unknown_language_is_not_found(client):
    assert client.get("/xx/fine").status_code == 404


@pytest.mark.parametrize(
    ("method", "where", "wanted"),
    [
        ("POST", "/en/form", FORM),
        ("POST", "/da/form", FORM),
        ("POST", "/desk/da/form", FORM),
        ("PUT", "/en/form", None),
        ("GET", "/en/form", None),
        ("POST", "/en/fine", None),
        ("POST", "/nowhere", None),
        ("POST", "/xx/form", None),
    ],
)
def test_a_route_takes_the_bodies_that_its_view_names_and_no_others(client, method, where, wanted):
    assert bodies.rule_for(method, where) == wanted


@pytest.mark.parametrize(("name", "is_said"), [("insecure-demo-policy", True), ("default", False)])
def test_a_demonstration_says_so_on_every_page(client, name, is_said):
    with override_settings(HAVN_POLICY_NAME=name):
        assert (f"({name})" in client.get("/en/nowhere").text) is is_said


def test_static_files_keep_their_own_time_in_caches():
    answer = HttpResponse(headers={"Cache-Control": "max-age=60, public", "ETag": '"x"'})
    headers.write_headers(RequestFactory().get("/static/havn/havn.css"), answer)
    assert answer.headers["Cache-Control"] == "max-age=60, public"
    assert "ETag" not in answer.headers
