# SPDX-License-Identifier: Apache-2.0
"""What a workbook of a national report looks like: its sheets, columns and rows, and what it says about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

WORKBOOK_VERSION: Final = 1
READ_ME: Final = "Read me"
FIGURES: Final = "Figures"
TEXTS: Final = "Texts"
SHEETS: Final = (READ_ME, FIGURES, TEXTS)
MOST_ROWS: Final = 20_000

KEY_COLUMNS: Final = ("indicator", "definition", "measure", "period", "breakdown", "code")
TOLD_COLUMNS: Final = ("name", "what", "unit")
NUMBER_COLUMNS: Final = ("value", "lower_bound", "numerator", "denominator", "n")
FIGURE_COLUMNS: Final = (
    "indicator",
    "name",
    "definition",
    "measure",
    "what",
    "unit",
    "period",
    "breakdown",
    "code",
    *NUMBER_COLUMNS,
    "status",
    "source",
    "note",
)
TEXT_COLUMNS: Final = ("kind", "what", "language", "text")
MOST_COLUMNS: Final = 40
STATED_STATUSES: Final = {
    "A": "as it is (an empty status means this)",
    "P": "provisional",
    "B": "break in the series",
    "L": "exists, but is not collected",
    "M": "there is nothing to measure",
    "Q": "hidden, so that nobody can be recognised",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutRow:
    """One figure that may be filled in; texts are in plain words of the layout's language."""

    indicator: str
    name: str
    definition: int
    measure: str
    what: str
    unit: str
    period: str
    kind: str = ""  # count, share, quantile, gain, statistic; empty: nothing is known of it
    breakdown: str = ""
    code: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        """By which the row is found again."""
        return (self.indicator, self.measure, self.period, self.breakdown, self.code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One workbook: for which member and year, which figures, which texts in which languages."""

    member: str
    year: str
    rows: tuple[LayoutRow, ...]
    text_kinds: Mapping[str, str]  # kind: what it is
    languages: tuple[str, ...] = ("en",)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedFigure:
    """A figure as an office filled it in; numbers are texts of plain decimals, None is not given."""

    row: LayoutRow
    value: str | None = None
    lower_bound: str | None = None
    numerator: int | None = None
    denominator: int | None = None
    n: int | None = None
    status: str = "A"
    source: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class StatedText:
    """A text of a kind in a language."""

    kind: str
    language: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbook:
    """What a workbook says: figures and texts, and until when the figures were known."""

    member: str
    year: str
    known_until: date | None = None
    language: str = "en"  # of notes on figures
    figures: tuple[StatedFigure, ...] = ()
    texts: tuple[StatedText, ...] = ()


Rows = list[list[str | int]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as it is written: rows of words and whole numbers; `open_columns` may be filled in."""

    name: str
    rows: Rows
    open_columns: frozenset[int] = field(default_factory=frozenset)


def sheets_of(layout: Layout, filled: Workbook | None = None) -> list[Sheet]:
    """Return the sheets of a workbook, empty or with what was filled in."""
    return [
        Sheet(READ_ME, _read_me(layout, filled), frozenset({2})),
        Sheet(FIGURES, _figures(layout, filled), _places(FIGURE_COLUMNS, "value", "note")),
        Sheet(TEXTS, _texts(layout, filled), _places(TEXT_COLUMNS, "language", "text")),
    ]


def _places(columns: Sequence[str], first: str, last: str) -> frozenset[int]:
    return frozenset(range(columns.index(first) + 1, columns.index(last) + 2))


READ_ME_LABELS: Final = {
    "version": "Havn national report, workbook of version",
    "member": "Member",
    "year": "Year",
    "known_until": "Figures known up to (day, like 2027-01-31)",
}
_INSTRUCTIONS = (
    "How to fill this in",
    "1. Write above up to which day the figures were known.",
    (
        "2. Sheet `Figures` has one row for each figure. Fill in the columns from `value` to `note`. Leave a row empty "
        "where you have nothing to say; an empty row is `not given` and never nought."
    ),
    (
        "3. `value` is a plain number with a dot: 12.5. Per cent is written as 12.5, not as 0.125. Where a quantile was not reached, "
        "leave `value` empty and write into `lower_bound` what is known at least."
    ),
    "4. `numerator` and `denominator` are what a share was made from; `n` is of how many a quantile is. Counts are whole numbers.",
    "5. `source` says where the figure comes from (register, survey, office). A figure without it is not taken.",
    "6. `note` is one or two sentences for readers, in the first language of the sheet `Texts`.",
    "7. `status` is empty or one letter: "
    + "; ".join(f"{letter} {word}" for letter, word in STATED_STATUSES.items())
    + ".",
    "8. Never write `<5` or a remark into a column of numbers: use `status` and `note`.",
    "9. Sheet `Texts` has one row for each text and language. A further language is a further row. No names of persons.",
    "10. Change no headings and no other cells. No pictures, no objects, no macros: a file with one is not read.",
    "11. Then check it on your own machine: havn national-report read FILE",
)


def _read_me(layout: Layout, filled: Workbook | None) -> Rows:
    known = filled.known_until.isoformat() if filled and filled.known_until else ""
    values: dict[str, str | int] = {
        "version": WORKBOOK_VERSION,
        "member": layout.member,
        "year": layout.year,
        "known_until": known,
    }
    rows: Rows = [[READ_ME_LABELS[name], values[name]] for name in READ_ME_LABELS]
    return rows + [[line] for line in ("", *_INSTRUCTIONS)]


def _figures(layout: Layout, filled: Workbook | None) -> Rows:
    given = {each.row.key: each for each in filled.figures} if filled else {}
    rows: Rows = [list(FIGURE_COLUMNS)]
    for row in layout.rows:
        told: Rows = [
            [
                row.indicator,
                row.name,
                row.definition,
                row.measure,
                row.what,
                row.unit,
                row.period,
                row.breakdown,
                row.code,
            ]
        ]
        rows.append(told[0] + _filled(given.get(row.key)))
    return rows


def _filled(figure: StatedFigure | None) -> list[str | int]:
    if figure is None:
        return [""] * 8
    counts = (figure.numerator, figure.denominator, figure.n)
    status = "" if figure.status == "A" else figure.status
    return [
        figure.value or "",
        figure.lower_bound or "",
        *("" if count is None else count for count in counts),
        status,
        figure.source,
        figure.note,
    ]


def _texts(layout: Layout, filled: Workbook | None) -> Rows:
    given = {(each.kind, each.language): each.text for each in filled.texts} if filled else {}
    rows: Rows = [list(TEXT_COLUMNS)]
    for language in layout.languages:
        for kind, what in layout.text_kinds.items():
            rows.append([kind, what, language, given.pop((kind, language), "")])
    rows += [
        [kind, layout.text_kinds.get(kind, ""), language, text]
        for (kind, language), text in given.items()
    ]
    return rows
