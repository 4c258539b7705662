# SPDX-License-Identifier: Apache-2.0
"""Queueing and handing over notices, taking answers, and writing checks down."""

from havn.domain.takedown.services.checks import record_check
from havn.domain.takedown.services.notices import (
    Handover,
    QueuedNotice,
    RecordedAnswer,
    answer_token,
    begin_handover,
    mark_answer_seen,
    note_failed,
    note_sent,
    queue_notice,
    record_answer,
    withdraw_notice,
)
from havn.domain.takedown.services.vantages import (
    LOOK_WORK,
    TakenAsk,
    ask_vantages,
    close_ask,
    note_ask_failed,
    note_ask_sent,
    record_look,
    record_vantage,
    refuse_look,
    take_ask,
)

__all__ = [
    "LOOK_WORK",
    "Handover",
    "QueuedNotice",
    "RecordedAnswer",
    "TakenAsk",
    "answer_token",
    "ask_vantages",
    "begin_handover",
    "close_ask",
    "mark_answer_seen",
    "note_ask_failed",
    "note_ask_sent",
    "note_failed",
    "note_sent",
    "queue_notice",
    "record_answer",
    "record_check",
    "record_look",
    "record_vantage",
    "refuse_look",
    "take_ask",
    "withdraw_notice",
]
