# SPDX-License-Identifier: Apache-2.0
"""A cell as it was typed, whichever program saved it, and what a number in it may look like."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final, NamedTuple

from havn.kit.national_report.faults import shown

EMPTY: Final = "empty"
TEXT: Final = "text"
NUMBER: Final = "number"
FORMULA: Final = "formula"
DATE: Final = "date"
PERCENT: Final = "percent"
OTHER: Final = "other"  # an error, a yes or no

MOST_DIGITS: Final = 15  # as office programs keep them
_PLAIN = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
_COMMA = re.compile(r"-?[0-9 .'\u00a0\u202f\u2019]*,[0-9]+")


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell; `text` is how it reads as words, whatever its kind."""

    kind: str = EMPTY
    text: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands in it."""
        return self.kind == EMPTY or (self.kind == TEXT and not self.text.strip())


NOTHING: Final = Cell()


class Row(NamedTuple):
    """A row with the number that it has in its file."""

    number: int
    cells: list[Cell]

    def cell(self, column: int) -> Cell:
        """Return the cell in a column, counted from nought; rows may be short."""
        return self.cells[column] if column < len(self.cells) else NOTHING

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands in it."""
        return all(cell.is_empty for cell in self.cells)


Table = list[Row]


def text_cell(text: str) -> Cell:
    """Return the cell of a text; one that begins like a formula is a formula."""
    if not text.strip():
        return NOTHING
    return Cell(FORMULA if text.startswith("=") else TEXT, text)


def number_text(number: float | Decimal) -> str:
    """Return a number with the digits that office programs keep, without an exponent."""
    digits = f"{number:.{MOST_DIGITS}g}"
    text = f"{Decimal(digits):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def number_in(cell: Cell) -> tuple[str | None, str, str]:
    """Return the number in a cell as plain text; or None, the code of what is wrong, and its value."""
    if cell.kind in {FORMULA, DATE, PERCENT}:
        code = {FORMULA: "formula", DATE: "date_in_number", PERCENT: "percent"}[cell.kind]
        return None, code, _as_percent(cell.text) if cell.kind == PERCENT else ""
    typed = cell.text.strip()
    if cell.kind in {NUMBER, TEXT} and _PLAIN.fullmatch(typed):
        return _shortest(typed), "", ""
    if _COMMA.fullmatch(typed):
        return None, "comma", re.sub(r"[^0-9,-]", "", typed).replace(",", ".")
    is_number = cell.kind == NUMBER
    return None, "too_large_number" if is_number else "text_in_number", shown(typed)


def _shortest(typed: str) -> str:
    text = f"{Decimal(typed):f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def _as_percent(text: str) -> str:
    try:
        return number_text(Decimal(text) * 100)
    except (InvalidOperation, ValueError):
        return "12.5"
