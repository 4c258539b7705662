# SPDX-License-Identifier: Apache-2.0
"""What keeps a commitment or a step from being taken: one stable code each; services say the sentences."""

from __future__ import annotations

from enum import StrEnum


class Fault(StrEnum):
    """Codes of refusals."""

    NOT_NOW = "not_now"
    NOT_YOUR_ROLE = "not_your_role"
    BEFORE_LAST_STEP = "before_last_step"
    UNKNOWN_TARGET = "unknown_target"
    UNKNOWN_GOAL = "unknown_goal"
    TEXT_MISSING = "text_missing"
    ONE_LANGUAGE = "one_language"
    TEXT_TOO_LONG = "text_too_long"
    BAD_LANGUAGE = "bad_language"
    OFFICE_MISSING = "office_missing"
    BAD_DAYS = "bad_days"
    UNKNOWN_INDICATOR = "unknown_indicator"
    UNKNOWN_MEASURE = "unknown_measure"
    NO_DIRECTION = "no_direction"
    NO_BASELINE = "no_baseline"
    NO_AIM = "no_aim"
    AIM_NOT_BETTER = "aim_not_better"
    BAD_NUMBER = "bad_number"
    NO_DELIVERABLE = "no_deliverable"
    REASON_MISSING = "reason_missing"
    DAY_MISSING = "day_missing"
    DAY_TO_COME = "day_to_come"
    SAME_DUE = "same_due"
    DUE_IN_PAST = "due_in_past"
    EVIDENCE_MISSING = "evidence_missing"
    AIM_NOT_REACHED = "aim_not_reached"
    NOTHING_TO_CONFIRM = "nothing_to_confirm"
    SAME_OFFICE = "same_office"
    SAME_PERSON = "same_person"
    SUCCESSOR_MISSING = "successor_missing"
    NOT_A_COUNTRY = "not_a_country"
    BAD_SUCCESSOR = "bad_successor"
    BAD_RESOURCE = "bad_resource"
    TOO_MANY = "too_many"
    BAD_SOURCE = "bad_source"
    BAD_ACT = "bad_act"
    # Of what other nodes say.
    BAD_BODY = "bad_body"
    NOT_THEIRS = "not_theirs"
    SAYS_OTHERWISE = "says_otherwise"
    HISTORY_REWRITTEN = "history_rewritten"


class CommitmentError(Exception):
    """A commitment or a step is not taken; `code` is stable, `detail` names what it is about."""

    def __init__(self, code: Fault, detail: str = "") -> None:
        self.code = code
        self.detail = detail
        super().__init__(f"{code.value}: {detail}" if detail else code.value)
