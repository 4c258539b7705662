# SPDX-License-Identifier: Apache-2.0
"""The national report in one sitting, an office's answer by link, and the minister's brief.

By keyboard alone; rapporteur, office and minister also on a narrow screen and without scripts.
"""

from __future__ import annotations

import re
import time
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from havn.lib import clock
from tests.journeys.desk import desk_of
from tests.journeys.visitor import visitors_of
from tests.support.government_years import ASKS, FIGURE, PARAGRAPH
from tests.support.node import one_time_code
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from havn.lab import Lab
    from tests.journeys.keyboard import Keyboard

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
REPORT = "government/report/"
LINK = re.compile(r"https?://\S+?/office/[^\s>]+")
OFFICE = "helplines@social.example"
ASKED = {
    "office": "Agency for social services",
    "email": OFFICE,
    "question": "How many calls did the helplines take?",
}
ANSWER = {
    "figure": "1284",
    "source": "Register of the helplines",
    "known_on": "2025-12-31",
    "stated_by": "Head of statistics",
}
OVERVIEW = "More was reported than the year before, and it was removed sooner."


@pytest.fixture
def at_desk(government, browser):
    with desk_of(browser, government) as sit_down:
        yield sit_down


@pytest.fixture
def by_link(government, browser):
    """Open a page of the public site of the government's node."""
    with visitors_of(browser, government.address) as come:
        yield come


def link_to(lab: Lab, email: str) -> str:
    """Return the path of the link in the mail that the worker sends to an office."""
    [letter, *_] = wait_until(
        lambda: lab.mail.letters_to(email), seconds=30, what=f"a letter to {email}"
    )
    found = LINK.search(letter.text)
    assert found, letter.text
    return urlsplit(found[0]).path


def code_of(node, name: str) -> str:
    """Return what the person's authenticator shows, when it will show it for a while: typing takes seconds here."""
    wait_until(lambda: time.time() % 30 < 12, seconds=30, every=0.2, what="a new code")
    return one_time_code(node.people[name].secret)


def test_a_rapporteur_takes_a_prefilled_draft_to_both_signatures_in_one_sitting(
    at_desk, by_link, governed, lab
):
    rita = at_desk("rapporteur", width=320, script=False)
    rita.look()
    rita.activate("National report")
    rita.look()
    rita.activate(f"{governed.years[2]}, version")
    rita.look()
    report = rita.page.url
    path = report.split("/desk/en/")[1]
    assert "The overview is missing" in rita.text()

    rita.activate("Figures, changes and notes")
    rita.look()
    assert "Nobody can type over a figure" in rita.text()
    rita.reach("main summary")
    rita.press("Enter")
    rita.activate("R01")
    rita.activate("Write the note")
    assert "R01" in rita.heading
    rita.look()
    rita.write("text", "A campaign in spring made the hotline known.")
    rita.submit()
    rita.reach("a[href$='/texts/overview/en/']")
    rita.go("Enter")
    rita.write("text", "data:image/png;base64,AAAA")
    rita.submit()
    rita.look()
    assert rita.mistakes
    rita.write("text", OVERVIEW)
    rita.submit()
    rita.look()
    assert "Saved." in rita.text()

    rita.page.goto(f"{report}offices/")
    rita.activate("Ask an office")
    rita.submit()
    rita.look()
    assert "Write the name of the office." in rita.mistakes
    rita.fill_in(**ASKED)
    rita.choose("wants", "figure")
    rita.write("due_on", (clock.now() + timedelta(days=21)).date().isoformat())
    rita.submit()
    rita.look()
    assert "still out" in rita.text()

    office = by_link(link_to(lab, OFFICE))
    office.fill_in(**ANSWER)
    office.submit()

    rita.page.goto(report)
    assert "1 answer to choose" in rita.text()
    rita.activate("Offices")
    assert "1284" in rita.text()
    rita.activate("Take this answer into the report")
    rita.look()
    assert "in the report" in rita.text()

    dora = at_desk("data_owner", f"{path}parts/")
    dora.activate("Ask a question instead")
    dora.look()
    dora.page.goto(f"{report}parts/")
    dora.activate("Confirm")
    dora.look()
    assert "not yet" not in dora.text()

    rita.page.goto(report)
    assert "Nothing is missing" in rita.text()
    rita.activate("Release")
    rita.fill_in(office="Ministry of Justice", code="000000")
    rita.submit()
    rita.look()
    assert rita.mistakes
    rita.fill_in(code=code_of(governed.node, "rapporteur"))
    rita.submit()
    assert "Now the signatory, another person, releases." in rita.text()

    sam = at_desk("signatory")
    sam.look()
    sam.activate("National report")
    sam.activate(f"{governed.years[2]}, version")
    sam.activate("Release")
    sam.look()
    assert "Ministry of Justice" in sam.text()
    sam.fill_in(office="Minister of Justice", code=code_of(governed.node, "signatory"))
    sam.submit()
    assert not sam.mistakes

    def is_signed() -> bool:
        rita.page.goto(report)
        return "The node signs and sends it" not in rita.text()

    wait_until(is_signed, seconds=30, every=0.2, what="the node's signature")
    rita.look()
    assert rita.page.locator("main .govuk-tag").first.inner_text().casefold() == "released"
    for link, start in (
        ("The report as PDF", b"%PDF"), ("The brief as PDF", b"%PDF"), ("A draft for clearance", b"PK"),
        ("Tables that European law", b"table,key,"),
    ):  # fmt: skip
        assert saved(rita, link).startswith(start), link
    rita.activate("The whole report")
    rita.look()
    for each in (OVERVIEW, "made the hotline known", "1284", ANSWER["source"]):
        assert each in rita.text()

    anybody = by_link("/en/results", width=320, script=False)
    anybody.reach(f"a[href*='/results/report/{governed.years[2]}']")
    anybody.go("Enter")
    anybody.see()
    assert OVERVIEW in anybody.text()
    anybody.expected.append(".pdf net::ERR_ABORTED")  # a page that became a file
    assert saved(anybody, "The report for printing").startswith(b"%PDF")


def saved(person: Keyboard, link: str) -> bytes:
    """Save what a link leads to."""
    person.tab_to(link)
    return person.saved().read_bytes()


@pytest.mark.parametrize(
    ("email", "language", "width", "script", "words"),
    [
        (FIGURE, "en", 1280, True, ("Education agency", "not a number", "We have your answer")),
        (
            PARAGRAPH,
            "da",
            320,
            False,
            ("Police academy", "Skriv jeres afsnit", "Vi har modtaget jeres svar"),
        ),
    ],
    ids=["a figure", "a paragraph in Danish on a narrow screen without scripts"],
)
def test_an_office_answers_by_the_link_in_its_mail_without_an_account(
    by_link, at_desk, governed, lab, email, language, width, script, words
):
    office_name, mistake, thanks = words
    wanted = next(each[2] for each in ASKS if each[1] == email)
    path = link_to(lab, email).replace("/en/", f"/{language}/", 1)
    person = by_link(path, width=width, script=script)
    person.tab_through()
    person.see(language)
    assert office_name in person.text()
    typed = {"figure": "many"} if wanted == "figure" else {}
    person.fill_in(**typed)
    person.submit()
    person.see(language)
    assert len(person.mistakes) == 4
    assert mistake in " ".join(person.mistakes)
    answer = {**ANSWER, "text": "Counted once a year."}
    if wanted == "paragraph":
        del answer["figure"]
    person.fill_in(**answer)
    person.submit()
    person.see(language)
    assert thanks in person.text()

    person.page.goto(person.address + path)  # the same link a second time
    person.see(language)
    assert "Register of the helplines" not in person.all_there_is()
    person.fill_in(**{**answer, "source": "Second count"})
    person.submit()
    assert thanks in person.text()

    rita = at_desk(
        "rapporteur", f"{REPORT}{governed.briefed}/offices/", width=width, script=script
    )
    rita.look()
    card = rita.page.locator("li.havn-card").filter(has_text=office_name).first.inner_text()
    for each in (
        "Register of the helplines",
        "Second count",
        "Head of statistics",
        "31 December 2025",
    ):
        assert each in card


@pytest.mark.parametrize("which", ["expired", "withdrawn"])
def test_a_link_that_no_longer_stands_says_what_to_do(by_link, governed, which):
    person = by_link("/en/help", width=320, script=False)
    person.expected.append("status of 410")
    person.page.goto(f"{person.address}/en/office/{getattr(governed, which)}")
    person.see()
    assert {"expired": "ask for a new one", "withdrawn": "nobody waits"}[which] in person.text()
    assert person.page.locator("main form").count() == 0


def test_a_minister_reads_what_was_kept_what_is_late_and_what_will_be_said(at_desk, governed):
    sam = at_desk("signatory", f"{REPORT}{governed.briefed}/", width=320, script=False)
    sam.activate("Brief for the minister")
    sam.look()
    brief = sam.page.url
    for each in (
        "Remove faster (made up): kept.",
        "A unit of its own (made up): late, due on 30 September",
        "It was promised for 31 December",
        "The year before",
        "No country is ranked.",
        "What you want to say is published with the report.",
    ):
        assert each in sam.text()
    received = (
        sam.page.locator("tbody tr")
        .filter(has_text="Time from report to removal")
        .locator("td")
        .all_inner_texts()
    )
    assert len(received) == 2
    assert "–" not in received

    rita = at_desk("rapporteur", brief.split("/desk/en/")[1])
    rita.look()
    rita.activate("Write the note of reply")
    rita.look()
    rita.write("text", "We were late, and we know why.")
    rita.submit()
    sam.page.reload()
    sam.look()
    assert "We were late, and we know why." in sam.text()
    sam.activate("The whole report")
    assert "We were late, and we know why." in sam.text()
    sam.page.goto(brief.replace("/brief/", "/"))
    assert saved(sam, "The brief as PDF").startswith(b"%PDF")
