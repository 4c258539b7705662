# SPDX-License-Identifier: Apache-2.0
"""Somebody on the public site who has a keyboard only, and a browser that tells all it noticed."""

from __future__ import annotations

import base64
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from playwright.sync_api import Error

from tests.journeys.keyboard import STOPS, Keyboard
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, CDPSession, Page, Response

NEUTRAL_SITE = "https://www.wikipedia.org/"
NEUTRAL_PAGE = "<!DOCTYPE html><html lang=en><title>Neutral</title><h1>A neutral site</h1></html>"
# Words that a title or an address in a browser's history must not hold (peers.md R18).
TELLING = re.compile(r"abuse|child|sex|police|overgreb|barn|børn|politi|misbrug", re.IGNORECASE)
SEEN = """() => {
  const top = document.documentElement;
  return {
    lang: top.lang,
    title: document.title,
    path: location.pathname,
    headings: [...document.querySelectorAll('h1')].map((each) => each.innerText),
    isTooWide: top.scrollWidth > top.clientWidth,
  };
}"""
BOX = """() => {
  const at = document.activeElement;
  const {x, y, width, height} = at.getClientRects()[0];
  return {x, y, width, height};
}"""
FOCUSED = """() => {
  const at = document.activeElement;
  const box = (at.labels?.[0] ?? at).getClientRects()[0];
  const hit = document.elementFromPoint(box.left + Math.min(box.width, 24) / 2, box.top + Math.min(box.height, 40) / 2);
  return {
    name: at.type === 'radio' ? 'radio ' + at.name : at.outerHTML.slice(0, 160),
    hidden: !hit || !(at === hit || at.contains(hit) || hit.contains(at) || at.labels?.[0]?.contains(hit)),
  };
}"""


class Visitor(Keyboard):
    """Somebody new: no cookie, no history; what the browser complains about is kept for the end."""

    def __init__(self, page: Page, address: str, *, script: bool) -> None:
        super().__init__(page, script=script)
        self.address = address
        self.complaints: list[str] = []
        self.responses: list[Response] = []
        self.expected: list[str] = []  # parts of complaints that the test provokes
        page.on("console", lambda said: self._heard(said.type, said.text))
        page.on("requestfailed", lambda request: self._failed(request.url, request.failure))
        page.on("request", lambda request: self._asked(request.url))
        page.on("response", self._was_answered)
        self._answer_for_others(self.session)

    # What the browser tells.

    def _heard(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self._complain(f"console: {text}")

    def _failed(self, url: str, why: str | None) -> None:
        # Whoever goes on quickly leaves before the mark in the tab has arrived.
        if not (url.startswith(f"{self.address}/static/") and why == "net::ERR_ABORTED"):
            self._complain(f"failed: {url} {why}")

    def _asked(self, url: str) -> None:
        if not url.startswith((self.address + "/", NEUTRAL_SITE)):
            self._complain(f"asked another host: {url}")

    def _was_answered(self, response: Response) -> None:
        self.responses.append(response)

    def _complain(self, what: str) -> None:
        if not any(part in what for part in self.expected):
            self.complaints.append(what)

    def _answer_for_others(self, session: CDPSession) -> None:
        """Play the neutral site and fail everybody else, after redirects too: nothing leaves the machine."""
        body = base64.b64encode(NEUTRAL_PAGE.encode()).decode()

        def answer(paused: dict[str, Any]) -> None:
            request = {"requestId": paused["requestId"]}
            if not paused["request"]["url"].startswith(NEUTRAL_SITE):
                session.send("Fetch.failRequest", {**request, "errorReason": "AccessDenied"})
                return
            session.send("Fetch.fulfillRequest", {**request, "responseCode": 200, "body": body})

        session.on("Fetch.requestPaused", answer)
        session.send("Fetch.enable", {"patterns": [{"urlPattern": "https://*"}]})

    def leave_no_trace(self) -> None:
        """At the end: nothing complained, nobody else was asked, no cookie was offered or kept."""
        assert not self.complaints, self.complaints
        assert not self.troubles, self.troubles
        answers = {each.url: each for each in self.responses if "/static/" in each.url}
        pages = [each for each in self.responses if "/static/" not in each.url]
        offered = [each.url for each in (*answers.values(), *pages) if has_cookie(each)]
        assert offered == []
        assert self.page.context.cookies() == []

    # What a person does.

    def follow(self, path: str) -> None:
        """Go to the link to this path and press Enter."""
        self.reach(f'a[href="{path}"]')
        self.go("Enter")
        assert urlsplit(self.page.url).path == path

    def goes_back(self) -> str:
        """Press the browser's own Back; returns `expired` where the browser kept no such page."""
        self.expected.append("ERR_CACHE_MISS")

        def press() -> str:
            try:
                self.page.go_back()
            except Error as error:
                # Its own page asks whether to send the form again; for a moment it belongs to nobody.
                return "expired" if "ERR_CACHE_MISS" in str(error) else ""
            return "back"

        return wait_until(press, what="a page to go back to")

    # What a person sees.

    @property
    def language(self) -> str:
        """The language of the page, as its address names it."""
        return urlsplit(self.page.url).path.split("/")[1]

    @property
    def question(self) -> str:
        """The name of the question that is asked, or `check`; empty on other pages."""
        asked = "document.querySelector('#report > input[name=page]')?.value ?? ''"
        return str(self.page.evaluate(asked))

    def all_there_is(self) -> str:
        """Return what stands in the window, what was typed included; nothing while it is not settled."""
        typed = (
            "[...document.querySelectorAll('input, textarea')].map(each => each.value).join(' ')"
        )
        try:
            return self.page.content() + str(self.page.evaluate(typed))
        except Error:
            return ""

    def see(self, language: str = "en", *, closely: bool = True) -> None:
        """See language, title, heading and width of the page; closely: with axe, at both widths."""
        if closely:
            self.look()
        seen = self.page.evaluate(SEEN)
        assert seen["lang"] == language
        assert seen["title"].endswith(" – Havn") or seen["path"] == "/"
        assert not TELLING.search(seen["title"] + seen["path"]), seen
        assert len(seen["headings"]) == 1
        assert seen["headings"][0]
        assert not seen["isTooWide"], seen

    def paths(self) -> list[str]:
        """Return where the links of this page lead to, on this site."""
        links = "each => each.map(link => link.getAttribute('href'))"
        return list(self.page.locator("a[href^='/']").evaluate_all(links))

    def focus_shows(self) -> bool:
        """Whether what has the focus looks otherwise than without it; the next Tab goes on from here."""
        box = self.page.evaluate(BOX)
        clip = {
            "x": max(0.0, box["x"] - 8),
            "y": max(0.0, box["y"] - 8),
            "width": box["width"] + 16,
            "height": box["height"] + 16,
        }
        focused = self.page.screenshot(clip=clip)
        self.page.evaluate("document.activeElement.blur()")
        return self.page.screenshot(clip=clip) != focused

    def tab_through(self) -> list[str]:
        """Press Tab once around a page just opened: every stop in the order of the page, none covered."""
        stops = self._pass_by(self.page.evaluate(STOPS))
        assert stops == self.page.evaluate(STOPS)
        return stops

    def tab_back(self) -> None:
        """Hold Shift and press Tab from the end of a page to its beginning: nothing is covered either."""
        stops = self.page.evaluate(STOPS)
        self.page.keyboard.down("Shift")
        assert self._pass_by(stops[1:]) == stops[-2::-1]
        self.page.keyboard.up("Shift")

    def _pass_by(self, wanted: list[str]) -> list[str]:
        stops = []
        for _ in wanted:
            self.page.keyboard.down("Tab")
            stop = self.page.evaluate(FOCUSED)
            assert not stop["hidden"], f"{stop['name']} is covered on {self.page.url}"
            stops.append(stop["name"])
        self.page.keyboard.up("Tab")
        return stops


def has_cookie(response: Response) -> bool:
    """Whether an answer sets one; the neutral site's are played by us."""
    return bool(response.header_value("set-cookie"))


@contextmanager
def visitors_of(browser: Browser, address: str) -> Iterator[Callable[..., Visitor]]:
    """Open public pages as somebody new; at the end nothing was set, asked elsewhere or broken."""
    visitors: list[Visitor] = []

    def come(path: str = "/", **manner: Any) -> Visitor:
        visitor = walk_in(browser, address, **manner)
        visitors.append(visitor)
        visitor.page.goto(address + path)
        return visitor

    try:
        yield come
        for visitor in visitors:
            visitor.leave_no_trace()
    finally:
        for visitor in visitors:
            visitor.page.context.close()


def walk_in(
    browser: Browser, address: str, *, width: int = 1280, script: bool = True, **more: Any
) -> Visitor:
    """Open a window of this width, with or without JavaScript."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, java_script_enabled=script, **more
    )
    return Visitor(context.new_page(), address, script=script)
