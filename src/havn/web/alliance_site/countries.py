# SPDX-License-Identifier: Apache-2.0
"""The names of the members in the language of the page."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import get_language

from havn.domain.actor import Actor
from havn.domain.members import selectors as members
from havn.domain.members.rules.founders import name_of
from havn.lib.clock import now


def names(further: Iterable[str] = ()) -> dict[str, str]:
    """Return the name of every member of today by code; one that published and left stays in the list."""
    language, today = get_language() or "en", now().date()
    found = {
        each.code: each.name(language, on=today)
        for each in members.alliance_members(actor=Actor.reporter())
        if each.row is None or each.row.until is None or each.row.until > today
    }
    return {code: name_of(code, language=language, on=today) for code in further} | found
