# SPDX-License-Identifier: Apache-2.0
"""Workbooks as one CSV file, whose first column names the sheet; office programs may have saved it with semicolons."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import StringIO

from havn.kit.national_report.cells import Row, Table, text_cell
from havn.kit.national_report.faults import FileFault, FileRefusedError
from havn.kit.national_report.layout import MOST_ROWS, SHEETS, Sheet
from havn.kit.national_report.packages import MOST_FILE_BYTES

_MARK = "\ufeff"  # by which some programs know UTF-8


def write_csv(sheets: Sequence[Sheet]) -> bytes:
    """Return the workbook as CSV in UTF-8."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    for sheet in sheets:
        writer.writerows([sheet.name, *row] for row in sheet.rows)
    return (_MARK + text.getvalue()).encode()


def read_csv(content: bytes) -> dict[str, Table]:
    """Return the tables of a workbook by the names of its sheets; raise FileRefusedError."""
    if len(content) > MOST_FILE_BYTES:
        raise FileRefusedError([FileFault("too_large")])
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise FileRefusedError([FileFault("other_format", value="CSV")])
    try:
        text = content.decode("utf-8").removeprefix(_MARK)
        if "\0" in text:
            raise FileRefusedError([FileFault("not_text")])
        rows = list(
            csv.reader(StringIO(text, newline=""), delimiter=_separator(text), strict=True)
        )
    except (UnicodeDecodeError, csv.Error) as error:
        code = "not_text" if isinstance(error, UnicodeDecodeError) else "broken"
        raise FileRefusedError([FileFault(code)]) from error
    return _tables(rows)


def _separator(text: str) -> str:
    """Return the sign that follows the name of the first sheet."""
    first = text.lstrip('"').removeprefix(SHEETS[0]).lstrip('"')[:1]
    return first if first in {",", ";", "\t"} else ","


def _tables(rows: list[list[str]]) -> dict[str, Table]:
    if len(rows) > MOST_ROWS:
        raise FileRefusedError([FileFault("too_many_rows")])
    tables: dict[str, Table] = {}
    for number, row in enumerate(rows, start=1):
        if any(each.strip() for each in row):
            cells = [text_cell(each) for each in row[1:]]
            tables.setdefault(row[0].strip(), []).append(Row(number, cells))
    return tables
