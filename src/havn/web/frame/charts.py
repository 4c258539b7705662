# SPDX-License-Identifier: Apache-2.0
"""Bar charts drawn from the rows of the table that stands before them: words as words, bars as SVG."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

BAR_HEIGHT = 20
_MISSING_PERCENT = 8


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: its label, and its value or None where it is hidden or unknown."""

    label: str
    value: Decimal | float | None
    value_text: str


@dataclass(frozen=True, slots=True)
class DrawnBar:
    """One bar and what it is called: its width in hundredths, so that it fits every screen."""

    label: str
    value_text: str
    is_missing: bool
    percent: int


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything that `frame/includes/chart.html` writes."""

    caption: str
    description: str
    bars: tuple[DrawnBar, ...]
    bar_height: int = BAR_HEIGHT
    is_plain: bool = False  # grey: neither more nor less is better


def bar_chart(caption: str, rows: Sequence[Bar], *, is_plain: bool = False) -> Chart:
    """Return a chart whose longest bar fills the width; a missing value is an empty dashed box."""
    largest = max((float(row.value) for row in rows if row.value is not None), default=0.0)
    bars = tuple(_draw(row, largest=largest) for row in rows)
    description = f"{caption}: " + "; ".join(f"{row.label} {row.value_text}" for row in rows)
    return Chart(caption=caption, description=description, bars=bars, is_plain=is_plain)


def _draw(row: Bar, *, largest: float) -> DrawnBar:
    percent = _MISSING_PERCENT if row.value is None else 0
    if row.value is not None and largest > 0:
        percent = max(1 if row.value else 0, round(float(row.value) / largest * 100))
    return DrawnBar(
        label=row.label,
        value_text=row.value_text,
        is_missing=row.value is None,
        percent=percent,
    )
