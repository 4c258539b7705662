# SPDX-License-Identifier: Apache-2.0
"""Decisions of the exchange: values in, values out; the stores and peers that they need stand behind Protocols."""

from havn.domain.exchange.rules.health import Health, PeerFacts, health_of
from havn.domain.exchange.rules.mirroring import Mirrored, TaggedLeaf, compare, follow, tagged
from havn.domain.exchange.rules.publishing import (
    EVERYBODY,
    MOST_A_BEAT,
    Batch,
    Draft,
    LogSecrets,
    OwnLog,
    WaitingEvent,
    audience_of,
    may_leave,
    next_batch,
    rate_after,
)
from havn.domain.exchange.rules.receiving import (
    COPY_PURPOSE,
    LOG_RECOVERED,
    PAYLOAD_ERASED,
    Believed,
    CounterFinding,
    IncomingEvent,
    believed,
    counter_finding,
)
from havn.domain.exchange.rules.recovering import (
    PEERS_NEEDED,
    LogMemory,
    Standing,
    recounted,
    standing_of,
)
from havn.domain.exchange.rules.states import (
    OPEN_STATES,
    PASSES_BY_ITSELF,
    AlarmCode,
    InboxState,
)
from havn.domain.exchange.rules.stores import (
    GivenPayload,
    LinkError,
    MirrorStore,
    PeerLink,
    SeenLog,
    Witness,
)

__all__ = [
    "COPY_PURPOSE",
    "EVERYBODY",
    "LOG_RECOVERED",
    "MOST_A_BEAT",
    "OPEN_STATES",
    "PASSES_BY_ITSELF",
    "PAYLOAD_ERASED",
    "PEERS_NEEDED",
    "AlarmCode",
    "Batch",
    "Believed",
    "CounterFinding",
    "Draft",
    "GivenPayload",
    "Health",
    "InboxState",
    "IncomingEvent",
    "LinkError",
    "LogMemory",
    "LogSecrets",
    "MirrorStore",
    "Mirrored",
    "OwnLog",
    "PeerFacts",
    "PeerLink",
    "SeenLog",
    "Standing",
    "TaggedLeaf",
    "WaitingEvent",
    "Witness",
    "audience_of",
    "believed",
    "compare",
    "counter_finding",
    "follow",
    "health_of",
    "may_leave",
    "next_batch",
    "rate_after",
    "recounted",
    "standing_of",
    "tagged",
]
