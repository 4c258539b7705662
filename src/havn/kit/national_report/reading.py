# SPDX-License-Identifier: Apache-2.0
"""Workbooks that come back, checked line by line against the template: all faults at once, or what they say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from havn.kit.national_report.cells import DATE, FORMULA, Cell, Row, Table, number_in
from havn.kit.national_report.csv_rows import read_csv
from havn.kit.national_report.faults import FileFault, FileRefusedError, shown
from havn.kit.national_report.layout import (
    FIGURE_COLUMNS,
    FIGURES,
    KEY_COLUMNS,
    NUMBER_COLUMNS,
    READ_ME,
    READ_ME_LABELS,
    SHEETS,
    STATED_STATUSES,
    TEXT_COLUMNS,
    TEXTS,
    TOLD_COLUMNS,
    WORKBOOK_VERSION,
    Layout,
    LayoutRow,
    StatedFigure,
    StatedText,
    Workbook,
)
from havn.kit.national_report.ods import read_ods
from havn.kit.national_report.xlsx import read_xlsx
from havn.lib.wire import MOST_LINE, MOST_TEXT, fault_in_text

MOST_NOTE: Final = 1_000
_COUNTS = ("numerator", "denominator", "n")
_NOTHING_TO_SAY = {"L", "M", "Q"}
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?")
_DAY = re.compile(r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}")
_PER_CENT = "per cent"
_ROUNDED = Decimal("0.1")
_READERS = {"xlsx": read_xlsx, "ods": read_ods, "csv": read_csv}
Faults = list[FileFault]


def tables_in(content: bytes, kind: str) -> dict[str, Table]:
    """Return the tables of a workbook (`xlsx`, `ods`, `csv`); raise FileRefusedError for a file that is unsafe."""
    return _READERS[kind](content)


def whose(tables: Mapping[str, Table]) -> tuple[str, str]:
    """Return for which member and year a workbook is, so that its template can be made again; or raise."""
    told = _told(tables)
    member, year = told.get("member", ""), told.get("year", "")
    if READ_ME not in tables:
        raise FileRefusedError([FileFault("sheet_missing", READ_ME)])
    faults = list(_label_faults(tables[READ_ME]))
    version = told.get("version", "")
    if version and version != str(WORKBOOK_VERSION):
        faults = [FileFault("other_version", READ_ME, value=shown(version))]
    elif not re.fullmatch("[A-Z]{2}", member) or not re.fullmatch("[12][0-9]{3}", year):
        faults.append(FileFault("other_report", READ_ME, value="no member and year"))
    if faults:
        raise FileRefusedError(faults)
    return member, year


def read_workbook(tables: Mapping[str, Table], layout: Layout, *, today: date) -> Workbook:
    """Return what a workbook says; raise FileRefusedError with every fault of every sheet at once."""
    faults: Faults = []
    for name in tables:
        if name not in SHEETS and any(not row.is_empty for row in tables[name]):
            faults.append(FileFault("sheet_unknown", shown(name)))
    faults += [FileFault("sheet_missing", name) for name in SHEETS if name not in tables]
    known_until = _read_me(tables.get(READ_ME, []), layout, faults, today=today)
    figures = _figures(tables[FIGURES], layout, faults) if FIGURES in tables else []
    texts = _texts(tables[TEXTS], layout, faults) if TEXTS in tables else []
    if faults:
        raise FileRefusedError(faults)
    return Workbook(
        member=layout.member,
        year=layout.year,
        known_until=known_until,
        language=_first_language(tables[TEXTS]),
        figures=tuple(figures),
        texts=tuple(texts),
    )


def _told(tables: Mapping[str, Table]) -> dict[str, str]:
    names = {label: name for name, label in READ_ME_LABELS.items()}
    found: dict[str, str] = {}
    for row in tables.get(READ_ME, []):
        name = names.get(row.cell(0).text.strip())
        if name:
            found.setdefault(name, row.cell(1).text.strip())
    return found


def _label_faults(table: Table) -> Iterator[FileFault]:
    labels = {row.cell(0).text.strip() for row in table}
    for label in READ_ME_LABELS.values():
        if label not in labels:
            yield FileFault("header_changed", READ_ME, value=label)


def _read_me(table: Table, layout: Layout, faults: Faults, *, today: date) -> date | None:
    if not table:
        return None
    told = _told({READ_ME: table})
    if (told.get("member"), told.get("year")) != (layout.member, layout.year):
        other = f"{told.get('member', '')} {told.get('year', '')}"
        faults.append(FileFault("other_report", READ_ME, value=shown(other)))
    label = READ_ME_LABELS["known_until"]
    row = next((row for row in table if row.cell(0).text.strip() == label), None)
    if row is None:
        return None
    cell, place = row.cell(1), (READ_ME, row.number, "B")
    if cell.is_empty:
        faults.append(FileFault("date_missing", *place))
        return None
    day = _day(cell)
    if day is None:
        faults.append(FileFault("formula" if cell.kind == FORMULA else "not_a_date", *place))
    elif not date(int(layout.year), 12, 31) <= day <= today:
        faults.append(FileFault("date_outside", *place))
    return day


def _day(cell: Cell) -> date | None:
    text = cell.text.strip()[:10] if cell.kind == DATE else cell.text.strip()
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def _has_header(table: Table, columns: tuple[str, ...], sheet: str, faults: Faults) -> bool:
    if not table:
        faults.append(FileFault("header_changed", sheet, 1, value=columns[0]))
        return False
    first = table[0]
    before = len(faults)
    for number, column in enumerate(columns):
        if first.cell(number).text.strip() != column:
            letter = _letter(number)
            faults.append(FileFault("header_changed", sheet, first.number, letter, column))
    return len(faults) == before


def _letter(number: int) -> str:
    return chr(ord("A") + number) if number < 26 else "A" + chr(ord("A") + number - 26)


def _outside(row: Row, columns: tuple[str, ...], sheet: str, faults: Faults) -> None:
    for number in range(len(columns), len(row.cells)):
        if not row.cell(number).is_empty:
            faults.append(FileFault("out_of_place", sheet, row.number, _letter(number)))


def _figures(table: Table, layout: Layout, faults: Faults) -> list[StatedFigure]:
    if not _has_header(table, FIGURE_COLUMNS, FIGURES, faults):
        return []
    known = {row.key: row for row in layout.rows}
    seen: dict[tuple[str, ...], int] = {}
    found = []
    for row in table[1:]:
        _outside(row, FIGURE_COLUMNS, FIGURES, faults)
        cells = {name: row.cell(number) for number, name in enumerate(FIGURE_COLUMNS)}
        if all(cell.is_empty for cell in cells.values()):
            continue
        meant = _meant(cells, known, row.number, faults)
        if meant is None:
            continue
        if meant.key in seen:
            earlier = str(seen[meant.key])
            faults.append(FileFault("figure_twice", FIGURES, row.number, value=earlier))
            continue
        seen[meant.key] = row.number
        figure = FigureRow(meant, cells, row.number, faults).read()
        if figure is not None:
            found.append(figure)
    return found


def _meant(
    cells: Mapping[str, Cell],
    known: Mapping[tuple[str, ...], LayoutRow],
    number: int,
    faults: Faults,
) -> LayoutRow | None:
    """Return which figure of the template a row is about."""
    words = {name: cells[name].text.strip() for name in KEY_COLUMNS}
    key = tuple(words[name] for name in ("indicator", "measure", "period", "breakdown", "code"))
    meant = known.get(key)
    if meant is None:
        codes = shown(" ".join(word for word in key if word), 60)
        faults.append(FileFault("unknown_figure", FIGURES, number, value=codes))
        return None
    if words["definition"] != str(meant.definition):
        faults.append(FileFault("older_definition", FIGURES, number, "definition"))
    for name in TOLD_COLUMNS:
        if cells[name].text.strip() != getattr(meant, name).strip():
            told = getattr(meant, name)
            faults.append(FileFault("description_changed", FIGURES, number, name, told))
    return meant


class FigureRow:
    """One row of figures while it is read; what is wrong goes to `faults`."""

    def __init__(
        self, meant: LayoutRow, cells: Mapping[str, Cell], number: int, faults: Faults
    ) -> None:
        self._meant = meant
        self._cells = cells
        self._number = number
        self._faults = faults

    def read(self) -> StatedFigure | None:
        """Return the figure, or None where nothing was filled in or something is wrong."""
        before = len(self._faults)
        numbers = {name: self._number_of(name) for name in NUMBER_COLUMNS}
        status = self._cells["status"].text.strip().upper()
        source = self._words("source", most=MOST_LINE, may_break=False)
        note = self._words("note", most=MOST_NOTE, may_break=True)
        if status and (status not in STATED_STATUSES or self._cells["status"].kind == FORMULA):
            self._say("status_unknown", "status", ", ".join(STATED_STATUSES))
        if len(self._faults) > before:
            return None
        if not (status or source or note or any(numbers.values())):
            return None
        self._judge(numbers, status or "A", source)
        if len(self._faults) > before:
            return None
        counts = {name: _whole(numbers[name]) for name in _COUNTS}
        return StatedFigure(
            row=self._meant,
            value=numbers["value"],
            lower_bound=numbers["lower_bound"],
            status=status or "A",
            source=source,
            note=note,
            **counts,
        )

    def _say(self, code: str, column: str, value: str = "") -> None:
        self._faults.append(FileFault(code, FIGURES, self._number, column, value))

    def _number_of(self, name: str) -> str | None:
        cell = self._cells[name]
        if cell.is_empty:
            return None
        number, code, value = number_in(cell)
        if number is None:
            self._say(code, name, value)
            return None
        is_count = name in _COUNTS or (name == "value" and self._meant.kind == "count")
        if is_count and "." in number:
            self._say("not_whole", name)
        elif is_count and number.startswith("-"):
            self._say("negative", name)
        elif is_count and len(number) > 12:
            self._say("too_large_number", name)
        return number

    def _words(self, name: str, *, most: int, may_break: bool) -> str:
        cell = self._cells[name]
        if cell.kind == FORMULA:
            self._say("formula", name)
            return ""
        text = cell.text.replace("\r\n", "\n").strip()
        code = "too_long" if len(text) > most else fault_in_text(text, may_break=may_break)
        if code:
            self._say(code, name, f"{most:,}")
        return text

    def _judge(self, numbers: Mapping[str, str | None], status: str, source: str) -> None:
        has_value = numbers["value"] is not None or numbers["lower_bound"] is not None
        if status in _NOTHING_TO_SAY:
            hidden = NUMBER_COLUMNS if status == "Q" else ("value", "lower_bound")
            for name in hidden:
                if numbers[name] is not None:
                    self._say("number_out_of_place", name)
        elif not has_value:
            self._say("number_missing", "value")
        if has_value and not source:
            self._say("source_missing", "source")
        if self._meant.kind == "share":
            self._judge_share(numbers)

    def _judge_share(self, numbers: Mapping[str, str | None]) -> None:
        value, top, bottom = (numbers[name] for name in ("value", "numerator", "denominator"))
        is_per_cent = self._meant.unit == _PER_CENT
        if is_per_cent and value is not None and not 0 <= Decimal(value) <= 100:
            self._say("share_out_of_bounds", "value")
        if top is None or bottom is None:
            return
        if int(top) > int(bottom):
            self._say("above_denominator", "numerator", f"{top} of {bottom}")
        elif is_per_cent and value is not None and int(bottom):
            share = Decimal(100 * int(top)) / int(bottom)
            if abs(share - Decimal(value)) > _ROUNDED:
                self._say("share_differs", "value", str(share.quantize(_ROUNDED)))


def _whole(number: str | None) -> int | None:
    return None if number is None else int(number)


def _texts(table: Table, layout: Layout, faults: Faults) -> list[StatedText]:
    if not _has_header(table, TEXT_COLUMNS, TEXTS, faults):
        return []
    seen: dict[tuple[str, str], int] = {}
    found = []
    for row in table[1:]:
        _outside(row, TEXT_COLUMNS, TEXTS, faults)
        text = _text(row, layout, faults)
        if text is None:
            continue
        key = (text.kind, text.language)
        if key in seen:
            faults.append(FileFault("text_twice", TEXTS, row.number, value=str(seen[key])))
            continue
        seen[key] = row.number
        found.append(text)
    return found


def _first_language(table: Table) -> str:
    """Return the language in which notes on figures are: the first that the sheet of texts names."""
    found = [row.cell(2).text.strip() for row in table[1:]]
    return next((each for each in found if _LANGUAGE.fullmatch(each)), "en")


def _text(row: Row, layout: Layout, faults: Faults) -> StatedText | None:
    kind, language = row.cell(0).text.strip(), row.cell(2).text.strip()
    cell = row.cell(3)
    text = cell.text.replace("\r\n", "\n").strip()
    if not text:
        return None
    before = len(faults)

    def say(code: str, column: str, value: str = "") -> None:
        faults.append(FileFault(code, TEXTS, row.number, column, value))

    if not kind or not language:
        say("kind_missing", "language" if kind else "kind")
    elif kind not in layout.text_kinds:
        say("kind_unknown", "kind", ", ".join(layout.text_kinds))
    elif not _LANGUAGE.fullmatch(language):
        say("language_unknown", "language")
    if cell.kind == FORMULA:
        say("formula", "text")
    elif len(text) > MOST_TEXT:
        say("too_long", "text", f"{MOST_TEXT:,}")
    else:
        code = fault_in_text(text, may_break=True)
        if code:
            say(code, "text")
    return StatedText(kind, language, text) if len(faults) == before else None
