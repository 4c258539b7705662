# SPDX-License-Identifier: Apache-2.0
"""Which records an actor may see at all; everything else does not exist for them."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from havn.domain.actor import Actor, ActorKind, Role
from havn.domain.cases.models import ContentItem, Report
from havn.domain.errors import NotFoundError

CASEWORK = (Role.ANALYST, Role.SUPERVISOR, Role.INVESTIGATOR)


def organisation_of(actor: Actor) -> UUID:
    """Return whose cases the actor works on: staff by role, others by their kind.

    Operators see no case, whatever else they are; raises NotFoundError for them.
    """
    if actor.organisation is None or actor.kind is ActorKind.OPERATOR:
        raise NotFoundError
    if actor.kind is ActorKind.PERSON and not actor.has_role(*CASEWORK):
        raise NotFoundError
    return actor.organisation


def items_of(actor: Actor) -> QuerySet[ContentItem]:
    """Return the items that exist for the actor."""
    return ContentItem.objects.filter(organisation=organisation_of(actor))


def reports_of(actor: Actor) -> QuerySet[Report]:
    """Return the reports that exist for the actor."""
    return Report.objects.filter(organisation=organisation_of(actor))


def one_item(actor: Actor, item_id: UUID) -> ContentItem:
    """Return an item that exists for the actor; raises NotFoundError."""
    row = items_of(actor).select_related("report").filter(pk=item_id).first()
    if row is None:
        raise NotFoundError
    return row


def one_report(actor: Actor, report_id: UUID) -> Report:
    """Return a report that exists for the actor; raises NotFoundError."""
    row = reports_of(actor).filter(pk=report_id).first()
    if row is None:
        raise NotFoundError
    return row
