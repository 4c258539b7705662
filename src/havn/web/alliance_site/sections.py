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

from havn.web.alliance_site import half_year, results


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page: its template, and what is shown, as `section.shown`."""

    template: str
    shown: dict[str, Any] = field(default_factory=dict)


OfMember = Callable[[str, datetime], Section | None]  # the country's code, and now
OfTarget = Callable[[int, datetime], Section | None]  # the target's number, and now


def results_of_member(code: str, at: datetime) -> Section:
    """Return a country's results beside its own past, and where its law stands."""
    del at
    shown = results.country_results(code) | {"code": code}
    return Section("alliance_site/results/of_member.html", shown)


def half_year_of_member(code: str, at: datetime) -> Section | None:
    """Return what a country's node told of the year that runs, apart from its results."""
    shown = half_year.of_member(code, at)
    return None if shown is None else Section("alliance_site/results/half_year.html", shown)


def results_of_target(number: int, at: datetime) -> Section:
    """Return what is measured under a target, and where the Alliance stands by it."""
    del at
    return Section("alliance_site/results/of_target.html", results.of_target(number))


SECTIONS_OF_MEMBER: Sequence[OfMember] = (results_of_member, half_year_of_member)
SECTIONS_OF_TARGET: Sequence[OfTarget] = (results_of_target,)


def of_member(code: str, at: datetime) -> list[Section]:
    """Return the further sections of a country's page."""
    return [found for each in SECTIONS_OF_MEMBER if (found := each(code, at)) is not None]


def of_target(number: int, at: datetime) -> list[Section]:
    """Return the further sections of a target's page."""
    return [found for each in SECTIONS_OF_TARGET if (found := each(number, at)) is not None]
