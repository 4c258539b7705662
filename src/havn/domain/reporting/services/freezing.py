# SPDX-License-Identifier: Apache-2.0
"""Freezing the figures of a closed quarter, once."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from havn.domain.actor import Actor, ActorKind
from havn.domain.audit import services as audit
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.indicators import rules as indicators
from havn.domain.reporting.models import FrozenFigure
from havn.domain.reporting.services._freezing import release_of


@audit.action("quarter.frozen")
def freeze_quarter(*, period: str, actor: Actor, at: datetime) -> int:
    """Compute, protect and store every figure of a closed quarter, and return how many.

    A frozen figure is never recomputed: a second freeze is refused with `already_frozen`, a
    quarter that still runs with `quarter_open`. Values that are hidden are not stored at all.
    """
    if actor.organisation is None or actor.kind not in {ActorKind.SYSTEM, ActorKind.OPERATOR}:
        raise NotFoundError
    quarter = _closed_quarter(period, at)
    if FrozenFigure.objects.filter(
        organisation=actor.organisation, period=period, release__kind="quarter"
    ).exists():
        raise RefusedError("already_frozen", str(_("The figures of this quarter are frozen.")))
    release = release_of(
        "quarter", [quarter], organisation=actor.organisation, actor=actor, at=at, public_at=at
    )
    count = release.figures.count()
    audit.record(
        action="quarter.frozen",
        actor=actor,
        subject_kind="quarter",
        subject_id=release.log_position,
        at=at,
        detail={"period": period, "figures": count},
    )
    return count


def _closed_quarter(period: str, at: datetime) -> indicators.Quarter:
    try:
        quarter = indicators.Quarter.parse(period)
    except ValueError as error:
        raise RefusedError("no_such_quarter", str(_("Write the quarter like 2026-Q3."))) from error
    if not quarter.is_closed(at):
        raise RefusedError("quarter_open", str(_("This quarter is not over yet.")))
    return quarter
