# SPDX-License-Identifier: Apache-2.0
"""What the current reports of members without a node say of their laws, as they were signed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from havn.domain.actor import Actor
from havn.domain.publication.models import ReportPart
from havn.domain.publication.rules import Basis, ReportState


@dataclass(frozen=True, slots=True)
class StatedLaw:
    """The part `law` of one published report."""

    report: UUID
    member: str
    criteria: tuple[Mapping[str, Any], ...]


def stated_law(*, actor: Actor) -> list[StatedLaw]:
    """Return what members without a node say of their laws in their newest published reports."""
    del actor  # What is published is public.
    rows = ReportPart.objects.filter(
        name="law",
        report__basis=Basis.STATED.value,
        report__state=ReportState.PUBLISHED.value,
        report__is_current=True,
    ).select_related("report")
    return [
        StatedLaw(row.report_id, row.report.member, tuple(json.loads(row.content)["criteria"]))
        for row in rows.order_by("report__published_at", "pk")
    ]
