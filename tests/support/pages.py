# SPDX-License-Identifier: Apache-2.0
"""The table of pages that journeys and script/look share, and the walk over them.

A new page gets a line here: journeys then check it with axe at both widths, script/look photographs it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.support.node import signed_in_state

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.support.node import RunningNode

WIDTHS = (320, 1280)
HEIGHT = 900


@dataclass(frozen=True, slots=True)
class PageOfSite:
    """One page: its name (also that of its picture), who sees it, and how to get there.

    `path` is opened; then `steps`, if there are any, drive the page on (fill in, press, wait).
    """

    name: str
    path: str
    person: str = ""  # a key of RunningNode.people; empty: nobody is signed in
    steps: Callable[[Page, RunningNode], None] | None = None


@dataclass(slots=True)
class Visit:
    """A page as it stands open in the browser."""

    page_of_site: PageOfSite
    width: int
    page: Page
    troubles: list[str] = field(default_factory=list)  # console errors and failed requests


def walk(
    browser: Browser,
    node: RunningNode,
    pages: Iterable[PageOfSite],
    *,
    see: Callable[[Visit], None],
    widths: Sequence[int] = WIDTHS,
    **context_options: Any,
) -> None:
    """Open every page at every width and call `see` while it is open.

    `context_options` go to the browser's context (`java_script_enabled=False`, `locale="da"`).
    """
    for each in pages:
        state = signed_in_state(browser, node, each.person) if each.person else None
        for width in widths:
            context = browser.new_context(
                viewport={"width": width, "height": HEIGHT}, storage_state=state, **context_options
            )
            try:
                see(_open(context.new_page(), node, each, width=width))
            finally:
                context.close()


def _open(page: Page, node: RunningNode, each: PageOfSite, *, width: int) -> Visit:
    visit = Visit(page_of_site=each, width=width, page=page)
    page.on("console", lambda said: _note(visit, said.type == "error", f"console: {said.text}"))
    page.on("pageerror", lambda error: _note(visit, True, f"script: {error}"))
    page.on("requestfailed", lambda request: _note(visit, True, f"failed: {request.url}"))
    page.goto(f"{node.address}{each.path}")
    if each.steps is not None:
        each.steps(page, node)
    page.wait_for_load_state()
    return visit


def _note(visit: Visit, is_trouble: bool, what: str) -> None:
    if is_trouble:
        visit.troubles.append(what)


PUBLIC_PAGES = (
    PageOfSite("public-languages", "/"),
    PageOfSite("public-front", "/en/"),
    PageOfSite("public-front-danish", "/da/"),
    PageOfSite("public-help", "/en/help"),
    PageOfSite("public-privacy", "/en/privacy"),
    PageOfSite("public-accessibility", "/en/accessibility"),
    PageOfSite("public-report", "/en/report"),
    PageOfSite("public-status", "/en/status"),
    PageOfSite("public-results", "/en/results"),
    PageOfSite("public-not-there", "/en/nothing-here"),
)


def _take_next(page: Page, _node: RunningNode) -> None:
    """Take the next item where one waits; otherwise stay at home."""
    button = page.locator("form[action$='/next/'] button:enabled")
    if button.count():
        button.click()


DESK_PAGES = (
    PageOfSite("desk-sign-in", "/desk/en/sign-in/"),
    PageOfSite("desk-home-analyst", "/desk/en/", person="analyst"),
    PageOfSite("desk-home-supervisor", "/desk/en/", person="supervisor"),
    PageOfSite("desk-home-investigator", "/desk/en/", person="investigator"),
    PageOfSite("desk-home-operator", "/desk/en/", person="operator"),
    PageOfSite("desk-keys", "/desk/en/keys/", person="analyst"),
    PageOfSite("desk-items", "/desk/en/items/", person="analyst"),
    PageOfSite("desk-item", "/desk/en/", person="analyst", steps=_take_next),
    PageOfSite("desk-contacts", "/desk/en/contacts/", person="analyst"),
    PageOfSite("desk-answers", "/desk/en/answers/", person="analyst"),
    PageOfSite("desk-orphans", "/desk/en/orphans/", person="analyst"),
    PageOfSite("desk-supervise", "/desk/en/supervise/", person="supervisor"),
    PageOfSite("desk-trouble", "/desk/en/trouble/", person="supervisor"),
    PageOfSite("desk-leads", "/desk/en/leads/", person="investigator"),
    PageOfSite("desk-holds", "/desk/en/holds/", person="investigator"),
    PageOfSite("desk-staff", "/desk/en/staff/", person="operator"),
    PageOfSite("desk-node", "/desk/en/node/", person="operator"),
    PageOfSite("desk-factors", "/desk/en/sign-in/yours/", person="analyst"),
)
PAGES = (*PUBLIC_PAGES, *DESK_PAGES)
