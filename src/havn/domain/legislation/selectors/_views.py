# SPDX-License-Identifier: Apache-2.0
"""Answers, reviews and disputes as values; who at a node wrote them is never part of one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from havn.domain.legislation import rules
from havn.domain.legislation.models import CriterionAnswer, CriterionDispute, CriterionReview
from havn.domain.legislation.rules import Assessed, Criterion, Step, Value, Verdict


@dataclass(frozen=True, slots=True)
class ReviewView:
    """What another country said of an answer."""

    by: str
    office: str
    verdict: Verdict
    note: str
    on: date


@dataclass(frozen=True, slots=True)
class Saying:
    """One text of a dispute: who said what, when, with which source."""

    by: str
    office: str
    text: str
    source_url: str
    on: date


@dataclass(frozen=True, slots=True)
class DisputeView:
    """A dispute of an answer, and what was replied; both stay."""

    id: UUID
    answer_id: UUID
    about: str
    filed: Saying
    replies: tuple[Saying, ...]

    @property
    def is_answered(self) -> bool:
        """Whether the country whose law it is replied."""
        return bool(self.replies)


@dataclass(frozen=True, slots=True)
class AnswerView:
    """An answer with what others said of it."""

    id: UUID
    member: str
    criterion: Criterion
    value: Value
    number: int | None
    is_unlimited: bool
    law: str
    article: str
    in_force_from: date
    in_force_to: date | None
    source_url: str
    quote_hash: str
    reason: str
    note: str
    is_weakest_part: bool
    assessed_by: str
    assessed_on: date
    recorded_at: datetime
    supersedes: UUID | None
    superseded_by: UUID | None
    is_stated: bool  # by a national report, of a member without a node
    reviews: tuple[ReviewView, ...]  # of each country the last
    disputes: tuple[DisputeView, ...]

    @property
    def reviewed_by(self) -> tuple[str, ...]:
        """Return the countries that agree with it."""
        return tuple(each.by for each in self.reviews if each.verdict is Verdict.AGREES)


def assessed(row: CriterionAnswer) -> Assessed:
    """Return a row as the rules read it."""
    return Assessed(
        id=row.pk,
        member=row.member,
        key=row.criterion,
        answer=rules.Answer(Value(row.value), row.number, row.is_unlimited, row.in_force_from),
        in_force_from=row.in_force_from,
        in_force_to=row.in_force_to,
        recorded_at=row.recorded_at,
        supersedes=row.supersedes,
    )


def views(
    rows: Iterable[CriterionAnswer], *, known_at: datetime | None = None
) -> list[AnswerView]:
    """Return rows with what others said of them by then; in three queries more."""
    found = [row for row in rows if row.criterion in rules.CRITERIA]
    ids = [row.pk for row in found]
    reviews = reviews_of(ids, known_at=known_at)
    disputes = disputes_of(ids, known_at=known_at)
    later = CriterionAnswer.objects.filter(supersedes__in=ids)
    if known_at is not None:
        later = later.filter(recorded_at__lte=known_at)
    replaced = dict(later.values_list("supersedes", "pk"))
    return [
        _view(
            row,
            tuple(each for by, each in reviews.get(row.pk, {}).items() if by != row.member),
            tuple(each for each in disputes.get(row.pk, []) if each.about == row.member),
            replaced.get(row.pk),
        )
        for row in found
    ]


def reviews_of(
    ids: Sequence[UUID], *, known_at: datetime | None
) -> dict[UUID, dict[str, ReviewView]]:
    """Return the last review of each country, by answer."""
    rows = CriterionReview.objects.filter(answer__in=ids).order_by("recorded_at", "pk")
    if known_at is not None:
        rows = rows.filter(recorded_at__lte=known_at)
    found: dict[UUID, dict[str, ReviewView]] = {}
    for row in rows:
        view = ReviewView(row.by, row.reviewed_by, Verdict(row.verdict), row.note, row.reviewed_on)
        found.setdefault(row.answer, {})[row.by] = view
    return found


def disputes_of(
    ids: Sequence[UUID], *, known_at: datetime | None
) -> dict[UUID, list[DisputeView]]:
    """Return disputes with their replies, by answer, the oldest first."""
    rows = CriterionDispute.objects.filter(answer__in=ids).order_by("recorded_at", "pk")
    if known_at is not None:
        rows = rows.filter(recorded_at__lte=known_at)
    found: dict[UUID, list[DisputeView]] = {}
    for each in dispute_views(list(rows)):
        found.setdefault(each.answer_id, []).append(each)
    return found


def dispute_views(rows: Sequence[CriterionDispute]) -> list[DisputeView]:
    """Return disputes among these rows, each with its replies; only the country whose law it is replies."""
    replies: dict[UUID, list[Saying]] = {}
    for row in rows:
        if row.step == Step.ANSWERED.value:
            replies.setdefault(row.dispute, []).append(_saying(row))
    return [
        DisputeView(
            id=row.pk,
            answer_id=row.answer,
            about=row.about,
            filed=_saying(row),
            replies=tuple(each for each in replies.get(row.pk, []) if each.by == row.about),
        )
        for row in rows
        if row.step == Step.FILED.value
    ]


def _saying(row: CriterionDispute) -> Saying:
    return Saying(row.by, row.said_by, row.text, row.source_url, row.said_on)


def _view(
    row: CriterionAnswer,
    reviews: tuple[ReviewView, ...],
    disputes: tuple[DisputeView, ...],
    superseded_by: UUID | None,
) -> AnswerView:
    return AnswerView(
        id=row.pk,
        member=row.member,
        criterion=rules.CRITERIA[row.criterion],
        value=Value(row.value),
        number=row.number,
        is_unlimited=row.is_unlimited,
        law=row.law,
        article=row.article,
        in_force_from=row.in_force_from,
        in_force_to=row.in_force_to,
        source_url=row.source_url,
        quote_hash=row.quote_hash,
        reason=row.reason,
        note=row.note,
        is_weakest_part=row.is_weakest_part,
        assessed_by=row.assessed_by,
        assessed_on=row.assessed_on,
        recorded_at=row.recorded_at,
        supersedes=row.supersedes,
        superseded_by=superseded_by,
        is_stated=row.node is None,
        reviews=reviews,
        disputes=disputes,
    )
