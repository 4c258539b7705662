# SPDX-License-Identifier: Apache-2.0
"""The workbook of a member and a year: the indicators' definitions as plain rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from havn.cli.endings import CouldNotError

if TYPE_CHECKING:
    from havn.domain.indicators.rules.definition import Definition
    from havn.kit import national_report as kit

MOST_CODES = 40  # of a breakdown that a person fills in by hand; by country there are hundreds
TEXT_KINDS = {
    "overview": "The year in plain words, one page at most",
    "resources": "Staff, training and money",
    "views": "What victims and children said, and how they were asked",
    "missing": "What is missing, and why",
    "cooperation": "Work with other members",
}


def layout_of(member: str, year: str, languages: tuple[str, ...] = ("en",)) -> kit.Layout:
    """Return the layout; a member or a year that is none ends the command."""
    from havn.domain.indicators.rules.figures import DEFINITIONS
    from havn.kit import national_report as kit

    if not re.fullmatch("[A-Z]{2}", member):
        raise CouldNotError(f"{member} is no member. Write the country's two letters, like XA.")
    if not re.fullmatch("[12][0-9]{3}", year):
        raise CouldNotError(f"{year} is no year. Write it like 2026.")
    for language in languages:
        if not re.fullmatch("[a-z]{2,3}(-[A-Z]{2})?", language):
            raise CouldNotError(f"{language} is no language. Write two letters, like en or da.")
    rows = [row for each in DEFINITIONS for row in _rows(each, year)]
    return kit.Layout(
        member=member,
        year=year,
        rows=tuple(rows),
        text_kinds=TEXT_KINDS,
        languages=languages,
    )


def _rows(definition: Definition, year: str) -> Iterator[kit.LayoutRow]:
    """Yield each measure of an indicator: in total, then by each code of each breakdown that is not too long."""
    from havn.kit import national_report as kit

    for measure in definition.measures:
        told: dict[str, Any] = {
            "indicator": definition.id,
            "name": definition.name,
            "definition": definition.version,
            "measure": measure.name,
            "unit": measure.unit,
            "period": year,
            "kind": str(getattr(measure, "kind", "")),
        }
        yield kit.LayoutRow(**told, what=measure.title)
        for breakdown in definition.breakdowns:
            if len(breakdown.codes) > MOST_CODES:
                continue
            for code, title in breakdown.codes.items():
                what = f"{measure.title}; {breakdown.title}: {title}"
                yield kit.LayoutRow(**told, what=what, breakdown=breakdown.name, code=code)
