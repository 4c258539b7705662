# SPDX-License-Identifier: Apache-2.0
"""Pretend persons who use the node's pages over HTTP: reporter, staff of the desk, provider."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

import httpx

from havn.lab.mail import Letter
from havn.lab.pages import PageError, Seen, Visitor
from havn.lib import clock

_STEPS = 20
_ANSWER_TRIES = 5
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LINK = re.compile(r"https?://\S+?/answer/[^\s>]+")
_ADDRESS = re.compile(r"https?://[\w.-]+\.example\S*")


def one_time_code(secret: str, *, at: datetime) -> str:
    """Return the six digits that an authenticator shows (RFC 6238)."""
    counter = struct.pack(">Q", int(at.timestamp()) // 30)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


class Reporter:
    """Anyone: walks through the public form and keeps the receipt."""

    def __init__(self, base: str, *, language: str = "en") -> None:
        self._base = base
        self._language = language

    def report_address(self, address: str) -> str:
        """Report one web page and return the receipt."""
        return self._report({"kind": "address", "address": address})

    def report_app(self, app: str, *, words: str) -> str:
        """Report something that has no address and return the receipt."""
        return self._report({"kind": "not_web", "app": app, "words": words})

    def _report(self, answers: dict[str, str]) -> str:
        known = {"seen": "abuse", "when": "week", "contact": "no", **answers}
        with Visitor(self._base) as visitor:
            page = visitor.open(f"/{self._language}/report")
            for _step in range(_STEPS):
                form = page.form(identifier="report")
                if any(button.value == "send" for button in form.buttons):
                    return self._send(visitor, page)
                fitting = {name: text for name, text in known.items() if name in form.names}
                page = visitor.send(page, form, fitting, press="next")
        raise PageError("the form has no end")

    def _send(self, visitor: Visitor, page: Seen) -> str:
        page = visitor.send(page, page.form(identifier="report"), press="send")
        receipt = page.texts.get("receipt", "").strip()
        if not receipt:
            raise PageError("there is no receipt on the page after sending")
        return receipt


@dataclass(frozen=True, slots=True)
class Login:
    """What it takes to sign in at the desk."""

    email: str
    password: str
    totp_secret: str


class DeskPerson:
    """A member of staff, signed in with password and one-time code."""

    def __init__(self, base: str, login: Login) -> None:
        self._visitor = Visitor(base)
        page = self._visitor.open("/desk/en/")
        page = self._visitor.send(
            page,
            page.form(button="Continue"),
            {"login": login.email, "password": login.password},
            press="Continue",
        )
        code = one_time_code(login.totp_secret, at=clock.now())
        page = self._visitor.send(
            page, page.form(button="Sign in"), {"code": code}, press="Sign in"
        )
        if "sign" in page.path:
            raise PageError(f"{login.email} could not sign in")

    def leave(self) -> None:
        """Close the browser."""
        self._visitor.close()

    def take_next(self) -> Seen | None:
        """Take the next item of the queue; None when nothing waits."""
        home = self._visitor.open("/desk/en/")
        form = home.form(action="/next/")
        if not form.buttons:
            return None
        page = self._visitor.send(home, form)
        return page if item_of(page) else None

    def assess(self, page: Seen, legal_class: str) -> Seen | None:
        """Decide on the item of a page, and return the next item's page, if there is one."""
        form = page.form(identifier="decision")
        after = self._visitor.send(page, form, {"legal_class": legal_class}, press="next")
        return after if item_of(after) else None

    def is_to_confirm(self, host: str) -> bool:
        """Whether a contact for the host waits for a person."""
        return host in self._visitor.open("/desk/en/contacts/").words

    def confirm_contacts(self) -> int:
        """Confirm every contact that was found, each button once, and return how many."""
        # A button that stays was refused for now: a later look finds it again.
        pressed: set[str] = set()
        for _step in range(_STEPS):
            page = self._visitor.open("/desk/en/contacts/")
            forms = [form for form in page.forms if "/confirm/" in form.action]
            fresh = [form for form in forms if form.action not in pressed]
            if not fresh:
                return len(pressed)
            pressed.add(fresh[0].action)
            self._visitor.send(page, fresh[0])
        raise PageError("the list of contacts has no end")

    def name_contact(self, item_id: UUID, *, name: str, email: str) -> None:
        """Name another contact for the item's host."""
        page = self._visitor.open(f"/desk/en/contacts/{item_id}/name/")
        form = page.form(button="Use this contact")
        self._visitor.send(page, form, {"name": name, "email": email})

    def see_answers(self) -> int:
        """Note all answers of providers as seen, and return how many there were."""
        for done in range(_STEPS):
            page = self._visitor.open("/desk/en/answers/")
            forms = [form for form in page.forms if form.action.endswith("/seen/")]
            if not forms:
                return done
            self._visitor.send(page, forms[0])
        raise PageError("the list of answers has no end")

    def pass_on(self, item_id: UUID, *, to: str) -> None:
        """Say to whom an orphan was passed on."""
        page = self._visitor.open(f"/desk/en/item/{item_id}/pass-on/")
        self._visitor.send(page, page.form(button="Passed on"), {"to": to})

    def item(self, item_id: UUID) -> Seen:
        """Open an item's page."""
        return self._visitor.open(f"/desk/en/item/{item_id}/")

    def find(self, address: str) -> UUID | None:
        """Return the newest item at an address, or on a host; None when there is none."""
        page = self._visitor.open("/desk/en/items/")
        found = self._visitor.send(page, page.form(button="Search"), {"search": address})
        links = [_UUID.search(href) for href, _ in found.links if "/item/" in href]
        return next((UUID(each[0]) for each in links if each), None)

    def may_refer_to(self, item_id: UUID) -> list[str]:
        """Return the nodes to which the item's page would send it."""
        page = self._visitor.open(f"/desk/en/item/{item_id}/refer/")
        forms = [form for form in page.forms if "node_id" in form.names]
        return forms[0].choices["node_id"] if forms else []

    def refer(self, item_id: UUID, node: str) -> None:
        """Send an item to a node."""
        page = self._visitor.open(f"/desk/en/item/{item_id}/refer/")
        self._visitor.send(page, page.form(button="Send it"), {"node_id": node})

    def accept_referrals(self) -> list[UUID]:
        """Accept every referral that waits for an answer, and return the items that they became."""
        accepted: list[UUID] = []
        for _step in range(_STEPS):
            page = self._visitor.open("/desk/en/referrals/")
            forms = [form for form in page.forms if form.action.endswith("/accept/")]
            if not forms:
                return accepted
            about = self._visitor.open(forms[0].action.removesuffix("accept/"))
            found = _UUID.search(about.link(part="/item/"))
            self._visitor.send(page, forms[0])
            if found:
                accepted.append(UUID(found[0]))
        raise PageError("the list of referrals has no end")

    def referral_of(self, item_id: UUID) -> str:
        """Return what the page of an item's newest referral says."""
        page = self.item(item_id)
        links = [href for href, _ in page.links if re.search(r"/referral/[0-9a-f-]{36}/$", href)]
        return self._visitor.open(links[0]).words if links else ""

    def paste(self, report_id: UUID, addresses: list[str]) -> Seen:
        """Paste addresses found in the viewer, and return the screen with the rows."""
        page = self._visitor.open(f"/desk/en/report/{report_id}/paste/")
        return self._visitor.send(
            page, page.form(button="Make items"), {"addresses": "\n".join(addresses)}
        )

    def decide_many(self, page: Seen, legal_class: str) -> Seen:
        """Tick every row that may be assessed, and apply one decision."""
        form = page.form(identifier="decision")
        values: dict[str, str | list[str]] = {"legal_class": legal_class}
        values["items"] = list(form.choices.get("items", []))
        return self._visitor.send(page, form, values)

    def undo(self, page: Seen) -> Seen:
        """Undo a decision for many items while nothing was sent."""
        return self._visitor.send(page, page.form(button="Undo"))

    def rows(self, report_id: UUID) -> Seen:
        """Return the screen with all items of a report."""
        return self._visitor.open(f"/desk/en/report/{report_id}/")

    def declare_removed(self, item_id: UUID) -> None:
        """Say that the isolated viewer showed nothing any more."""
        page = self._visitor.open(f"/desk/en/item/{item_id}/")
        self._visitor.send(page, page.form(action="/removed/"))

    def open_package(self, item_id: UUID) -> Seen:
        """Open the signed package of a lead."""
        return self._visitor.open(f"/desk/en/lead/{item_id}/package/")

    def answer_lead(self, item_id: UUID, kind: str, *, reference: str = "") -> None:
        """Answer a lead."""
        page = self._visitor.open(f"/desk/en/lead/{item_id}/")
        form = page.form(identifier="decision")
        self._visitor.send(page, form, {"kind": kind, "reference": reference})

    def place_hold(self, item_id: UUID, *, reason: str) -> None:
        """Hold one item."""
        page = self._visitor.open(f"/desk/en/lead/{item_id}/hold/")
        form = page.form(button="Place the hold")
        self._visitor.send(page, form, {"scope": "item", "hours": "1", "reason": reason})

    def lift_holds(self) -> int:
        """Lift every hold in force, and return how many there were."""
        for done in range(_STEPS):
            page = self._visitor.open("/desk/en/holds/")
            forms = [form for form in page.forms if form.action.endswith("/lift/")]
            if not forms:
                return done
            self._visitor.send(page, forms[0])
        raise PageError("the list of holds has no end")


def item_of(page: Seen) -> UUID | None:
    """Return the item that a page of the desk shows."""
    if "/item/" not in page.path:
        return None
    found = _UUID.search(page.path)
    return UUID(found[0]) if found else None


@dataclass(frozen=True, slots=True)
class Notice:
    """What a provider reads out of a notice."""

    letter: Letter
    host: str
    link: str


Habit = Callable[["ProviderDesk", Notice, int], None]


class ProviderDesk:
    """The people at a provider who read notices: each one gets the habit of its host.

    A habit is called in a thread of its own with how many notices about the host came before.
    """

    def __init__(self, *, default: Habit) -> None:
        self._default = default
        self.habits: dict[str, Habit] = {}
        self.failures: list[str] = []
        self._counts: dict[str, int] = {}
        self._threads: list[threading.Thread] = []
        self._is_closed = threading.Event()

    def read(self, letter: Letter) -> None:
        """Take in one letter."""
        address, link = _ADDRESS.search(letter.text), _LINK.search(letter.text)
        if address is None or link is None:
            self.failures.append(f"a letter to {letter.recipients} names no address or link")
            return
        host = urlsplit(address[0]).hostname or ""
        notice = Notice(letter, host, link[0].rstrip(".,>)"))
        before = self._counts.get(host, 0)
        self._counts[host] = before + 1
        habit = self.habits.get(host, self._default)
        thread = threading.Thread(target=self._act, args=(habit, notice, before), daemon=True)
        self._threads.append(thread)
        thread.start()

    def _act(self, habit: Habit, notice: Notice, before: int) -> None:
        try:
            habit(self, notice, before)
        except (PageError, httpx.HTTPError, OSError, ValueError) as error:
            if not self._is_closed.is_set():
                self.failures.append(f"{notice.host}: {error}")

    def wait(self, seconds: float) -> bool:
        """Let time pass; true when the desk was closed meanwhile."""
        return self._is_closed.wait(seconds)

    def answer(self, notice: Notice, kind: str, *, text: str = "") -> None:
        """Answer a notice by its link, as the mail's reader does in a browser; a page that is away is opened again."""
        for _try in range(_ANSWER_TRIES):
            try:
                self._answer(notice, kind, text=text)
            except httpx.ConnectError:
                if self.wait(1.0):
                    return
            else:
                return
        raise PageError("the page of the answer cannot be reached")

    def _answer(self, notice: Notice, kind: str, *, text: str) -> None:
        link = urlsplit(notice.link)
        with Visitor(f"{link.scheme}://{link.netloc}") as visitor:
            page = visitor.open(link.path)
            form = page.form(button="Send the answer")
            values: dict[str, str | list[str]] = {"kind": kind, "text": text}
            if kind == "removed":
                values["removed_at"] = clock.now().strftime("%Y-%m-%d %H:%M")
            visitor.send(page, form, values)

    def close(self) -> None:
        """Go home: habits that wait end."""
        self._is_closed.set()
        for thread in self._threads:
            thread.join(timeout=5)
