# SPDX-License-Identifier: Apache-2.0
"""Bar charts drawn as SVG from the rows of the table that stands before them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

WIDTH = 640
BAR_HEIGHT = 24
_STEP = 62
_ROOM_FOR_VALUE = 150


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: its label, and its value or None where it is hidden or unknown."""

    label: str
    value: Decimal | float | None
    value_text: str


@dataclass(frozen=True, slots=True)
class DrawnBar:
    """Where one bar and its texts stand, in units of the view box."""

    label: str
    value_text: str
    is_missing: bool
    y: int
    label_y: int
    value_y: int
    width: int
    value_x: int


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything that `frame/includes/chart.html` writes."""

    caption: str
    description: str
    bars: tuple[DrawnBar, ...]
    height: int
    width: int = WIDTH
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
    top = place * _STEP
    width = 40 if row.value is None else 0
    if row.value is not None and largest > 0:
        width = max(2, round(float(row.value) / largest * (WIDTH - _ROOM_FOR_VALUE)))
    return DrawnBar(
        label=row.label,
        value_text=row.value_text,
        is_missing=row.value is None,
        y=top + 24,
        label_y=top + 17,
        value_y=top + 42,
        width=width,
        value_x=width + 8,
    )
