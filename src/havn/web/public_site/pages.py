# SPDX-License-Identifier: Apache-2.0
"""The way through a report: which question comes when, and what the answers so far lead to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from havn.web.public_site import forms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from havn.web.frame.forms import FrameForm
    from havn.web.public_site.state import FormState, Opened

CHECK = "check"
QUESTIONS: dict[str, type[FrameForm]] = {
    "kind": forms.KindForm,
    "address": forms.AddressForm,
    "addresses": forms.AddressesForm,
    "app": forms.AppForm,
    "seen": forms.SeenForm,
    "where": forms.WhereForm,
    "when": forms.WhenForm,
    "contact": forms.ContactForm,
    "reach": forms.ReachForm,
}
_PLACE = {"address": "address", "several": "addresses", "not_web": "app"}


@dataclass(frozen=True, slots=True)
class Page:
    """What to show next: a question with its form, or the answers to check."""

    name: str
    state: FormState
    form: FrameForm | None = None
    trouble: str = ""

    @property
    def number(self) -> int:
        """Return which step this is, counted from one."""
        return way(self.state.answers).index(self.name) + 1

    @property
    def has_back(self) -> bool:
        """Whether a question comes before this one."""
        return self.name != "kind"


def way(answers: Mapping[str, str]) -> tuple[str, ...]:
    """Return the pages of a report with these answers, in order."""
    place = _PLACE.get(answers.get("kind", ""), "address")
    reach = ("reach",) if answers.get("contact") == "yes" else ()
    return ("kind", place, "seen", "where", "when", "contact", *reach, CHECK)


def first_page(state: FormState) -> Page:
    """Return the first question of a new report."""
    return _blank("kind", state)


def next_page(state: FormState) -> Page:
    """Return the first question that is not answered well, or the page of all answers."""
    if state.is_checked:
        return Page(CHECK, state)
    for name in way(state.answers)[:-1]:
        form = _filled(name, state.answers)
        if not _is_asked(name, state.answers):
            return _blank(name, state)
        if not form.is_valid():
            return Page(name, state, form)
    return Page(CHECK, replace(state, is_checked=True))


def after(post: Mapping[str, str], opened: Opened) -> Page:
    """Return the page that follows from what one page sent: on, back, a change, or the same in another language."""
    name, move = post.get("page", ""), post.get("move", "next")
    if name not in QUESTIONS:
        return _from_check(move, opened)
    typed, state = typed_in(name, post), _on_the_way_to(name, opened.state)
    if move == "stay":
        return _again(name, state, typed)
    if move == "back":
        going = state.with_answers(_worth_carrying(name, typed) if any(typed.values()) else {})
        return _blank(_before(name, going), going)
    form = _filled(name, typed)
    if opened.trouble == "lost" or not form.is_valid():
        return Page(name, state, form, trouble=opened.trouble if opened.trouble == "lost" else "")
    return next_page(state.with_answers(typed))


def with_trouble(page: Page, trouble: str) -> Page:
    """Return the same page with a sentence at its top."""
    return replace(page, trouble=trouble)


def typed_in(name: str, post: Mapping[str, str]) -> dict[str, str]:
    """Return what a page sent for its own fields, as typed."""
    return {field: str(post.get(field, "")) for field in QUESTIONS[name].base_fields}


def given(state: FormState) -> dict[str, str]:
    """Return the answers that belong to the way taken: a changed mind leaves nothing of the other way behind."""
    names = {field for page in way(state.answers)[:-1] for field in QUESTIONS[page].base_fields}
    return {name: text.strip() for name, text in state.answers.items() if name in names}


def _on_the_way_to(name: str, state: FormState) -> FormState:
    """Return the state with the answer that leads to this page, where it was lost or is another one."""
    if name in way(state.answers):
        return state
    leads_here = {page: {"kind": kind} for kind, page in _PLACE.items()}
    return state.with_answers(leads_here.get(name, {"contact": "yes"}))


def _worth_carrying(name: str, typed: Mapping[str, str]) -> dict[str, str]:
    """Return what could be sent one day: a text that is far too long would fill the page for good."""
    fields = QUESTIONS[name].base_fields
    return {
        field: text
        for field, text in typed.items()
        if len(text) <= getattr(fields[field], "most", forms.MOST_LINE)
    }


def _from_check(move: str, opened: Opened) -> Page:
    if move == "back":
        return _blank(way(opened.state.answers)[-2], opened.state)
    if move in way(opened.state.answers)[:-1] and opened.trouble != "lost":
        return _blank(move, opened.state)
    page = next_page(opened.state)
    return Page(page.name, page.state, page.form, trouble=opened.trouble)


def _again(name: str, state: FormState, typed: dict[str, str]) -> Page:
    return Page(name, state, QUESTIONS[name](initial=typed))


def _blank(name: str, state: FormState) -> Page:
    return Page(name, state, QUESTIONS[name](initial=state.answers))


def _filled(name: str, answers: Mapping[str, str]) -> FrameForm:
    return QUESTIONS[name](data=answers)


def _is_asked(name: str, answers: Mapping[str, str]) -> bool:
    return any(field in answers for field in QUESTIONS[name].base_fields)


def _before(name: str, state: FormState) -> str:
    pages = way(state.answers)
    return pages[max(0, pages.index(name) - 1)] if name in pages else "kind"
