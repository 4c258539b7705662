# SPDX-License-Identifier: Apache-2.0
"""Cells and lines of tables as files of comma-separated values hold them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from decimal import Decimal


def plain_number(number: Decimal | int | None) -> str:
    """Return a number as files hold it: point decimals, no exponent, empty where none is given."""
    if number is None:
        return ""
    return f"{Decimal(number).normalize() + 0:f}"  # nothing less than nothing is nothing


def number_of(text: str | None) -> Decimal | None:
    """Return the number that a stored text is of; None where none is given."""
    return None if text is None else Decimal(text)


def csv_line(cells: Iterable[str]) -> str:
    """Return one line of a table: commas, quotes where they are needed, a line feed at its end."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()
