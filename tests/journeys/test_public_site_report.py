# SPDX-License-Identifier: Apache-2.0
"""A reporter at the form: by keyboard alone, with and without JavaScript, narrow and wide, in both languages."""

from __future__ import annotations

import re

import pytest

from tests.journeys.visitor import NEUTRAL_SITE, Visitor
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
RECEIPT = re.compile(r"(?:[0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]{4}")
PLACES = {
    "address": ("address", "https://item-21.provider-a.example/a?b=c"),
    "several": (
        "addresses",
        "https://item-22.provider-a.example/1\nhttps://item-23.provider-a.example/2",
    ),
    "not_web": ("app", "A made-up game"),
}
ADDRESSES = (
    ("", "Paste the address"),
    ("javascript:alert(1)", "must begin with http"),
    ("data:image/png;base64,AAAA", "Never send pictures"),
    ("http://exa mple.org", "cannot be read"),
    ("https://example.org/" + "a" * 10_000, "8,192"),
)
PICTURE = "iVBORw0KGgoAAAANSUhEUg" + "Ab9/" * 80

JS_WIDE = {"script": True, "width": 1280}
JS_NARROW = {"script": True, "width": 320}
PLAIN_WIDE = {"script": False, "width": 1280}
PLAIN_NARROW = {"script": False, "width": 320}


def answer_place(person: Visitor, kind: str) -> None:
    name, text = PLACES[kind]
    person.write(name, text)
    person.press_button("next")


def answer_rest(person: Visitor, *, contact: str, consent: bool = False, look=lambda: None):
    """Answer every question after the place, looking at each page before it is answered."""
    look()
    person.choose("seen", "other")
    person.write("words", "confirmed item 17")
    person.press_button("next")
    look()
    person.write("where", "in a group\nwith two lines")
    person.press_button("next")
    look()
    person.choose("when", "week")
    person.press_button("next")
    look()
    person.choose("contact", contact)
    person.press_button("next")
    if contact == "yes":
        look()
        person.write("reach", "somebody@reporter.example")
        if consent:
            person.tick("police")
        person.press_button("next")


def send(person: Visitor) -> str:
    """Send the report from the page of all answers and return its receipt."""
    assert person.question == "check"
    person.press_button("send")
    receipt = person.page.locator("#receipt").inner_text().strip()
    assert RECEIPT.fullmatch(receipt)
    return receipt


def answers_on(person: Visitor) -> dict[str, str]:
    rows = person.page.locator(".govuk-summary-list__row").all()
    return {
        row.locator("button").get_attribute("value") or "": row.locator("dd").first.inner_text()
        for row in rows
    }


@pytest.mark.parametrize(
    ("manner", "language", "kind", "contact", "consent"),
    [
        (JS_WIDE, "en", "address", "yes", True),
        (JS_NARROW, "da", "not_web", "yes", False),
        (PLAIN_NARROW, "en", "several", "no", False),
        (PLAIN_WIDE, "da", "address", "yes", True),
    ],
    ids=["wide", "narrow in Danish", "narrow without script", "wide in Danish without script"],
)
def test_a_reporter_walks_the_whole_form_by_keyboard(
    visit, manner, language, kind, contact, consent
):
    person = visit("/", **manner)
    person.follow(f"/{language}/")
    person.follow(f"/{language}/report")

    def look():
        if manner == JS_NARROW and person.question in {"kind", "seen", "check"}:
            assert person.tab_through()[0].startswith(
                f'<a class="govuk-link havn-leave__link" href="/{language}/leave"'
            )
        person.see(language, closely=manner == JS_WIDE)

    look()
    person.choose("kind", kind)
    person.press_button("next")
    look()
    answer_place(person, kind)
    answer_rest(person, contact=contact, consent=consent, look=look)
    look()
    shown = answers_on(person)
    assert shown["seen"]
    assert ("reach" in shown) is (contact == "yes")
    receipt = send(person)
    look()
    person.page.evaluate("localStorage.setItem('left', 'behind')")
    person.press_button("kept")
    look()
    assert person.page.evaluate("localStorage.length") == 0
    goes_back_to_nothing(person, receipt, "item 17", "reporter.example", most=3)


def test_back_and_change_keep_every_answer(visit):
    person = visit("/en/report", **JS_NARROW)
    person.choose("kind", "address")
    person.press_button("next")
    person.write("address", "item-24 provider-a")
    person.press_button("back")
    assert person.question == "kind"
    person.press_button("next")
    assert person.page.input_value("[name=address]") == "item-24 provider-a"
    person.write("address", "https://item-24.provider-a.example/there")
    person.press_button("next")
    answer_rest(person, contact="no")
    for kind in ("several", "not_web"):
        person.press_button("kind")
        person.choose("kind", kind)
        person.press_button("next")
        person.see()
        answer_place(person, kind)
        assert person.question == "check"
    assert "item-24" not in person.text()
    assert answers_on(person)["app"] == "A made-up game"
    person.press_button("where")
    person.write("where", "somewhere else")
    person.press_button("next")
    assert answers_on(person)["where"] == "somewhere else"
    person.press_button("back")
    assert person.question == "contact"


def test_without_script_back_change_and_language_keep_what_was_typed(visit):
    person = visit("/en/report", **PLAIN_WIDE)
    person.choose("kind", "not_web")
    person.press_button("next")
    person.write("app", "Half a na")
    person.reach('button[lang="da"]')
    person.go("Enter")
    person.see("da", closely=False)
    assert person.page.input_value("[name=app]") == "Half a na"
    person.reach('button[lang="en"]')
    person.go("Enter")
    person.press_button("back")
    assert person.page.is_checked("[value=not_web]")
    person.press_button("next")
    assert person.question == "seen"
    person.press_button("back")
    assert person.page.input_value("[name=app]") == "Half a na"


def test_the_language_can_be_changed_in_the_middle(visit):
    person = visit("/en/report", **JS_NARROW)
    person.choose("kind", "not_web")
    person.press_button("next")
    person.write("app", "Half a na")
    person.reach('button[lang="da"]')
    person.go("Enter")
    person.see("da", closely=False)
    assert person.page.input_value("[name=app]") == "Half a na"
    person.reach('button[lang="en"]')
    person.go("Enter")
    assert person.question == "app"


@pytest.mark.parametrize("manner", [JS_NARROW, PLAIN_WIDE], ids=["narrow", "wide without script"])
def test_mistakes_are_named_and_what_was_typed_stays(visit, manner):
    person = visit("/en/report", **manner)
    script = manner["script"]
    looked_at = set()

    def is_told(sentence: str, *, field: str) -> None:
        person.see(closely=script and field not in looked_at)
        looked_at.add(field)
        assert sentence in person.mistakes[0]
        assert person.page.title().startswith("Error: ")
        if script:
            person.press("Tab")
        else:
            person.reach(".govuk-error-summary a")
        person.press("Enter")
        assert person.page.evaluate("document.activeElement.name") == field

    person.press_button("next")
    is_told("Choose one", field="kind")
    person.choose("kind", "address")
    person.press_button("next")
    for address, sentence in ADDRESSES if script else ADDRESSES[:2]:
        person.write("address", address)
        person.press_button("next")
        is_told(sentence, field="address")
        assert person.page.input_value("[name=address]") == address
    person.write("address", "https://аpple.example/x")
    person.press_button("next")
    person.choose("seen", "me")
    person.write("words", f"look {PICTURE}")
    person.press_button("next")
    is_told("picture", field="words")
    assert person.page.input_value("[name=words]") == f"look {PICTURE}"
    assert person.page.is_checked("[name=seen][value=me]")
    person.write("words", "it was a harbour")
    person.press_button("next")
    person.press_button("next")
    person.press_button("next")
    is_told("Choose one", field="when")
    person.choose("when", "unknown")
    person.press_button("next")
    person.press_button("next")
    is_told("Choose one", field="contact")
    person.choose("contact", "yes")
    person.press_button("next")
    person.press_button("next")
    is_told("or go back and stay anonymous", field="reach")
    person.press_button("back")
    person.choose("contact", "no")
    person.press_button("next")
    person.see()
    assert "аpple.example" in person.text()
    assert "xn--pple-43d.example" in person.text()


def test_several_addresses_are_told_line_by_line(visit):
    person = visit("/da/report", **JS_NARROW)
    person.choose("kind", "several")
    person.press_button("next")
    person.write("addresses", "https://a.example/1\njavascript:x\n\nnot an address")
    person.press_button("next")
    person.see("da")
    assert [each.split(":")[0] for each in person.mistakes] == ["Linje 2", "Linje 4"]


def test_a_report_sent_twice_is_one_report_and_can_be_sent_as_a_new_one(visit):
    person = visit("/en/report", **PLAIN_NARROW)
    person.choose("kind", "not_web")
    person.press_button("next")
    answer_place(person, "not_web")
    answer_rest(person, contact="no")
    receipt = send(person)
    person.page.reload()
    assert person.page.locator("#receipt").inner_text().strip() == receipt
    assert "already been sent" in person.text()
    person.see()
    person.press_button("next")
    assert send(person) != receipt


def goes_back_to_nothing(person: Visitor, *typed: str, most: int = 12) -> None:
    """Press the browser's own Back, as a rule until it leads nowhere: nothing that was typed comes up."""
    for _ in range(most):
        was = person.page.url
        person.goes_back()
        content = wait_until(person.all_there_is, what="a page to go back to")
        assert not [each for each in typed if each in content]
        if person.page.url == was == "about:blank":
            return
    assert most < 12, "there is no end of going back"


def half_a_report(visit, **manner) -> Visitor:
    """Somebody who has typed something, and then hears a door."""
    person = visit("/en/report", **manner)
    person.choose("kind", "not_web")
    person.press_button("next")
    person.write("app", "A telling name")
    person.press_button("next")
    person.choose("seen", "me")
    person.write("words", "telling words")
    assert "telling words" in person.all_there_is()
    return person


def test_leaving_by_the_key_does_not_lead_back_to_the_page(visit):
    person = half_a_report(visit, **JS_WIDE)
    with person.page.expect_navigation(url=NEUTRAL_SITE):
        person.press("Escape", "Escape")
    assert person.heading == "A neutral site"
    goes_back_to_nothing(person, "telling words", "A telling name")


def test_leaving_by_the_link_does_not_lead_back_to_the_page(visit):
    person = visit("/da/help", **JS_NARROW)
    left = person.heading
    assert left in person.all_there_is()
    person.reach("a[href='/da/leave']")
    with person.page.expect_navigation(url=NEUTRAL_SITE):
        person.press("Enter")
    goes_back_to_nothing(person, left)


def test_without_script_leaving_at_once_leads_back_to_an_expired_page_only(visit):
    person = half_a_report(visit, **PLAIN_NARROW)
    person.press_button("next")
    assert person.question == "where"
    person.reach("a[href='/en/leave']")
    with person.page.expect_navigation(url=NEUTRAL_SITE):
        person.press("Enter")
    assert person.goes_back() == "expired"
    goes_back_to_nothing(person, "telling words", "A telling name")
