# SPDX-License-Identifier: Apache-2.0
"""What laws say: of a country, of a criterion over all countries, on a day, as it was known at a time; all of it is public."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from havn.domain.actor import GOVERNMENT, Actor
from havn.domain.errors import NotFoundError
from havn.domain.legislation import rules
from havn.domain.legislation.models import CriterionAnswer, CriterionDispute, CriterionReview
from havn.domain.legislation.rules import Step
from havn.domain.legislation.selectors._views import (
    AnswerView,
    DisputeView,
    assessed,
    dispute_views,
    views,
)
from havn.domain.members import selectors as members
from havn.domain.members.rules import State

MOST_ON_PAGE = 50
LETTERS_OF_COUNTRY = 2


def alliance_members(*, actor: Actor) -> dict[str, str]:
    """Return the countries that take part now and the own one, with their names, in the order of names."""
    found = {
        each.code: each.name
        for each in members.participants(actor=actor)
        if each.kind == "member" and each.state is State.ACTIVE
    }
    try:
        own = members.own_node(actor=actor)
    except NotFoundError:  # a hub that is no node itself
        own = None
    if own and len(own.member_code) == LETTERS_OF_COUNTRY:  # an organisation has no law
        found.setdefault(own.member_code, own.member_name)
    return dict(sorted(found.items(), key=lambda each: each[1]))


def laws(*, on: date, known_at: datetime, actor: Actor) -> dict[str, rules.Law]:
    """Return each member's law on a day, as it was known at a time; what nobody answered is not known."""
    codes = alliance_members(actor=actor)
    rows = map(assessed, CriterionAnswer.objects.filter(member__in=codes))
    return rules.laws_of(rules.in_force(rows, on=on, known_at=known_at), codes)


def criterion_values(
    *, member: str, on: date, known_at: datetime, actor: Actor
) -> dict[str, AnswerView]:
    """Return what a country's law said to each criterion on a day, as it was known at a time."""
    del actor  # The law is public.
    rows = CriterionAnswer.objects.filter(member=member)
    return {key: view for (_, key), view in _held(rows, on=on, known_at=known_at).items()}


def criterion_over_members(
    *, key: str, on: date, known_at: datetime, actor: Actor
) -> dict[str, AnswerView]:
    """Return what each country's law said to one criterion on a day, by country."""
    del actor  # The law is public.
    if key not in rules.CRITERIA:
        raise NotFoundError
    rows = CriterionAnswer.objects.filter(criterion=key)
    return {member: view for (member, _), view in _held(rows, on=on, known_at=known_at).items()}


def history(*, member: str, key: str, actor: Actor) -> list[AnswerView]:
    """Return everything that was said of a country's law to a criterion, what was recorded last first."""
    del actor  # The law is public.
    if key not in rules.CRITERIA:
        raise NotFoundError
    rows = CriterionAnswer.objects.filter(member=member, criterion=key)
    return views(rows.order_by("-recorded_at", "-pk"))


def answer(*, answer_id: UUID, actor: Actor) -> AnswerView:
    """Return one answer; raises NotFoundError."""
    del actor  # The law is public.
    found = views(CriterionAnswer.objects.filter(pk=answer_id))
    if not found:
        raise NotFoundError
    return found[0]


def to_review(*, actor: Actor, most: int = MOST_ON_PAGE) -> list[AnswerView]:
    """Return answers of other countries that nobody agreed with and the own country did not look at, the oldest first."""
    rows = _unreviewed(_own_member(actor))
    return views(rows.order_by("recorded_at", "pk")[:most])


@dataclass(frozen=True, slots=True)
class ToDo:
    """What waits for a government's people: answers to review, and disputes to reply to."""

    to_review: int
    to_reply: int


def to_do(*, actor: Actor) -> ToDo:
    """Return how much waits, in three queries."""
    own = _own_member(actor)
    replies = CriterionDispute.objects.filter(
        step=Step.ANSWERED.value, dispute=OuterRef("pk"), by=own
    )
    open_disputes = CriterionDispute.objects.filter(step=Step.FILED.value, about=own)
    return ToDo(
        to_review=_unreviewed(own).count(),
        to_reply=open_disputes.filter(~Exists(replies)).count(),
    )


def _unreviewed(own: str) -> QuerySet[CriterionAnswer]:
    about = CriterionReview.objects.filter(answer=OuterRef("pk"))
    agreed = about.filter(verdict=rules.Verdict.AGREES.value).exclude(by=OuterRef("member"))
    replaced = CriterionAnswer.objects.filter(supersedes=OuterRef("pk"))
    return CriterionAnswer.objects.exclude(member=own).filter(
        ~Exists(agreed), ~Exists(about.filter(by=own)), ~Exists(replaced)
    )


def disputes(*, actor: Actor, most: int = MOST_ON_PAGE) -> list[tuple[DisputeView, AnswerView]]:
    """Return disputes of the own country's answers and by it, those without a reply first, then the newest."""
    own = _own_member(actor)
    filed = CriterionDispute.objects.filter(step=Step.FILED.value)
    mine = filed.filter(about=own) | filed.filter(by=own)
    rows = list(mine.order_by("-recorded_at", "-pk")[:most])
    replies = CriterionDispute.objects.filter(
        step=Step.ANSWERED.value, dispute__in=[row.pk for row in rows]
    )
    found = dispute_views([*rows, *replies.order_by("recorded_at", "pk")])
    answers = CriterionAnswer.objects.filter(pk__in={each.answer_id for each in found})
    by_id = {view.id: view for view in views(answers)}
    shown = [(each, by_id[each.answer_id]) for each in found if each.answer_id in by_id]
    return sorted(shown, key=lambda each: each[0].is_answered)


def dispute(*, dispute_id: UUID, actor: Actor) -> tuple[DisputeView, AnswerView]:
    """Return one dispute with the answer that it is about; raises NotFoundError."""
    rows = list(CriterionDispute.objects.filter(dispute=dispute_id).order_by("recorded_at", "pk"))
    found = dispute_views(rows)
    if not found:
        raise NotFoundError
    return found[0], answer(answer_id=found[0].answer_id, actor=actor)


def _own_member(actor: Actor) -> str:
    if not actor.has_role(*GOVERNMENT):
        raise NotFoundError
    return members.own_node(actor=actor).member_code


def _held(
    rows: QuerySet[CriterionAnswer], *, on: date, known_at: datetime
) -> dict[tuple[str, str], AnswerView]:
    every = {row.pk: row for row in rows}
    held = rules.in_force(_records(every.values()), on=on, known_at=known_at)
    shown = views((every[each.id] for each in held.values()), known_at=known_at)
    return {(view.member, view.criterion.key): view for view in shown}


def _records(rows: Iterable[CriterionAnswer]) -> Iterable[rules.Assessed]:
    return map(assessed, rows)
