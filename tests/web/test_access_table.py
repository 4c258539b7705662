# SPDX-License-Identifier: Apache-2.0
"""The access table: every URL of every audience, by role and by whose record; the rest is closed.

"Not yours", "not there" and "not your role" are the same bytes, for GET and for POST.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from havn.lib.encoding import uuid4
from tests.web.desk_world import World, register_node

pytestmark = [pytest.mark.django_db, pytest.mark.urls("havn.config.urls.all")]

A, S, I, O = "analyst", "supervisor", "investigator", "operator"  # noqa: E741 - a table's heads
ROLES = (A, S, I, O)
# name: who may open or post it. A URL that is not here fails the test.
TABLE: dict[str, tuple[str, ...]] = {
    "home": (A, S, I, O),
    "keys": (A, S, I, O),
    **dict.fromkeys(
        (
            "next", "item", "history", "text", "contact", "take", "address", "assess", "renew",
            "draft", "release", "hand_over", "skip", "pass_on", "batch", "paste", "batch_done",
            "undo", "items", "orphans", "orphans_after", "contacts", "contacts_after",
            "confirm_contact", "decline_contact", "name_contact", "settle_country", "answers",
            "answers_after", "answer_text", "see_answer",
            "passed_on_to", "stop_clock", "contacts_rest", "answers_rest",
        ),
        (A, S),
    ),
    **dict.fromkeys(("declare_removed", "assess_again", "trouble_rest"), (S,)),
    "supervise": (S,),
    **dict.fromkeys(("holds", "holds_rest", "hold_reason"), (S, I)),
    **dict.fromkeys(
        (
            "leads", "leads_after", "lead", "lead_contact", "lead_reference", "package", "download", "place_hold",
            "lift_hold",
        ),
        (I,),
    ),
    **dict.fromkeys(("trouble", "retry", "staff", "node"), (S, O)),
}  # fmt: skip
# Open to nobody in particular: signing in.
SIGN_IN = {
    "account_login", "mfa_authenticate", "account_logout", "account_inactive",
    "account_reauthenticate", "mfa_reauthenticate", "mfa_activate_totp",
    "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_index",
    "account_change_password", "mfa_deactivate_totp",
}  # fmt: skip
# Open to everybody: the public site and what machines ask.
PUBLIC = {
    "languages", "front", "report", "receipt", "status", "help", "leave", "privacy",
    "accessibility", "results", "quarter", "table_file", "figures", "answer", "healthz", "readyz",
}  # fmt: skip
CHANGES_ONLY = {"next", "stop_clock", "take", "address", "assess", "renew", "draft", "release", "declare_removed", "assess_again",
                "undo", "confirm_contact", "decline_contact", "see_answer", "lift_hold", "retry"}  # fmt: skip
# Where a record of another organisation cannot be named in the URL, there is nothing to compare.
PAGING = {"orphans_after", "contacts_after", "answers_after", "leads_after", "contacts_rest",
          "answers_rest", "holds_rest", "trouble_rest"}  # fmt: skip


def urls(
    resolver: URLResolver | None = None, prefix: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    for each in (resolver or get_resolver()).url_patterns:
        route = prefix + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from urls(each, route)
        else:
            yield route, each


def desk_urls() -> list[tuple[str, URLPattern]]:
    return [
        (route, each) for route, each in urls() if route.startswith("desk/") and each.name in TABLE
    ]


def address_of(route: str, pattern: URLPattern, identifiers: dict[str, str]) -> str:
    path = "/" + route
    for name in pattern.pattern.converters:
        for form in ("uuid", "str"):
            path = path.replace(f"<{form}:{name}>", identifiers.get(name, str(uuid4())))
    return path


def body_of(response: Any) -> tuple[int, bytes]:
    return response.status_code, response.content


@pytest.fixture
def worlds() -> tuple[World, World]:
    own = World(register_node(), host="own-host.example")
    return own, World(uuid4(), host="other-host.example")


def test_every_url_is_in_the_table_and_names_the_same_roles():
    for route, pattern in urls():
        if not route.startswith("desk/"):
            assert pattern.name in PUBLIC or not pattern.name, route
            continue
        if pattern.name is None or pattern.name in SIGN_IN:
            continue
        assert pattern.name in TABLE, f"{route} is not in the access table"
        roles = {role.value for role in pattern.callback.may_open}
        assert roles == set(TABLE[pattern.name]), route


def test_a_view_without_roles_is_closed():
    from havn.domain.actor import Actor, Role
    from havn.web.desk import access

    everything = Actor.operator()
    assert not access.may_open(lambda request: None, everything)
    assert not access.may_open(
        lambda request: None,
        Actor(everything.kind, uuid4(), uuid4(), frozenset(Role)),
    )


def test_nobody_comes_in_without_signing_in(worlds):
    identifiers = worlds[0].identifiers()
    nobody = Client()
    for route, pattern in desk_urls():
        address = address_of(route, pattern, identifiers)
        for response in (nobody.get(address), nobody.post(address)):
            assert response.status_code == 302, address
            assert "/sign-in/" in response["Location"], address
    unknown = nobody.get("/desk/en/no-such-page/")
    assert unknown.status_code == 302


@pytest.mark.parametrize("role", ROLES)
def test_other_roles_see_nothing_at_all(worlds, role):
    own, _other = worlds
    identifiers = own.identifiers()
    client = own.client(role)
    nothing = body_of(client.get("/desk/en/no-such-page/"))
    assert nothing[0] == 404
    for route, pattern in desk_urls():
        if role in TABLE[pattern.name]:
            continue
        address = address_of(route, pattern, identifiers)
        assert body_of(client.get(address)) == nothing, address
        assert body_of(client.post(address)) == nothing, address


@pytest.mark.parametrize("role", ROLES)
def test_records_of_others_are_not_there_in_the_same_bytes(worlds, role):
    own, other = worlds
    own.identifiers()
    theirs = other.identifiers()
    client = own.client(role)
    nothing = body_of(client.get("/desk/en/no-such-page/"))
    filled = {
        "legal_class": "baseline", "age_band": "unknown", "sex": "undetermined", "origin": "unknown",
        "lease_token": str(uuid4()), "kind": "known", "scope": "item", "hours": "3", "reason": "language",
        "to": "somebody", "name": "Provider", "email": "a@b.example", "country": "DK", "language": "da",
        "addresses": "https://x.example/", "items": theirs["item_id"],
        "to_person": str(own.colleague.identifier),
    }  # fmt: skip
    for route, pattern in desk_urls():
        if (
            role not in TABLE[pattern.name]
            or not pattern.pattern.converters
            or pattern.name in PAGING
        ):
            continue
        address = address_of(route, pattern, theirs)
        missing = address_of(route, pattern, {})
        if pattern.name not in CHANGES_ONLY:
            assert body_of(client.get(address)) == nothing, address
            assert body_of(client.get(missing)) == nothing, missing
        if "POST" in pattern.callback.allowed_methods:
            data = filled | ({"reason": "too_old"} if pattern.name == "lead" else {})
            assert body_of(client.post(address, data)) == nothing, address
            assert body_of(client.post(missing, data)) == nothing, missing


@pytest.mark.parametrize("role", ROLES)
def test_own_records_open_for_the_roles_of_the_table(worlds, role):
    own, _other = worlds
    identifiers = own.identifiers()
    client = own.client(role)
    for route, pattern in desk_urls():
        if role not in TABLE[pattern.name] or pattern.name in CHANGES_ONLY | PAGING:
            continue
        if pattern.name in {"hand_over", "skip", "answer_text"}:
            continue  # needs a lease, or a text: tests of those pages hold one
        address = address_of(route, pattern, identifiers)
        assert client.get(address).status_code == 200, address
