# SPDX-License-Identifier: Apache-2.0
"""Sender, receiver, operator and the public of a node that takes part in an alliance, by keyboard alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.journeys.conftest import POLICY
from tests.journeys.desk import DESK, SitDown, desk_of
from tests.journeys.keyboard import Keyboard
from tests.journeys.visitor import walk_in
from tests.support.hub_beside import hub_beside
from tests.support.node import RunningNode, running_node

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
HOST = "harbour-pictures.example"
ERASE = "Erase what the reporter wrote"
NAMES = ("Demoland", "Duneland", "Skerryland", "Lighthouse")


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningNode]:
    """A node whose roster names others; what its worker would hear of them is placed by a module."""
    place = tmp_path_factory.mktemp("alliance")
    (place / "policy.toml").write_text(POLICY, encoding="utf-8")
    with running_node(
        place / "node",
        member=("XD", "Demoland"),
        with_worker=False,
        HAVN_POLICY=str(place / "policy.toml"),
    ) as running:
        running.run_module("tests.support.desk_referrals", "all")
        yield running


@pytest.fixture
def at_desk(node: RunningNode, browser: Browser) -> Iterator[SitDown]:
    with desk_of(browser, node) as sit_down:
        yield sit_down


def test_an_analyst_sends_an_item_abroad_and_sees_the_outcome_come_home(at_desk, node):
    anna = at_desk("analyst", "")
    anna.look()
    anna.activate("Referrals")
    anna.look()
    anna.activate(f"https://{HOST}/item/1")
    anna.look()
    item = anna.page.url
    anna.activate("Send it to another node")
    anna.look()
    assert "Never a picture" in anna.text()
    assert "no legal basis" in anna.text()
    assert anna.page.locator("[name=with_personal]").count() == 0
    anna.activate("Send it")
    assert anna.page.url == item
    anna.look()
    assert "waits for their node, until" in anna.text()
    anna.activate("To Skerryland hotline")
    anna.look()
    assert "stayed where they were told" in anna.text()
    referral = anna.page.url
    node.run_module("tests.support.desk_referrals", "outcome")
    anna.page.goto(item)
    anna.look()
    assert "outcome known" in anna.text()
    anna.page.goto(referral)
    anna.look()
    said = anna.text()
    for each in ("Accepted by a person", "Police told", "Provider told", "Outcome"):
        assert each in said
    anna.tab_to("Proof of the receipt")
    anna.press("Enter")
    assert "tlog-proof" in anna.text()


def test_a_supervisor_must_say_why_a_reporters_words_travel_without_a_legal_basis(at_desk):
    sara = at_desk("supervisor", "referrals/")
    sara.activate(f"https://{HOST}/item/5")
    sara.activate("Send it to another node")
    sara.look()
    sara.page.focus("[name=with_personal]")
    sara.press("Space")
    sara.activate("Send it")
    assert "No legal basis" in sara.page.inner_text(".govuk-error-summary")
    sara.look()
    sara.page.focus("[name=reason]")
    sara.page.keyboard.type("a child may be in danger")
    sara.activate("Send it")
    sara.activate("To Skerryland hotline")
    sara.look()
    assert "went along" in sara.text()
    sara.activate("Open why")
    sara.look()
    assert "a child may be in danger" in sara.text()


def test_a_supervisor_takes_back_what_a_reporter_wrote(at_desk, node):
    """E60: on a narrow window, after a page that says what goes where and that it is final."""
    anna = at_desk("analyst", "referrals/out/")
    referral = node.address + _referral_of(anna, "item/2")
    anna.page.goto(referral)
    assert ERASE not in anna.text()
    sara = at_desk("supervisor", "referrals/out/")
    sara.page.set_viewport_size({"width": 320, "height": 900})
    sara.page.goto(referral)
    assert "went along" in sara.text()
    sara.look()
    sara.activate(ERASE)
    asked = sara.page.url
    assert "Skerryland hotline" in sara.text()
    assert "cannot be undone" in sara.text()
    sara.look()
    sara.page.goto(asked.replace("/en/", "/da/"))
    assert "kan ikke fortrydes" in sara.text()
    sara.look()
    sara.page.goto(referral)
    assert "erased" not in sara.text()  # who was only asked has done nothing
    sara.activate(ERASE)
    sara.activate("Erase it")
    assert "erases it when it hears of it" in sara.text()
    assert "the reporter takes it back" in sara.text()
    assert ERASE not in sara.text()
    sara.look()


def test_an_item_that_is_kept_from_a_node_is_passed_on_by_hand(at_desk):
    anna = at_desk("analyst", "referrals/")
    anna.activate(f"https://{HOST}/item/4")
    anna.activate("Do not send it")
    anna.look()
    anna.activate("Do not send it")
    assert "Choose a reason." in anna.page.inner_text(".govuk-error-summary")
    anna.look()
    anna.page.focus("[name=reason]")
    anna.press("Space")
    anna.activate("Do not send it")
    assert "passed on by hand" in anna.text()
    anna.look()
    anna.activate("Pass it on")
    anna.look()


def _referral_of(person: Keyboard, path: str) -> str:
    """Return where the list links the referral of an item."""
    card = person.page.locator("li.havn-card").filter(has_text=f"{HOST}/{path}")
    return str(card.locator(".govuk-heading-s a").get_attribute("href"))


def test_what_others_refer_is_accepted_or_declined_with_a_reason(at_desk, node):
    anna = at_desk("analyst", "referrals/in/")
    anna.look()
    linked, baseline, national = (
        _referral_of(anna, path) for path in ("item/3", "baseline/17", "national/17")
    )
    anna.page.goto(node.address + linked)
    anna.look()
    assert "it was open here before" in anna.text()
    anna.page.goto(node.address + baseline)
    anna.look()
    anna.activate("Accept")
    assert "Accepted. The other node is told." in anna.text()
    anna.look()
    anna.page.goto(node.address + baseline)
    assert "accepted" in anna.text()
    anna.page.goto(node.address + national)
    anna.activate("Decline")
    anna.look()
    anna.activate("Decline")
    assert "Choose a reason." in anna.page.inner_text(".govuk-error-summary")
    anna.look()
    anna.page.focus("[name=reason]")
    anna.press("Space")
    anna.page.focus("[name=country]")
    anna.page.keyboard.type("XT")
    anna.activate("Decline")
    assert "Declined. The other node is told." in anna.text()
    anna.page.goto(node.address + national)
    anna.look()


def test_a_referral_is_answered_without_scripts(at_desk):
    anna = at_desk("analyst", "referrals/in/", script=False)
    anna.page.click(f"a[href='{_referral_of(anna, 'item/3')}']")
    anna.page.click("main a:has-text('Decline')")
    anna.page.check("[name=reason][value=cannot_act]")
    anna.page.click("main button")
    assert "Declined. The other node is told." in anna.page.inner_text("main")


def test_what_other_countries_see_stands_on_the_items_page(at_desk):
    anna = at_desk("analyst", "items/")
    anna.page.focus("[name=search]")
    anna.page.keyboard.type(f"https://{HOST}/item/3")
    anna.activate("Search")
    anna.activate(f"https://{HOST}/item/3")
    anna.look()
    assert "Seen from other countries" in anna.text()


def test_an_operator_sees_who_is_silent_saves_the_evidence_and_settles(at_desk, node):
    operator = at_desk("operator", "")
    operator.look()
    operator.activate("Other nodes")
    operator.look()
    cards = operator.page.locator("main li.havn-card")
    assert "silent" in cards.filter(has_text="Duneland").inner_text()
    assert "in touch" in cards.filter(has_text="Skerryland").inner_text()
    operator.page.goto(f"{node.address}{DESK}alarms/")
    operator.look()
    assert "A log showed different histories to different nodes" in operator.text()
    assert "A message was refused" in operator.text()
    operator.tab_to("Save the evidence")
    saved = operator.saved()
    assert "Duneland" in operator.text()
    assert json.loads(node.run("feed", "evidence", str(saved), "--json"))["kind"] == "fork"
    operator.activate("Settle")  # the link after the one that has the focus
    operator.look()
    operator.activate("Settle")
    assert "Write what was found out." in operator.page.inner_text(".govuk-error-summary")
    operator.look()
    operator.page.focus("[name=reason]")
    operator.page.keyboard.type("the secretariat was called")
    operator.activate("Settle")
    assert "The alarm is settled." in operator.text()
    operator.look()


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without"])
def test_the_menu_leads_everywhere_on_a_narrow_window(at_desk, script):
    sara = at_desk("supervisor", "", script=script)
    sara.page.set_viewport_size({"width": 320, "height": 900})
    if script:
        sara.page.reload()
        sara.tab_to("Menu")
        sara.press("Enter")
        sara.activate("Alarms")
    else:
        sara.page.click("nav a:has-text('Alarms')")
    assert sara.page.inner_text("h1") == "Alarms"


@pytest.fixture(scope="module")
def hub(node: RunningNode) -> Iterator[RunningNode]:
    """The Alliance's own site, of the same roster."""
    with hub_beside(node) as running:
        yield running


@pytest.mark.parametrize(("language", "script"), [("en", True), ("da", False)])
@pytest.mark.parametrize("where", ["node", "hub"])
def test_anybody_reads_who_takes_part(request, browser, where, language, script):
    site = request.getfixturevalue(where)
    visitor = walk_in(browser, site.address, script=script)
    try:
        visitor.page.goto(f"{site.address}/{language}/")
        visitor.follow(f"/{language}/participants")
        visitor.look()
        order = [visitor.text().index(f"\n{name}\n") for name in NAMES]
        assert order == sorted(order)
        since = {"en": "1 January 2026", "da": "1. januar 2026"}
        assert since[language] in visitor.text()
        visitor.leave_no_trace()
    finally:
        visitor.page.context.close()
