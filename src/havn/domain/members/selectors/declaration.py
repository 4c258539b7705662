# SPDX-License-Identifier: Apache-2.0
"""Reading the texts of the declaration that were loaded here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from havn.domain.actor import Actor
from havn.domain.members.models import DeclarationText


@dataclass(frozen=True, slots=True)
class DeclarationView:
    """One text of the declaration; `is_newest` of its version and language."""

    version: str
    language: str
    text: str
    source: str
    adopted_on: date
    loaded_at: datetime
    is_newest: bool


def declaration_texts(*, actor: Actor) -> tuple[DeclarationView, ...]:
    """Return every text that was loaded, the version adopted last first, and of each the newest first."""
    del actor  # The declaration is public.
    rows = DeclarationText.objects.order_by(
        "-adopted_on", "-version", "language", "-loaded_at", "-id"
    )
    seen: set[tuple[str, str]] = set()
    found = []
    for row in rows:
        place = (row.version, row.language)
        found.append(
            DeclarationView(
                version=row.version,
                language=row.language,
                text=row.text,
                source=row.source,
                adopted_on=row.adopted_on,
                loaded_at=row.loaded_at,
                is_newest=place not in seen,
            )
        )
        seen.add(place)
    return tuple(found)
