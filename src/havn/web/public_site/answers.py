# SPDX-License-Identifier: Apache-2.0
"""The answers of a report as the page of all answers shows them, and as intake takes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from havn.domain.intake.rules import Answers
from havn.lib.encoding import AddressError, parse_address
from havn.web.public_site import forms, pages

if TYPE_CHECKING:
    from collections.abc import Mapping

    from havn.web.public_site.state import FormState


@dataclass(frozen=True, slots=True)
class Row:
    """One answer to check: its question, what was answered, and what to look at twice."""

    page: str
    key: str
    value: str
    warnings: list[str] = field(default_factory=list)


def answers_of(state: FormState, *, language: str) -> Answers:
    """Return the answers as intake seals them."""
    given = pages.given(state)
    return Answers(
        kind=given.get("kind", ""),
        addresses=tuple(addresses_in(given)),
        app=given.get("app", ""),
        seen=given.get("seen", ""),
        words=given.get("words", ""),
        where=given.get("where", ""),
        when=given.get("when", ""),
        contact=given.get("reach", ""),
        has_police_consent=bool(given.get("reach")) and given.get("police") == "on",
        language=language,
    )


def addresses_in(given: Mapping[str, str]) -> list[str]:
    """Return the addresses as typed, one or several."""
    lines = [given.get("address", ""), *given.get("addresses", "").splitlines()]
    return [line.strip() for line in lines if line.strip()]


def rows_of(state: FormState) -> list[Row]:
    """Return a line for every question on the way that was taken."""
    given = pages.given(state)
    rows = []
    for name in pages.way(state.answers)[:-1]:
        form = pages.QUESTIONS[name]
        for field_name, each in form.base_fields.items():
            text = _words(field_name, given.get(field_name, ""))
            warnings = _warnings(given) if field_name in {"address", "addresses"} else []
            rows.append(
                Row(
                    page=name,
                    key=_short(field_name) or str(each.label),
                    value=text,
                    warnings=warnings,
                )
            )
    return rows


def _words(name: str, text: str) -> str:
    choices = {
        "kind": forms.KINDS,
        "seen": forms.SEEN,
        "when": forms.WHEN,
        "contact": forms.CONTACT,
    }
    if name in choices:
        return str(choices[name].get(text, text))
    if name == "police":
        return _("Yes") if text == "on" else _("No")
    return text


def _short(name: str) -> str:
    return {
        "kind": _("What you report"),
        "address": _("Address"),
        "addresses": _("Addresses"),
        "app": _("App, chat or game"),
        "seen": _("What you saw"),
        "words": _("In your words"),
        "where": _("Where exactly"),
        "when": _("When"),
        "contact": _("May we contact you?"),
        "reach": _("How we reach you"),
        "police": _("Police may have it too"),
    }.get(name, "")


def _warnings(given: Mapping[str, str]) -> list[str]:
    """Say in both forms every host name that reads otherwise than it is written."""
    found = []
    for text in addresses_in(given):
        try:
            address = parse_address(text)
        except AddressError:
            continue
        if address.host_unicode != address.host or address.is_lookalike:
            found.append(
                _(
                    "This name has letters that can look like others. It reads %(read)s and is written %(written)s."
                    " If that is not the page you mean, change it."
                )
                % {"read": address.host_unicode, "written": address.host}
            )
    return found
