# SPDX-License-Identifier: Apache-2.0
"""Workbooks as ODS: written to be filled in, read as they were typed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape, quoteattr

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
)
from havn.kit.national_report.faults import FileFault, FileRefusedError
from havn.kit.national_report.layout import (
    FIGURE_COLUMNS,
    FIGURES,
    MOST_COLUMNS,
    MOST_ROWS,
    NUMBER_COLUMNS,
    Sheet,
)
from havn.kit.national_report.packages import repacked, unpacked

_BLANKS = re.compile(r" {2,}|^ | $")
_KINDS = {
    "float": NUMBER,
    "currency": NUMBER,
    "percentage": PERCENT,
    "date": DATE,
    "time": DATE,
    "boolean": OTHER,
}


def write_ods(sheets: Sequence[Sheet]) -> bytes:
    """Return the workbook."""
    from odfdo import Document, Element

    document = Document("spreadsheet")
    document.body.clear()
    for sheet in sheets:
        document.body.append(Element.from_tag(_table(sheet)))
    document.del_part("Thumbnails/thumbnail.png")  # a picture of an empty page
    content = BytesIO()
    document.save(content)
    return content.getvalue()


def read_ods(content: bytes) -> dict[str, Table]:
    """Return the tables of a workbook by the names of its sheets; raise FileRefusedError."""
    parts = unpacked(content, "ods")
    try:
        return _tables(repacked(parts))
    except FileRefusedError:
        raise
    except Exception as error:  # whatever odfdo does with a damaged file
        raise FileRefusedError([FileFault("broken")]) from error


def _table(sheet: Sheet) -> str:
    rows = "".join(
        f"<table:table-row>{''.join(_cells(sheet, number, row))}</table:table-row>"
        for number, row in enumerate(sheet.rows, start=1)
    )
    return f"<table:table table:name={quoteattr(sheet.name)}>{rows}</table:table>"


def _cells(sheet: Sheet, number: int, row: Sequence[str | int]) -> Iterator[str]:
    for column, value in enumerate(row):
        is_number = sheet.name == FIGURES and number > 1 and _is_number_column(column)
        if value == "":
            yield "<table:table-cell/>"
        elif is_number or isinstance(value, int):
            typed = f'office:value-type="float" office:value="{value}"'
            yield f"<table:table-cell {typed}><text:p>{value}</text:p></table:table-cell>"
        else:
            lines = "".join(f"<text:p>{_words(line)}</text:p>" for line in value.split("\n"))
            yield f'<table:table-cell office:value-type="string">{lines}</table:table-cell>'


def _is_number_column(column: int) -> bool:
    return column < len(FIGURE_COLUMNS) and FIGURE_COLUMNS[column] in NUMBER_COLUMNS


def _words(line: str) -> str:
    """Return a line as ODF writes it: blanks that would be lost are counted."""
    blanks = _BLANKS.sub(lambda found: f"\0{len(found[0])}\0", line)
    return re.sub(
        "\0(\\d+)\0", r'<text:s text:c="\1"/>', escape(blanks).replace("\t", "<text:tab/>")
    )


def _tables(content: bytes) -> dict[str, Table]:
    from odfdo import Document

    document = Document(BytesIO(content))
    tables = {}
    for table in document.body.get_elements("table:table"):
        name = str(table.get_attribute("table:name") or "")
        tables[name] = list(_rows(table))
    return tables


def _rows(table: Any) -> Iterator[Row]:
    """Yield the rows that hold something; repeated empty ones, of which a sheet has a million, are counted only."""
    number = 1
    for element in table.get_elements("descendant::table:table-row"):
        times = _repeated(element, "table:number-rows-repeated")
        row = Row(number, list(_read_cells(element)))
        if not row.is_empty:
            for further in range(times):
                if number + further > MOST_ROWS:
                    raise FileRefusedError([FileFault("too_many_rows")])
                yield Row(number + further, row.cells)
        number += times


def _read_cells(row: Any) -> Iterator[Cell]:
    column = 0
    for element in row.get_elements("table:table-cell|table:covered-table-cell"):
        times = _repeated(element, "table:number-columns-repeated")
        cell = _cell(element)
        yield from [cell] * max(0, min(times, MOST_COLUMNS - column))
        column += times


def _repeated(element: Any, name: str) -> int:
    return max(1, int(element.get_attribute(name) or 1))


def _cell(element: Any) -> Cell:
    if element.get_attribute("table:formula"):
        return Cell(FORMULA, "=")
    kind = str(element.get_attribute("office:value-type") or "")
    value = str(element.get_attribute("office:value") or "")
    if kind in {"float", "currency", "percentage"}:
        return Cell(_KINDS[kind], number_text(float(value)))
    text = "\n".join(each.inner_text for each in element.get_elements("text:p"))
    if kind in _KINDS:
        return Cell(_KINDS[kind], str(element.get_attribute("office:date-value") or text))
    return Cell("text", text) if text.strip() else NOTHING
