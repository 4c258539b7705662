# SPDX-License-Identifier: Apache-2.0
"""What a check means, when the next one is due, and what a notice must say; pure functions."""

from havn.domain.takedown.rules.checks import (
    FIRST_LOOK,
    OTHER,
    PARKING_CHECKED_ON,
    PARKING_HOSTS,
    TABLE,
    Baseline,
    Seen,
    Verdict,
    VerdictKind,
    gone_since,
    host_of,
    moves_after,
    next_check_at,
    verdict,
)
from havn.domain.takedown.rules.notices import (
    ANSWERS_WITH_TEXT,
    LONGEST_ANSWER,
    REFUSING_ANSWERS,
    AnswerKind,
    is_reminder_due,
    message_id_for,
    reference_of,
    rung_after_return,
)

__all__ = [
    "ANSWERS_WITH_TEXT",
    "FIRST_LOOK",
    "LONGEST_ANSWER",
    "OTHER",
    "PARKING_CHECKED_ON",
    "PARKING_HOSTS",
    "REFUSING_ANSWERS",
    "TABLE",
    "AnswerKind",
    "Baseline",
    "Seen",
    "Verdict",
    "VerdictKind",
    "gone_since",
    "host_of",
    "is_reminder_due",
    "message_id_for",
    "moves_after",
    "next_check_at",
    "reference_of",
    "rung_after_return",
    "verdict",
]
