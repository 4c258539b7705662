# SPDX-License-Identifier: Apache-2.0
"""Reading pages as a person without JavaScript does: forms, links, buttons; over real HTTP."""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from html import unescape
from html.parser import HTMLParser
from typing import Self
from urllib.parse import urljoin, urlsplit

import httpx

_TAG = re.compile(r"<[^>]*>")
Values = Mapping[str, str | list[str]]


@cache
def _trust() -> ssl.SSLContext:
    """Return the roots that are believed; reading them takes longer than most visits, so once."""
    return ssl.create_default_context()


class PageError(Exception):
    """A page was not what a person would expect there; the message says which and why."""


@dataclass(slots=True)
class Button:
    """A button that sends a form."""

    name: str = ""
    value: str = ""
    action: str = ""
    text: str = ""


@dataclass(slots=True)
class Form:
    """A form as it stands on the page, with what is filled in already."""

    action: str = ""
    method: str = "get"
    identifier: str = ""
    filled: list[tuple[str, str]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    choices: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[Button] = field(default_factory=list)


@dataclass(slots=True)
class Seen:
    """A page as it was answered."""

    url: str
    status: int
    html: str
    forms: list[Form]
    links: list[tuple[str, str]]
    texts: dict[str, str]  # by the element's id

    @property
    def path(self) -> str:
        """The path of the page's address."""
        return urlsplit(self.url).path

    @property
    def words(self) -> str:
        """The page's text, as it is read."""
        return " ".join(unescape(_TAG.sub(" ", self.html)).split())

    def form(self, *, action: str = "", identifier: str = "", button: str = "") -> Form:
        """Return the form with this end of its action, this id, or this value of a button."""
        for form in self.forms:
            sends_there = not action or urljoin(self.url, form.action).endswith(action)
            is_named = not identifier or form.identifier == identifier
            has_button = not button or any(button in (b.value, b.text) for b in form.buttons)
            if sends_there and is_named and has_button:
                return form
        raise PageError(
            f"{self.path} (status {self.status}) has no form {action}{identifier}{button}"
        )

    def link(self, *, part: str) -> str:
        """Return the address of the first link that contains the part."""
        for href, _text in self.links:
            if part in href:
                return href
        raise PageError(f"{self.path} has no link with {part}")


class _Reader(HTMLParser):
    """Collects what a person could act on."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self.texts: dict[str, str] = {}
        self._form: Form | None = None
        self._name = self._select = self._option = ""
        self._into: list[str] | None = None
        self._watched: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take in the beginning of an element."""
        found = {name: value or "" for name, value in attrs}
        if "id" in found and tag in {"p", "strong", "span", "h1"}:
            self._watched.append((tag, found["id"]))
            self.texts[found["id"]] = ""
        if tag == "form":
            self._form = Form(
                found.get("action", ""), found.get("method", "get").lower(), found.get("id", "")
            )
            self.forms.append(self._form)
        elif tag == "a" and "href" in found:
            self.links.append((found["href"], ""))
        elif self._form is not None:
            self._take_field(self._form, tag, found)

    def _take_field(self, form: Form, tag: str, found: dict[str, str]) -> None:
        name = found.get("name", "")
        if tag == "input" and name:
            kind = found.get("type", "text")
            form.names.add(name)
            if kind in {"radio", "checkbox"}:
                form.choices.setdefault(name, []).append(found.get("value", "on"))
            if kind not in {"radio", "checkbox", "submit"} or "checked" in found:
                form.filled.append((name, found.get("value", "on" if kind == "checkbox" else "")))
        elif tag == "textarea":
            form.names.add(name)
            self._name, self._into = name, []
        elif tag == "select":
            form.names.add(name)
            self._select = name
        elif tag == "option" and self._select:
            form.choices.setdefault(self._select, []).append(found.get("value", ""))
            if "selected" in found:
                form.filled.append((self._select, found.get("value", "")))
        elif tag == "button" and "disabled" not in found and found.get("type") != "button":
            form.buttons.append(Button(name, found.get("value", ""), found.get("formaction", "")))
            self._into = []

    def handle_endtag(self, tag: str) -> None:
        """Take in the end of an element."""
        text = " ".join("".join(self._into or []).split())
        if tag == "form":
            self._form = None
        elif tag == "textarea" and self._form is not None:
            self._form.filled.append((self._name, "".join(self._into or []).removeprefix("\n")))
            self._into = None
        elif tag == "button":
            if self._form is not None and self._into is not None and self._form.buttons:
                self._form.buttons[-1].text = text
            self._into = None
        elif tag == "select":
            self._select = ""
        if self._watched and self._watched[-1][0] == tag:
            self._watched.pop()

    def handle_data(self, data: str) -> None:
        """Take in text."""
        if self._into is not None:
            self._into.append(data)
        for _tag, identifier in self._watched:
            self.texts[identifier] += data


def read(html: str, *, url: str, status: int) -> Seen:
    """Return the page with its forms, links and marked texts."""
    reader = _Reader()
    reader.feed(html)
    return Seen(url, status, html, reader.forms, reader.links, reader.texts)


class Visitor:
    """Somebody with a plain browser: keeps cookies, follows redirects, sends forms as they stand."""

    def __init__(self, base: str) -> None:
        self._client = httpx.Client(
            base_url=base,
            follow_redirects=True,
            timeout=30.0,
            verify=_trust(),
            headers={"User-Agent": "lab", "Accept-Language": "en"},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Leave."""
        self._client.close()

    def open(self, path: str) -> Seen:
        """Return the page at the path; raises PageError for an error page."""
        return self._seen(self._client.get(path))

    def send(
        self, page: Seen, form: Form, values: Values | None = None, *, press: str = ""
    ) -> Seen:
        """Send a form of a page with the given values, pressing the button with this value or text."""
        button = _pressed(form, press)
        given = dict(values or {})
        unknown = set(given) - form.names
        if unknown:
            raise PageError(f"{page.path} does not ask for {', '.join(sorted(unknown))}")
        body: dict[str, list[str]] = {}
        for name, value in form.filled:
            if name not in given:
                body.setdefault(name, []).append(value)
        for name, chosen in given.items():
            body[name] = chosen if isinstance(chosen, list) else [chosen]
        if button is not None and button.name:
            body[button.name] = [button.value]
        action = (button.action if button else "") or form.action or page.url
        answer = self._client.post(
            urljoin(page.url, action),
            data=body,
            headers={"Origin": f"{self._client.base_url}".rstrip("/")},
        )
        return self._seen(answer)

    def _seen(self, answer: httpx.Response) -> Seen:
        page = read(answer.text, url=str(answer.url), status=answer.status_code)
        if answer.status_code >= 400:
            heading = " ".join(" ".join(page.texts.values()).split())[:200]
            raise PageError(f"{page.path} answered {answer.status_code} {heading}")
        return page


def _pressed(form: Form, press: str) -> Button | None:
    for button in form.buttons:
        if press in (button.value, button.text):
            return button
    if press:
        raise PageError(f"there is no button {press!r}")
    return form.buttons[0] if form.buttons else None
