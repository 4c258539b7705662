# SPDX-License-Identifier: Apache-2.0
"""Analyst, investigator and supervisor at the desk of a served node, by keyboard alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from havn.lab import Lab
from tests.journeys.conftest import node_of_the_lab
from tests.journeys.desk import DESK, SitDown, desk_of
from tests.journeys.keyboard import Keyboard
from tests.support.node import RunningNode
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def node(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningNode]:
    with node_of_the_lab(lab, tmp_path_factory.mktemp("desk")) as running:
        yield running


@pytest.fixture(scope="module")
def reports(node: RunningNode) -> list[str]:
    said = node.run_module("tests.support.desk_reports")
    return json.loads(said.splitlines()[-1])


@pytest.fixture
def at_desk(node: RunningNode, browser: Browser, reports: list[str]) -> Iterator[SitDown]:
    with desk_of(browser, node, permissions=["clipboard-write"]) as sit_down:
        yield sit_down


def test_an_analyst_needs_at_most_seven_keys_and_one_page_load_an_item(at_desk):
    anna = at_desk("analyst")
    anna.look()
    anna.go("n")
    anna.look()
    first = anna.page.url
    anna.begin()
    anna.press("k")
    wait_for_status(anna.page)
    anna.press("1", "e", "s", "x")
    anna.go("Enter")
    assert anna.keys <= 7
    assert anna.loads == 1
    assert "/item/" in anna.page.url
    assert anna.page.url != first
    anna.look()
    second = anna.page.url
    anna.press("k")
    wait_for_status(anna.page)
    anna.press("o")
    anna.page.wait_for_selector("#text .havn-prewrap")
    anna.go("Enter")
    assert anna.page.url != second


def test_texts_open_on_purpose_and_a_look_alike_name_shows_in_both_forms(at_desk, reports, node):
    anna = at_desk("analyst")
    anna.page.goto(f"{node.address}{DESK}report/{reports[0]}/")
    anna.look()
    assert "Look closely" in anna.page.inner_text("main")
    anna.page.goto(f"{node.address}{DESK}")
    anna.go("n")
    assert "confirmed item 17" not in anna.page.content()
    anna.press("o")
    anna.page.wait_for_selector("#text .havn-prewrap")
    assert "confirmed item 17" in anna.page.inner_text("#text")
    anna.look()


def test_the_address_lands_in_the_clipboard_and_found_ones_are_pasted_back(at_desk):
    anna = at_desk("analyst")
    anna.go("n")
    anna.press("k")
    wait_for_status(anna.page)
    anna.go("p")
    anna.look()
    anna.page.keyboard.press("Escape")
    anna.page.focus("textarea")
    anna.page.keyboard.press("Control+V")
    assert anna.page.input_value("textarea").startswith("https://")
    anna.page.keyboard.type("\nhttps://found-1.example/a\njavascript:alert(1)\n")
    anna.activate("Make items")
    anna.look()
    assert "not an address" in anna.page.inner_text("main")
    anna.page.evaluate("document.activeElement.blur()")
    anna.press("m")
    assert "Apply to" in anna.page.inner_text("#apply")


def test_a_decision_for_many_rows_can_be_undone(at_desk, reports, node):
    anna = at_desk("analyst")
    anna.page.goto(f"{node.address}{DESK}report/{reports[-1]}/")
    anna.press("m", "3")
    anna.go("Enter")
    anna.look()
    assert "/done/" in anna.page.url
    anna.activate("Undo")
    assert "Undone" in anna.page.inner_text("main")
    anna.look()


def test_two_windows_never_overwrite_each_others_draft(at_desk):
    anna = at_desk("analyst")
    anna.go("n")
    other = anna.page.context.new_page()
    other.goto(anna.page.url)
    anna.press("e")
    wait_for_status(anna.page)
    other.check("input[name=sex][value=male]")
    wait_for_status(other)
    assert "newer draft" in other.inner_text("#desk-status")
    other.click("text=Keep as draft")
    other.wait_for_load_state()
    assert "There are two drafts" in other.inner_text("h1")
    conflict = Keyboard(other)
    conflict.look()
    conflict.activate("Go on with mine")
    assert other.is_checked("input[name=sex][value=male]")


def test_everything_works_without_scripts(at_desk):
    anna = at_desk("analyst", script=False)
    anna.page.click("text=Take the next item")
    item = anna.page.url
    anna.page.click("text=Copy the address for the viewer")
    assert anna.page.input_value("textarea").startswith("http")
    anna.page.goto(item)
    anna.page.check("input[name=legal_class][value=not_illegal]")
    anna.page.click("text=Keep as draft")
    assert anna.page.is_checked("input[name=legal_class][value=not_illegal]")
    anna.page.click("text=Save and stop")
    assert anna.page.url.endswith(DESK)


def test_an_investigator_opens_a_signed_package_holds_and_answers(at_desk, node):
    anna = at_desk("analyst")
    anna.go("n")
    anna.go("Enter")
    police = at_desk("investigator")
    police.look()

    def has_lead() -> bool:
        police.page.goto(f"{node.address}{DESK}leads/")
        return police.page.locator("tbody a").count() > 0

    wait_until(has_lead, seconds=60, every=0.5, what="a lead on the investigator's page")
    police.look()
    police.page.focus("tbody a")
    police.go("Enter")
    police.look()
    lead = police.page.url
    police.go("o")
    police.look()
    assert "Download the package" in police.page.inner_text("main")
    police.page.goto(lead)
    police.go("h")
    police.look()
    police.activate("Place the hold")
    assert "Give a reason" in police.page.inner_text("main")
    police.look()
    police.page.focus("textarea")
    police.page.keyboard.type("joint operation")
    police.activate("Place the hold")
    police.look()
    assert "Police hold" in police.page.inner_text("main")
    police.page.goto(f"{node.address}{DESK}holds/")
    police.look()
    police.activate("Lift the hold")
    police.page.goto(lead)
    police.press("3")
    police.go("Enter")
    assert "Say why" in police.page.inner_text("main")
    police.press("1")
    police.go("Enter")
    assert "Answer saved" in police.page.inner_text("main")


def test_what_three_people_skip_reaches_the_supervisor(at_desk, node):
    seen = ""
    for name in ("analyst", "colleague", "supervisor"):
        person = at_desk(name)
        if not seen:
            person.go("n")
            seen = person.page.url
        elif name == "supervisor":
            person.page.goto(f"{node.address}{DESK}")
            _take_until(person, seen)
        else:
            _take_until(person, seen)
        person.page.goto(f"{seen}skip/")
        person.look()
        person.page.focus("input[name=reason]")
        person.page.keyboard.press("Space")
        person.activate("Skip it")
    sara = at_desk("supervisor")
    sara.page.goto(f"{node.address}{DESK}supervise/")
    sara.look()
    sara.activate("Take it")
    assert "You hold this item" in sara.page.inner_text("main")
    for path in (
        "trouble/",
        "staff/",
        "node/",
        "items/",
        "contacts/",
        "answers/",
        "orphans/",
        "referrals/",
        "referrals/out/",
        "referrals/in/",
        "keys/",
    ):
        sara.page.goto(f"{node.address}{DESK}{path}")
        sara.look()


def wait_for_status(page: Page) -> None:
    """Wait until the page says what its script did."""
    wait_until(lambda: page.inner_text("#desk-status"), what="a word of the page's script")


def _take_until(person: Keyboard, address: str) -> None:
    """Take items until this one is held."""
    home = address.split("/item/", maxsplit=1)[0] + "/"
    for _ in range(20):
        person.page.goto(home)
        person.go("n")
        if person.page.url == address:
            return
    raise AssertionError(f"{address} was never offered")


def test_the_operator_sees_no_case(at_desk, node):
    operator = at_desk("operator")
    operator.look()
    for path in ("trouble/", "staff/", "node/"):
        operator.page.goto(f"{node.address}{DESK}{path}")
        operator.look()
    answer = operator.page.goto(f"{node.address}{DESK}items/")
    assert answer.status == 404


def test_a_colleague_gets_the_item_with_its_note(at_desk):
    anna = at_desk("analyst")
    anna.go("n")
    item = anna.page.url
    anna.go("l")
    anna.look()
    anna.page.select_option("select", index=1)
    anna.page.focus("textarea")
    anna.page.keyboard.type("see the third line")
    anna.activate("Hand over")
    assert anna.page.url.endswith(DESK)
    assert item
