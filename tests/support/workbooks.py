# SPDX-License-Identifier: Apache-2.0
"""A small layout of a made-up member's workbook, and cells changed as a person in an office would change them."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from io import BytesIO, StringIO
from typing import Any

from openpyxl import load_workbook

from havn.kit import national_report as kit

TODAY = date(2027, 3, 1)
KNOWN = date(2027, 1, 31)


def row(
    indicator: str, measure: str, kind: str = "count", unit: str = "reports", **split: str
) -> kit.LayoutRow:
    """Return a row of the layout; `split` names a breakdown and its code."""
    return kit.LayoutRow(
        indicator=indicator,
        name=f"Name of {indicator}",
        definition=2,
        measure=measure,
        what=f"What {measure} counts",
        unit=unit,
        period="2026",
        kind=kind,
        **split,
    )


ROWS = (
    row("R01", "received"),
    row("R01", "received", breakdown="channel", code="web"),
    row("R01", "received", breakdown="channel", code="mail"),
    row("R06", "within_24h", kind="share", unit="per cent"),
    row("R13", "upheld", kind="share", unit="per mille"),
    row("R05", "median", kind="quantile", unit="hours"),
    row("V03", "growth", kind="gain", unit="per cent"),
)
LAYOUT = kit.Layout(
    member="XA",
    year="2026",
    rows=ROWS,
    text_kinds={"overview": "Overview", "missing": "What is missing", "note:R01": "Note on R01"},
    languages=("en", "da"),
)
FILLED = kit.Workbook(
    member="XA",
    year="2026",
    known_until=KNOWN,
    figures=(
        kit.StatedFigure(row=ROWS[0], value="1204", source="Register, table 3", note="As known."),
        kit.StatedFigure(row=ROWS[1], status="Q"),
        kit.StatedFigure(
            row=ROWS[3], value="37.5", numerator=3, denominator=8, source="Register", status="P"
        ),
    ),
    texts=(kit.StatedText("overview", "en", "Item 17 was confirmed.\nMore follows."),),
)


def read(
    content: bytes, kind: str, layout: kit.Layout = LAYOUT, today: date = TODAY
) -> kit.Workbook:
    """Return what a workbook says."""
    return kit.read_workbook(kit.tables_in(content, kind), layout, today=today)


def faults(
    content: bytes, kind: str, layout: kit.Layout = LAYOUT, today: date = TODAY
) -> list[kit.FileFault]:
    """Return the faults of a workbook."""
    try:
        read(content, kind, layout, today)
    except kit.FileRefusedError as error:
        return list(error.faults)
    return []


def changed(
    sheet: str,
    place: str,
    value: object,
    filled: kit.Workbook | None = FILLED,
    number_format: str | None = None,
) -> bytes:
    """Return an XLSX workbook in which a cell holds something else."""
    book = load_workbook(BytesIO(kit.write_workbook(LAYOUT, "xlsx", filled)))
    book[sheet][place] = value
    if number_format:
        book[sheet][place].number_format = number_format
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def changed_book(change: Callable[[Any], object], filled: kit.Workbook | None = FILLED) -> bytes:
    """Return an XLSX workbook with something done to it."""
    book = load_workbook(BytesIO(kit.write_workbook(LAYOUT, "xlsx", filled)))
    change(book)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def as_rows(content: bytes) -> list[list[str]]:
    """Return the rows of a CSV workbook."""
    return list(csv.reader(StringIO(content.decode().removeprefix("\ufeff"), newline="")))


def as_csv(
    rows: Iterable[Iterable[object]], delimiter: str = ",", encoding: str = "utf-8"
) -> bytes:
    """Return rows as an office program saves them."""
    text = StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding)


def with_entries(
    content: bytes,
    entries: Mapping[str, str | bytes],
    replaced: Mapping[str, Callable[[bytes], bytes]] | None = None,
) -> bytes:
    """Return a package with further entries, and with some replaced by a function of what they were."""
    found = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(found, "w") as new:
        for entry in old.infolist():
            part = old.read(entry)
            change = (replaced or {}).get(entry.filename)
            new.writestr(entry, change(part) if change else part, zipfile.ZIP_DEFLATED)
        for name, added in entries.items():
            new.writestr(name, added, zipfile.ZIP_DEFLATED)
    return found.getvalue()
