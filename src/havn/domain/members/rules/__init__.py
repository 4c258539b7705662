# SPDX-License-Identifier: Apache-2.0
"""What a roster says and what makes it acceptable; values and decisions only (docs/protocol/roster.md)."""

from havn.domain.members.rules.asking import AskingError, NodeReply, NodeRequests, free_at
from havn.domain.members.rules.errors import CeremonyFault, RosterError, RosterFault
from havn.domain.members.rules.participant import (
    CODE_LENGTH,
    HOTLINE,
    ORPHANS,
    PERSONAL_DATA,
    BasisEntry,
    Hours,
    KeyEntry,
    KeyUse,
    NodeEntry,
    OrganisationEntry,
    Participant,
    ParticipantKind,
    State,
    key_id_of,
    kind_of,
    parse_participant,
    target_name,
)
from havn.domain.members.rules.roster import (
    ALLIANCE_FILE,
    Alliance,
    ParsedRoster,
    RosterMark,
    parse_alliance,
    parse_roster,
)
from havn.domain.members.rules.spoken import SPOKEN, Spoken

__all__ = [
    "ALLIANCE_FILE",
    "CODE_LENGTH",
    "HOTLINE",
    "ORPHANS",
    "PERSONAL_DATA",
    "SPOKEN",
    "Alliance",
    "AskingError",
    "BasisEntry",
    "CeremonyFault",
    "Hours",
    "KeyEntry",
    "KeyUse",
    "NodeEntry",
    "NodeReply",
    "NodeRequests",
    "OrganisationEntry",
    "ParsedRoster",
    "Participant",
    "ParticipantKind",
    "RosterError",
    "RosterFault",
    "RosterMark",
    "Spoken",
    "State",
    "free_at",
    "key_id_of",
    "kind_of",
    "parse_alliance",
    "parse_participant",
    "parse_roster",
    "target_name",
]
