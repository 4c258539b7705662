# SPDX-License-Identifier: Apache-2.0
"""Names of facts and events; one list each, so that a misspelt one cannot be written."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

FACT_VERSION = 1
EVENT_VERSION = 1
PAYLOAD_PURPOSE = "outgoing event"
EVERYBODY = "alliance"  # an audience that is named, not listed: every other node


class FactName(StrEnum):
    """Facts that indicators count (names of the Alliance's indicator handbook)."""

    REPORT_RECEIVED = "report_received"
    FORM_STARTED = "form_started"
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
    FP_ATTESTED = "fp_attested"
    FP_LISTED = "fp_listed"
    FP_DISPUTED = "fp_disputed"
    FP_WITHDRAWN = "fp_withdrawn"
    LIST_PULLED = "list_pulled"
    HIT_REPORTED = "hit_reported"
    SELF_BLOCK_REQUESTED = "self_block_requested"
    VICTIM_RECORDED = "victim_recorded"
    VICTIM_IDENTIFIED = "victim_identified"
    VICTIM_SAFEGUARDED = "victim_safeguarded"
    SUPPORT_OFFERED = "support_offered"
    SUPPORT_GIVEN = "support_given"
    INVESTIGATION_OPENED = "investigation_opened"
    INVESTIGATION_CLOSED = "investigation_closed"
    SUSPECT_IDENTIFIED = "suspect_identified"
    SUSPECT_ARRESTED = "suspect_arrested"
    PERSON_CONVICTED = "person_convicted"
    OPERATION_JOINED = "operation_joined"
    OPERATION_RESULT = "operation_result"
    OPERATION_CLOSED = "operation_closed"
    OPERATION_RELEASED = "operation_released"
    CAMPAIGN_RUN = "campaign_run"
    SURVEY_WAVE = "survey_wave"
    HELPLINE_FOLLOWED = "helpline_followed"
    SCHOOL_SESSION = "school_session"
    CRITERION_ASSESSED = "criterion_assessed"
    COMMITMENT_DUE = "commitment_due"
    COMMITMENT_LATE = "commitment_late"
    COMMITMENT_ACHIEVED = "commitment_achieved"
    NATIONAL_REPORT_SIGNED = "national_report_signed"
    STAFF_IN_POST = "staff_in_post"
    STAFF_TRAINED = "staff_trained"


FIRST_YEAR = 1990  # what is said to have happened before is a year written wrong


class EventKind(StrEnum):
    """What a node tells others.

    Of cases: only of what was referred or told, and only those whom that was to or by. Of promises and law: what is
    public, to all. Of national reports: what two persons released, to the hub.
    """

    REFERRAL_SENT = "referral.sent"
    REFERRAL_REASSESSED = "referral.reassessed"
    REFERRAL_RECEIVED = "referral.received"
    REFERRAL_ACKNOWLEDGED = "referral.acknowledged"
    REFERRAL_PROGRESS = "referral.progress"
    REFERRAL_OUTCOME = "referral.outcome"
    REFERRAL_REASSIGNED = "referral.reassigned"
    REFERRAL_RETURNED = "referral.returned"
    KNOWN_WITHDRAWN = "known.withdrawn"
    COMMITMENT_STATED = "commitment.stated"
    POLITICAL_ACT_STATED = "political_act.stated"
    LAW_ASSESSED = "law.assessed"
    LAW_REVIEWED = "law.reviewed"
    LAW_DISPUTED = "law.disputed"
    REPORT_PART = "national_report.part"
    REPORT_RELEASED = "national_report.released"
    REPORT_RECEIPT = "national_report.receipt"
    REPORT_QUESTION = "national_report.question"
    REPORT_ANSWER = "national_report.answer"
    REPORT_STEP = "national_report.step"
    PROVISIONAL_TOLD = "provisional_figures.told"  # released by nobody, and public on its own site
    PROVISIONAL_WITHDRAWN = "provisional_figures.withdrawn"
    CAPABILITY_STATED = "capability.stated"  # private: to the secretariat alone
    PAYLOAD_ERASED = "payload.erased"
    LOG_RECOVERED = "log.recovered"


# What is public from its first day: a node that takes part later hears it too. (X22)
OPEN_KINDS = frozenset(
    {
        EventKind.COMMITMENT_STATED,
        EventKind.POLITICAL_ACT_STATED,
        EventKind.LAW_ASSESSED,
        EventKind.LAW_REVIEWED,
        EventKind.LAW_DISPUTED,
    }
)
# Told to all who take part just then, and nothing to whoever comes later.
_OF_THEIR_TIME = frozenset({EventKind.LOG_RECOVERED})


def is_for(kind: EventKind, audience: Collection[str]) -> bool:
    """Whether a kind of event may be told to this audience: to everybody only what is listed here as such."""
    return EVERYBODY not in audience or (
        len(audience) == 1 and kind in OPEN_KINDS | _OF_THEIR_TIME
    )
