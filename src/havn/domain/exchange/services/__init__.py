# SPDX-License-Identifier: Apache-2.0
"""Writes of the exchange: leaves that leave, mirrors that grow, payloads that arrive, alarms."""

from havn.domain.exchange.services.alarms import raise_alarm, settle_alarm
from havn.domain.exchange.services.arrivals import (
    FoundLeaf,
    erase_arrivals,
    forget_lost,
    keep_found,
    keep_payload,
    note_handling_failed,
    settle_arrival,
    take_unknown_again,
)
from havn.domain.exchange.services.mirroring import (
    Mirror,
    note_answer,
    note_failure,
    note_seen_own,
)
from havn.domain.exchange.services.nonces import take_nonce
from havn.domain.exchange.services.publishing import (
    Beat,
    begin_recovery,
    end_recovery,
    erase_event,
    open_own_log,
    publish,
)

__all__ = [
    "Beat",
    "FoundLeaf",
    "Mirror",
    "begin_recovery",
    "end_recovery",
    "erase_arrivals",
    "erase_event",
    "forget_lost",
    "keep_found",
    "keep_payload",
    "note_answer",
    "note_failure",
    "note_handling_failed",
    "note_seen_own",
    "open_own_log",
    "publish",
    "raise_alarm",
    "settle_alarm",
    "settle_arrival",
    "take_nonce",
    "take_unknown_again",
]
