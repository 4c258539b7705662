# SPDX-License-Identifier: Apache-2.0
"""What comes back: to a reporter by the receipt, and from a provider by the link of a real notice."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest

from havn.lab import Page
from havn.lab.people import Reporter
from havn.lib.encoding import new_receipt
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
LINK = re.compile(r"https?://\S+?/answer/[^\s>]+")


@pytest.fixture(scope="module")
def desk(node):
    """Staff who work through the services, at the node's own desk."""

    def work(address: str, *steps: str) -> None:
        person = node.people["colleague"].person_id
        node.run_module("tests.support.desk_work", person, address, *steps)

    return work


@pytest.fixture(scope="module")
def link(node, lab, desk):
    """The link in the mail that the worker sent to a provider about a report that was confirmed."""
    host = "item-31.provider-b.example"
    address = f"http://{host}/there"
    lab.put(host, Page.up())
    Reporter(node.address).report_address(address)
    desk(address, "assess", "confirm")
    letter = wait_until(
        lambda: next((each for each in lab.mail.letters if address in each.text), None),
        seconds=30,
        what="a notice in the provider's mail",
    )
    return urlsplit(LINK.search(letter.text)[0]).path


def ask(person, receipt: str) -> str:
    """Ask with a receipt and return what the page says."""
    person.write("receipt", receipt)
    person.submit()
    return person.text()


def test_a_receipt_tells_how_far_the_report_is(visit, node, desk):
    address = "http://item-32.provider-a.example/there"
    receipt = Reporter(node.address).report_address(address)
    wide = visit("/en/status", width=1280)
    narrow = visit("/da/status", width=320, script=False)
    wide.see("en")
    narrow.see("da", closely=False)
    for person, wrong, unknown in (
        (wide, "20 letters and digits", "We know no report with this receipt"),
        (narrow, "20 bogstaver og tal", "Vi kender ingen anmeldelse med denne kvittering"),
    ):
        language, closely = person.language, person is wide
        ask(person, receipt[:-3])
        person.see(language, closely=closely)
        assert wrong in person.mistakes[0]
        assert person.page.input_value("[name=receipt]") == receipt[:-3]
        assert unknown in ask(person, new_receipt())
        person.see(language, closely=closely)
        person.follow(f"/{language}/status")
    forgiving = f"  {receipt.lower().replace('-', '  ')} "
    tells(wide, forgiving, "Nobody has looked at it yet")
    tells(narrow, receipt.replace("-", ""), "Ingen har set på den endnu")
    desk(address, "assess")
    tells(wide, receipt.replace("0", "o").replace("1", "l"), "we are working on it")
    tells(narrow, forgiving, "vi arbejder på den")
    assert receipt not in wide.page.content()


def tells(person, receipt: str, sentence: str) -> None:
    """Ask again until the worker has done its part; then look at the page that tells it."""

    def is_told() -> bool:
        is_there = sentence in ask(person, receipt)
        if not is_there:
            person.follow(f"/{person.language}/status")
        return is_there

    wait_until(is_told, seconds=30, every=0.1, what=f"the sentence {sentence!r}")
    person.see(person.language, closely=person.has_script)
    person.follow(f"/{person.language}/status")


@pytest.mark.parametrize(("language", "width", "script"), [("en", 1280, True), ("da", 320, False)])
def test_a_provider_answers_by_the_link_of_a_notice(visit, link, language, width, script):
    path = link.replace("/en/", f"/{language}/", 1)
    person = visit(path, width=width, script=script)
    person.tab_through()
    person.see(language, closely=script)
    assert "item-31.provider-b.example" in person.text()
    assert "/there" not in person.text()
    for typed in ({}, {"removed_at": "yesterday", "text": "data:image/png;base64,AAAA"}):
        person.choose("kind", "removed")
        for name, text in typed.items():
            person.write(name, text)
        person.submit()
        person.see(language, closely=script)
        assert len(person.mistakes) == max(1, len(typed))
        assert person.page.is_checked("[name=kind][value=removed]")
        for name, text in typed.items():
            assert person.page.input_value(f"[name={name}]") == text
    person.write("removed_at", "2026-01-31 14:05")
    person.write("text", "It was taken down.")
    person.submit()
    person.see(language, closely=script)
    person.page.goto(person.address + path)
    assert person.page.locator("main time").count() >= 2
    person.choose("kind", "need_more")
    person.submit()
    assert person.mistakes
    person.expected.append("status of 404")
    person.page.goto(f"{person.address}{path[:-4]}AAAA")
    person.see(language, closely=False)
    assert person.page.locator("main form").count() == 0
