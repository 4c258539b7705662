# SPDX-License-Identifier: Apache-2.0
"""Commitments and acts as values, as pages and reports read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from havn.domain.commitments import rules
from havn.domain.commitments.models import Commitment, CommitmentChange, PoliticalAct
from havn.domain.commitments.rules import Kind, Lateness, Record, State, Terms, Timing


@dataclass(frozen=True, slots=True)
class CommitmentView:
    """A commitment as it stands at an instant."""

    id: UUID
    record: Record
    lateness: Lateness
    is_own: bool
    recorded_at: datetime
    changed_at: datetime

    @property
    def member(self) -> str:
        """Whose promise it is."""
        return self.record.member

    @property
    def number(self) -> int:
        """The number of its last change."""
        return self.record.number

    @property
    def state(self) -> State:
        """Where it stands."""
        return self.record.state

    @property
    def terms(self) -> Terms:
        """What was promised."""
        return self.record.terms

    @property
    def timing(self) -> Timing:
        """How it stands to its due day."""
        return self.lateness.timing

    @property
    def due(self) -> date:
        """The due day in force."""
        return self.lateness.due

    @property
    def former_dues(self) -> tuple[date, ...]:
        """The due days that were given up for another one, the first one first."""
        redated = [s.day for s in self.record.steps if s.kind is Kind.REDATED and s.day]
        return (self.terms.due, *redated)[:-1]

    @property
    def waits_for_confirmation(self) -> bool:
        """Whether a second office has to confirm that it was kept."""
        return self.record.open_claim is not None and self.state in rules.WORKED_AT

    @property
    def is_public(self) -> bool:
        """Whether everybody may read it."""
        return self.state in rules.PUBLIC

    @property
    def newest_value(self) -> rules.Evidence | None:
        """The value of its indicator known last."""
        return rules.newest_value(self.record)


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One change of a commitment, with the record as it stood after it."""

    number: int
    kind: Kind
    record: Record
    person: UUID | None
    is_aside: bool
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class ActView:
    """A political act, and the entries that correct it."""

    id: UUID
    act: rules.PoliticalAct
    is_own: bool
    recorded_at: datetime
    corrections: tuple[ActView, ...] = ()


def commitment_view(row: Commitment, *, at: datetime) -> CommitmentView:
    """Return a row as a value."""
    record = rules.kept_record(row.record)
    return CommitmentView(
        id=row.pk,
        record=record,
        lateness=rules.lateness(record, at=at),
        is_own=row.organisation is not None,
        recorded_at=row.recorded_at,
        changed_at=row.changed_at,
    )


def change_view(row: CommitmentChange) -> ChangeView:
    """Return a change as a value."""
    return ChangeView(
        number=row.number,
        kind=Kind(row.kind),
        record=rules.kept_record(row.record),
        person=row.person,
        is_aside=row.is_aside,
        recorded_at=row.recorded_at,
    )


def act_view(row: PoliticalAct, corrections: tuple[ActView, ...] = ()) -> ActView:
    """Return an act as a value."""
    return ActView(
        id=row.pk,
        act=rules.read_act(row.body),
        is_own=row.organisation is not None,
        recorded_at=row.recorded_at,
        corrections=corrections,
    )
