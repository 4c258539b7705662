# SPDX-License-Identifier: Apache-2.0
"""The figures of one release as they are compared with another one's."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from havn.domain.reporting import rules
from havn.domain.reporting.models import FigureRelease, FrozenFigure


def indicators_in(release_id: UUID) -> frozenset[str]:
    """Return the indicators of which a release has figures."""
    rows = FrozenFigure.objects.filter(release_id=release_id)
    return frozenset(rows.values_list("indicator", flat=True).distinct())


def compared(release_id: UUID) -> dict[rules.Key, rules.Compared]:
    """Return the figures of a release by indicator, period, measure, breakdown and code."""
    return {_key(row): row for row in FrozenFigure.objects.filter(release_id=release_id)}


def compared_before(release_id: UUID) -> dict[rules.Key, rules.Compared]:
    """Return what was published of the same periods before a release, of each the newest."""
    release = FigureRelease.objects.get(pk=release_id)
    periods = release.figures.values_list("period", flat=True).distinct()
    earlier = FrozenFigure.objects.filter(
        ~Q(release_id=release_id),
        organisation=release.organisation,
        period__in=set(periods),
        release__public_at__isnull=False,
        as_of__lte=release.as_of,
    )
    return {_key(row): row for row in earlier.order_by("as_of", "id")}


def _key(row: FrozenFigure) -> rules.Key:
    return (row.indicator, row.period, row.measure, row.breakdown, row.code)
