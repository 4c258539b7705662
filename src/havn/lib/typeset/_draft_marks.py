# SPDX-License-Identifier: Apache-2.0
"""By what a draft's parts are found again after an office program saved it: codes at the ends of headings, bookmarks, digests."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

MARK_PREFIX: Final = "havn_"
PROPERTY_PREFIX: Final = "havn."
ROW_LETTERS: Final = 8  # of a row's digest: enough to notice a change, not to prove one
ROWS_IN_A_PROPERTY: Final = 28  # office programs keep 255 letters
_KIND = "[a-z]+(?::[A-Z][0-9]{1,2})?"
_LANGUAGE = "[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-[A-Z]{2})?"
_TEXT = re.compile(rf"\[(/?)({_KIND})/({_LANGUAGE})\]\s*$")
_TABLE = re.compile(r"\[figures ([A-Za-z0-9]{1,20}(?:\.[0-9]{1,3})?)\]\s*$")
_DRAFT = re.compile(r"\[havn ([A-Z]{2}) ([12][0-9]{3}) ([0-9a-f-]{36}|-)\]\s*$")


@dataclass(frozen=True, slots=True)
class DraftMark:
    """What begins or ends at a paragraph: a text (`kind`, `language`), a table (`name`)."""

    kind: str = ""
    language: str = ""
    name: str = ""
    is_end: bool = False

    def in_words(self) -> str:
        """Return the code as it stands at the end of the paragraph."""
        if self.name:
            return f"[figures {self.name}]"
        return f"[{'/' if self.is_end else ''}{self.kind}/{self.language}]"

    def bookmark(self) -> str:
        """Return the name of the paragraph's bookmark: letters, digits and underlines, 40 at most."""
        words = f"f_{self.name}" if self.name else f"{self.kind}_{self.language}"
        end = "end_" if self.is_end else ""
        return MARK_PREFIX + end + re.sub("[^A-Za-z0-9]", "_", words)


def mark_in(text: str) -> DraftMark | None:
    """Return the mark whose code stands at the end of a paragraph."""
    found = _TEXT.search(text)
    if found:
        return DraftMark(found[2], found[3], is_end=bool(found[1]))
    found = _TABLE.search(text)
    return DraftMark(name=found[1]) if found else None


def draft_code(member: str, year: str, report: str) -> str:
    """Return the code by which a draft says of which report it is."""
    return f"[havn {member} {year} {report or '-'}]"


def draft_in(text: str) -> tuple[str, str, str] | None:
    """Return member, year and report of the code at the end of a paragraph."""
    found = _DRAFT.search(text)
    return (found[1], found[2], "" if found[3] == "-" else found[3]) if found else None


def normal_text(text: str) -> str:
    """Return a text as a draft keeps it: without blanks at the ends of lines and empty lines around it."""
    lines = [line.replace("\t", " ").rstrip() for line in text.replace("\r\n", "\n").split("\n")]
    return "\n".join(lines).strip("\n")


def row_digests(rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the short digest of each row of a table."""
    joined = ("\x1f".join(" ".join(cell.split()) for cell in row) for row in rows)
    return [hashlib.sha256(row.encode()).hexdigest()[:ROW_LETTERS] for row in joined]
