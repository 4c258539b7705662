# SPDX-License-Identifier: Apache-2.0
"""The names of the members in the language of the page."""

from __future__ import annotations

from collections.abc import Iterable

from havn.domain.actor import Actor
from havn.domain.members import selectors as members
from havn.domain.members.rules import State


def names(further: Iterable[str] = ()) -> dict[str, str]:
    """Return the name of every active member by code; a member that published and left stays in the list."""
    found = {
        each.code: each.name
        for each in members.participants(actor=Actor.reporter())
        if each.kind == "member" and each.state == State.ACTIVE
    }
    return {code: code for code in further} | found
