# SPDX-License-Identifier: Apache-2.0
"""A person who has no mouse: counts keys and page loads, and lets axe look at every page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession, Page

AXE = Path(__file__).resolve().parent.parent / "vendor" / "axe-core" / "axe.min.js"
WIDTHS = (320, 1280)
AXE_OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],  # it need not write down what is right
}
IS_TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
MOST_TABS = 120
LONG = 20
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
# How often Tab is to be pressed from where the focus is to what fits: a selector, or how its text begins.
# What has the focus counts for a selector only: of two links with one text, the next one is meant.
DISTANCE = f"""({{selector, text}}) => {{
  const stops = ({ALL_STOPS})();
  const at = document.activeElement;
  const isBefore = (group) => at.compareDocumentPosition(group[0]) & Node.DOCUMENT_POSITION_PRECEDING;
  const own = stops.findIndex((group) => group.includes(at));
  const now = own >= 0 ? own : stops.filter(isBefore).length - 1;
  const says = (each) => each.innerText.trim().startsWith(text);
  const fits = (group) => group.some((each) => selector ? each.matches(selector) : says(each));
  const first = selector ? now : now + 1;
  const after = stops.findIndex((group, place) => place >= first && fits(group));
  return after >= 0 ? after - now : 0;
}}"""


class Keyboard:
    """Presses keys on a page and remembers how many, and how often a page was loaded."""

    def __init__(self, page: Page, *, script: bool = True) -> None:
        self.page, self.has_script, self.keys, self.loads = page, script, 0, 0
        self.troubles: list[str] = []
        page.on("load", lambda _: self._loaded())
        page.on("pageerror", lambda error: self.troubles.append(str(error)))

    @cached_property
    def session(self) -> CDPSession:
        """The browser's own way to talk about this page."""
        return self.page.context.new_cdp_session(self.page)

    def _loaded(self) -> None:
        self.loads += 1

    def begin(self) -> None:
        """Count from here."""
        self.keys = self.loads = 0

    def press(self, *keys: str) -> None:
        """Press these keys one after the other."""
        for key in keys:
            self.keys += 1
            self.page.keyboard.press(key)

    def go(self, key: str) -> None:
        """Press a key that leads to another page, and wait until it stands."""
        with self.page.expect_navigation():
            self.press(key)
        self.page.wait_for_load_state()

    def tab_to(self, text: str) -> None:
        """Hold Tab down until a link or button with this text has the focus: the next one from here."""
        script = "() => (document.activeElement?.innerText ?? '').trim()"
        self._hold_tab({"text": text})
        for _ in range(MOST_TABS):
            if str(self.page.evaluate(script)).startswith(text):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"no way by keyboard to {text!r} on {self.page.url}")

    def _hold_tab(self, what: dict[str, str]) -> None:
        """Press Tab as often as it is from here to there."""
        for _ in range(self.page.evaluate(DISTANCE, {"selector": "", "text": "", **what})):
            self.page.keyboard.down("Tab")
        self.page.keyboard.up("Tab")

    def reach(self, selector: str) -> None:
        """Hold Tab down until what fits the selector has the focus, if it has not got it yet."""
        has_focus = "what => document.activeElement.matches(what)"
        self._hold_tab({"selector": selector})
        for _ in range(MOST_TABS):
            if self.page.evaluate(has_focus, selector):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"no way by keyboard to {selector} on {self.page.url}")

    def activate(self, text: str) -> None:
        """Go to the link or button with this text and press Enter."""
        self.tab_to(text)
        self.go("Enter")

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

    def fill_in(self, **words: str) -> None:
        """Write into several fields, in their order."""
        for name, text in words.items():
            self.write(name, text)

    def saved(self) -> Path:
        """Press Enter on a link to a file, and return where the browser keeps it."""
        with self.page.expect_download() as download:
            self.press("Enter")
        return Path(download.value.path())

    def tick(self, name: str) -> None:
        """Go to the box and tick it."""
        self.reach(f"[type=checkbox][name={name}]")
        self.press("Space")

    @property
    def heading(self) -> str:
        """The page's one heading."""
        found = self.page.locator("h1").all_inner_texts()
        assert len(found) == 1, found
        return found[0]

    @property
    def mistakes(self) -> list[str]:
        """What the page says is wrong, at its top."""
        return self.page.locator(".govuk-error-summary__body li").all_inner_texts()

    def text(self) -> str:
        """What stands on the page."""
        return self.page.locator("main").inner_text()

    def look(self) -> None:
        """Hold the page against axe at both widths, and against a scroll bar at the bottom."""
        before = self.page.viewport_size
        # The window's own width comes last, so that it is as it was.
        widths = sorted(WIDTHS, key=lambda width: before is not None and width == before["width"])
        with self._axe_may_run():
            self.page.evaluate(AXE.read_text(encoding="utf-8"))
            for width in widths:
                self.page.set_viewport_size({"width": width, "height": 900})
                assert not self.page.evaluate(IS_TOO_WIDE), (
                    f"{self.page.url} is too wide at {width}"
                )
                found = self.page.evaluate("how => axe.run(document, how)", AXE_OPTIONS)
                problems = [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]]
                assert not problems, f"{self.page.url} at {width}: {problems}"
        if before and before["width"] not in WIDTHS:
            self.page.set_viewport_size(before)
        assert not self.troubles, self.troubles

    @contextmanager
    def _axe_may_run(self) -> Iterator[None]:
        """Let axe run where the page's own scripts did not: switched on now, they stay where they are."""
        if self.has_script:
            yield
            return
        disable = "Emulation.setScriptExecutionDisabled"
        self.session.send(disable, {"value": True})
        self.session.send(disable, {"value": False})
        try:
            yield
        finally:
            self.session.send(disable, {"value": True})
