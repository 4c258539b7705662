# SPDX-License-Identifier: Apache-2.0
"""Every public page that links lead to: read, tabbed through, narrow and wide, in both languages."""

from __future__ import annotations

import csv
import io
from collections import deque

import pytest

from tests.journeys.keyboard import STOPS

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.mark.parametrize(
    ("language", "width", "script"),
    [("en", 1280, True), ("da", 320, False)],
    ids=["wide", "narrow in Danish without script"],
)
def test_a_crawl_of_all_public_pages_finds_nothing_wrong(
    visit, node, quarters, language, width, script
):
    person = visit("/", width=width, script=script)
    person.tab_through()
    person.see("en", closely=script)
    waiting, known = deque([f"/{language}/"]), {f"/{language}/"}
    while waiting:
        path = waiting.popleft()
        answer = person.page.goto(node.address + path)
        assert answer.status == 200
        if script:
            person.tab_through()
        person.see(language, closely=script)
        for path in person.paths():
            if path.startswith(f"/{language}/") and path not in known and is_page(path):
                known.add(path)
                waiting.append(path)
    names = {"", "report", "status", "help", "privacy", "accessibility", "results", "participants"}
    names |= {f"results/{period}" for period in quarters}
    assert known == {f"/{language}/{name}" for name in names}


def is_page(path: str) -> bool:
    return not path.endswith(("/leave", ".csv"))


def test_a_page_that_is_not_there_says_so(visit):
    person = visit("/", width=320)
    person.expected.append("status of 404")
    for path, language in (("/en/nothing", "en"), ("/da/results/1999-Q1", "da"), ("/x", "en")):
        person.page.goto(person.address + path)
        person.tab_through()
        person.see(language, closely=path == "/x")
    person.follow("/")


@pytest.mark.parametrize(("language", "width", "script"), [("en", 320, True), ("da", 1280, False)])
def test_results_are_a_table_a_chart_and_a_file(visit, quarters, language, width, script):
    person = visit(f"/{language}/", width=width, script=script)
    person.follow(f"/{language}/results")
    person.follow(f"/{language}/results/{quarters[0]}")
    main = person.page.locator("main")
    assert main.locator("table").count() >= 5
    assert main.locator("figure svg rect").count() >= 5
    person.reach("summary")
    person.press("Enter")
    person.see(language, closely=script)
    assert main.locator("details[open]").count() == 1
    person.expected.append(".csv net::ERR_ABORTED")  # a page that became a file
    person.reach(f'a[href$="/results/{quarters[0]}.csv"]')
    lines = list(csv.DictReader(io.StringIO(person.saved().read_text(encoding="utf-8"))))
    received = next(line for line in lines if line["indicator"].startswith("R01"))
    assert received["obs_value"] in main.inner_text()
    person.page.go_back()


def test_the_language_of_a_page_is_chosen_by_keyboard(visit):
    person = visit("/en/help", width=320)
    person.follow("/da/help")
    person.see("da", closely=False)
    person.follow("/en/help")
    person.see("en", closely=False)
    phones = person.page.locator("a[href^='tel:']").all_inner_texts()
    assert {"112", "116 111"} <= set(phones)


def test_whatever_has_the_focus_shows_it(visit, quarters):
    person = visit("/en/status", width=320)
    seen = set()

    def every_stop_shows() -> None:
        for stop in person.page.evaluate(STOPS):
            person.press("Tab")
            assert stop in seen or person.focus_shows(), f"{stop} shows no focus"
            seen.add(stop)

    every_stop_shows()
    person.page.goto(f"{person.address}/en/results/{quarters[0]}")
    every_stop_shows()
    person.tab_back()
    person.page.goto(f"{person.address}/en/report")
    person.choose("kind", "not_web")
    person.press_button("next")
    person.write("app", "A made-up game")
    person.press_button("next")
    every_stop_shows()
