# SPDX-License-Identifier: Apache-2.0
"""A workbook in each of its formats, empty or filled in."""

from __future__ import annotations

from typing import Final

from havn.kit.national_report.csv_rows import write_csv
from havn.kit.national_report.layout import Layout, Workbook, sheets_of
from havn.kit.national_report.ods import write_ods
from havn.kit.national_report.xlsx import write_xlsx

_WRITERS = {"xlsx": write_xlsx, "ods": write_ods, "csv": write_csv}
WORKBOOK_KINDS: Final = tuple(_WRITERS)


def write_workbook(layout: Layout, kind: str, filled: Workbook | None = None) -> bytes:
    """Return the workbook of a layout as `xlsx`, `ods` or `csv`."""
    return _WRITERS[kind](sheets_of(layout, filled))
