# SPDX-License-Identifier: Apache-2.0
"""A half-year update: what the node's own site shows of the first two quarters, as the pieces that travel."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from havn.domain.reporting.rules.document import on_wire
from havn.domain.reporting.rules.figures import Figure, Provenance
from havn.lib import wire


@dataclass(frozen=True, slots=True)
class ShownSeries:
    """The figures of one indicator in one quarter, with what the site says of where they come from."""

    indicator: str
    definition: int
    figures: Sequence[Figure]
    source: Provenance


def first_half_of(year: int) -> tuple[str, str]:
    """Return the quarters that an update is about."""
    return f"{year}-Q1", f"{year}-Q2"


def pieces_of(
    shown: Iterable[ShownSeries], *, update: UUID, year: int, at: datetime
) -> list[wire.ProvisionalPiece]:
    """Return the pieces of an update; nothing is computed or protected here."""  # N28 N30
    every = [each for each in shown if each.figures]
    return [
        wire.ProvisionalPiece(
            update=update,
            member=each.source.ref_area,
            year=str(year),
            as_of=at,
            pieces=len(every),
            indicator=each.indicator,
            definition=each.definition,
            period=each.source.period,
            frozen_at=each.source.as_of,
            log_position=each.source.log_position,
            figures=tuple(
                on_wire(figure, period=each.source.period, status=figure.obs_status)
                for figure in each.figures
            ),
        )
        for each in every
    ]
