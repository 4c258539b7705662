# SPDX-License-Identifier: Apache-2.0
"""A draft's pages as they read: paragraphs and tables in their order, with tracked changes taken as accepted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from havn.lib.typeset import MARK_PREFIX, PROPERTY_PREFIX

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_COMPATIBILITY: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_WRAPPERS = {
    f"{_W}{name}" for name in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag")
}
_TAKEN_OUT = {f"{_W}{name}" for name in ("del", "moveFrom", "instrText", "delText", "pPr", "rPr")}
_SIGNS = {f"{_W}tab": " ", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph: its words, and the bookmarks that begin in it."""

    text: str
    bookmarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: the words of its cells."""

    rows: tuple[tuple[str, ...], ...]


def blocks_of(document: bytes) -> list[Line | Grid]:
    """Return paragraphs and tables of a draft's main part, in their order."""
    from docx.oxml import parse_xml

    body = parse_xml(document).find(f"{_W}body")
    return list(_joined(_blocks(body))) if body is not None else []


def properties_of(parts: Mapping[str, bytes]) -> dict[str, str]:
    """Return what the draft remembers, by name; nothing where the program that saved it dropped it."""
    from docx.oxml import parse_xml

    if "docProps/custom.xml" not in parts:
        return {}
    found = {}
    for each in parse_xml(parts["docProps/custom.xml"]):
        name = str(each.get("name") or "")
        if name.startswith(PROPERTY_PREFIX):
            found[name.removeprefix(PROPERTY_PREFIX)] = "".join(each.itertext()).strip()
    return found


def has_comments(parts: Mapping[str, bytes]) -> bool:
    """Tell whether somebody commented."""
    return any(
        name.startswith("word/comments") and re.search(rb"<(\w+:)?comment\b", part)
        for name, part in parts.items()
    )


@dataclass(frozen=True, slots=True)
class _Paragraph:
    line: Line
    goes_on: bool  # its end was taken out by a tracked change


def _blocks(element: Any) -> Iterator[_Paragraph | Grid]:
    waiting: list[str] = []  # bookmarks between paragraphs belong to the next one
    for child in element:
        if child.tag == f"{_W}p":
            line = Line(_text(child), (*waiting, *_bookmarks(child)))
            waiting = []
            yield _Paragraph(line, _is_end_taken_out(child))
        elif child.tag == f"{_W}tbl":
            yield Grid(tuple(_rows(child)))
        elif child.tag == f"{_W}bookmarkStart":
            waiting += _names([child])
        elif child.tag in _WRAPPERS:
            yield from _blocks(child)


def _joined(blocks: Iterator[_Paragraph | Grid]) -> Iterator[Line | Grid]:
    """Join paragraphs whose ends were taken out with those that follow."""
    before: Line | None = None
    for block in blocks:
        if isinstance(block, Grid):
            if before is not None:
                yield before
                before = None
            yield block
            continue
        line = block.line
        if before is not None:
            line = Line(before.text + line.text, before.bookmarks + line.bookmarks)
        before = line if block.goes_on else None
        if before is None:
            yield line
    if before is not None:
        yield before


def _text(element: Any) -> str:
    pieces = []
    for child in element:
        if child.tag == f"{_W}t":
            pieces.append(child.text or "")
        elif child.tag in _SIGNS:
            pieces.append(_SIGNS[child.tag])
        elif child.tag == f"{_COMPATIBILITY}AlternateContent":
            continue  # the same twice, for older programs
        elif child.tag not in _TAKEN_OUT and isinstance(child.tag, str):
            pieces.append(_text(child))
    return "".join(pieces)


def _bookmarks(paragraph: Any) -> list[str]:
    return _names(paragraph.iter(f"{_W}bookmarkStart"))


def _names(elements: Any) -> list[str]:
    found = (str(each.get(f"{_W}name") or "") for each in elements)
    return [name for name in found if name.startswith(MARK_PREFIX)]


def _is_end_taken_out(paragraph: Any) -> bool:
    return paragraph.find(f"{_W}pPr/{_W}rPr/{_W}del") is not None


def _rows(table: Any) -> Iterator[tuple[str, ...]]:
    for row in table.iter(f"{_W}tr"):
        if row.find(f"{_W}trPr/{_W}del") is None:
            yield tuple(
                "\n".join(_text(each) for each in cell.iter(f"{_W}p"))
                for cell in row.iter(f"{_W}tc")
            )
