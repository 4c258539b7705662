# SPDX-License-Identifier: Apache-2.0
"""The report: one question a page, answers sealed on their way, nothing lost, nothing kept of who sent it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import Client, override_settings
from lxml import html

from havn.config.audiences import AUDIENCES
from havn.domain.intake import services
from havn.domain.intake.models import Submission
from havn.domain.intake.rules import SEALED_FOR, Answers, receipt_digest
from havn.lib import clock
from havn.lib.encoding import ADDRESS_SENTENCES, RECEIPT_SENTENCES, new_receipt, normalise_receipt
from havn.lib.keyring import Keyring
from havn.lib.sealing import open_sealed
from havn.web.public_site import fields, pages, state

ANSWERS = {
    "kind": "address",
    "address": "https://files.example/item-17",
    "seen": "abuse",
    "words": "confirmed item 17",
    "where": "",
    "when": "week",
    "contact": "no",
}
CANARIES = {
    "REMOTE_ADDR": "127.77.3.4",
    "HTTP_USER_AGENT": "Canary/7",
    "HTTP_REFERER": "https://canary.example/x",
}


pytestmark = pytest.mark.urls("havn.config.urls.public")


@pytest.fixture
def visitor():
    with override_settings(MIDDLEWARE=AUDIENCES["public"].middleware):
        yield Client(**CANARIES)


def page_of(answer):
    return html.fromstring(answer.content.decode())


def hidden(answer):
    return {
        each.get("name"): each.get("value")
        for each in page_of(answer).xpath("//form[@id='report']/input")
    }


def send(visitor, answer, **typed):
    return visitor.post("/en/report", {**hidden(answer), "move": "next", **typed})


def sealed(answers=ANSWERS, *, at=None, **changes):
    at = at or clock.now()
    return state.seal_state(state.new_state(at=at, answers={**answers, **changes}), at=at)


def check_page(visitor, **changes):
    return visitor.post(
        "/en/report", {"state": sealed(**changes), "page": "check", "move": "next"}
    )


def errors_on(answer):
    return [
        " ".join(each.text_content().split())
        for each in page_of(answer).xpath("//*[@class='govuk-error-summary__body']//li")
    ]


def heading(answer):
    return " ".join(page_of(answer).xpath("//h1")[0].text_content().split())


def walk(visitor):
    answer = visitor.get("/en/report")
    for typed in (
        {"kind": "address"},
        {"address": ANSWERS["address"]},
        {"seen": "abuse", "words": "confirmed item 17"},
        {"where": "in a group"},
        {"when": "week"},
        {"contact": "yes"},
        {"reach": "somebody@reporter.example", "police": "on"},
    ):
        answer = send(visitor, answer, **typed)
    return answer


@pytest.mark.django_db
def test_a_report_is_asked_one_question_a_page_and_stored_sealed(visitor):
    answer = visitor.post("/en/receipt", {**hidden(walk(visitor)), "move": "send"})
    receipt = page_of(answer).xpath("//*[@id='receipt']")[0].text_content().strip()
    row = Submission.objects.get()
    keyring = settings.HAVN_KEYRING
    assert bytes(row.receipt_digest) == receipt_digest(
        normalise_receipt(receipt), keyring.read("receipt-pepper")
    )
    told = Answers.from_payload(
        open_sealed(bytes(row.sealed), keyring.read("desk-opening-key"), purpose=SEALED_FOR)
    )
    assert told == Answers(
        kind="address",
        addresses=(ANSWERS["address"],),
        seen="abuse",
        words="confirmed item 17",
        where="in a group",
        when="week",
        contact="somebody@reporter.example",
        has_police_consent=True,
        language="en",
    )


@pytest.mark.django_db
def test_no_page_of_a_report_sets_a_cookie_or_shows_an_answer_in_its_address(visitor):
    answer = walk(visitor)
    assert answer.request["PATH_INFO"] == "/en/report"
    assert answer.request["QUERY_STRING"] == ""
    sent = visitor.post("/en/receipt", {**hidden(answer), "move": "send"})
    kept = visitor.post("/en/receipt", {"move": "kept"})
    assert visitor.cookies == {}
    assert "no-store" in sent["Cache-Control"]
    assert "storage" in kept["Clear-Site-Data"]


@pytest.mark.django_db
def test_nothing_of_who_sent_it_is_stored(visitor):
    visitor.post("/en/receipt", {"state": sealed(), "move": "send"})
    row = Submission.objects.values().get()
    stored = repr(row) + repr(bytes(row["sealed"]))
    assert not any(canary in stored for canary in CANARIES.values())
    assert "item-17" not in stored


@pytest.mark.django_db
def test_a_report_sent_twice_is_stored_once_and_gets_the_same_receipt(visitor):
    form = {"state": sealed(), "move": "send"}
    first, second = visitor.post("/en/receipt", form), visitor.post("/en/receipt", form)
    assert page_of(first).xpath("//*[@id='receipt']/text()") == page_of(second).xpath(
        "//*[@id='receipt']/text()"
    )
    assert "already been sent" in second.text
    assert Submission.objects.count() == 1


@pytest.mark.django_db
def test_a_used_token_with_another_receipt_keeps_the_answers_and_gets_a_new_form(visitor):
    at = clock.now()
    first = state.new_state(at=at, answers=ANSWERS)
    visitor.post("/en/receipt", {"state": state.seal_state(first, at=at), "move": "send"})
    replayed = state.FormState(
        token=first.token, receipt=new_receipt(), issued_at=at, answers=ANSWERS
    )
    answer = visitor.post(
        "/en/receipt", {"state": state.seal_state(replayed, at=at), "move": "send"}
    )
    assert answer.status_code == 409
    assert "item-17" in answer.text
    assert "already sent" in answer.text
    again = visitor.post("/en/receipt", {**hidden(answer), "move": "send"})
    assert heading(again).startswith("Thank you")
    assert Submission.objects.count() == 2


@pytest.mark.django_db
def test_a_form_that_was_open_for_too_long_keeps_its_answers_and_asks_again(visitor):
    old = clock.now() - settings.HAVN_POLICY.form_open_for - timedelta(minutes=1)
    answer = visitor.post("/en/receipt", {"state": sealed(at=old), "move": "send"})
    assert answer.status_code == 409
    assert "item-17" in answer.text
    assert Submission.objects.count() == 0
    assert heading(visitor.post("/en/receipt", {**hidden(answer), "move": "send"})).startswith(
        "Thank you"
    )


@pytest.mark.django_db
def test_a_form_that_comes_back_sooner_than_a_person_can_write_is_asked_again(visitor):
    with override_settings(
        HAVN_POLICY=replace(settings.HAVN_POLICY, form_at_least=timedelta(seconds=60))
    ):
        answer = visitor.post("/en/receipt", {"state": sealed(), "move": "send"})
        assert "very fast" in answer.text
        assert "item-17" in answer.text
        assert Submission.objects.count() == 0
        a_minute_ago = clock.now() - timedelta(seconds=61)
        answer = visitor.post("/en/receipt", {"state": sealed(at=a_minute_ago), "move": "send"})
    assert heading(answer).startswith("Thank you")


@pytest.mark.parametrize("token", ["", "x", "A" * 300, "æøå", "\0"])
def test_a_wrong_token_keeps_what_this_page_typed(visitor, token):
    typed = {
        "state": token,
        "page": "seen",
        "move": "next",
        "seen": "abuse",
        "words": "confirmed item 17",
    }
    answer = visitor.post("/en/report", typed)
    assert answer.status_code == 200
    assert "confirmed item 17" in answer.text
    assert "could not read the earlier pages" in answer.text


@pytest.mark.django_db
def test_a_forged_state_is_never_sent(visitor):
    genuine = sealed()
    forged = genuine[:-4] + ("AAAA" if genuine[-4:] != "AAAA" else "BBBB")
    visitor.post("/en/receipt", {"state": forged, "move": "send"})
    assert Submission.objects.count() == 0


@pytest.mark.parametrize(
    ("address", "word"),
    [
        ("", "Paste the address"),
        ("https://example.org/" + "a" * 10_000, "8,192"),
        ("javascript:alert(1)", "must begin with http"),
        ("data:text/html,x", "Never send pictures"),
        ("data:image/png;base64,iVBORw0KGgo" + "A" * 300, "Never send pictures"),
        ("http://exa mple.org", "cannot be read"),
        ("https://someone:secret@example.org/", "@ sign"),
        ("https://example.org/\0x", "invisible character"),
    ],
)
def test_a_bad_address_is_told_in_a_sentence_and_kept(visitor, address, word):
    start = {
        "state": sealed({"kind": "address"}),
        "page": "address",
        "move": "next",
        "address": address,
    }
    answer = visitor.post("/en/report", start)
    assert heading(answer) == "What is the address of the page?"
    assert word in errors_on(answer)[0]
    shown = page_of(answer).xpath("//input[@name='address']/@value")
    assert "".join(shown) == address.replace("\0", "")


@pytest.mark.parametrize(
    ("words", "word"),
    [
        ("data:image/png;base64,iVBORw0KGgoAAAANSUhEUg", "picture"),
        ("iVBORw0KGgo" + "A1bC" * 100, "picture"),
        ("x\0y", "invisible character"),
        ("long " * 1000, "4000"),
    ],
)
def test_bad_words_are_told_in_a_sentence_and_kept(visitor, words, word):
    start = {
        "state": sealed({"kind": "address"}),
        "page": "seen",
        "move": "next",
        "seen": "abuse",
        "words": words,
    }
    answer = visitor.post("/en/report", start)
    assert word in errors_on(answer)[0]
    shown = page_of(answer).xpath("//textarea[@name='words']")[0].text
    assert shown.strip() == words.replace("\0", "").strip()


def test_each_bad_line_of_several_addresses_is_named(visitor):
    typed = "https://a.example/1\njavascript:x\n\nhttps://b.example/2\nnot an address"
    start = {
        "state": sealed({"kind": "several"}),
        "page": "addresses",
        "move": "next",
        "addresses": typed,
    }
    told = errors_on(visitor.post("/en/report", start))
    assert [sentence.split(":")[0] for sentence in told] == ["Line 2", "Line 5"]


def test_a_name_that_looks_like_another_is_shown_in_both_forms(visitor):
    answer = check_page(visitor, address="https://аpple.example/x")
    assert "аpple.example" in answer.text
    assert "xn--pple-43d.example" in answer.text
    assert "can look like others" in answer.text


def test_every_answer_can_be_changed_and_the_way_leads_back_to_all_answers(visitor):
    answer = check_page(visitor)
    pages_to_change = [
        each for each in page_of(answer).xpath("//button/@value") if each in pages.QUESTIONS
    ]
    assert set(pages_to_change) == {"kind", "address", "seen", "where", "when", "contact"}
    for name in set(pages_to_change):
        changed = visitor.post("/en/report", {**hidden(answer), "move": name})
        typed = {field: ANSWERS.get(field, "") for field in pages.QUESTIONS[name].base_fields}
        assert heading(send(visitor, changed, **typed)) == "Check your answers"


@pytest.mark.parametrize("elsewhere", ["addresses", "app", "reach"])
def test_a_question_of_another_way_cannot_be_changed(visitor, elsewhere):
    answer = visitor.post("/en/report", {**hidden(check_page(visitor)), "move": elsewhere})
    assert answer.status_code == 200
    assert heading(answer) == "Check your answers"


def test_a_changed_mind_leaves_nothing_of_the_other_way_behind(visitor):
    before = state.new_state(
        at=clock.now(),
        answers={**ANSWERS, "contact": "yes", "reach": "a@b.example", "police": "on"},
    )
    after = before.with_answers({"contact": "no", "kind": "not_web", "app": "a game"})
    assert set(pages.given(after)) == {"kind", "app", "seen", "words", "where", "when", "contact"}


def test_going_back_keeps_what_was_typed(visitor):
    start = {
        "state": sealed({"kind": "address"}),
        "page": "address",
        "move": "back",
        "address": "not finis",
    }
    back = visitor.post("/en/report", start)
    assert heading(back) == "What do you want to report?"
    forth = send(visitor, back, kind="address")
    assert page_of(forth).xpath("//input[@name='address']/@value") == ["not finis"]


def test_changing_the_language_keeps_what_was_typed(visitor):
    start = {
        "state": sealed({"kind": "address"}),
        "page": "seen",
        "move": "stay",
        "seen": "me",
        "words": "halv",
    }
    answer = visitor.post("/da/report", start)
    assert page_of(answer).get("lang") == "da"
    assert page_of(answer).xpath("//textarea[@name='words']")[0].text.strip() == "halv"
    assert page_of(answer).xpath("//input[@checked]/@value") == ["me"]
    assert errors_on(answer) == []


def test_the_enter_key_goes_on_and_never_changes_the_language(visitor):
    buttons = page_of(visitor.get("/en/report")).xpath("//button[@name='move']/@value")
    assert buttons[0] == "next"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 200),
        ({"Origin": "http://testserver"}, 200),
        ({"Origin": "null"}, 200),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://other.example"}, 403),
    ],
)
def test_a_form_sent_from_another_site_is_refused(visitor, headers, status):
    form = {"state": sealed(), "page": "check", "move": "next"}
    assert visitor.post("/en/report", form, headers=headers).status_code == status


class Broken:
    def __init__(self, error):
        self.error = error

    def __call__(self, **_):
        raise self.error


@pytest.mark.django_db
@pytest.mark.parametrize("error", [OperationalError("disk is full"), OSError(28, "No space left")])
def test_a_full_disk_says_that_nothing_was_saved_and_keeps_the_answers(
    visitor, monkeypatch, error
):
    monkeypatch.setattr(services, "_store_submission", Broken(error))
    answer = visitor.post("/en/receipt", {"state": sealed(), "move": "send"})
    assert answer.status_code == 503
    assert "Nothing was saved" in answer.text
    assert "116 111" in answer.text
    assert "item-17" in answer.text
    monkeypatch.undo()
    assert heading(visitor.post("/en/receipt", {**hidden(answer), "move": "send"})).startswith(
        "Thank you"
    )


@pytest.mark.parametrize("name", ["form-key", "receipt-pepper", "desk-sealing-key.pub"])
def test_without_a_key_the_form_is_replaced_by_helplines(visitor, tmp_path, name):
    keys = tmp_path / "keys"
    keyring = Keyring(keys)
    for each in ("form-key", "receipt-pepper", "desk-opening-key"):
        keyring.create(each)
    with override_settings(HAVN_KEYRING=keyring):
        assert visitor.get("/en/report").status_code == 200
        (keys / name).unlink()
        answer = visitor.get("/en/report")
    assert answer.status_code == 503
    assert "116 111" in answer.text
    assert page_of(answer).xpath("//form") == []


def test_every_trouble_of_the_library_has_a_sentence_of_ours():
    assert set(fields.ADDRESS_TROUBLES) == set(ADDRESS_SENTENCES)
    assert set(fields.RECEIPT_TROUBLES) == set(RECEIPT_SENTENCES)
