# SPDX-License-Identifier: Apache-2.0
"""Reading notices, answers and checks; and the notice that an answer link opens."""

from havn.domain.takedown.selectors.checks import (
    SENTENCES,
    CheckHistory,
    CheckView,
    check_history,
    checks,
)
from havn.domain.takedown.selectors.notices import (
    LINK_PURPOSE,
    TEXT_PURPOSE,
    AnsweredBefore,
    AnswerLine,
    AnswerToSee,
    NoticeForAnswer,
    NoticeView,
    answer,
    answer_text,
    answered_items,
    answers_to_see,
    latest_notice,
    notice,
    notice_for_answer,
    notices,
)

__all__ = [
    "LINK_PURPOSE",
    "SENTENCES",
    "TEXT_PURPOSE",
    "AnswerLine",
    "AnswerToSee",
    "AnsweredBefore",
    "CheckHistory",
    "CheckView",
    "NoticeForAnswer",
    "NoticeView",
    "answer",
    "answer_text",
    "answered_items",
    "answers_to_see",
    "check_history",
    "checks",
    "latest_notice",
    "notice",
    "notice_for_answer",
    "notices",
]
