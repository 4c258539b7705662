# SPDX-License-Identifier: Apache-2.0
"""Bad input on the public form: each is told in a sentence, keeps what was typed, and loses nothing."""

import hashlib
from urllib.parse import urlencode

import pytest
from lxml import html

from havn.domain.intake.models import Submission
from havn.lib import clock
from havn.lib.encoding import new_receipt
from havn.lib.http import FORM
from havn.web.public_site import pages, state
from tests.web.test_public_site_report import (
    ANSWERS,
    check_page,
    errors_on,
    heading,
    hidden,
    page_of,
    sealed,
    send,
    visitor,
)

__all__ = ["visitor"]
pytestmark = pytest.mark.urls("havn.config.urls.public")
TEXTS = {
    "address": "address",
    "addresses": "addresses",
    "app": "app",
    "words": "seen",
    "where": "where",
    "reach": "reach",
}
PICTURES = {
    "a data address": "data:image/png;base64,iVBORw0KGgoAAAANSUhEUg",
    "one long line": "iVBORw0KGgo" + "A1bC" * 100,
    "many lines, as in a mail": "\n".join(["Ab9x" * 19] * 6),
}
KINDS = {"addresses": "several", "app": "not_web"}


def ask(visitor, page, **typed):
    """Send one page of a report that is on its way, with everything else answered."""
    known = {**ANSWERS, "contact": "yes" if page == "reach" else "no"}
    known["kind"] = KINDS.get(page, "address")
    return visitor.post(
        "/en/report", {"state": sealed(known), "page": page, "move": "next", **typed}
    )


def shown(answer, field):
    """Return what stands in a field now, as a browser shows it."""
    control = page_of(answer).xpath(f"//*[@name='{field}']")[0]
    return control.get("value", "") if control.tag == "input" else (control.text or "")[1:]


@pytest.mark.parametrize("field", TEXTS)
@pytest.mark.parametrize("picture", PICTURES)
def test_a_picture_written_as_letters_is_refused_in_every_field(visitor, field, picture):
    typed = PICTURES[picture]
    if field not in {"addresses", "words", "where"}:
        typed = typed.replace("\n", "")
    answer = ask(visitor, TEXTS[field], **{field: f"look {typed}"})
    assert any("picture" in sentence for sentence in errors_on(answer))
    assert shown(answer, field) == f"look {typed}"


@pytest.mark.parametrize("field", ["address", "addresses", "where"])
@pytest.mark.parametrize("length", [18, 55, 120])
def test_a_long_signed_address_is_taken_as_an_address_and_inside_words(visitor, field, length):
    signed = "https://cdn.made-up.example/img/b/" + "AVvXsEh4_kQ9-" * length + "/s1600/17.html"
    typed = f"I saw it here: {signed} on Monday" if field == "where" else signed
    answer = ask(visitor, TEXTS[field], **{field: typed})
    assert errors_on(answer) == []
    assert answer.status_code == 200


@pytest.mark.parametrize("field", TEXTS)
def test_an_invisible_character_is_taken_out_and_told(visitor, field):
    answer = ask(visitor, TEXTS[field], **{field: "a\0b"})
    assert any("invisible character" in sentence for sentence in errors_on(answer))
    assert shown(answer, field) == "ab"


@pytest.mark.parametrize(
    "typed",
    [
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "vbscript:x",
        "file:///etc/passwd",
        "blob:https://a.example/x",
        "mailto:somebody@a.example",
        "ftp://a.example/x",
        "http://",
        "https:///",
        "https://exa mple.org/",
        "http://[::1",
        "http://256.256.256.256/",
        "http://a.example:99999/",
        "http://%00/",
        "🙂",
        "https://" + "a." * 5000,
    ],
)
@pytest.mark.parametrize("field", ["address", "addresses"])
def test_what_is_no_address_is_told_and_kept(visitor, field, typed):
    answer = ask(visitor, field, **{field: typed})
    assert heading(answer).startswith("What ")
    assert len(errors_on(answer)[0]) > 40
    assert shown(answer, field) == typed


@pytest.mark.parametrize(
    "typed", ["a.example/x", "//a.example/x", "HTTP:/a.example", "  x.example  "]
)
def test_an_address_is_read_as_a_browser_would_read_it(visitor, typed):
    assert heading(ask(visitor, "address", address=typed)) == "Check your answers"


@pytest.mark.parametrize(
    ("typed", "read", "written"),
    [
        ("https://аpple.example/x", "аpple.example", "xn--pple-43d.example"),
        ("https://xn--pple-43d.example/x", "аpple.example", "xn--pple-43d.example"),
        ("https://blåbær.example/", "blåbær.example", "xn--blbr-roah.example"),
    ],
)
@pytest.mark.parametrize("field", ["address", "addresses"])
def test_a_name_that_is_not_what_it_seems_is_shown_in_both_forms(
    visitor, field, typed, read, written
):
    lines = typed if field == "address" else f"https://plain.example/\n{typed}"
    answer = ask(visitor, field, **{field: lines})
    row = page_of(answer).xpath(f"//dd[contains(., '{typed}')]")[0].text_content()
    assert read in row
    assert written in row
    assert row.count("is written") == 1


@pytest.mark.parametrize("page", pages.QUESTIONS)
def test_a_wrong_token_keeps_what_any_page_typed(visitor, page):
    typed = {name: ANSWERS.get(name, "") for name in pages.QUESTIONS[page].base_fields}
    typed |= {"addresses": "https://a.example/1", "app": "a game", "reach": "a@b.example"}
    sent = {name: typed[name] for name in pages.QUESTIONS[page].base_fields if name in typed}
    answer = visitor.post("/en/report", {"state": "x", "page": page, "move": "next", **sent})
    assert answer.status_code == 200
    assert "could not read the earlier pages" in answer.text
    again = visitor.post("/en/report", {**hidden(answer), "move": "next", **sent})
    assert again.status_code == 200
    assert "could not read" not in again.text


@pytest.mark.parametrize("page", pages.QUESTIONS)
@pytest.mark.parametrize("kind", ["address", "several", "not_web", "", "no such kind"])
@pytest.mark.parametrize("move", ["next", "back", "stay"])
def test_a_page_that_does_not_belong_to_the_way_is_answered_all_the_same(
    visitor, page, kind, move
):
    form = {"state": sealed(kind=kind), "page": page, "move": move}
    assert visitor.post("/en/report", form).status_code == 200


@pytest.mark.django_db
def test_what_was_never_looked_at_is_not_sent(visitor):
    for token in (
        "",
        "x",
        sealed({}),
        sealed(address="javascript:x"),
        sealed(kind="no such kind"),
    ):
        answer = visitor.post("/en/receipt", {"state": token, "move": "send"})
        assert heading(answer) != "Thank you. We have your report."
    assert Submission.objects.count() == 0


@pytest.mark.parametrize("typed", ["", "\0", "U" * 20, "x" * 10_000, "<script>", "ÅÆØ"])
def test_a_receipt_that_is_none_is_told_and_kept(visitor, typed):
    answer = visitor.post("/en/status", {"receipt": typed})
    assert errors_on(answer)
    assert shown(answer, "receipt") in {typed, typed.replace("\0", "")}


def long_words(count):
    """Return so many Greek letters, as words that do not repeat."""
    letters = "αβγδεζηθικλμνξοπρστυφχψω"
    digits = "".join(hashlib.sha512(b"%d" % n).hexdigest() for n in range(count // 128 + 1))
    return "".join(" " if each == "0" else letters[int(each, 16)] for each in digits)[
        1 : count + 1
    ]


def long_addresses():
    """Return as many addresses as fit, none like the other."""
    names = (hashlib.sha256(b"%d" % n).hexdigest() for n in range(200))
    return "\n".join(f"https://files.example/{name}/a" for name in names)


def test_the_longest_answers_travel_in_bodies_that_the_guard_takes(visitor):
    answer = visitor.get("/en/report")
    for typed in (
        {"kind": "several"},
        {"addresses": long_addresses()},
        {"seen": "abuse", "words": long_words(4000)},
        {"where": long_words(4000)},
        {"when": "week"},
        {"contact": "yes"},
        {"reach": long_words(300), "police": "on"},
    ):
        body = {**hidden(answer), "move": "next", **typed}
        assert len(urlencode(body)) <= FORM.most_bytes
        answer = visitor.post("/en/report", body)
        assert errors_on(answer) == []
    assert heading(answer) == "Check your answers"
    assert len(urlencode({**hidden(answer), "move": "send"})) <= FORM.most_bytes


def test_what_is_too_long_to_be_sent_is_not_carried_along(visitor):
    much = "A1bC" * 14_000
    answer = ask(visitor, "seen", seen="abuse", words=much)
    assert errors_on(answer)
    assert shown(answer, "words") == much
    mended = {**hidden(answer), "move": "next", "seen": "abuse", "words": "confirmed item 17"}
    assert len(urlencode(mended)) < 8000
    assert heading(visitor.post("/en/report", mended)) == "Check your answers"
    back = visitor.post("/en/report", {**hidden(answer), "move": "back", "words": much})
    assert len(hidden(back)["state"]) < 8000


def test_going_back_keeps_a_text_that_could_be_sent(visitor):
    start = {"state": sealed(), "page": "seen", "move": "back", "words": "half a sen"}
    back = visitor.post("/en/report", start)
    assert heading(back) == "What is the address of the page?"
    assert state.open_state(hidden(back)["state"], at=clock.now()).state.answers["words"] == (
        "half a sen"
    )


def test_an_answer_once_wrong_does_not_stand_in_the_way(visitor):
    wrong = check_page(visitor, where="\0")
    assert heading(wrong).startswith("Where exactly")
    assert heading(send(visitor, wrong, where="there")) == "Check your answers"


@pytest.mark.django_db
def test_a_token_of_another_report_does_not_show_its_receipt(visitor):
    form = {"state": sealed(), "move": "send"}
    receipt = page_of(visitor.post("/en/receipt", form)).xpath("//*[@id='receipt']/text()")[0]
    first = state.open_state(form["state"], at=clock.now()).state
    other = state.FormState(
        token=first.token, receipt=new_receipt(), issued_at=first.issued_at, answers=ANSWERS
    )
    replayed = {"state": state.seal_state(other, at=clock.now()), "move": "send"}
    answer = visitor.post("/en/receipt", replayed)
    assert answer.status_code == 409
    assert receipt not in html.fromstring(answer.content.decode()).text_content()
