# SPDX-License-Identifier: Apache-2.0
"""Workbooks as XLSX: written to be filled in, read as they were typed."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any

from havn.kit.national_report.cells import (
    DATE,
    FORMULA,
    NOTHING,
    NUMBER,
    OTHER,
    PERCENT,
    Cell,
    Row,
    Table,
    number_text,
    text_cell,
)
from havn.kit.national_report.faults import FileFault, FileRefusedError
from havn.kit.national_report.layout import (
    FIGURE_COLUMNS,
    FIGURES,
    MOST_COLUMNS,
    MOST_ROWS,
    NUMBER_COLUMNS,
    STATED_STATUSES,
    Sheet,
)
from havn.kit.national_report.packages import repacked, unpacked

_WIDTHS = {"name": 28, "what": 44, "source": 36, "note": 44, "text": 100, "kind": 16}
_ROW = re.compile(rb"<(?:[\w.-]+:)?row\b[^>]*?\br=[\"'](\d{1,9})[\"']")
_CONTENT = re.compile(rb"<(?:[\w.-]+:)?(v|is|f)[\s>]")


def write_xlsx(sheets: Sequence[Sheet]) -> bytes:
    """Return the workbook; cells that nobody may change are protected, without a password."""
    from openpyxl import Workbook as Book

    book = Book()
    book.remove(book.worksheets[0])
    for sheet in sheets:
        page = book.create_sheet(sheet.name)
        _fill(page, sheet)
        _dress(page, sheet)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def read_xlsx(content: bytes) -> dict[str, Table]:
    """Return the tables of a workbook by the names of its sheets; raise FileRefusedError."""
    parts = unpacked(content, "xlsx")
    for name, part in parts.items():
        if name.startswith("xl/worksheets/"):
            _require_few_rows(part)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about what other programs add to a file
            return _tables(repacked(parts))
    except Exception as error:  # whatever openpyxl does with a damaged file
        raise FileRefusedError([FileFault("broken")]) from error


def _fill(page: Any, sheet: Sheet) -> None:
    for number, row in enumerate(sheet.rows, start=1):
        for column, value in enumerate(row, start=1):
            if value == "":
                continue
            cell = page.cell(number, column)
            is_number = sheet.name == FIGURES and number > 1 and _is_number_column(column)
            if is_number and isinstance(value, str):
                cell.value = float(value) if "." in value else int(value)
            else:
                cell.value = value
            if isinstance(cell.value, str):
                cell.data_type = "s"  # never a formula, whatever it begins with


def _is_number_column(column: int) -> bool:
    return column <= len(FIGURE_COLUMNS) and FIGURE_COLUMNS[column - 1] in NUMBER_COLUMNS


def _dress(page: Any, sheet: Sheet) -> None:
    """Give a sheet its widths, its fixed first row, and cells that may be changed and others that may not."""
    from openpyxl.styles import Alignment, Font, Protection
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    is_table = sheet.name in {FIGURES, "Texts"}
    headings = sheet.rows[0] if is_table else []
    for number, heading in enumerate(headings, start=1):
        page.column_dimensions[get_column_letter(number)].width = _WIDTHS.get(str(heading), 13)
        page.cell(1, number).font = Font(bold=True)
    if not is_table:
        page.column_dimensions["A"].width = 90
        page.column_dimensions["B"].width = 20
    for number in range(
        2 if is_table else 1, len(sheet.rows) + (200 if sheet.name == "Texts" else 1)
    ):
        for column in sheet.open_columns:
            page.cell(number, column).protection = Protection(locked=False)
    if not is_table:
        for number in range(1, len(sheet.rows) + 1):
            page.cell(number, 1).alignment = Alignment(wrap_text=True)
    if sheet.name == FIGURES:
        letters = DataValidation(type="list", formula1=f'"{",".join(STATED_STATUSES)}"')
        column = get_column_letter(FIGURE_COLUMNS.index("status") + 1)
        letters.add(f"{column}2:{column}{max(2, len(sheet.rows))}")
        page.add_data_validation(letters)
    page.freeze_panes = "A2" if is_table else None
    page.protection.sheet = True
    page.protection.formatColumns = False


def _require_few_rows(part: bytes) -> None:
    """Refuse content far down a sheet before anybody walks there."""
    starts = [(each.start(), int(each[1])) for each in _ROW.finditer(part)]
    ends = [start for start, _ in starts[1:]] + [len(part)]
    for (start, number), end in zip(starts, ends, strict=True):
        if number > MOST_ROWS and _CONTENT.search(part, start, end):
            raise FileRefusedError([FileFault("too_many_rows")])


def _tables(content: bytes) -> dict[str, Table]:
    from openpyxl import load_workbook

    book = load_workbook(BytesIO(content), read_only=True, keep_links=False)
    tables = {}
    for page in book.worksheets:
        rows = page.iter_rows(max_row=MOST_ROWS, max_col=MOST_COLUMNS)
        found = [Row(number, [_cell(each) for each in row]) for number, row in enumerate(rows, 1)]
        tables[str(page.title)] = [row for row in found if not row.is_empty]
    return tables


def _cell(cell: Any) -> Cell:
    value = cell.value
    if value is None:
        return NOTHING
    if cell.data_type == "f":
        return Cell(FORMULA, "=")
    if isinstance(value, bool) or cell.data_type == "e":
        return Cell(OTHER, str(value))
    if isinstance(value, datetime | date | time | timedelta):
        return Cell(DATE, value.date().isoformat() if isinstance(value, datetime) else str(value))
    if isinstance(value, int | float):
        kind = PERCENT if "%" in str(cell.number_format or "") else NUMBER
        return Cell(kind, number_text(value))
    return text_cell(str(value)) if cell.data_type != "s" else _words(str(value))


def _words(text: str) -> Cell:
    return Cell("text", text) if text.strip() else NOTHING
