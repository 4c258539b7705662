# SPDX-License-Identifier: Apache-2.0
"""Who answers for the parts of a report, and what counts of what they said."""

from __future__ import annotations

from uuid import UUID

from havn.domain.reporting import rules
from havn.domain.reporting.models import NationalReport, PartConfirmation, PartOwner


def confirmations_of(row: NationalReport) -> dict[str, PartConfirmation]:
    """Return what counts of each part: the latest word about the same figures, in whichever version it was said."""
    said = PartConfirmation.objects.filter(report__release_id=row.release_id)
    return {each.part: each for each in said.order_by("at", "id")}


def owners_of(organisation: UUID) -> dict[str, PartOwner]:
    """Return who answers for each part now."""
    rows = PartOwner.objects.filter(organisation=organisation, ended_at__isnull=True)
    return {row.part: row for row in rows}


def parts_open(report_id: UUID) -> list[str]:
    """Return the parts that nobody confirmed yet."""
    row = NationalReport.objects.get(pk=report_id)
    said = confirmations_of(row)
    return [part for part in rules.PARTS if not (part in said and said[part].is_confirmed)]
