# SPDX-License-Identifier: Apache-2.0
"""The national report on an office's own machine: one workbook out and back, drafts back; nothing but words and numbers.

    content = write_workbook(layout, "xlsx")
    workbook = read_workbook(tables_in(content, "xlsx"), layout, today=today)

A file is judged by names, sizes and types before it is parsed; what is wrong is said all at once, with sheet,
row and column (FileRefusedError). A file that was read is never changed.
"""

from havn.kit.national_report.drafts import Draft, read_draft
from havn.kit.national_report.faults import FILE_SENTENCES, REMARKS, FileFault, FileRefusedError
from havn.kit.national_report.layout import (
    FIGURE_COLUMNS,
    FIGURES,
    READ_ME,
    STATED_STATUSES,
    TEXT_COLUMNS,
    TEXTS,
    Layout,
    LayoutRow,
    StatedFigure,
    StatedText,
    Workbook,
)
from havn.kit.national_report.reading import read_workbook, tables_in, whose
from havn.kit.national_report.stating import head_of, parts_of
from havn.kit.national_report.writing import WORKBOOK_KINDS, write_workbook

__all__ = [
    "FIGURES",
    "FIGURE_COLUMNS",
    "FILE_SENTENCES",
    "READ_ME",
    "REMARKS",
    "STATED_STATUSES",
    "TEXTS",
    "TEXT_COLUMNS",
    "WORKBOOK_KINDS",
    "Draft",
    "FileFault",
    "FileRefusedError",
    "Layout",
    "LayoutRow",
    "StatedFigure",
    "StatedText",
    "Workbook",
    "head_of",
    "parts_of",
    "read_draft",
    "read_workbook",
    "tables_in",
    "whose",
    "write_workbook",
]
