# SPDX-License-Identifier: Apache-2.0
"""Somebody on the public site who has a keyboard only, and a browser that tells all it noticed."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from playwright.sync_api import Error

from tests.journeys.keyboard import Keyboard
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Browser, CDPSession, Page, Response

NEUTRAL_SITE = "https://www.wikipedia.org/"
NEUTRAL_PAGE = "<!DOCTYPE html><html lang=en><title>Neutral</title><h1>A neutral site</h1></html>"
# Words that a title or an address in a browser's history must not hold (peers.md R18).
TELLING = re.compile(r"abuse|child|sex|police|overgreb|barn|børn|politi|misbrug", re.IGNORECASE)
MOST_TABS = 80
LONG = 20
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
# Where Tab stops on a page, in its order; a group of radio buttons is one stop, at the chosen one.
ALL_STOPS = """() => {
  const shown = (each) => each.checkVisibility({visibilityProperty: true}) && !each.disabled;
  const all = 'a[href], button, input:not([type=hidden]), textarea, select, summary, [tabindex]';
  const found = [...document.querySelectorAll(all)].filter((each) => shown(each) && each.tabIndex >= 0);
  const group = (each) => each.type === 'radio' ? found.filter((other) => other.name === each.name) : [each];
  return found.map(group).filter((each, place) => each[0] === found[place]);
}"""
NAME = "each => each.type === 'radio' ? 'radio ' + each.name : each.outerHTML.slice(0, 160)"
STOPS = f"() => ({ALL_STOPS})().map((group) => ({NAME})(group[0]))"
# How often Tab is to be pressed from where the focus is to what fits a selector.
DISTANCE = f"""(selector) => {{
  const stops = ({ALL_STOPS})();
  const at = document.activeElement;
  const isBefore = (group) => at.compareDocumentPosition(group[0]) & Node.DOCUMENT_POSITION_PRECEDING;
  const own = stops.findIndex((group) => group.includes(at));
  const now = own >= 0 ? own : stops.filter(isBefore).length - 1;
  const fits = (group) => group.some((each) => each.matches(selector));
  const after = stops.findIndex((group, place) => place >= now && fits(group));
  return after >= 0 ? after - now : 0;
}}"""
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
        super().__init__(page)
        self.address, self.has_script = address, script
        self.complaints: list[str] = []
        self.responses: list[Response] = []
        self.expected: list[str] = []  # parts of complaints that the test provokes
        page.on("console", lambda said: self._heard(said.type, said.text))
        page.on("requestfailed", lambda request: self._failed(request.url, request.failure))
        page.on("request", lambda request: self._asked(request.url))
        page.on("response", self._was_answered)
        self._session = page.context.new_cdp_session(page)
        self._answer_for_others(self._session)

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

    @contextmanager
    def _axe_may_run(self) -> Iterator[None]:
        """Let axe run where the page's own scripts did not: switched on now, they stay where they are."""
        if self.has_script:
            yield
            return
        disable = "Emulation.setScriptExecutionDisabled"
        self._session.send(disable, {"value": True})
        self._session.send(disable, {"value": False})
        try:
            yield
        finally:
            self._session.send(disable, {"value": True})

    # What a person does.

    def reach(self, selector: str) -> None:
        """Hold Tab down until what fits the selector has the focus, if it has not got it yet."""
        has_focus = "what => document.activeElement.matches(what)"
        for _ in range(self.page.evaluate(DISTANCE, selector)):
            self.page.keyboard.down("Tab")
        self.page.keyboard.up("Tab")
        for _ in range(MOST_TABS):
            if self.page.evaluate(has_focus, selector):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"no way by keyboard to {selector} on {self.page.url}")

    def follow(self, path: str) -> None:
        """Go to the link to this path and press Enter."""
        self.reach(f'a[href="{path}"]')
        self.go("Enter")
        assert urlsplit(self.page.url).path == path

    def press_button(self, value: str) -> None:
        """Go to the button that sends this value and press Enter."""
        self.reach(f'button[value="{value}"]')
        self.go("Enter")

    def submit(self) -> None:
        """Go to the button of the page's one form and press Enter."""
        self.reach("main form button")
        self.go("Enter")

    def choose(self, name: str, value: str) -> None:
        """Choose one of several answers: Tab to the group, then Space or the arrows."""
        self.reach(f"[type=radio][name={name}]")
        if self.page.evaluate("document.activeElement.value") == value:
            self.press("Space")
        for _ in range(10):
            if self.page.evaluate("document.activeElement.value") == value:
                break
            self.press("ArrowDown")
        chosen = "what => document.activeElement.checked && document.activeElement.value === what"
        assert self.page.evaluate(chosen, value), f"{name} has no {value}"

    def write(self, name: str, text: str) -> None:
        """Go to the field and type there, or paste what is long, in place of what stands in it."""
        self.reach(f"[name={name}]")
        self.press("Control+A")
        if len(text) > LONG:
            self.page.keyboard.insert_text(text)
        else:
            self.page.keyboard.type(text)

    def tick(self, name: str) -> None:
        """Go to the box and tick it."""
        self.reach(f"[type=checkbox][name={name}]")
        self.press("Space")

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
    def heading(self) -> str:
        """The page's one heading."""
        found = self.page.locator("h1").all_inner_texts()
        assert len(found) == 1, found
        return found[0]

    @property
    def language(self) -> str:
        """The language of the page, as its address names it."""
        return urlsplit(self.page.url).path.split("/")[1]

    @property
    def question(self) -> str:
        """The name of the question that is asked, or `check`; empty on other pages."""
        asked = "document.querySelector('#report > input[name=page]')?.value ?? ''"
        return str(self.page.evaluate(asked))

    @property
    def mistakes(self) -> list[str]:
        """What the page says is wrong, at its top."""
        return self.page.locator(".govuk-error-summary__body li").all_inner_texts()

    def text(self) -> str:
        """What stands on the page."""
        return self.page.locator("main").inner_text()

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


def walk_in(
    browser: Browser, address: str, *, width: int = 1280, script: bool = True, **more: Any
) -> Visitor:
    """Open a window of this width, with or without JavaScript."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, java_script_enabled=script, **more
    )
    return Visitor(context.new_page(), address, script=script)
