# SPDX-License-Identifier: Apache-2.0
"""Promising, working, keeping and giving up: what the desk does with own commitments, and taking others'."""

from havn.domain.commitments.services._rows import DUE_WORK
from havn.domain.commitments.services._words import SENTENCES, refused
from havn.domain.commitments.services.acts import state_political_act
from havn.domain.commitments.services.moving import (
    add_evidence,
    adopt,
    claim,
    confirm,
    decline,
    drop,
    redate,
    reopen,
    replace,
    start,
    state_resources,
    withdraw,
)
from havn.domain.commitments.services.noting import note_due
from havn.domain.commitments.services.proposing import Edited, edit, propose
from havn.domain.commitments.services.taking import take_commitment, take_political_act

__all__ = [
    "DUE_WORK",
    "SENTENCES",
    "Edited",
    "add_evidence",
    "adopt",
    "claim",
    "confirm",
    "decline",
    "drop",
    "edit",
    "note_due",
    "propose",
    "redate",
    "refused",
    "reopen",
    "replace",
    "start",
    "state_political_act",
    "state_resources",
    "take_commitment",
    "take_political_act",
    "withdraw",
]
