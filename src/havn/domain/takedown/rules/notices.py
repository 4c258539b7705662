# SPDX-License-Identifier: Apache-2.0
"""What a provider can answer, when a reminder is due, and how a notice is named."""

from __future__ import annotations

import math
from enum import StrEnum
from uuid import UUID


class AnswerKind(StrEnum):
    """What a provider can answer through the link of a notice."""

    REMOVED = "removed"
    NOT_OURS = "not_ours"
    NEED_MORE = "need_more"
    DISAGREE = "disagree"


REFUSING_ANSWERS = frozenset({AnswerKind.NOT_OURS, AnswerKind.DISAGREE})
ANSWERS_WITH_TEXT = frozenset({AnswerKind.NEED_MORE, AnswerKind.DISAGREE})
LONGEST_ANSWER = 4000


def is_reminder_due(rung: int, *, most_rungs: int) -> bool:
    """Whether a notice on this rung may still be followed by another in its round."""
    return rung % most_rungs != 0


def rung_after_return(rung: int, *, most_rungs: int) -> int:
    """Return the first rung of a new round, for an item that reappeared."""
    return math.ceil(rung / most_rungs) * most_rungs + 1


def message_id_for(notice_id: UUID, *, domain: str) -> str:
    """Return the Message-ID (RFC 5322 section 3.6.4) that a notice keeps for ever."""
    return f"<{notice_id}@{domain or 'localhost'}>"


def reference_of(notice_id: UUID) -> str:
    """Return the short reference by which people talk of a notice."""
    text = notice_id.hex[:10].upper()
    return f"{text[:5]}-{text[5:]}"
