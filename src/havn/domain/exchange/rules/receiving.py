# SPDX-License-Identifier: Apache-2.0
"""What is believed of a payload that a peer gave for one of its leaves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from havn.domain.ledger.rules import EventKind
from havn.lib import feed

SALT_BYTES = 32
COPY_PURPOSE = "exchange payload"  # of the sealed copies that nodes give each other
PAYLOAD_ERASED = "payload.erased"  # names commitments whose payloads their source erased
LOG_RECOVERED = "log.recovered"  # names leaves whose payloads were lost with a disk
NEVER_ERASED = frozenset({PAYLOAD_ERASED, LOG_RECOVERED})
# Whose receipt holds a proof of their leaf, or whose proof is published.
PROVED_KINDS = frozenset({EventKind.REFERRAL_SENT, EventKind.REPORT_RELEASED})


class CounterFinding(StrEnum):
    """How a payload's counter follows the ones before it."""

    FOLLOWS = "follows"  # also with explained ones in between, or late and for the first time
    GAP = "gap"
    REPEATED = "repeated"


@dataclass(frozen=True, slots=True)
class Believed:
    """A payload that its leaf commits to, that names us, and whose audience counts under this digest."""

    payload: feed.Payload
    audience: str


def believed(opened: bytes, *, commit: bytes, own_node: UUID) -> Believed:
    """Return the payload in what was given; raise FeedError for another than the leaf commits to. (X16)"""
    found = feed.open_payload(commit, opened[:SALT_BYTES], opened[SALT_BYTES:])
    if own_node not in found.audience:
        raise feed.FeedError("payload_malformed", {"reason": "the audience names others"})
    return Believed(found, feed.audience_key(found.audience))


def body_version(payload: feed.Payload) -> int:
    """Return in which version an event's body is written; 0, which nobody reads, where it does not say. (W1)"""
    version = payload.body.get("v")
    return version if type(version) is int and version > 0 else 0


def counted(
    counter: feed.AudienceCounter, number: int, *, unread: int
) -> tuple[feed.AudienceCounter, CounterFinding]:
    """Return how a log's count for one audience stands after this number, and how the number follows. (X17)

    `unread` leaves before it were erased, or not fetched yet, and explain as many numbers that are missing. Each
    number that was passed over may come later, once; beyond the most ranges of them the oldest are forgotten.
    """
    noted = replace(counter, missing=counter.missing[1 - feed.MOST_MISSING :])
    try:
        after = noted.passing_over(number)
    except feed.FeedError:  # it came before
        return counter, CounterFinding.REPEATED
    is_explained = number - counter.expected <= unread
    return after, CounterFinding.FOLLOWS if is_explained else CounterFinding.GAP


@dataclass(frozen=True, slots=True)
class IncomingEvent:
    """What a service is called with: who says what about which subject."""

    id: UUID
    kind: str
    version: int
    subject_id: UUID
    sender: UUID
    happened_at: datetime
    body: dict[str, Any]
    proof: str  # that its leaf stands in the sender's log; empty for a kind that nobody proves
    leaf: bytes = b""  # of a proved kind: the leaf, and with what its commitment opens
    salt: bytes = b""
    payload: bytes = b""
