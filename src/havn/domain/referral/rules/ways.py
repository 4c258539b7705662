# SPDX-License-Identifier: Apache-2.0
"""Where an item can go: to which nodes, back to whom, and what may travel with it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from havn.domain.cases.rules import LegalClass

LONGEST_CHAIN = 16
PERSONAL_DATA = "personal_data"
REASON_PURPOSE = "personal-data-reason"


class Why(StrEnum):
    """Why an item is referred to a node."""

    HOSTED = "hosted"  # it is hosted there
    MOVED = "moved"  # it moved there while another node had it
    ORPHAN = "orphan"  # nobody is where it is hosted, and that node holds the mandate


class Decline(StrEnum):
    """Why a receiver does not act. (E21)"""

    NOT_HOSTED_HERE = "not_hosted_here"
    NOT_ILLEGAL_HERE = "not_illegal_here"  # of what the sender found national only
    CANNOT_ACT = "cannot_act"


class NotSent(StrEnum):
    """Why an analyst does not send an item where it could go."""

    LAW_THERE = "law_there"  # a child who reported could be punished there
    NOBODY_ACTS = "nobody_acts"
    ANOTHER_WAY = "another_way"


class Ended(StrEnum):
    """With which outcome a referral ends."""

    REMOVED = "removed"
    NOT_ILLEGAL = "not_illegal"
    WITHDRAWN = "withdrawn"  # the sender took its assessment back


class Progress(StrEnum):
    """What happened to the item at the receiver."""

    POLICE_TOLD = "police_told"
    NOTICE_SENT = "notice_sent"
    UNAVAILABLE = "unavailable"
    REMOVED = "removed"
    REAPPEARED = "reappeared"
    NOT_ILLEGAL = "not_illegal"
    MOVED = "moved"
    ORPHANED = "orphaned"


class Refusal(StrEnum):
    """Why a referral is not sent, or not taken; nothing is changed then."""

    TO_ONESELF = "referral_to_oneself"
    RING = "referral_in_a_ring"
    LONG_CHAIN = "referral_chain_too_long"
    BROKEN_CHAIN = "referral_chain_broken"
    UNKNOWN_NODE = "unknown_node"
    SUSPENDED = "suspended_node"
    NOT_CONFIRMED = "not_confirmed"
    ALREADY_REFERRED = "already_referred"
    REASON_NEEDED = "reason_needed"
    TAKEN_REFERENCE = "reference_taken"
    UNKNOWN_REFERRAL = "unknown_referral"
    NOT_THE_SENDER = "not_the_sender"
    NOT_THE_RECEIVER = "not_the_receiver"


@dataclass(frozen=True, slots=True)
class Known:
    """A node as these rules see it."""

    node_id: UUID
    country: str
    is_active: bool


@dataclass(frozen=True, slots=True)
class Way:
    """One place where an item may go: a node, and whether that is a return to who sent it."""

    node_id: UUID
    why: Why
    is_return: bool = False


def ways_on(
    *,
    country: str,
    own: UUID,
    there: Sequence[Known],
    mandated: Sequence[Known],
    came_through: Sequence[UUID] = (),
    came_from: Known | None = None,
    asked_last: Mapping[UUID, datetime] | None = None,
) -> tuple[Way, ...]:
    """Return where an item hosted in a country may go, what is proposed first.

    Nodes that it came through are left out: that would be a ring. Its sender gets it back only when the
    sender's country hosts it now. Where nobody is there, the mandated nodes are asked in turn. (E10-E13)
    """
    if came_from is not None and came_from.is_active and came_from.country == country:
        return (Way(came_from.node_id, Why.MOVED, is_return=True),)
    closed = {own, *came_through}
    why = Why.MOVED if came_through else Why.HOSTED
    found = [n for n in there if n.is_active and n.node_id not in closed]
    if found:
        return tuple(Way(node.node_id, why) for node in found)
    rest = [n for n in mandated if n.is_active and n.node_id not in closed]
    return tuple(Way(node.node_id, Why.ORPHAN) for node in in_turn(rest, asked_last or {}))


def in_turn(nodes: Sequence[Known], asked_last: Mapping[UUID, datetime]) -> list[Known]:
    """Return mandated nodes in the order in which they are asked: who was never asked, then the longest ago."""

    def place(node: Known) -> tuple[bool, float, int]:
        last = asked_last.get(node.node_id)
        return last is not None, last.timestamp() if last else 0.0, nodes.index(node)

    return sorted(nodes, key=place)


def refusal_to_send(
    *,
    to: Known | None,
    own: UUID,
    came_through: Sequence[UUID],
    legal_class: LegalClass | None,
    is_referred: bool,
) -> Refusal | None:
    """Return why an item may not be referred to a node, or None. (E5-E9)"""
    if to is None:
        return Refusal.UNKNOWN_NODE
    if to.node_id == own:
        return Refusal.TO_ONESELF
    if to.node_id in came_through:
        return Refusal.RING
    if len(came_through) + 1 > LONGEST_CHAIN:
        return Refusal.LONG_CHAIN
    if not to.is_active:
        return Refusal.SUSPENDED
    if legal_class not in {LegalClass.BASELINE, LegalClass.NATIONAL}:
        return Refusal.NOT_CONFIRMED
    return Refusal.ALREADY_REFERRED if is_referred else None


def refusal_to_take(*, sender: Known | None, own: UUID, chain: Sequence[UUID]) -> Refusal | None:
    """Return why a referral that arrived is not taken, or None. (E5-E9)"""
    if sender is None:
        return Refusal.UNKNOWN_NODE
    if sender.node_id == own:
        return Refusal.TO_ONESELF
    if not sender.is_active:
        return Refusal.SUSPENDED
    if not chain or chain[-1] != sender.node_id or len(set(chain)) != len(chain):
        return Refusal.BROKEN_CHAIN
    return Refusal.RING if own in chain else None


def may_carry_personal(*, allows: Collection[str], has_reason: bool) -> bool:
    """Whether a reporter's words and contact may travel: by the pair's legal basis, or a supervisor's reason. (E15)"""
    return PERSONAL_DATA in allows or has_reason


def may_decline(reason: Decline, *, legal_class: LegalClass) -> bool:
    """Whether a receiver may decline for this reason: baseline is illegal everywhere. (E22)"""
    return reason is not Decline.NOT_ILLEGAL_HERE or legal_class is LegalClass.NATIONAL


def outcome_in_facts(state: str, code: str) -> str:
    """Return the kind of outcome that indicators count for an ended referral; empty while it is open."""
    if state == "returned":
        return "moved"
    if state not in {"outcome", "declined"}:
        return ""
    return _COUNTED_AS.get(code, code)


_COUNTED_AS = {
    Decline.NOT_HOSTED_HERE.value: "moved",
    Decline.NOT_ILLEGAL_HERE.value: "not_illegal",
}
