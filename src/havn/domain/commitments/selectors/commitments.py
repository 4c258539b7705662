# SPDX-License-Identifier: Apache-2.0
"""Reading commitments: the own ones at the desk, the public ones of every country."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from havn.domain.actor import GOVERNMENT, Actor, ActorKind
from havn.domain.commitments import rules
from havn.domain.commitments.models import Commitment, CommitmentChange
from havn.domain.commitments.rules import Kind, State, Timing
from havn.domain.commitments.selectors._views import (
    ChangeView,
    CommitmentView,
    change_view,
    commitment_view,
)
from havn.domain.errors import NotFoundError


def _may_read_drafts(actor: Actor) -> bool:
    """Whether the actor sees promises that are not public yet."""
    return actor.kind is ActorKind.SYSTEM or actor.has_role(*GOVERNMENT)


def own_commitments(*, actor: Actor, at: datetime) -> list[CommitmentView]:
    """Return the own country's commitments kept here, proposals included, by target and due day."""
    if not _may_read_drafts(actor):
        return []
    rows = Commitment.objects.filter(organisation=actor.scope).order_by("target", "due", "id")
    return [commitment_view(row, at=at) for row in rows]


def own_commitment(*, commitment_id: UUID, actor: Actor, at: datetime) -> CommitmentView:
    """Return one of them; raises NotFoundError for others."""
    rows = Commitment.objects.filter(pk=commitment_id, organisation=actor.scope)
    row = rows.first() if _may_read_drafts(actor) else None
    if row is None:
        raise NotFoundError
    return commitment_view(row, at=at)


def changes(*, commitment_id: UUID, actor: Actor) -> list[ChangeView]:
    """Return every change of an own commitment, the first one first."""
    if not _may_read_drafts(actor):
        raise NotFoundError
    rows = CommitmentChange.objects.filter(
        commitment_id=commitment_id, commitment__organisation=actor.scope
    )
    found = [change_view(row) for row in rows.order_by("number")]
    if not found:
        raise NotFoundError
    return found


def set_aside(*, commitment_id: UUID, actor: Actor) -> list[ChangeView]:
    """Return the versions that were set aside since the words were changed last; a person has to compare them."""
    history = changes(commitment_id=commitment_id, actor=actor)
    worded = [
        each.number
        for each in history
        if each.kind in {Kind.PROPOSED, Kind.EDITED} and not each.is_aside
    ]
    return [each for each in history if each.is_aside and each.number > max(worded, default=0)]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a public commitment stands in a list: enough to order many without reading them."""

    id: UUID
    member: str
    due: date


def public_places(*, actor: Actor, target: int) -> list[Place]:
    """Return the places of a target's public commitments, by country and due day."""
    del actor  # They are public.
    rows = Commitment.objects.filter(is_public=True, target=target)
    ordered = rows.order_by("member", "due", "id").values_list("id", "member", "due")
    return [Place(*row) for row in ordered]


def public_commitments(
    *,
    actor: Actor,
    at: datetime,
    member: str = "",
    target: int = 0,
    ids: Collection[UUID] | None = None,
) -> list[CommitmentView]:
    """Return the commitments that everybody may read, by country, target and due day; with `ids` these alone."""
    del actor  # They are public.
    rows = Commitment.objects.filter(is_public=True)
    if ids is not None:
        rows = rows.filter(pk__in=list(ids))
    if member:
        rows = rows.filter(member=member)
    if target:
        rows = rows.filter(target=target)
    ordered = rows.order_by("member", "target", "due", "id")
    return [commitment_view(row, at=at) for row in ordered]


def public_commitment(*, commitment_id: UUID, actor: Actor, at: datetime) -> CommitmentView:
    """Return one of them; raises NotFoundError for others."""
    del actor
    row = Commitment.objects.filter(pk=commitment_id, is_public=True).first()
    if row is None:
        raise NotFoundError
    return commitment_view(row, at=at)


@dataclass(frozen=True, slots=True)
class Overview:
    """How many public commitments there are, by target and state, and by target and timing."""

    states: Mapping[tuple[int, State], int]
    timings: Mapping[tuple[int, Timing], int]
    members: int

    @property
    def total(self) -> int:
        """How many there are in all."""
        return sum(self.states.values())


def overview(*, actor: Actor, at: datetime) -> Overview:
    """Return the counts of all public commitments; countries are not compared."""
    del actor  # They are public.
    names = ("target", "state", "due", "counting_due", "achieved_at", "member")
    states: Counter[tuple[int, State]] = Counter()
    timings: Counter[tuple[int, Timing]] = Counter()
    countries = set()
    rows = Commitment.objects.filter(is_public=True).values_list(*names)
    for target, code, due, counts, achieved, member in rows:
        state = State(code)
        states[target, state] += 1
        timing = rules.timing_of(state, due=due, counts=counts, achieved=achieved, at=at)
        timings[target, timing] += 1
        countries.add(member)
    return Overview(states=states, timings=timings, members=len(countries))


@dataclass(frozen=True, slots=True)
class ToDo:
    """What waits for somebody of the government."""

    to_adopt: int
    to_confirm: int
    late: int


def to_do(*, actor: Actor, at: datetime) -> ToDo:
    """Return how many own commitments wait for a signature, for a second office, or are late."""
    found = own_commitments(actor=actor, at=at)
    return ToDo(
        to_adopt=sum(each.state is rules.State.PROPOSED for each in found),
        to_confirm=sum(each.waits_for_confirmation for each in found),
        late=sum(each.lateness.is_late for each in found),
    )
