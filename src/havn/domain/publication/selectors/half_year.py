# SPDX-License-Identifier: Apache-2.0
"""Reading half-year updates: what everybody may read of a member, and who told one, for the secretariat."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Subquery

from havn.domain.actor import Actor
from havn.domain.errors import NotFoundError
from havn.domain.publication.models import ProvisionalPiece, PublishedReport
from havn.domain.publication.rules.published import UNRELEASED, Figure
from havn.domain.publication.selectors._access import require_secretariat
from havn.lib import wire
from havn.lib.encoding import strict_json


@dataclass(frozen=True, slots=True)
class HalfYear:
    """A member's newest update as everybody may read it."""

    member: str
    year: str
    as_of: datetime  # when the member's own site showed it
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class ToldLine:
    """An update as the board lists it: whose, how much of it is here, and whether it is what is shown."""

    update: UUID
    member: str
    year: str
    as_of: datetime
    pieces: int
    is_current: bool
    here: int
    received_at: datetime
    withdrawn_at: datetime | None

    @property
    def may_withdraw(self) -> bool:
        """Whether there is something to take back: it is shown, or will be with its last piece."""
        return self.withdrawn_at is None and (self.is_current or self.here < self.pieces)


def half_year(*, member: str, actor: Actor) -> HalfYear | None:
    """Return what a member told of its running year, until a signed report of that year is published."""  # H24
    del actor  # Its own site shows it to everybody.
    rows = list(_shown().filter(member=member).order_by("indicator", "period"))
    if not rows:
        return None
    first = rows[0]
    figures = tuple(figure for row in rows for figure in _figures(row))
    return HalfYear(first.member, first.year, first.as_of, figures)


def half_years_to_read(*, actor: Actor) -> list[tuple[str, str, datetime]]:
    """Return of which members an update is shown: the code, the year and its instant."""
    del actor
    rows = _shown().values_list("member", "year", "as_of").distinct()
    return list(rows.order_by("member"))


def half_years_told(*, since: str, member: str = "", actor: Actor) -> list[ToldLine]:
    """Return the updates of a year and of later ones, of one member where it is named, the newest first."""  # H25
    require_secretariat(actor)
    rows = ProvisionalPiece.objects.filter(year__gte=since)
    return _lines(rows.filter(member=member) if member else rows)


def told_half_year(*, update: UUID, actor: Actor) -> ToldLine:
    """Return one update; raises NotFoundError."""
    require_secretariat(actor)
    for line in _lines(ProvisionalPiece.objects.filter(update=update)):
        return line
    raise NotFoundError


def is_update_of_member(*, update: UUID, member: str, year: str, actor: Actor) -> bool:
    """Whether pieces of this update are here, told by a node of the member about the year."""
    require_secretariat(actor)
    return ProvisionalPiece.objects.filter(update=update, member=member, year=year).exists()


def _lines(rows: QuerySet[ProvisionalPiece]) -> list[ToldLine]:
    names = ("update", "member", "year", "as_of", "pieces", "is_current", "withdrawn_at")
    grouped = rows.values(*names).annotate(here=Count("id"), received_at=Max("received_at"))
    return [ToldLine(**row) for row in grouped.order_by("-as_of", "member")]


def _shown() -> QuerySet[ProvisionalPiece]:
    """Return the pieces that are shown, of one update a member.

    What was withdrawn was read, so nothing comes back for it.
    """
    read = Q(published_at__isnull=False) | Q(withdrawn_at__isnull=False)
    reports = PublishedReport.objects.filter(
        read, member=OuterRef("member"), year=OuterRef("year")
    )
    current = ProvisionalPiece.objects.filter(is_current=True, withdrawn_at__isnull=True)
    # Two workers that wrote at once may both have marked theirs.
    newest = current.filter(member=OuterRef("member")).order_by("-as_of", "-update")
    return current.filter(~Exists(reports), update=Subquery(newest.values("update")[:1]))


def _figures(row: ProvisionalPiece) -> Iterator[Figure]:
    piece = wire.ProvisionalPiece.of(strict_json(row.content.encode()))
    for each in piece.figures:
        yield Figure(
            member=row.member,
            indicator=piece.indicator,
            definition=piece.definition,
            period=piece.period,
            measure=each.measure,
            breakdown=each.breakdown,
            code=each.code,
            value=each.value,
            lower_bound=each.lower_bound,
            numerator=each.numerator,
            denominator=each.denominator,
            n_started=each.n_started,
            n_done=each.n_done,
            n_censored=each.n_censored,
            status=each.status,
            basis=UNRELEASED,
            source="",
            report=row.update,
            version="",
            as_of=piece.frozen_at,
            node=row.node,
            log_position=piece.log_position,
        )
