# SPDX-License-Identifier: Apache-2.0
"""Values and decisions about the record: tracks, stage, holds, invariants and the policy."""

from havn.domain.cases.rules.bounds import faults_of
from havn.domain.cases.rules.envelope import (
    CONTACT_PURPOSE,
    TEXTS_PURPOSE,
    Envelope,
    open_part,
    seal_report,
)
from havn.domain.cases.rules.holding import Span, held_in_all
from havn.domain.cases.rules.owners import LONGEST_WAIT, Owner, Place, Turn, whose_turn
from havn.domain.cases.rules.policy import Policy
from havn.domain.cases.rules.purposes import (
    HOLD_PURPOSE,
    PASSED_ON_PURPOSE,
    WORKED_HERE_PURPOSE,
)
from havn.domain.cases.rules.reach import can_be_checked, is_hidden_service
from havn.domain.cases.rules.stage import (
    CONFIRMING,
    ClosedReason,
    LegalClass,
    Stage,
    StageName,
    is_confirming,
    stage_of,
)
from havn.domain.cases.rules.tracks import (
    MOVES,
    START,
    Assignment,
    Availability,
    HoldInForce,
    ItemFacts,
    Move,
    Mover,
    Notice,
    Police,
    Refusal,
    Track,
    Tracks,
    forbidden_states,
    holds_on,
    moves_from,
    refusal_to_move,
    states_of,
)
from havn.domain.cases.rules.way_in import LONGEST_PATH, Reach, open_reach, seal_reach

__all__ = [
    "CONFIRMING",
    "CONTACT_PURPOSE",
    "HOLD_PURPOSE",
    "LONGEST_PATH",
    "LONGEST_WAIT",
    "MOVES",
    "PASSED_ON_PURPOSE",
    "START",
    "TEXTS_PURPOSE",
    "WORKED_HERE_PURPOSE",
    "Assignment",
    "Availability",
    "ClosedReason",
    "Envelope",
    "HoldInForce",
    "ItemFacts",
    "LegalClass",
    "Move",
    "Mover",
    "Notice",
    "Owner",
    "Place",
    "Police",
    "Policy",
    "Reach",
    "Refusal",
    "Span",
    "Stage",
    "StageName",
    "Track",
    "Tracks",
    "Turn",
    "can_be_checked",
    "faults_of",
    "forbidden_states",
    "held_in_all",
    "holds_on",
    "is_confirming",
    "is_hidden_service",
    "moves_from",
    "open_part",
    "open_reach",
    "refusal_to_move",
    "seal_reach",
    "seal_report",
    "stage_of",
    "states_of",
    "whose_turn",
]
