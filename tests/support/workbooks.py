# SPDX-License-Identifier: Apache-2.0
"""A small layout of a made-up member's workbook, and cells changed as a person in an office would change them."""

from __future__ import annotations

import csv
import zipfile
from datetime import date
from io import BytesIO, StringIO

from openpyxl import load_workbook

from havn.kit import national_report as kit

TODAY = date(2027, 3, 1)
KNOWN = date(2027, 1, 31)


def row(indicator, measure, kind="count", unit="reports", **more):
    """Return a row of the layout."""
    told = {"name": f"Name of {indicator}", "what": f"What {measure} counts", "definition": 2}
    told |= {"period": "2026"} | more
    return kit.LayoutRow(indicator=indicator, measure=measure, kind=kind, unit=unit, **told)


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


def read(content, kind, layout=LAYOUT, today=TODAY):
    """Return what a workbook says."""
    return kit.read_workbook(kit.tables_in(content, kind), layout, today=today)


def faults(content, kind, layout=LAYOUT, today=TODAY):
    """Return the faults of a workbook."""
    try:
        read(content, kind, layout, today)
    except kit.FileRefusedError as error:
        return list(error.faults)
    return []


def changed(sheet, place, value, filled=FILLED, number_format=None):
    """Return an XLSX workbook in which a cell holds something else."""
    book = load_workbook(BytesIO(kit.write_workbook(LAYOUT, "xlsx", filled)))
    book[sheet][place] = value
    if number_format:
        book[sheet][place].number_format = number_format
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def changed_book(change, filled=FILLED):
    """Return an XLSX workbook with something done to it."""
    book = load_workbook(BytesIO(kit.write_workbook(LAYOUT, "xlsx", filled)))
    change(book)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def as_rows(content):
    """Return the rows of a CSV workbook."""
    return list(csv.reader(StringIO(content.decode().removeprefix("\ufeff"), newline="")))


def as_csv(rows, delimiter=",", encoding="utf-8"):
    """Return rows as an office program saves them."""
    text = StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding)


def with_entries(content, entries, replaced=None):
    """Return a package with further entries, and with some replaced by a function of what they were."""
    found = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(found, "w") as new:
        for entry in old.infolist():
            part = old.read(entry)
            change = (replaced or {}).get(entry.filename)
            new.writestr(entry, change(part) if change else part, zipfile.ZIP_DEFLATED)
        for name, part in entries.items():
            new.writestr(name, part, zipfile.ZIP_DEFLATED)
    return found.getvalue()
