# SPDX-License-Identifier: Apache-2.0
"""What a report is made of: the data owners' parts, which indicator is whose, and the kinds of texts."""

from __future__ import annotations

from enum import StrEnum


class Part(StrEnum):
    """A part that one data owner confirms."""

    HOTLINE = "hotline"
    POLICE = "police"
    VICTIM_SERVICES = "victim_services"
    EDUCATION = "education"


PARTS = tuple(Part)
TEXT_KINDS = ("overview", "resources", "views", "missing", "cooperation", "reply")
# Stands in no part that is signed: the trusted flagger's yearly report takes it in.
INDEPENDENCE = "independence"
INDICATOR_NOTE = "note:"
_BY_LETTER = {"V": Part.VICTIM_SERVICES, "A": Part.EDUCATION, "P": Part.POLICE}
# Counted by the hotline although they lie under another target: its own referrals, forms and helpline links.
_OF_HOTLINE = frozenset({"V09", "P01", "P02", "P09", "P10", "A05", "A06", "A07"})


def part_of(indicator: str) -> Part:
    """Return whose part an indicator belongs to; what nobody else answers for is the hotline's."""
    if indicator in _OF_HOTLINE:
        return Part.HOTLINE
    return _BY_LETTER.get(indicator[:1], Part.HOTLINE)


def is_text_kind(kind: str, *, indicators: frozenset[str]) -> bool:
    """Whether a text of this kind has a place in a report with these indicators."""
    return kind in {*TEXT_KINDS, INDEPENDENCE} or indicator_of_note(kind) in indicators


def indicator_of_note(kind: str) -> str:
    """Return which indicator a note is about, or nothing for another kind of text."""
    return kind.removeprefix(INDICATOR_NOTE) if kind.startswith(INDICATOR_NOTE) else ""
