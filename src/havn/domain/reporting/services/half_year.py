# SPDX-License-Identifier: Apache-2.0
"""Telling the secretariat what the node's own site shows of the running year, which no person releases; and taking it back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from havn.domain.actor import Actor, ActorKind
from havn.domain.audit import services as audit
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.indicators import rules as indicators
from havn.domain.ledger import services as ledger
from havn.domain.ledger.rules import EventKind
from havn.domain.members import selectors as members
from havn.domain.members.rules import ParticipantKind, State
from havn.domain.reporting import rules, selectors
from havn.domain.reporting.models import HalfYearUpdate
from havn.domain.reporting.services._access import record, require_rapporteur
from havn.lib import wire
from havn.lib.encoding import uuid4

_NOBODY = _(
    "No node of the secretariat is known now, so nobody was told. Call the secretariat: it takes the update away by hand."
)


@audit.action("half_year.told", did_nothing=lambda is_told: not is_told)
def tell_half_year(*, year: int, actor: Actor, at: datetime) -> bool:
    """Tell the secretariat the provisional figures of the first two quarters, once a year; false where it is not time.

    That is also so where the country takes no part, no secretariat is known, or no quarter is frozen yet.
    """  # N28
    if actor.kind is not ActorKind.SYSTEM:
        raise NotFoundError
    audience = [str(node.node_id) for node in members.secretariat_nodes(actor=actor)]
    is_due = selectors.half_year_is_due(year=year, actor=actor, at=at)
    if not (is_due and audience and _takes_part(actor)):
        return False
    update = uuid4()
    pieces = rules.pieces_of(_shown(year, actor), update=update, year=year, at=at)
    if not pieces:
        return False
    for piece in pieces:
        ledger.append_event(
            kind=EventKind.PROVISIONAL_TOLD,
            subject_id=update,
            organisation=actor.scope,
            payload=_checked(piece, at),
            audience=audience,
            at=at,
        )
    figures = [figure for piece in pieces for figure in piece.figures]
    row = HalfYearUpdate.objects.create(
        id=update,
        organisation=actor.scope,
        year=str(year),
        quarters=sorted({piece.period for piece in pieces}),
        figures=len(figures),
        hidden=sum(figure.status == "Q" for figure in figures),
        told_at=at,
    )
    detail = {"year": row.year, "quarters": row.quarters, "figures": row.figures}
    record("half_year.told", ("half_year_update", update), actor, at, detail)
    return True


@audit.action("half_year.withdrawn", did_nothing=lambda was_there: not was_there)
def withdraw_half_year(*, update: UUID, actor: Actor, at: datetime) -> bool:
    """Take back what the secretariat was told of a half year, because something hidden can be derived from it; false when it was.

    The entry and the event name the update, and never the number. The node tells no other of that year by itself.
    """  # N31
    require_rapporteur(actor)
    rows = HalfYearUpdate.objects.select_for_update().filter(organisation=actor.scope)
    row = rows.filter(pk=update).first()
    if row is None:
        raise NotFoundError
    if row.withdrawn_at is not None:
        return False
    audience = [str(node.node_id) for node in members.secretariat_nodes(actor=actor)]
    if not audience:
        raise RefusedError("nobody_to_tell", str(_NOBODY))
    row.withdrawn_at = at
    row.save(update_fields=["withdrawn_at"])
    ledger.append_event(
        kind=EventKind.PROVISIONAL_WITHDRAWN,
        subject_id=update,
        organisation=actor.scope,
        payload=wire.provisional_withdrawn(update, year=row.year),
        audience=audience,
        at=at,
    )
    record("half_year.withdrawn", ("half_year_update", update), actor, at, {"year": row.year})
    return True


def _takes_part(actor: Actor) -> bool:
    """Whether the node is one of a country that takes part now."""
    own = members.own_node(actor=actor)
    return own.state == State.ACTIVE and any(
        each.kind == ParticipantKind.MEMBER and each.state is State.ACTIVE
        for each in members.participants(actor=actor)
        if each.code == own.member_code
    )


def _shown(year: int, actor: Actor) -> list[rules.ShownSeries]:
    """Return what the site shows, without what may not be told by single quarters."""  # N30
    return [
        rules.ShownSeries(
            each.definition.id, each.definition.version, each.figures, quarter.provenance
        )
        for quarter in selectors.first_half(year=year, actor=actor)
        for each in quarter.indicators
        if not indicators.is_internal_by_quarter(each.definition)
    ]


def _checked(piece: wire.ProvisionalPiece, at: datetime) -> dict[str, object]:
    """Return the body of a piece; raises RefusedError for one that no hub would take."""
    body = piece.as_value()
    try:
        wire.read_provisional(body, at=at)
    except wire.NationalReportError as error:
        raise RefusedError(error.code, str(error)) from error
    return body
