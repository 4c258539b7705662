# SPDX-License-Identifier: Apache-2.0
"""The table of pages that script/look photographs, and the walk over them; a new page gets a line here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from havn.lib.encoding import new_receipt
from tests.support.node import signed_in_state
from tests.support.waiting import wait_until

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


# --- how to get to a page -------------------------------------------------------------------------

Steps = Callable[["Page", "RunningNode"], None]
ABUSED = {"seen": "abuse", "words": "confirmed item 17"}
TO_CONTACT: tuple[dict[str, str], ...] = (
    {"kind": "address"},
    {"address": "https://аpple.example/item-17"},
    ABUSED,
    {"where": "In a group, on the second page.\nOne has to press the third picture."},
    {"when": "week"},
    {"contact": "yes"},
)
TO_CHECK = (*TO_CONTACT, {"reach": "somebody@reporter.example", "police": "on"})


def answered(*questions: dict[str, str], press: str = "") -> Steps:
    """Return steps that answer these questions of a report, and press a button of the page after them."""

    def steps(page: Page, _node: RunningNode) -> None:
        for answers in questions:
            fill_in(page, answers)
            _send(page, "#report button[value=next]")
        if press:
            _send(page, f"button[value={press}]")

    return steps


def _send(page: Page, button: str) -> None:
    with page.expect_navigation():
        page.click(button)


def fill_in(page: Page, answers: dict[str, str]) -> None:
    """Fill in the fields of a form by their names."""
    for name, text in answers.items():
        field = page.locator(f"main [name={name}]")
        if field.first.get_attribute("type") == "radio":
            page.check(f"main [name={name}][value={text}]")
        elif field.first.get_attribute("type") == "checkbox":
            field.check()
        else:
            field.fill(text)


def sent(answers: dict[str, str]) -> Steps:
    """Return steps that fill in the page's one form and send it."""

    def steps(page: Page, _node: RunningNode) -> None:
        fill_in(page, answers)
        _send(page, "main form .govuk-button")

    return steps


def pressed(*selectors: str) -> Steps:
    """Return steps that click one thing after the other, each on the page that the one before led to."""

    def steps(page: Page, _node: RunningNode) -> None:
        for selector in selectors:
            page.locator(selector).first.click()

    return steps


def in_turn(*each: Steps) -> Steps:
    """Return steps that take these steps one after the other."""

    def steps(page: Page, node: RunningNode) -> None:
        for one in each:
            one(page, node)

    return steps


def _again(page: Page, _node: RunningNode) -> None:
    page.reload()


def _status(page: Page, node: RunningNode) -> None:
    """Report something, and ask with its receipt until the worker has filed it."""
    answered({"kind": "not_web"}, {"app": "A made-up game"}, *TO_CONTACT[2:5], {"contact": "no"})(
        page, node
    )
    _send(page, "button[value=send]")
    receipt = page.inner_text("#receipt")

    def is_known() -> bool:
        page.goto(f"{node.address}/en/status")
        sent({"receipt": receipt})(page, node)
        return page.locator("dl").count() > 0

    wait_until(is_known, seconds=30, every=0.2, what="the report's state")


def _answer_page(answers: dict[str, str] | None = None, *, language: str = "en") -> Steps:
    def steps(page: Page, node: RunningNode) -> None:
        link = node.run_module("tests.support.answer_link", node.people["analyst"].person_id)
        page.goto(node.address + link.strip().replace("/en/", f"/{language}/", 1))
        if answers is not None:
            sent(answers)(page, node)

    return steps


def _take_next(page: Page, _node: RunningNode) -> None:
    """Take the next item where one waits; otherwise stay at home."""
    button = page.locator("form[action$='/next/'] button:enabled")
    if button.count():
        button.click()


def _of_item(path: str) -> Steps:
    """Return steps to a page that belongs to the item that is next."""

    def steps(page: Page, node: RunningNode) -> None:
        _take_next(page, node)
        page.goto(page.url + path)

    return steps


def _rows(path: str = "") -> Steps:
    """Return steps to the page with all items of the next item's report."""

    def steps(page: Page, node: RunningNode) -> None:
        _take_next(page, node)
        link = page.get_attribute("a[href$='/paste/']", "href")
        page.goto(f"{node.address}{link}".removesuffix("paste/") + path)

    return steps


def _elsewhere(page: Page, _node: RunningNode) -> None:
    """Go to the item that other countries were asked about."""
    page.fill("main [name=search]", "https://harbour-pictures.example/item/3")
    _send(page, "main form .govuk-button")
    page.locator("tbody a").first.click()


# --- the table ------------------------------------------------------------------------------------

PUBLIC_PAGES = (
    PageOfSite("public-languages", "/"),
    PageOfSite("public-front", "/en/"),
    PageOfSite("public-front-danish", "/da/"),
    PageOfSite("public-help", "/en/help"),
    PageOfSite("public-help-danish", "/da/help"),
    PageOfSite("public-privacy", "/en/privacy"),
    PageOfSite("public-privacy-danish", "/da/privacy"),
    PageOfSite("public-accessibility", "/en/accessibility"),
    PageOfSite("public-report-kind", "/en/report"),
    PageOfSite("public-report-kind-wrong", "/en/report", steps=answered({})),
    PageOfSite("public-report-address", "/en/report", steps=answered({"kind": "address"})),
    PageOfSite(
        "public-report-address-wrong",
        "/da/report",
        steps=answered({"kind": "address"}, {"address": "javascript:alert(1)"}),
    ),
    PageOfSite("public-report-addresses", "/en/report", steps=answered({"kind": "several"})),
    PageOfSite(
        "public-report-addresses-wrong",
        "/en/report",
        steps=answered(
            {"kind": "several"},
            {"addresses": "https://a.example/1\njavascript:x\n\nnot an address"},
        ),
    ),
    PageOfSite("public-report-app", "/en/report", steps=answered({"kind": "not_web"})),
    PageOfSite("public-report-seen", "/en/report", steps=answered(*TO_CONTACT[:2])),
    PageOfSite("public-report-seen-danish", "/da/report", steps=answered(*TO_CONTACT[:2])),
    PageOfSite(
        "public-report-seen-wrong",
        "/en/report",
        steps=answered(*TO_CONTACT[:2], {"words": "data:image/png;base64,AAAA"}),
    ),
    PageOfSite("public-report-where", "/en/report", steps=answered(*TO_CONTACT[:3])),
    PageOfSite("public-report-when", "/en/report", steps=answered(*TO_CONTACT[:4])),
    PageOfSite("public-report-contact", "/en/report", steps=answered(*TO_CONTACT[:5])),
    PageOfSite("public-report-reach", "/en/report", steps=answered(*TO_CONTACT)),
    PageOfSite("public-report-check", "/en/report", steps=answered(*TO_CHECK)),
    PageOfSite("public-report-check-danish", "/da/report", steps=answered(*TO_CHECK)),
    PageOfSite("public-receipt", "/en/report", steps=answered(*TO_CHECK, press="send")),
    PageOfSite("public-receipt-danish", "/da/report", steps=answered(*TO_CHECK, press="send")),
    PageOfSite(
        "public-receipt-repeated",
        "/en/report",
        steps=in_turn(answered(*TO_CHECK, press="send"), _again),
    ),
    PageOfSite(
        "public-kept",
        "/en/report",
        steps=in_turn(answered(*TO_CHECK, press="send"), pressed("button[value=kept]")),
    ),
    PageOfSite("public-status", "/en/status"),
    PageOfSite("public-status-wrong", "/da/status", steps=sent({"receipt": "ABCD-EFGH"})),
    PageOfSite("public-status-unknown", "/en/status", steps=sent({"receipt": new_receipt()})),
    PageOfSite("public-status-known", "/en/report", steps=_status),
    PageOfSite("public-participants", "/en/participants"),
    PageOfSite("public-participants-danish", "/da/participants"),
    PageOfSite("public-results", "/en/results"),
    PageOfSite("public-quarter", "/en/results", steps=pressed("main li a")),
    PageOfSite("public-quarter-danish", "/da/results", steps=pressed("main li a", "summary")),
    PageOfSite("public-quarter-small", "/en/results", steps=pressed("main li:last-child a")),
    PageOfSite("public-answer", "/en/", steps=_answer_page()),
    PageOfSite("public-answer-danish", "/en/", steps=_answer_page(language="da")),
    PageOfSite("public-answer-wrong", "/en/", steps=_answer_page({"kind": "removed"})),
    PageOfSite(
        "public-answered",
        "/en/",
        steps=_answer_page({"kind": "removed", "removed_at": "2026-01-31 14:05"}),
    ),
    PageOfSite("public-not-there", "/en/nothing-here"),
    PageOfSite("public-not-there-danish", "/da/nothing-here"),
)

DESK_PAGES = (
    PageOfSite("desk-sign-in", "/desk/en/sign-in/"),
    PageOfSite(
        "desk-sign-in-wrong",
        "/desk/en/sign-in/",
        steps=sent({"login": "nobody@havn.example", "password": "made-up"}),
    ),
    PageOfSite("desk-home-analyst", "/desk/en/", person="analyst"),
    PageOfSite("desk-home-danish", "/desk/da/", person="analyst"),
    PageOfSite("desk-home-supervisor", "/desk/en/", person="supervisor"),
    PageOfSite("desk-home-investigator", "/desk/en/", person="investigator"),
    PageOfSite("desk-home-operator", "/desk/en/", person="operator"),
    PageOfSite("desk-keys", "/desk/en/keys/", person="analyst"),
    PageOfSite("desk-items", "/desk/en/items/", person="analyst"),
    PageOfSite("desk-item", "/desk/en/", person="analyst", steps=_take_next),
    PageOfSite("desk-item-danish", "/desk/da/", person="analyst", steps=_take_next),
    PageOfSite("desk-item-skip", "/desk/en/", person="analyst", steps=_of_item("skip/")),
    PageOfSite("desk-item-history", "/desk/en/", person="analyst", steps=_of_item("history/")),
    PageOfSite("desk-report", "/desk/en/", person="analyst", steps=_rows()),
    PageOfSite("desk-paste", "/desk/en/", person="analyst", steps=_rows("paste/")),
    PageOfSite(
        "desk-item-done", "/desk/en/items/", person="analyst", steps=pressed("tbody a, main li a")
    ),
    PageOfSite("desk-contacts", "/desk/en/contacts/", person="analyst"),
    PageOfSite("desk-answers", "/desk/en/answers/", person="analyst"),
    PageOfSite("desk-orphans", "/desk/en/orphans/", person="analyst"),
    PageOfSite("desk-referrals", "/desk/en/referrals/", person="analyst"),
    PageOfSite("desk-referrals-danish", "/desk/da/referrals/", person="analyst"),
    PageOfSite("desk-referrals-out", "/desk/en/referrals/out/", person="analyst"),
    PageOfSite("desk-referrals-in", "/desk/en/referrals/in/", person="analyst"),
    PageOfSite(
        "desk-referral",
        "/desk/en/referrals/out/",
        person="analyst",
        steps=pressed(".havn-card a[href*='/referral/']", "details summary"),
    ),
    PageOfSite(
        "desk-erase-words",
        "/desk/en/referrals/out/",
        person="supervisor",
        steps=pressed(".havn-card a[href*='/referral/']", "a[href$='/erase-words/']"),
    ),
    PageOfSite(
        "desk-referral-erased",
        "/desk/en/referrals/in/",
        person="analyst",
        steps=pressed(".havn-card:last-child a[href*='/referral/']"),
    ),
    PageOfSite(
        "desk-referral-decline",
        "/desk/en/referrals/",
        person="analyst",
        steps=pressed("a[href$='/decline/']"),
    ),
    PageOfSite(
        "desk-referral-item",
        "/desk/en/referrals/out/",
        person="analyst",
        steps=pressed(".havn-card a[href*='/referral/']", "dd a[href*='/item/']"),
    ),
    PageOfSite(
        "desk-refer",
        "/desk/en/referrals/",
        person="supervisor",
        steps=pressed("h3 a[href*='/item/']", "a[href$='/refer/']"),
    ),
    PageOfSite(
        "desk-not-refer",
        "/desk/en/referrals/",
        person="analyst",
        steps=pressed("h3 a[href*='/item/']", "a[href$='/not-referred/']"),
    ),
    PageOfSite(
        "desk-work-here",
        "/desk/en/referrals/",
        person="supervisor",
        steps=pressed("h3 a[href*='/item/']", "a[href$='/work-here/']"),
    ),
    PageOfSite(
        "desk-referral-danish",
        "/desk/da/referrals/out/",
        person="analyst",
        steps=pressed(".havn-card a[href*='/referral/']"),
    ),
    PageOfSite(
        "desk-referral-decline-wrong",
        "/desk/en/referrals/",
        person="analyst",
        steps=in_turn(pressed("a[href$='/decline/']"), sent({"country": "Denmark"})),
    ),
    PageOfSite(
        "desk-refer-danish",
        "/desk/da/referrals/",
        person="analyst",
        steps=pressed("h3 a[href*='/item/']", "a[href$='/refer/']"),
    ),
    PageOfSite(
        "desk-refer-wrong",
        "/desk/en/referrals/",
        person="supervisor",
        steps=in_turn(
            pressed("h3 a[href*='/item/']", "a[href$='/refer/']"), sent({"with_personal": "on"})
        ),
    ),
    PageOfSite("desk-seen-from-elsewhere", "/desk/en/items/", person="analyst", steps=_elsewhere),
    PageOfSite(
        "desk-seen-from-elsewhere-danish", "/desk/da/items/", person="analyst", steps=_elsewhere
    ),
    PageOfSite("desk-nodes", "/desk/en/nodes/", person="operator"),
    PageOfSite("desk-nodes-danish", "/desk/da/nodes/", person="operator"),
    PageOfSite("desk-alarms", "/desk/en/alarms/", person="operator"),
    PageOfSite("desk-alarms-danish", "/desk/da/alarms/", person="operator"),
    PageOfSite(
        "desk-alarm-settle",
        "/desk/da/alarms/",
        person="operator",
        steps=pressed("a[href$='/settle/']"),
    ),
    PageOfSite(
        "desk-alarm-settle-wrong",
        "/desk/en/alarms/",
        person="operator",
        steps=in_turn(pressed("a[href$='/settle/']"), sent({})),
    ),
    PageOfSite("desk-supervise", "/desk/en/supervise/", person="supervisor"),
    PageOfSite("desk-trouble", "/desk/en/trouble/", person="supervisor"),
    PageOfSite("desk-leads", "/desk/en/leads/", person="investigator"),
    PageOfSite("desk-lead", "/desk/en/leads/", person="investigator", steps=pressed("tbody a")),
    PageOfSite(
        "desk-package",
        "/desk/en/leads/",
        person="investigator",
        steps=pressed("tbody a", "a[href$='/package/']"),
    ),
    PageOfSite(
        "desk-hold",
        "/desk/en/leads/",
        person="investigator",
        steps=pressed("tbody a", "a[href$='/hold/']"),
    ),
    PageOfSite("desk-holds", "/desk/en/holds/", person="investigator"),
    PageOfSite("desk-staff", "/desk/en/staff/", person="operator"),
    PageOfSite("desk-node", "/desk/en/node/", person="operator"),
    PageOfSite("desk-factors", "/desk/en/sign-in/yours/", person="analyst"),
    PageOfSite("desk-not-there", "/desk/en/items/nothing/", person="analyst"),
)
PAGES = (*PUBLIC_PAGES, *DESK_PAGES)
