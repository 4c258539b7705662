# SPDX-License-Identifier: Apache-2.0
"""The versions of a report's texts, as rules read them."""

from __future__ import annotations

from uuid import UUID

from havn.domain.reporting import rules
from havn.domain.reporting.models import ReportText


def versions_of(report_id: UUID) -> dict[tuple[str, str], tuple[rules.TextVersion, ...]]:
    """Return every version of every text of a report, by kind and language."""
    found: dict[tuple[str, str], list[rules.TextVersion]] = {}
    for row in ReportText.objects.filter(report_id=report_id).order_by("written_at", "id"):
        found.setdefault((row.kind, row.language), []).append(
            rules.TextVersion(
                id=row.pk,
                text=row.text,
                written_at=row.written_at,
                written_by=row.written_by,
                based_on=tuple(UUID(each) for each in row.based_on),
                is_proposal=row.is_proposal,
            )
        )
    return {key: tuple(versions) for key, versions in found.items()}
