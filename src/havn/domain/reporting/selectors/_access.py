# SPDX-License-Identifier: Apache-2.0
"""Who may read a report that is not public yet."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from havn.domain.actor import GOVERNMENT, Actor, ActorKind
from havn.domain.errors import NotFoundError
from havn.domain.reporting.models import NationalReport


def require_government(actor: Actor) -> None:
    """Raise NotFoundError for everybody but the node itself and the three government roles."""
    if actor.kind is not ActorKind.SYSTEM and not actor.has_role(*GOVERNMENT):
        raise NotFoundError


def own_reports(actor: Actor) -> QuerySet[NationalReport]:
    """Return the reports of the actor's organisation; raises NotFoundError for other roles."""
    require_government(actor)
    return NationalReport.objects.filter(organisation=actor.scope).select_related("release")


def own_report(report_id: UUID, actor: Actor) -> NationalReport:
    """Return one report of the actor's organisation; raises NotFoundError."""
    row = own_reports(actor).filter(pk=report_id).first()
    if row is None:
        raise NotFoundError
    return row
