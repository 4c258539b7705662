# SPDX-License-Identifier: Apache-2.0
"""Proposing a commitment, and changing its words before it is adopted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from havn.domain.actor import Actor
from havn.domain.audit import services as audit
from havn.domain.commitments import rules
from havn.domain.commitments.models import Commitment
from havn.domain.commitments.rules import CommitmentError, Fault, Kind, Step, Terms
from havn.domain.commitments.services import _rows
from havn.domain.commitments.services._words import refused
from havn.domain.errors import require_words
from havn.lib.encoding import uuid4


@dataclass(frozen=True, slots=True)
class Edited:
    """Which change an edit became; one that was set aside stands beside what somebody else wrote meanwhile."""

    number: int
    is_aside: bool


@audit.action("commitment.proposed")
def propose(
    *, terms: Terms, office: str, commitment_id: UUID | None = None, actor: Actor, at: datetime
) -> UUID:
    """Keep a proposal of the own country, which nobody outside sees; the same UUID again changes nothing."""
    if not actor.roles & rules.MAY_PROPOSE:
        raise refused(Fault.NOT_YOUR_ROLE)
    if commitment_id is not None:
        known = Commitment.objects.filter(pk=commitment_id, organisation=actor.scope).first()
        if known is not None:
            _rows.entry(
                "commitment.proposed", known.pk, actor=actor, at=at, detail={"again": True}
            )
            return known.pk
    require_words(*_words_of(terms), office)
    try:
        record = rules.proposed(
            member=_rows.own_member(actor), terms=terms, office=office.strip(), at=at
        )
    except CommitmentError as error:
        raise refused(error) from error
    row = Commitment(id=commitment_id or uuid4(), member=record.member, organisation=actor.scope)
    row.recorded_at = at
    _rows.write(row, record, at=at)
    _rows.add_change(row, record, Kind.PROPOSED, person=actor.identifier, at=at)
    detail = {"number": record.number, "target": terms.target}
    _rows.entry("commitment.proposed", row.pk, actor=actor, at=at, detail=detail)
    return row.pk


@audit.action("commitment.edited")
def edit(
    *,
    commitment_id: UUID,
    terms: Terms,
    office: str,
    based_on: int,
    actor: Actor,
    at: datetime,
) -> Edited:
    """Change the words of a proposal; where somebody did so meanwhile, this version is kept beside theirs.

    `based_on` is the number of the version that the writer had before them.
    """
    if not actor.roles & rules.move_of(Kind.EDITED).who:
        raise refused(Fault.NOT_YOUR_ROLE)
    require_words(*_words_of(terms), office)
    row = _rows.own_row(commitment_id, actor)
    before = _rows.record_of(row)
    step = Step(Kind.EDITED, at, office.strip())
    try:
        record = rules.changed(before, step, number=_rows.next_number(row), terms=terms)
    except CommitmentError as error:
        raise refused(error) from error
    is_aside = based_on != _words_changed_last(row)
    if is_aside:
        _rows.add_change(row, record, Kind.EDITED, person=actor.identifier, at=at, is_aside=True)
    else:
        _rows.keep(row, record, Kind.EDITED, actor=actor, at=at)
    detail = {"number": record.number, "based_on": based_on, "aside": is_aside}
    _rows.entry("commitment.edited", row.pk, actor=actor, at=at, detail=detail)
    return Edited(record.number, is_aside)


def _words_changed_last(row: Commitment) -> int:
    """Return the number of the change that gave the text its present words."""
    kinds = [Kind.PROPOSED.value, Kind.EDITED.value]
    rows = row.changes.filter(kind__in=kinds, is_aside=False).order_by("-number")
    return int(rows.values_list("number", flat=True)[0])


def _words_of(terms: Terms) -> list[str]:
    """Return every text that a person wrote into terms."""
    found = [*terms.title.values(), *terms.text.values(), terms.office]
    if isinstance(terms.measure, rules.Deliverable):
        found += [*terms.measure.what.values(), *terms.measure.today.values()]
    return found
