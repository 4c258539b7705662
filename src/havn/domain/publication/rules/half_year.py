# SPDX-License-Identifier: Apache-2.0
"""Whether a piece of a half-year update may be taken: whose it is, which year, and what came before it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from havn.domain.indicators import rules as indicators
from havn.domain.publication.rules.accepting import Fault, Sender, part_faults
from havn.lib.wire import ProvisionalPiece

# What was told on the last day of a year may arrive in the next one.
UNDER_WAY = timedelta(days=14)
_WHERE = "update"


@dataclass(frozen=True, slots=True)
class KeptPiece:
    """A piece of the same member and year, or of the same update, that is here."""

    update: UUID
    member: str
    node: UUID
    as_of: datetime
    pieces: int
    indicator: str
    period: str
    complete_at: datetime | None  # when the last piece of its update came
    withdrawn_at: datetime | None  # when its update was taken back

    @property
    def was_read(self) -> bool:
        """Whether its update was whole or taken back: what is older comes too late then."""
        return self.complete_at is not None or self.withdrawn_at is not None


def piece_faults(
    piece: ProvisionalPiece, sender: Sender, kept: Sequence[KeptPiece], *, at: datetime
) -> Iterator[Fault]:
    """Yield what is wrong with who tells this piece, when, and with what it holds."""  # H22 H23
    if piece.member != sender.member:
        yield Fault("another_member", f"{_WHERE}: member")
    elif not sender.is_member or sender.node is None:
        yield Fault("not_a_member", f"{_WHERE}: member")
    if at >= datetime(int(piece.year) + 1, 1, 1, tzinfo=UTC) + UNDER_WAY:
        yield Fault("year_over", f"{_WHERE}: year")
    yield from _order_faults(piece, sender, kept)
    yield from part_faults(f"figures/{piece.indicator}", piece.content)
    yield from _quarter_faults(piece)


def _quarter_faults(piece: ProvisionalPiece) -> Iterator[Fault]:
    """Yield why figures of this indicator are not told by the quarter; of an unknown one other rules say so."""
    about = indicators.Quarter.parse(piece.period)
    for definition in indicators.DEFINITIONS:
        if definition.id != piece.indicator:
            continue
        if not indicators.is_about(definition, about):
            yield Fault("not_for_quarters", f"{_WHERE}: indicator")
        if indicators.is_internal_by_quarter(definition):
            yield Fault("quarters_internal", f"{_WHERE}: indicator")


def _order_faults(
    piece: ProvisionalPiece, sender: Sender, kept: Sequence[KeptPiece]
) -> Iterator[Fault]:
    same = [each for each in kept if each.update == piece.update]
    if any((each.indicator, each.period) == (piece.indicator, piece.period) for each in same):
        yield Fault("already_here", f"{_WHERE}: update")
        return
    if any(each.withdrawn_at is not None for each in same):
        yield Fault("update_withdrawn", f"{_WHERE}: update")
    said = (piece.member, sender.node, piece.as_of, piece.pieces)
    if any((each.member, each.node, each.as_of, each.pieces) != said for each in same) or (
        len(same) >= piece.pieces
    ):
        yield Fault("update_differs", f"{_WHERE}: update")
    # What is not whole may never be: it must not keep out what another node of this member tells.
    others = [each for each in kept if each.update != piece.update and each.was_read]
    if any(each.as_of >= piece.as_of for each in others):
        yield Fault("goes_back", f"{_WHERE}: as_of")
