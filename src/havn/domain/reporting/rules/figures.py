# SPDX-License-Identifier: Apache-2.0
"""What is published of frozen figures: marks, the tidy table, and what is worth a chart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from havn.domain.indicators.rules import ShownFigure
from havn.lib import wire
from havn.lib.encoding import csv_line, instant_text, plain_number

_CELL = (
    "measure",
    "breakdown",
    "code",
    "value",
    "lower_bound",
    "numerator",
    "denominator",
    "n_started",
    "n_done",
    "n_censored",
)
PROVISIONAL_FOR = 2  # further quarters, then final
CSV_COLUMNS = (
    "indicator",
    "ref_area",
    "freq",
    "time_period",
    "sex",
    "age",
    "offence",
    "origin",
    "other_dim",
    "other_code",
    "unit",
    "obs_value",
    "lower_bound",
    "numerator",
    "denominator",
    "n_censored",
    "obs_status",
    "conf_status",
    "as_of",
    "version",
    "node",
    "log_position",
    "note",
)


@dataclass(frozen=True, slots=True)
class Figure(ShownFigure):
    """One frozen value as pages and files show it.

    A suppressed one has neither value nor bound; of a quantile that rests on too few items the counts may stand.
    """

    measure: str
    unit: str
    breakdown: str
    code: str
    value: Decimal | None
    lower_bound: Decimal | None
    numerator: int | None
    denominator: int | None
    n_started: int | None
    n_done: int | None
    n_censored: int | None
    obs_status: str  # A normal, P provisional, Q suppressed

    @property
    def is_hidden(self) -> bool:
        """Whether the value is hidden to protect small numbers."""
        return self.obs_status == "Q"

    @property
    def is_left_away(self) -> bool:
        """Whether it says that the whole breakdown is not shown: it has a breakdown and no code."""
        return bool(self.breakdown) and not self.code


@dataclass(frozen=True, slots=True)
class Provenance:
    """Who published a figure, about when, and from which facts."""

    ref_area: str
    node: UUID
    period: str
    as_of: datetime
    log_position: UUID | None


def cell_of(value: object) -> dict[str, Any]:
    """Return which cell a computed or stored value is of, and its numbers: the same fields wherever it goes."""
    return {name: getattr(value, name) for name in _CELL}


def status_of(stored: str, later_quarters: int) -> str:
    """Return the status as published: figures are provisional for two further quarters."""
    if stored != "A":
        return stored
    return "P" if later_quarters < PROVISIONAL_FOR else "A"


def is_final(period: str, as_of: datetime) -> bool:
    """Whether a quarter (2026-Q3) or year (2026) was over for two further periods of its kind by then."""
    year, _dash, number = period.partition("-Q")
    if not number:
        return as_of >= datetime(int(year) + 1 + PROVISIONAL_FOR, 1, 1, tzinfo=UTC)
    later = int(year) * 4 + int(number) + PROVISIONAL_FOR
    return as_of >= datetime(later // 4, later % 4 * 3 + 1, 1, tzinfo=UTC)


def tidy_lines(
    figures: Iterable[tuple[str, int, Figure]], provenance: Provenance
) -> Iterator[str]:
    """Yield the lines of the tidy table: one header, then one observation a line.

    UTF-8, comma, dot decimals, ISO dates, empty = not given; never text in a number column
    (handbook 3.6). `figures` holds indicator, definition version and figure.
    """
    yield csv_line(CSV_COLUMNS)
    for indicator, version, figure in figures:
        yield csv_line(_cells(indicator, version, figure, provenance))


def tidy_table(figures: Iterable[tuple[str, int, Figure]], provenance: Provenance) -> bytes:
    """Return the tidy table as one file."""
    return "".join(tidy_lines(figures, provenance)).encode()


def _cells(indicator: str, version: int, figure: Figure, source: Provenance) -> Sequence[str]:
    dimensions = [("measure", figure.measure)]
    if figure.breakdown:
        dimensions.append((figure.breakdown, figure.code or wire.LEFT_AWAY))
    is_duration = figure.n_started is not None
    values = {
        "indicator": indicator,
        "ref_area": source.ref_area,
        "freq": "Q",
        "time_period": source.period,
        "other_dim": ";".join(name for name, _ in dimensions),
        "other_code": ";".join(code for _, code in dimensions),
        "unit": figure.unit,
        "obs_value": plain_number(figure.value),
        "lower_bound": plain_number(figure.lower_bound),
        "numerator": plain_number(figure.n_done if is_duration else figure.numerator),
        "denominator": plain_number(figure.rests_on),
        "n_censored": plain_number(figure.n_censored),
        "obs_status": figure.obs_status,
        "conf_status": figure.conf_status,
        "as_of": instant_text(source.as_of),
        "version": str(version),
        "node": str(source.node),
        "log_position": str(source.log_position or ""),
        "note": wire.LEFT_AWAY_NOTE if figure.is_left_away else "",
    }
    return [values.get(column, "") for column in CSV_COLUMNS]


def is_worth_drawing(figures: Sequence[Figure], *, most_unknown: float, unknown: str) -> bool:
    """Whether a breakdown may be drawn: not when too much of it is of unknown category."""
    counts = {
        f.code: f.rests_on if f.rests_on is not None else f.value
        for f in figures
        if not f.is_hidden
    }
    total = sum(Decimal(count) for count in counts.values() if count is not None)
    return total > 0 and Decimal(counts.get(unknown) or 0) <= total * Decimal(str(most_unknown))
