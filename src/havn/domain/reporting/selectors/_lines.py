# SPDX-License-Identifier: Apache-2.0
"""A version of a report as lists show it, and whether it is late."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from havn.domain.reporting import rules
from havn.domain.reporting.models import NationalReport


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One version in a list."""

    id: UUID
    year: str
    version: str
    state: str
    as_of: datetime
    due_on: date
    released_at: datetime | None
    signed_at: datetime | None
    withdrawn_at: datetime | None
    correction_kind: str

    def is_late(self, today: date) -> bool:
        """Whether it was released after its day, or is not and the day is over.

        Of corrections only that of an error in facts has a day of its own.
        """
        if self.correction_kind not in {"", rules.Correction.ERROR_IN_FACTS.value}:
            return False
        released_on = self.released_at.date() if self.released_at else None
        return rules.is_late(due_on=self.due_on, released_on=released_on, today=today)


def lines_of(rows: Iterable[NationalReport]) -> list[ReportLine]:
    """Return versions as lists show them, the newest first."""
    lines = [line_of(row) for row in rows]
    lines.sort(key=lambda line: (line.year, rules.order_of_version(line.version)), reverse=True)
    return lines


def line_of(row: NationalReport) -> ReportLine:
    """Return a version as a list shows it."""
    return ReportLine(
        id=row.pk,
        year=row.year,
        version=row.version,
        state=row.state,
        as_of=row.release.as_of,
        due_on=row.due_on,
        released_at=row.released_at,
        signed_at=row.signed_at,
        withdrawn_at=row.withdrawn_at,
        correction_kind=row.correction_kind,
    )
