# SPDX-License-Identifier: Apache-2.0
"""Signing in at the desk: both factors, throttled per account, audited, and no cookie elsewhere."""

from __future__ import annotations

import time
from uuid import UUID

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.sessions.models import Session
from django.db import OperationalError, connection
from django.test import Client

from havn.domain.accounts import services as accounts
from havn.domain.actor import Actor, Role
from havn.domain.audit.models import Entry
from havn.lib import clock
from havn.lib.encoding import uuid4
from havn.web.desk.sign_in import adapters

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("havn.config.urls.desk")]

PASSWORD = "seven quiet harbour lamps"
SECRET = "JBSWY3DPEHPK3PXP"
SIGN_IN = "/desk/en/sign-in/"


def code_now(secret: str = SECRET) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


@pytest.fixture
def person() -> UUID:
    organisation = uuid4()
    return accounts.add_person(
        person=accounts.NewPerson(
            email="anna@desk.test", name="Anna Analyst", roles=(Role.ANALYST,)
        ),
        password=PASSWORD,
        organisation=organisation,
        actor=Actor.operator(organisation=organisation),
        at=clock.now(),
    )


def entries() -> list[str]:
    return list(Entry.objects.order_by("recorded_at", "id").values_list("action", flat=True))


def sign_in(client: Client, password: str = PASSWORD):
    return client.post(SIGN_IN, {"login": "anna@desk.test", "password": password})


def test_a_person_with_both_factors_comes_in_and_leaves_entries(person: UUID, client: Client):
    adapters.enrol(person_id=person, secret=SECRET)
    assert sign_in(client)["Location"] == "/desk/en/sign-in/code/"
    assert client.get("/desk/en/").status_code == 302
    answer = client.post("/desk/en/sign-in/code/", {"code": code_now()})
    assert answer["Location"] == "/desk/en/"
    assert client.get("/desk/en/").status_code == 200
    assert client.get("/desk/en")["Location"] == "/desk/en/"
    client.post("/desk/en/sign-in/out/")
    assert client.get("/desk/en/")["Location"] == "/desk/en/sign-in/?next=/desk/en/"
    assert entries()[1:] == ["person.signed_in", "person.signed_out"]


def test_the_first_sign_in_leads_to_nothing_but_setting_up_a_second_factor(
    person: UUID, client: Client
):
    sign_in(client)
    assert "person.signed_in" not in entries()
    assert client.get("/desk/en/")["Location"] == "/desk/en/sign-in/set-up/"
    assert client.get("/desk/en/keys/")["Location"] == "/desk/en/sign-in/set-up/"
    again = client.get("/desk/en/sign-in/set-up/")["Location"]
    assert again.startswith("/desk/en/sign-in/password-again/")
    client.post(again, {"password": PASSWORD})
    shown = client.get("/desk/en/sign-in/set-up/")
    secret = shown.context["form"].secret
    assert secret in shown.content.decode()
    done = client.post("/desk/en/sign-in/set-up/", {"code": code_now(secret)})
    assert done["Location"] == "/desk/en/sign-in/codes/"
    codes = client.get("/desk/en/sign-in/codes/").context["unused_codes"]
    assert len(codes) == 10
    assert client.get("/desk/en/").status_code == 200
    client.post("/desk/en/sign-in/out/")
    sign_in(client)
    assert client.post("/desk/en/sign-in/code/", {"code": codes[0]})["Location"] == "/desk/en/"
    assert entries()[1:] == [
        "person.factor_set_up",
        "person.signed_in",
        "person.signed_out",
        "person.signed_in",
    ]


def without_audit(run, sql: str, *rest: object):
    if sql.startswith("INSERT") and Entry._meta.db_table in sql:
        raise OperationalError("the database went away")
    return run(sql, *rest)


def test_a_factor_is_not_set_up_without_its_entry(person: UUID, client: Client):
    sign_in(client)
    client.post(SIGN_IN + "password-again/?next=" + SIGN_IN + "set-up/", {"password": PASSWORD})
    secret = client.get(SIGN_IN + "set-up/").context["form"].secret
    typed = {"code": code_now(secret)}
    with connection.execute_wrapper(without_audit):
        assert client.post(SIGN_IN + "set-up/", typed).status_code == 503
    assert not Authenticator.objects.exists()


def test_recovery_codes_are_not_made_without_their_entry(person: UUID, client: Client):
    signed_in(person, client)
    again = client.post(SIGN_IN + "codes/new/")["Location"]
    client.post(again, {"password": PASSWORD} if "password" in again else {"code": code_now()})
    before = Authenticator.objects.get(type="recovery_codes").data
    with connection.execute_wrapper(without_audit):
        assert client.post(SIGN_IN + "codes/new/").status_code == 503
    assert Authenticator.objects.get(type="recovery_codes").data == before
    assert client.post(SIGN_IN + "codes/new/").status_code == 302
    assert entries()[-1] == "person.recovery_codes_made"


def signed_in(person: UUID, client: Client) -> Client:
    adapters.enrol(person_id=person, secret=SECRET)
    sign_in(client)
    client.post(SIGN_IN + "code/", {"code": code_now()})
    return client


def test_who_changes_the_password_is_told_so_stays_signed_in_and_leaves_an_entry(
    person: UUID, client: Client
):
    signed_in(person, client)
    other = "eight quiet harbour lamps"
    typed = {"oldpassword": PASSWORD, "password1": other, "password2": other}
    changed = client.post(SIGN_IN + "yours/password/", typed)
    assert changed["Location"] == SIGN_IN + "yours/"
    assert "Your new password is saved." in client.get(SIGN_IN + "yours/").content.decode()
    assert client.get("/desk/en/").status_code == 200
    assert entries()[-1] == "person.password_set"
    assert sign_in(Client(), other)["Location"] == "/desk/en/sign-in/code/"
    assert b"do not match" in sign_in(Client()).content


def test_a_password_that_was_not_changed_leaves_no_entry(person: UUID, client: Client):
    signed_in(person, client)
    typed = {"oldpassword": "wrong", "password1": "x" * 20, "password2": "x" * 20}
    assert client.post(SIGN_IN + "yours/password/", typed).status_code == 200
    typed = {"oldpassword": PASSWORD, "password1": "short", "password2": "short"}
    assert client.post(SIGN_IN + "yours/password/", typed).status_code == 200
    assert "person.password_set" not in entries()


def test_secrets_of_second_factors_are_stored_encrypted(person: UUID):
    adapters.enrol(person_id=person, secret=SECRET)
    stored = [str(row.data) for row in Authenticator.objects.all()]
    assert len(stored) == 2
    assert not any(SECRET in text for text in stored)


def test_the_database_holds_no_key_by_which_somebody_comes_in(person: UUID, client: Client):
    adapters.enrol(person_id=person, secret=SECRET)
    sign_in(client)
    client.post(SIGN_IN + "code/", {"code": code_now()})
    key = client.cookies["havn_desk"].value
    (stored,) = Session.objects.values_list("session_key", flat=True)
    assert stored not in {key, ""}
    assert key not in str(list(Session.objects.values()))
    thief = Client()
    thief.cookies["havn_desk"] = stored
    assert thief.get("/desk/en/").status_code == 302
    owner = Client()
    owner.cookies["havn_desk"] = key
    assert owner.get("/desk/en/").status_code == 200
    owner.post(SIGN_IN + "out/")
    assert not Session.objects.filter(session_key=stored).exists()
    assert client.get("/desk/en/").status_code == 302


def test_failures_are_counted_per_account_and_audited(person: UUID, client: Client):
    adapters.enrol(person_id=person, secret=SECRET)
    for _ in range(5):
        assert b"do not match" in sign_in(client, "wrong").content
    assert b"Too many failed attempts" in sign_in(client, PASSWORD).content
    assert b"Too many failed attempts" in sign_in(Client(REMOTE_ADDR="127.0.0.9")).content
    assert entries().count("person.sign_in_failed") == 5
    other = client.post(SIGN_IN, {"login": "nobody@desk.test", "password": "x"})
    assert b"do not match" in other.content


def test_codes_are_throttled_per_account_too(person: UUID, client: Client):
    adapters.enrol(person_id=person, secret=SECRET)
    sign_in(client)
    for _ in range(5):
        assert b"not right" in client.post(SIGN_IN + "code/", {"code": "000000"}).content
    answer = client.post(SIGN_IN + "code/", {"code": code_now()})
    assert b"Too many failed attempts" in answer.content


def test_nobody_signs_up_and_nobody_comes_in_after_the_account_was_closed(
    person: UUID, client: Client
):
    assert client.get(SIGN_IN + "signup/").status_code == 404
    adapters.enrol(person_id=person, secret=SECRET)
    sign_in(client)
    client.post(SIGN_IN + "code/", {"code": code_now()})
    row = Entry.objects.filter(action="person.signed_in").get()
    accounts.close_account(
        person_id=person, actor=Actor.operator(organisation=row.organisation), at=clock.now()
    )
    assert client.get("/desk/en/").status_code == 302
    assert sign_in(client)["Location"] == "/desk/en/sign-in/closed/"


def test_a_form_without_its_token_is_refused(person: UUID):
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(SIGN_IN, {"login": "anna@desk.test", "password": PASSWORD})
    assert answer.status_code == 403


def test_cookies_belong_to_the_desk_alone(person: UUID, client: Client):
    adapters.enrol(person_id=person, secret=SECRET)
    client.get(SIGN_IN)
    sign_in(client)
    for name in ("havn_desk", "havn_desk_form"):
        cookie = client.cookies[name]
        assert (cookie["path"], cookie["samesite"], cookie["httponly"]) == (
            "/desk",
            "Strict",
            True,
        )
    public = Client().get("/en/")
    assert not public.cookies
