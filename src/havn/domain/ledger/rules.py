# SPDX-License-Identifier: Apache-2.0
"""Names of facts and events; one list each, so that a misspelt one cannot be written."""

from __future__ import annotations

from enum import StrEnum

FACT_VERSION = 1
EVENT_VERSION = 1
PAYLOAD_PURPOSE = "outgoing event"


class FactName(StrEnum):
    """Facts that indicators count (names of the Alliance's indicator handbook)."""

    REPORT_RECEIVED = "report_received"
    ITEM_ASSESSED = "item_assessed"
    ITEM_TRACED = "item_traced"
    ITEM_ORPHANED = "item_orphaned"
    POLICE_INFORMED = "police_informed"
    LEAD_RECEIVED = "lead_received"
    LEAD_ANSWERED = "lead_answered"
    NOTICE_SENT = "notice_sent"
    CHECK_DONE = "check_done"
    ITEM_REMOVED = "item_removed"
    ITEM_REAPPEARED = "item_reappeared"
    REFERRAL_SENT = "referral_sent"
    REFERRAL_RECEIVED = "referral_received"
    REFERRAL_ACKNOWLEDGED = "referral_acknowledged"
    REFERRAL_OUTCOME = "referral_outcome"


FIRST_YEAR = 1990  # what is said to have happened before is a year written wrong


class EventKind(StrEnum):
    """What a node tells others: only of what was referred or told, and only those whom that was to or by."""

    REFERRAL_SENT = "referral.sent"
    REFERRAL_REASSESSED = "referral.reassessed"
    REFERRAL_RECEIVED = "referral.received"
    REFERRAL_ACKNOWLEDGED = "referral.acknowledged"
    REFERRAL_PROGRESS = "referral.progress"
    REFERRAL_OUTCOME = "referral.outcome"
    REFERRAL_REASSIGNED = "referral.reassigned"
    REFERRAL_RETURNED = "referral.returned"
    KNOWN_WITHDRAWN = "known.withdrawn"
    PAYLOAD_ERASED = "payload.erased"
    LOG_RECOVERED = "log.recovered"
