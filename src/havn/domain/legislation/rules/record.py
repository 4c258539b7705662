# SPDX-License-Identifier: Apache-2.0
"""The record of what was said of a law: what held on one day, as it was known at another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from havn.domain.legislation.rules.laws import Answer, Law


@dataclass(frozen=True, slots=True)
class Assessed:
    """One answer as it stands in the record; none is ever changed."""

    id: UUID
    member: str
    key: str
    answer: Answer
    in_force_from: date
    in_force_to: date | None
    recorded_at: datetime
    supersedes: UUID | None = None

    def holds(self, on: date) -> bool:
        """Whether it tells of the law on a day."""
        return self.in_force_from <= on and (self.in_force_to is None or on <= self.in_force_to)


def known(records: Iterable[Assessed], *, at: datetime) -> list[Assessed]:
    """Return what was recorded by then and not replaced by then."""
    there = [each for each in records if each.recorded_at <= at]
    replaced = {each.supersedes for each in there if each.supersedes}
    return [each for each in there if each.id not in replaced]


def in_force(
    records: Iterable[Assessed], *, on: date, known_at: datetime
) -> dict[tuple[str, str], Assessed]:
    """Return what held on a day, as it was known at a time: of each country and criterion one answer at most.

    Of two that tell of the day the later law counts, and of two about the same law what was recorded last. (J9)
    """
    held: dict[tuple[str, str], Assessed] = {}
    for each in sorted(known(records, at=known_at), key=_order):
        if each.holds(on):
            held[each.member, each.key] = each
    return held


def laws_of(held: Mapping[tuple[str, str], Assessed], members: Iterable[str]) -> dict[str, Law]:
    """Return the law of each member; nothing is taken over from anybody else."""
    found: dict[str, dict[str, Answer]] = {each: {} for each in members}
    for (member, key), each in held.items():
        if member in found:
            found[member][key] = each.answer
    return {member: Law(member, answers) for member, answers in found.items()}


def _order(each: Assessed) -> tuple[date, datetime, str]:
    return each.in_force_from, each.recorded_at, str(each.id)
