# SPDX-License-Identifier: Apache-2.0
"""The desk's script against answers that a healthy node seldom gives: busy, gone, lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import pytest

import havn.web.desk
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
SCRIPT = Path(havn.web.desk.__file__).parent / "static" / "desk" / "desk.js"
# As item.html writes it; six seconds are left, so the script renews every two.
PAGE = """<!doctype html><html lang="en"><title>Item</title><main>
<p id="lease" hidden data-until="2026-03-02T09:00:06Z" data-now="2026-03-02T09:00:00Z"
 data-lost="It is over." data-offline="It is tried again."><strong id="lease-left"></strong></p>
<form id="lease-form" method="post" action="/renew"><input type="hidden" name="lease_token" value="1"></form>
<form id="decision" method="post" action="/assess" data-draft="/draft" data-kept="Kept." data-not-kept="Not kept.">
<input type="hidden" name="drawn_from" value=""><input type="checkbox" name="sex" value="male"></form>
<form method="post" action="/address" data-desk-hand-over data-copied="Copied." data-shown="Shown.">
<button>Copy</button></form><div id="address-shown" hidden><textarea id="address" readonly></textarea></div>
<p><a href="/text" data-desk-open="text">Open</a></p><div id="text"></div>
<p id="desk-status" data-signed-out="Signed out."></p></main><script type="module" src="/desk.js"></script></html>"""


HEALTHY = [(200, {"seconds": 900})]


class Desk:
    """Serves one page, and answers its renewals one after another, the last one for ever."""

    def __init__(self, page: Page, answers: list[tuple[int, object]]) -> None:
        self.page, self.renewals, self._answers = page, 0, answers
        self.drawn_from: list[str] = []
        self.opened = self.handed_over = 0
        page.route("**/*", self._answer)
        page.goto("http://desk.example/")

    def _answer(self, route: Route) -> None:
        path = route.request.url.removeprefix("http://desk.example")
        if path == "/renew":
            status, body = self._answers[min(self.renewals, len(self._answers) - 1)]
            self.renewals += 1
            if status == 302:
                route.fulfill(status=302, headers={"Location": "/sign-in/"})
                return
            text = body if isinstance(body, str) else json.dumps(body)
            route.fulfill(status=status, body=text)
        elif path == "/address":
            self.handed_over += 1
            route.fulfill(status=200, json={"address": "https://confirmed-17.example/"})
        elif path == "/text":
            self.opened += 1
            route.fulfill(status=503, body="<h1>Busy.</h1>", content_type="text/html")
        elif path == "/draft":
            self._keep_draft(route)
        elif path == "/desk.js":
            script = SCRIPT.read_text(encoding="utf-8")
            route.fulfill(status=200, body=script, content_type="text/javascript")
        else:
            route.fulfill(status=200, body=PAGE, content_type="text/html")

    def _keep_draft(self, route: Route) -> None:
        """Refuse what was not drawn from the draft that is kept, as the desk does."""
        sent = parse_qs(route.request.post_data or "", keep_blank_values=True)["drawn_from"][0]
        is_newest = sent == (f"version {len(self.drawn_from)}" if self.drawn_from else "")
        self.drawn_from.append(sent)
        kept = {"version": f"version {len(self.drawn_from)}"}
        refused = {"code": "draft_changed", "sentence": "Another page kept a newer draft."}
        route.fulfill(status=200 if is_newest else 409, json=kept if is_newest else refused)

    def renewed(self, many: int) -> None:
        """Wait until so many renewals were answered."""
        wait_until(lambda: self.page.title() and self.renewals >= many, what=f"{many} renewals")

    def drafts(self, many: int) -> None:
        """Wait until so many drafts arrived."""
        # Only while the page is asked something are its requests answered.
        wait_until(
            lambda: self.page.title() and len(self.drawn_from) == many, what=f"{many} drafts"
        )

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


# Changes an answer and lets the page go out of sight before the half second is over.
CHANGE_AND_HIDE = """
  const changeAndHide = () => {
    document.querySelector("input[name=sex]").click();
    Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  };
"""


def test_drafts_are_kept_on_after_one_was_kept_while_the_page_went_out_of_sight(
    page: Page,
) -> None:
    desk = Desk(page, HEALTHY)
    page.evaluate(f"() => {{ {CHANGE_AND_HIDE} changeAndHide(); }}")
    desk.drafts(1)
    page.uncheck("input[name=sex]")
    desk.drafts(2)
    desk.says("Kept.")
    assert desk.drawn_from == ["", "version 1"]


def test_two_drafts_on_their_way_at_once_are_kept_one_after_the_other(page: Page) -> None:
    desk = Desk(page, HEALTHY)
    page.evaluate(
        f"async () => {{ {CHANGE_AND_HIDE} changeAndHide();"
        " await new Promise((go) => setTimeout(go)); changeAndHide(); }"
    )
    desk.drafts(2)
    assert desk.drawn_from == ["", "version 1"]


def test_a_text_that_cannot_be_opened_now_shows_why_instead_of_nothing(page: Page) -> None:
    desk = Desk(page, HEALTHY)
    page.click("text=Open")
    page.wait_for_url("**/text")
    assert page.inner_text("h1") == "Busy."
    assert desk.opened == 2


def test_an_address_that_the_clipboard_refuses_stands_on_the_page_and_is_handed_over_once(
    page: Page,
) -> None:
    page.add_init_script(
        "Object.defineProperty(navigator, 'clipboard', "
        "{ value: { writeText: () => Promise.reject(new Error('refused')) } });"
    )
    desk = Desk(page, HEALTHY)
    assert page.is_hidden("#address")
    page.click("text=Copy")
    desk.says("Shown.")
    assert page.input_value("#address") == "https://confirmed-17.example/"
    assert page.is_visible("#address")
    assert desk.handed_over == 1


def test_the_end_of_the_session_is_said_in_words_once_and_taken_back_after_it(page: Page) -> None:
    desk = Desk(page, [(302, ""), (302, ""), *HEALTHY])
    page.evaluate(
        """() => {
          window.said = [];
          const status = document.getElementById("desk-status");
          new MutationObserver(() => window.said.push(status.textContent))
            .observe(status, { childList: true });
        }"""
    )
    desk.says("Signed out.")
    for many in (2, 3):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        desk.renewed(many)
    desk.left("14:")
    desk.says("")
    assert page.evaluate("window.said") == ["Signed out.", ""]
