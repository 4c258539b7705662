# SPDX-License-Identifier: Apache-2.0
"""What can be wrong with a roster: one stable code each, and the sentence that goes with the case."""

from __future__ import annotations

from enum import StrEnum


class RosterFault(StrEnum):
    """Codes of everything that keeps a roster from being believed; kept, shown and alarmed by code."""

    # What the files say (docs/protocol/roster.md, R20 and on).
    UNREADABLE = "unreadable"
    UNKNOWN_VERSION = "unknown_version"
    UNKNOWN_FIELD = "unknown_field"
    BAD_VALUE = "bad_value"
    WRONG_NAME = "wrong_name"
    NO_ALLIANCE = "no_alliance"
    UNKNOWN_ORGANISATION = "unknown_organisation"
    UNKNOWN_PARTICIPANT = "unknown_participant"
    DUPLICATE_NODE = "duplicate_node"
    DUPLICATE_ORGANISATION = "duplicate_organisation"
    DUPLICATE_KEY = "duplicate_key"
    TWO_HOTLINES = "two_hotlines"
    INSECURE_ADDRESS = "insecure_address"
    NO_USABLE_KEY = "no_usable_key"
    # What the signed repository is (R1 and on).
    TOO_FEW_SIGNATURES = "too_few_signatures"
    ROLLED_BACK = "rolled_back"
    EXPIRED = "expired"
    MIXED_SNAPSHOT = "mixed_snapshot"
    ALTERED_TARGET = "altered_target"
    TOO_LONG = "too_long"
    UNREACHABLE = "unreachable"
    MISSING_FILE = "missing_file"
    WRONG_ROOT = "wrong_root"
    # What this node knows better (R40 and on).
    OWN_NODE_DIFFERS = "own_node_differs"
    KEY_OF_ANOTHER_NODE = "key_of_another_node"


class CeremonyFault(StrEnum):
    """Codes of what keeps a proposal from being made, signed or published (R50 and on)."""

    BAD_PROPOSAL = "bad_proposal"
    BAD_KEY_FILE = "bad_key_file"
    NOT_A_HOLDER = "not_a_holder"
    STALE_PROPOSAL = "stale_proposal"
    DIFFERENT_PROPOSALS = "different_proposals"
    BAD_ACCESSION = "bad_accession"
    NO_SUCH_PARTICIPANT = "no_such_participant"
    NO_CHANGE = "no_change"


class RosterError(Exception):
    """The roster, or a change of it, is not believed; `code` is stable, the message is for people."""

    def __init__(self, code: RosterFault | CeremonyFault, sentence: str) -> None:
        self.code = code
        super().__init__(sentence)
