# SPDX-License-Identifier: Apache-2.0
"""The desk's script against answers that a healthy node seldom gives: busy, gone, lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import havn.web.desk

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
SCRIPT = Path(havn.web.desk.__file__).parent / "static" / "desk" / "desk.js"
# As item.html writes it; six seconds are left, so the script renews every two.
PAGE = """<!doctype html><html lang="en"><title>Item</title><main>
<p id="lease" hidden data-until="2026-03-02T09:00:06Z" data-now="2026-03-02T09:00:00Z"
 data-lost="It is over." data-offline="It is tried again."><strong id="lease-left"></strong></p>
<form id="lease-form" method="post" action="/renew"><input type="hidden" name="lease_token" value="1"></form>
<p id="desk-status"></p></main><script type="module" src="/desk.js"></script></html>"""


class Desk:
    """Serves one page, and answers its renewals one after another, the last one for ever."""

    def __init__(self, page: Page, answers: list[tuple[int, object]]) -> None:
        self.page, self.renewals, self._answers = page, 0, answers
        page.route("**/*", self._answer)
        page.goto("http://desk.example/")

    def _answer(self, route: Route) -> None:
        path = route.request.url.removeprefix("http://desk.example")
        if path == "/renew":
            status, body = self._answers[min(self.renewals, len(self._answers) - 1)]
            self.renewals += 1
            text = body if isinstance(body, str) else json.dumps(body)
            route.fulfill(status=status, body=text)
        elif path == "/desk.js":
            script = SCRIPT.read_text(encoding="utf-8")
            route.fulfill(status=200, body=script, content_type="text/javascript")
        else:
            route.fulfill(status=200, body=PAGE, content_type="text/html")

    def says(self, sentence: str) -> None:
        """Wait until the page says this."""
        self.page.wait_for_function(
            "said => document.getElementById('desk-status').textContent === said", arg=sentence
        )

    def left(self, minutes: str) -> None:
        """Wait until the countdown shows so many minutes."""
        self.page.wait_for_function(
            "left => document.getElementById('lease-left').textContent.startsWith(left)",
            arg=minutes,
        )


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def test_a_busy_node_costs_nobody_the_item_and_the_next_renewal_counts(page: Page) -> None:
    desk = Desk(page, [(503, "<p>Busy.</p>"), (200, {"seconds": 900})])
    desk.says("It is tried again.")
    desk.left("14:")
    assert desk.renewals == 2


def test_only_a_refusal_says_that_the_item_is_lost_and_ends_the_renewals(page: Page) -> None:
    desk = Desk(page, [(409, {"code": "lease_over", "sentence": "Over."})])
    desk.says("It is over.")
    renewed = desk.renewals
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    desk.left("0:00")
    assert (renewed, desk.renewals) == (1, 1)
