# SPDX-License-Identifier: Apache-2.0
"""Bar charts drawn as SVG from the rows of the table that stands before them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

BAR_HEIGHT = 20
_STEP = 54
_MISSING_PERCENT = 8


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: its label, and its value or None where it is hidden or unknown."""

    label: str
    value: Decimal | float | None
    value_text: str


@dataclass(frozen=True, slots=True)
class DrawnBar:
    """Where one bar and its text stand: heights in pixels, width in hundredths, so that letters keep their size."""

    label: str
    value_text: str
    is_missing: bool
    y: int
    text_y: int
    percent: int


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything that `frame/includes/chart.html` writes."""

    caption: str
    description: str
    bars: tuple[DrawnBar, ...]
    height: int
    bar_height: int = BAR_HEIGHT


def bar_chart(caption: str, rows: Sequence[Bar]) -> Chart:
    """Return a chart whose longest bar fills the width; a missing value is an empty dashed box."""
    largest = max((float(row.value) for row in rows if row.value is not None), default=0.0)
    bars = tuple(_draw(row, place=place, largest=largest) for place, row in enumerate(rows))
    description = f"{caption}: " + "; ".join(f"{row.label} {row.value_text}" for row in rows)
    return Chart(
        caption=caption, description=description, bars=bars, height=max(1, len(rows)) * _STEP
    )


def _draw(row: Bar, *, place: int, largest: float) -> DrawnBar:
    percent = _MISSING_PERCENT if row.value is None else 0
    if row.value is not None and largest > 0:
        percent = max(1 if row.value else 0, round(float(row.value) / largest * 100))
    return DrawnBar(
        label=row.label,
        value_text=row.value_text,
        is_missing=row.value is None,
        y=place * _STEP + 24,
        text_y=place * _STEP + 17,
        percent=percent,
    )
