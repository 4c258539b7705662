# SPDX-License-Identifier: Apache-2.0
"""What stands on a country's or a target's page beside promises: each section is one function, listed here.

A section returns the name of its template and what that shows, or None where it has nothing to say. Results and law
add theirs to these lists.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page: its template, and what is shown, as `section.shown`."""

    template: str
    shown: dict[str, Any] = field(default_factory=dict)


OfMember = Callable[[str, datetime], Section | None]  # the country's code, and now
OfTarget = Callable[[int, datetime], Section | None]  # the target's number, and now

SECTIONS_OF_MEMBER: Sequence[OfMember] = ()
SECTIONS_OF_TARGET: Sequence[OfTarget] = ()


def of_member(code: str, at: datetime) -> list[Section]:
    """Return the further sections of a country's page."""
    return [found for each in SECTIONS_OF_MEMBER if (found := each(code, at)) is not None]


def of_target(number: int, at: datetime) -> list[Section]:
    """Return the further sections of a target's page."""
    return [found for each in SECTIONS_OF_TARGET if (found := each(number, at)) is not None]
