# SPDX-License-Identifier: Apache-2.0
"""A person who has no mouse: counts keys and page loads, and lets axe look at every page."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

AXE = Path(__file__).resolve().parent.parent / "vendor" / "axe-core" / "axe.min.js"
WIDTHS = (320, 1280)
AXE_OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],  # it need not write down what is right
}
IS_TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


class Keyboard:
    """Presses keys on a page and remembers how many, and how often a page was loaded."""

    def __init__(self, page: Page) -> None:
        self.page, self.keys, self.loads = page, 0, 0
        self.troubles: list[str] = []
        page.on("load", lambda _: self._loaded())
        page.on("pageerror", lambda error: self.troubles.append(str(error)))

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
        """Move the focus to the link or button with this text."""
        script = "() => (document.activeElement?.innerText ?? '').trim()"
        for _ in range(120):
            self.page.keyboard.press("Tab")
            if str(self.page.evaluate(script)).startswith(text):
                return
        raise AssertionError(f"no way by keyboard to {text!r} on {self.page.url}")

    def activate(self, text: str) -> None:
        """Go to the link or button with this text and press Enter."""
        self.tab_to(text)
        self.go("Enter")

    def look(self) -> None:
        """Hold the page against axe at both widths, and against a scroll bar at the bottom."""
        before = self.page.viewport_size
        with self._axe_may_run():
            self.page.evaluate(AXE.read_text(encoding="utf-8"))
            for width in WIDTHS:
                self.page.set_viewport_size({"width": width, "height": 900})
                assert not self.page.evaluate(IS_TOO_WIDE), (
                    f"{self.page.url} is too wide at {width}"
                )
                found = self.page.evaluate("how => axe.run(document, how)", AXE_OPTIONS)
                problems = [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]]
                assert not problems, f"{self.page.url} at {width}: {problems}"
        if before:
            self.page.set_viewport_size(before)
        assert not self.troubles, self.troubles

    def _axe_may_run(self) -> AbstractContextManager[object]:
        """Let scripts of ours run for the length of a block."""
        return nullcontext()
