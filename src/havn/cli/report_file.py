# SPDX-License-Identifier: Apache-2.0
"""Reading a file of reports: every line is checked before any of them is filed."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from havn.lib.encoding import holds_encoded_file, instant_of

HEADER = ("received_at", "language", "addresses", "described", "words", "urgency")
URGENCIES = ("normal", "urgent")
MOST_WORDS = 8000
MOST_ADDRESSES = 1000
MOST_BYTES = 64 << 20
MOST_TOLD = 50


@dataclass(frozen=True, slots=True)
class Row:
    """One report of the file; its UUID follows from the file and the line, so a second run changes nothing."""

    line: int
    report_id: UUID
    received_at: datetime
    language: str
    addresses: tuple[str, ...]
    described: str
    words: str
    urgency: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with one line; line 1 is the header."""

    line: int
    sentence: str


def read_rows(content: bytes, *, at: datetime) -> tuple[list[Row], list[Trouble]]:
    """Return all rows, or none of them and what is wrong with which line."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return [], [Trouble(line, "The file is not UTF-8 here; save it as CSV in UTF-8.")]
    if "\0" in text:
        return [], [
            Trouble(text.count("\n", 0, text.index("\0")) + 1, "There is a NUL byte here.")
        ]
    digest = hashlib.sha256(content).digest()
    rows: list[Row] = []
    troubles: list[Trouble] = []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, [])
        if tuple(header) != HEADER:
            return [], [_wrong_header(header)]
        for values in reader:
            found = list(_troubles(values, reader.line_num, at=at))
            troubles += found
            if not found:
                rows.append(_row(values, reader.line_num, digest))
    except csv.Error as error:
        troubles.append(Trouble(reader.line_num, f"This is no CSV from here on: {error}."))
    return ([], troubles) if troubles else (rows, [])


def _wrong_header(header: list[str]) -> Trouble:
    return Trouble(
        1,
        f"The header must be exactly `{','.join(HEADER)}`; it is `{','.join(header)[:200]}`. "
        "Nothing was filed.",
    )


def _troubles(values: list[str], line: int, *, at: datetime) -> Iterator[Trouble]:
    from havn.domain.ledger.rules import FIRST_YEAR

    if len(values) != len(HEADER):
        yield Trouble(line, f"There are {len(values)} fields instead of {len(HEADER)}.")
        return
    received, language, addresses, described, words, urgency = values
    when = instant_of(received)
    if when is None:
        yield Trouble(line, "received_at must look like 2026-11-24T10:30:00+00:00.")
    elif when > at:
        yield Trouble(line, "received_at is in the future.")
    elif when.year < FIRST_YEAR:
        yield Trouble(line, f"received_at is before {FIRST_YEAR}; look at the year.")
    if not (2 <= len(language) <= 12 and language.replace("-", "").isalnum()):
        yield Trouble(line, "language must be a code like `en` or `da`.")
    if not addresses.split() and not described.strip():
        yield Trouble(line, "addresses and described are both empty: say where it is.")
    if len(addresses.split()) > MOST_ADDRESSES:
        yield Trouble(line, f"There are more than {MOST_ADDRESSES} addresses in one report.")
    if max(len(described), len(words)) > MOST_WORDS:
        yield Trouble(line, f"A text is longer than {MOST_WORDS} characters.")
    if any(holds_encoded_file(text) for text in (addresses, described, words)):
        yield Trouble(line, "A text holds a file written as letters; pictures are never taken.")
    if urgency not in URGENCIES:
        yield Trouble(line, f"urgency must be one of: {', '.join(URGENCIES)}.")


def _row(values: list[str], line: int, digest: bytes) -> Row:
    received, language, addresses, described, words, urgency = values
    received_at = instant_of(received)
    if received_at is None:
        raise ValueError("a line with troubles becomes no row")
    name = hashlib.sha256(digest + line.to_bytes(8, "big")).digest()[:16]
    return Row(
        line=line,
        report_id=UUID(bytes=name, version=4),
        received_at=received_at,
        language=language,
        addresses=tuple(addresses.split()),
        described=described.strip(),
        words=words.strip(),
        urgency=urgency,
    )
