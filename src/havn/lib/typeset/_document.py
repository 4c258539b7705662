# SPDX-License-Identifier: Apache-2.0
"""A document as plain content: title, facts, sections of words, tables and bars; how it looks is said elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Words that nobody changes in a draft; lines stay lines."""

    text: str
    is_remark: bool = False  # small: a note, a source, a caveat

    def as_value(self) -> dict[str, Any]:
        """Return the block as the template reads it."""
        return {"is": "remark" if self.is_remark else "text", "text": self.text}


@dataclass(frozen=True, slots=True)
class ReportText:
    """A text of the report, which a draft that goes round lets people change: kind, language, title, words."""

    kind: str
    language: str
    title: str
    text: str

    def as_value(self) -> dict[str, Any]:
        """Return the block as the template reads it."""
        return {
            "is": "passage",
            "title": self.title,
            "language": self.language,
            "text": self.text,
        }


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its label, how long it is, and what is written beside it; None is drawn as a gap."""

    label: str
    value: float | None
    shown: str


@dataclass(frozen=True, slots=True)
class Bars:
    """A chart of bars, with the same in words for who does not see it."""

    caption: str
    alt: str
    bars: tuple[Bar, ...]

    def as_value(self) -> dict[str, Any]:
        """Return the block as the template reads it."""
        longest = max((abs(bar.value) for bar in self.bars if bar.value is not None), default=0)
        return {
            "is": "bars",
            "caption": self.caption,
            "alt": self.alt,
            "bars": [
                {
                    "label": bar.label,
                    "share": abs(bar.value) / longest if bar.value and longest else 0,
                    "shown": bar.shown,
                }
                for bar in self.bars
            ],
        }


@dataclass(frozen=True, slots=True)
class FigureTable:
    """A table with a row of headings; the first column heads its row, the others are figures as they read."""

    name: str  # by which a draft that comes back finds it: `R01`, `R01.2`
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""

    def as_value(self) -> dict[str, Any]:
        """Return the block as the template reads it."""
        return {
            "is": "table",
            "caption": self.caption,
            "columns": list(self.columns),
            "rows": [list(row) for row in self.rows],
            "note": self.note,
        }


Block = Paragraph | ReportText | Bars | FigureTable


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with what stands below it; level 2 lies within the level 1 before it."""

    title: str
    blocks: tuple[Block, ...] = ()
    level: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What is set: a national report, or the minister's page."""

    title: str
    language: str  # of all that is not said to be in another one
    made_at: datetime
    subtitle: str = ""
    author: str = ""  # an office
    facts: tuple[tuple[str, str], ...] = ()  # the cover's lines: what, which
    sections: tuple[Section, ...] = ()
    foot: str = ""  # on every page, beside its number
    # What a draft that comes back is known by.
    report: str = ""
    member: str = ""
    year: str = ""

    def as_value(self, *, is_one_page: bool = False) -> dict[str, Any]:
        """Return the document as the template reads it."""
        language, _, region = self.language.partition("-")
        return {
            "title": self.title,
            "subtitle": self.subtitle,
            "author": self.author,
            "language": language,
            "region": region if len(region) == 2 else "",
            "facts": [list(each) for each in self.facts],
            "foot": self.foot,
            "is_one_page": is_one_page,
            "sections": [
                {
                    "title": each.title,
                    "level": each.level,
                    "blocks": [block.as_value() for block in each.blocks],
                }
                for each in self.sections
            ],
        }

    def tables(self) -> list[FigureTable]:
        """Return the tables of all sections."""
        return [
            block
            for each in self.sections
            for block in each.blocks
            if isinstance(block, FigureTable)
        ]

    def texts(self) -> list[ReportText]:
        """Return the texts of all sections."""
        return [
            block
            for each in self.sections
            for block in each.blocks
            if isinstance(block, ReportText)
        ]
