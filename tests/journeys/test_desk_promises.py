# SPDX-License-Identifier: Apache-2.0
"""A promise from the proposal to the Alliance's public page: by keyboard alone, at both widths, with and without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.journeys.desk import DESK, SitDown, desk_of
from tests.journeys.visitor import walk_in
from tests.support.hub_beside import hub_beside
from tests.support.node import RunningNode

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
WORDS = {
    "language": "da",
    "title_en": "Faster removal",
    "title_own": "Hurtigere fjernelse",
    "text_en": "Confirmed item 17 goes sooner.",
    "text_own": "Bekræftet genstand 17 fjernes før.",
    "owner": "Ministry of Justice",
    "start": "2026-01-01",
    "due": "2035-12-31",
    "what_en": "A law on notices.",
    "what_own": "En lov om henvendelser.",
    "today_en": "There is none.",
    "today_own": "Der er ingen.",
    "office": "Ministry of Justice",
}


@pytest.fixture(scope="module")
def hub(government: RunningNode) -> Iterator[RunningNode]:
    """The Alliance's own site over the same tables."""
    with hub_beside(government) as running:
        yield running


@pytest.fixture
def at_desk(government: RunningNode, browser: Browser) -> Iterator[SitDown]:
    with desk_of(browser, government) as sit_down:
        yield sit_down


def test_a_promise_is_proposed_signed_kept_and_read_by_everybody(at_desk, hub, browser):
    rita = at_desk("rapporteur")
    rita.look()
    rita.activate("Promises")
    rita.look()
    rita.activate("Propose a promise")
    rita.look()
    rita.activate("Propose it")
    assert "There is a problem" in rita.text()
    rita.look()
    rita.choose("target", "4")
    rita.choose("measure_kind", "thing")
    rita.fill_in(**WORDS)
    rita.activate("Propose it")
    assert "Proposed. A signatory can adopt it now." in rita.text()
    rita.look()
    promise = rita.page.url.removeprefix(rita.page.url.split(DESK)[0] + DESK)

    sam = at_desk("signatory", promise)
    sam.activate("Adopt the promise")
    sam.look()
    sam.tick("signed")
    sam.activate("Sign and adopt")
    assert "The promise is public now." in sam.text()
    sam.look()

    rita.page.reload()
    rita.activate("Say that work has begun")
    rita.look()
    rita.fill_in(day="2026-01-05")
    rita.activate("Work has begun")
    rita.activate("Say that the promise was kept")
    rita.look()
    rita.fill_in(title="Law 17", as_of="2026-01-05")
    rita.activate("It was kept")
    rita.look()

    dora = at_desk("data_owner", promise)
    dora.activate("Confirm that the promise was kept")
    dora.fill_in(office="National police")
    dora.activate("Confirm")
    assert "The promise counts as kept." in dora.text()
    dora.activate("All versions")
    dora.look()

    for language, script, title in (
        ("en", True, "Faster removal"), ("da", False, "Hurtigere fjernelse"),
    ):  # fmt: skip
        visitor = walk_in(browser, hub.address, script=script)
        try:
            for path in ("declaration", "members", "promises", "targets/4", "members/DK"):
                visitor.page.goto(f"{hub.address}/{language}/{path}")
                visitor.look()
            assert title in visitor.text()
            visitor.page.click(f"text={title}")
            visitor.look()
            assert "National police" in visitor.text()
            visitor.leave_no_trace()
        finally:
            visitor.page.context.close()


def test_a_political_act_is_added_without_scripts(at_desk):
    rita = at_desk("rapporteur", "government/politics/", script=False)
    rita.page.click("text=Add a political act")
    page = rita.page
    page.check("[name=kind][value=debate]")
    for name, value in {
        "day": "2026-01-05", "title_en": "Debate 17", "title_own": "Debat 17", "text_en": "All spoke.",
        "text_own": "Alle talte.", "source_title": "Minutes 17",
    }.items():  # fmt: skip
        page.fill(f"[name={name}]", value)
    page.click("text=Make it public")
    assert "It stands on the page of your country now." in rita.text()
    assert "Minutes 17" in rita.text()


def test_two_people_who_change_one_text_find_both_versions_by_keyboard(at_desk):
    rita = at_desk("rapporteur", "government/promises/propose/")
    rita.choose("target", "1")
    rita.choose("measure_kind", "thing")
    rita.fill_in(**WORDS)
    rita.activate("Propose it")
    rita.activate("Change the words")
    other = at_desk("rapporteur", rita.page.url.split(DESK)[1])
    other.fill_in(title_en="First words")
    other.activate("Keep these words")
    rita.fill_in(title_en="Second words")
    rita.activate("Keep these words")
    rita.look()
    assert "First words" in rita.text()
    assert "Second words" in rita.text()
    rita.activate("All versions")
    rita.look()
    rita.activate("Political acts")
    rita.look()
