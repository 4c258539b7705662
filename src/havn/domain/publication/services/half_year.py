# SPDX-License-Identifier: Apache-2.0
"""Taking a half-year update: kept as it came, shown when all of it is here, never a part of any report; and taking it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from havn.domain.actor import Actor
from havn.domain.audit import services as audit
from havn.domain.errors import NotFoundError
from havn.domain.publication import rules, selectors
from havn.domain.publication.models import ProvisionalPiece, Refusal
from havn.domain.publication.selectors._access import require_secretariat
from havn.domain.publication.services.intake import MOST_WAITING_PARTS, Fault
from havn.lib import wire
from havn.lib.encoding import canonical_json, uuid7

_KEPT = (
    "update", "member", "node", "as_of", "pieces", "indicator", "period", "complete_at", "withdrawn_at"
)  # fmt: skip


@audit.action("publication.piece_kept")
def keep_piece(
    *, body: Mapping[str, Any], subject: UUID, sender: UUID, actor: Actor, at: datetime
) -> str:
    """Keep a piece of a half-year update, or the code of why it is not taken; returns the code, empty for what is kept.

    With its last piece an update is what everybody reads of its member, in place of the one before.
    """  # H21 H22 H23
    faults: Sequence[Fault]
    try:
        piece = wire.read_provisional(body, at=at)
    except wire.NationalReportError as error:
        faults = error.faults
    else:
        faults = _faults_of(piece, subject, sender, actor=actor, at=at)
        if not faults:
            _keep(piece, body, sender, at=at)
    code = faults[0].code if faults else ""
    if code:
        _keep_refusal(subject, sender, code, actor=actor, at=at)
    audit.record(
        action="publication.piece_kept",
        actor=actor,
        subject_kind="half_year_update",
        subject_id=subject,
        at=at,
        detail={"state": "refused" if code else "kept", "code": code},
    )
    return code


@audit.action("publication.half_year_withdrawn", did_nothing=lambda was_there: not was_there)
def withdraw_half_year(*, update: UUID, actor: Actor, at: datetime) -> bool:
    """Take a half-year update back at once, because something hidden can be derived from it; false when it was.

    The entry names the update, and never the number. What it had replaced does not come back.
    """  # H25
    require_secretariat(actor)
    rows = ProvisionalPiece.objects.filter(update=update)
    place = rows.values_list("member", "year").first()
    if place is None:
        raise NotFoundError
    _lock(*place)
    row = rows.earliest("received_at")
    if row.withdrawn_at is not None:
        return False
    if row.complete_at is not None:
        of_member = ProvisionalPiece.objects.filter(member=row.member, is_current=True)
        of_member.filter(as_of__lte=row.as_of).update(is_current=False)
    rows.update(withdrawn_at=at)
    audit.record(
        action="publication.half_year_withdrawn",
        actor=actor,
        subject_kind="half_year_update",
        subject_id=update,
        at=at,
        detail={"member": row.member, "year": row.year},
    )
    return True


def _lock(member: str, year: str) -> None:
    """Let no other worker make an update of this member and year whole before this transaction ends.

    A worker that waited here finds with its next query what the other one wrote. Of the very first pieces there is
    nothing to lock yet: then two updates can be marked as the current one, and readers take the later.
    """
    rows = ProvisionalPiece.objects.select_for_update().filter(member=member, year=year)
    list(rows.order_by("pk").values_list("pk"))


def _keep_refusal(subject: UUID, sender: UUID, code: str, *, actor: Actor, at: datetime) -> None:
    """Keep that pieces were not taken: of all that fail alike the desk reads one line."""
    alike = {"report": subject, "node": sender, "code": code, "is_half_year": True}
    # Two workers may have written it at once, so there can be more than one.
    if not Refusal.objects.filter(**alike).exists():
        member = selectors.sender_of(node=sender, actor=actor).member
        Refusal.objects.create(id=uuid7(at), member=member, at=at, **alike)


def _faults_of(
    piece: wire.ProvisionalPiece, subject: UUID, sender: UUID, *, actor: Actor, at: datetime
) -> list[Fault]:
    if piece.update != subject:
        return [rules.Fault("another_node", "update: update")]
    _lock(piece.member, piece.year)
    # Of other years' updates that never became whole nothing stands in the way of this one.
    waiting = ProvisionalPiece.objects.filter(
        node=sender, year=piece.year, complete_at__isnull=True, withdrawn_at__isnull=True
    )
    if waiting.count() >= MOST_WAITING_PARTS:
        return [rules.Fault("too_many_waiting", "update")]
    near = Q(member=piece.member, year=piece.year) | Q(update=piece.update)
    kept = [
        rules.KeptPiece(*row) for row in ProvisionalPiece.objects.filter(near).values_list(*_KEPT)
    ]
    who = selectors.sender_of(node=sender, actor=actor)
    return list(rules.piece_faults(piece, who, kept, at=at))


def _keep(
    piece: wire.ProvisionalPiece, body: Mapping[str, Any], sender: UUID, *, at: datetime
) -> None:
    ProvisionalPiece.objects.create(
        id=uuid7(at),
        update=piece.update,
        member=piece.member,
        node=sender,
        year=piece.year,
        as_of=piece.as_of,
        pieces=piece.pieces,
        indicator=piece.indicator,
        period=piece.period,
        content=canonical_json(dict(body)).decode(),
        received_at=at,
    )
    of_update = ProvisionalPiece.objects.filter(update=piece.update)
    if of_update.count() == piece.pieces:
        of_update.update(complete_at=at)
        _show(piece)


def _show(piece: wire.ProvisionalPiece) -> None:
    """Let the update of this piece, which is whole now, be what is read; unless what is here was told later."""
    of_member = ProvisionalPiece.objects.filter(member=piece.member)
    was_read = Q(complete_at__isnull=False) | Q(withdrawn_at__isnull=False)
    others = of_member.filter(was_read, as_of__gte=piece.as_of)
    if not others.exclude(update=piece.update).exists():
        of_member.filter(is_current=True).update(is_current=False)
        of_member.filter(update=piece.update).update(is_current=True)
