# SPDX-License-Identifier: Apache-2.0
"""A draft that came back from clearance: changed texts are proposals, figures never are; all else is said."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from havn.kit.national_report.draft_page import (
    Grid,
    Line,
    blocks_of,
    has_comments,
    properties_of,
)
from havn.kit.national_report.faults import FileFault, FileRefusedError
from havn.kit.national_report.packages import unpacked
from havn.lib.typeset import ROW_LETTERS, DraftMark, draft_in, mark_in, normal_text, row_digests
from havn.lib.wire import MOST_TEXT, TextProposal, fault_in_text

_MOST_BLOCKS: Final = 20_000


@dataclass(frozen=True, slots=True)
class Draft:
    """What a draft says: of which report it is, which texts it would change, what is to be said about it."""

    member: str
    year: str
    report: UUID | None
    proposals: tuple[TextProposal, ...]
    remarks: tuple[FileFault, ...]


@dataclass(slots=True)
class _Found:
    """What was found between the marks of a draft."""

    texts: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    renamed: list[tuple[str, str]] = field(default_factory=list)
    twice: list[tuple[str, str]] = field(default_factory=list)
    open_ended: list[tuple[str, str]] = field(default_factory=list)
    with_table: list[tuple[str, str]] = field(default_factory=list)
    tables: dict[str, Grid] = field(default_factory=dict)
    draft: tuple[str, str, str] | None = None


def read_draft(content: bytes) -> Draft:
    """Return what a draft (DOCX) proposes; raise FileRefusedError for an unsafe file or texts nobody would take."""
    parts = unpacked(content, "docx")
    try:
        blocks, told = blocks_of(parts["word/document.xml"]), properties_of(parts)
    except Exception as error:  # whatever the parser does with a damaged file
        raise FileRefusedError([FileFault("broken")]) from error
    if len(blocks) > _MOST_BLOCKS:
        raise FileRefusedError([FileFault("too_large")])
    before = _texts_before(told)
    found = _walk(blocks, {DraftMark(*key).bookmark(): DraftMark(*key) for key in before})
    draft = draft_in(told.get("draft", "")) or found.draft
    if draft is None or not (found.texts or before):
        raise FileRefusedError([FileFault("not_a_draft")])
    remarks = _remarks(found, before, told)
    if has_comments(parts):
        remarks.append(FileFault("comments_left"))
    proposals = _proposals(found, before, remarks)
    member, year, report = draft
    return Draft(member, year, _uuid(report), tuple(proposals), tuple(remarks))


Before = Mapping[tuple[str, str], tuple[str, str]]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise FileRefusedError([FileFault("not_a_draft")]) from None


def _texts_before(told: Mapping[str, str]) -> dict[tuple[str, str], tuple[str, str]]:
    """Return of each text the digest of what it was, and of how the draft showed it."""
    found = {}
    for name, value in told.items():
        kind, _, language = name.removeprefix("text.").rpartition("/")
        words = value.split()
        if name.startswith("text.") and kind and len(words) == 2:
            found[kind, language] = (words[0], words[1])
    return found


def _walk(blocks: list[Line | Grid], bookmarks: Mapping[str, DraftMark]) -> _Found:
    """Collect what stands between a text's heading and its end."""
    found = _Found()
    now: tuple[str, str] | None = None
    table = ""
    for block in blocks:
        if isinstance(block, Grid):
            if table:
                found.tables[table], table = block, ""
            elif now is not None:
                found.with_table.append(now)
            continue
        mark = _mark(block, bookmarks, found)
        if mark is None:
            found.draft = draft_in(block.text) or found.draft
            if now is not None:
                found.texts[now].append(block.text)
            continue
        key = (mark.kind, mark.language)
        if now is not None and not (mark.is_end and key == now):
            found.open_ended.append(
                now
            )  # another mark came first: where this text ends is not known
        now, table = None, mark.name
        if not mark.name and not mark.is_end:
            if key in found.texts:
                found.twice.append(key)
            now = key
            found.texts[key] = []
    if now is not None:
        found.open_ended.append(now)
    return found


def _mark(line: Line, bookmarks: Mapping[str, DraftMark], found: _Found) -> DraftMark | None:
    """Return which mark a paragraph has: its code counts, then its bookmark."""
    mark = mark_in(line.text)
    if mark is not None:
        return mark
    for name in line.bookmarks:
        start = bookmarks.get(name)
        if start is not None:
            found.renamed.append((start.kind, start.language))
            return start
        end = bookmarks.get(name.replace("_end_", "_", 1))
        if end is not None:
            return DraftMark(end.kind, end.language, is_end=True)
        if name.startswith("havn_f_"):
            return DraftMark(name=name.removeprefix("havn_f_").replace("_", "."))
    return None


def _remarks(found: _Found, before: Before, told: Mapping[str, str]) -> list[FileFault]:
    """Return what is to be said of headings and figures; raise where a heading stands twice."""
    if found.twice:
        raise FileRefusedError(FileFault("section_twice", _named(key)) for key in found.twice)
    remarks = [FileFault("section_renamed", _named(key)) for key in found.renamed]
    remarks += [
        FileFault("section_missing", _named(key), value=DraftMark(*key).in_words())
        for key in before
        if key not in found.texts
    ]
    remarks += [
        FileFault("section_open", _named(key), value=DraftMark(*key, is_end=True).in_words())
        for key in found.open_ended
    ]
    remarks += [FileFault("table_in_text", _named(key)) for key in dict.fromkeys(found.with_table)]
    remarks += _figure_remarks(found, told)
    if not before:
        remarks.append(FileFault("old_texts_unknown"))
    return remarks


def _figure_remarks(found: _Found, told: Mapping[str, str]) -> list[FileFault]:
    kept: dict[str, str] = {}
    for name in sorted(told, key=_place_of_rows):
        if name.startswith("rows."):
            table = name.removeprefix("rows.").rpartition(".")[0]
            kept[table] = kept.get(table, "") + told[name]
    remarks = []
    for table, digests in kept.items():
        if table not in found.tables:
            remarks.append(FileFault("figures_missing", f"figures {table}"))
            continue
        now = row_digests(found.tables[table].rows)
        was = [digests[n : n + ROW_LETTERS] for n in range(0, len(digests), ROW_LETTERS)]
        if now != was:
            differing = [n for n, (a, b) in enumerate(zip(now, was, strict=False), 1) if a != b]
            rows = differing or [min(len(now), len(was)) + 1]
            words = "row " + ", ".join(map(str, rows[:10]))
            remarks.append(FileFault("figures_changed", f"figures {table}", value=words))
    return remarks


def _place_of_rows(name: str) -> tuple[str, int]:
    table, _, start = name.rpartition(".")
    return table, int(start) if start.isdecimal() else 0


def _proposals(found: _Found, before: Before, remarks: list[FileFault]) -> list[TextProposal]:
    """Return the texts that differ from what they were; raise for one that nobody would take."""
    proposals, faults = [], []
    unsure = set(found.open_ended)
    for key, lines in found.texts.items():
        text = normal_text("\n".join(lines)).strip()
        was, shown = before.get(key, (None, ""))
        if (
            key in unsure
            or hashlib.sha256(normal_text("\n".join(lines)).encode()).hexdigest() == shown
        ):
            continue
        if not text:
            if was is not None and shown != hashlib.sha256(b"").hexdigest():
                remarks.append(FileFault("text_emptied", _named(key)))
            continue
        code = "too_long" if len(text) > MOST_TEXT else fault_in_text(text, may_break=True)
        if code:
            faults.append(FileFault(code, _named(key), value=f"{MOST_TEXT:,}"))
            continue
        proposals.append(TextProposal(*key, was, text))
    if faults:
        raise FileRefusedError(faults)
    return proposals


def _named(key: tuple[str, str]) -> str:
    return f"{key[0]}/{key[1]}"
