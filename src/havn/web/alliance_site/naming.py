# SPDX-License-Identifier: Apache-2.0
"""What countries, targets and measures are called on the Alliance's pages."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import get_language

from havn.domain.indicators.rules import definition_of
from havn.domain.members.rules.declaration import Target, goals_of
from havn.domain.members.rules.founders import name_of
from havn.web.frame import promises

if TYPE_CHECKING:
    from collections.abc import Mapping


def country(code: str, *, on: date, names: Mapping[str, str] | None = None) -> str:
    """Return what a country is called in the page's language; `names` are the roster's, for one that we do not know."""
    found = name_of(code, language=get_language() or "en", on=on)
    return (names or {}).get(code, code) if found == code else found


measure = promises.named_by(definition_of)


def target(found: Target) -> dict[str, object]:
    """Return a target with its goals, in the page's language."""
    return {
        "number": found.number,
        "short": promises.said(found.short),
        "text": promises.said(found.text),
        "source": found.source,
        "goals": [
            {
                "id": goal.id,
                "text": promises.said(goal.text),
                "source": goal.source,
                "is_checked": goal.is_checked,
            }
            for goal in goals_of(found.number)
        ],
    }
