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

__all__ = [
    "Handover",
    "QueuedNotice",
    "RecordedAnswer",
    "answer_token",
    "begin_handover",
    "mark_answer_seen",
    "note_failed",
    "note_sent",
    "queue_notice",
    "record_answer",
    "record_check",
    "withdraw_notice",
]
