# SPDX-License-Identifier: Apache-2.0
"""Cells and lines of tables: what is written can be read back as it was."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havn.lib.encoding import csv_line, plain_number


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (None, ""),
        (0, "0"),
        (1200, "1200"),
        (Decimal("1.50"), "1.5"),
        (Decimal("48.000"), "48"),
        (Decimal("-0.0"), "0"),
        (Decimal("1E+3"), "1000"),
        (Decimal("0.0000001"), "0.0000001"),
    ],
)
def test_a_number_is_written_without_exponent_and_without_idle_zeroes(
    number: Decimal | int | None, expected: str
) -> None:
    assert plain_number(number) == expected


@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9
    )
)
def test_a_written_number_reads_back_as_the_same_number(number: Decimal) -> None:
    assert Decimal(plain_number(number)) == number
    assert "E" not in plain_number(number)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"])), min_size=2, max_size=5))
def test_a_line_reads_back_as_the_same_cells(cells: list[str]) -> None:
    line = csv_line(cells)
    assert line.endswith("\n")
    assert next(csv.reader(io.StringIO(line))) == cells
