# SPDX-License-Identifier: Apache-2.0
"""Who waits for whom about a referral, on which page it stands, and until when: no state is unseen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from havn.domain.cases.rules import Policy
from havn.domain.referral.rules.states import Direction, Sent, Taken


class WaitsFor(StrEnum):
    """Who has to do the next thing about a referral."""

    ANALYST = "analyst"
    THEIR_NODE = "their_node"  # the machine over there
    THEIR_PEOPLE = "their_people"
    THIRD_NODE = "third_node"
    NOBODY = "nobody"  # it is over; what is left is the item's own turn


class Page(StrEnum):
    """The desk's page on which a referral of this state stands."""

    TO_ANSWER = "referrals"
    OUT = "referrals_out"
    IN = "referrals_in"


@dataclass(frozen=True, slots=True)
class Turn:
    """Who is next, where it stands, and how long they are given since `since`."""

    waits_for: WaitsFor
    page: Page
    within: str  # the name of the policy's number, empty where nobody is waited for


_OVER_OUT = Turn(WaitsFor.NOBODY, Page.OUT, "")
_OVER_IN = Turn(WaitsFor.NOBODY, Page.IN, "")
_TURNS = {
    (Direction.OUT, Sent.SENT): Turn(WaitsFor.THEIR_NODE, Page.OUT, "acknowledge_within"),
    (Direction.OUT, Sent.RECEIVED): Turn(WaitsFor.THEIR_PEOPLE, Page.OUT, "acknowledge_within"),
    (Direction.OUT, Sent.ACKNOWLEDGED): Turn(WaitsFor.THEIR_PEOPLE, Page.OUT, "outcome_within"),
    (Direction.OUT, Sent.REASSIGNED): Turn(WaitsFor.THIRD_NODE, Page.OUT, "outcome_within"),
    (Direction.OUT, Sent.DECLINED): _OVER_OUT,
    (Direction.OUT, Sent.RETURNED): _OVER_OUT,
    (Direction.OUT, Sent.OUTCOME): _OVER_OUT,
    (Direction.IN, Taken.ARRIVED): Turn(WaitsFor.ANALYST, Page.TO_ANSWER, "acknowledge_within"),
    (Direction.IN, Taken.ACCEPTED): Turn(WaitsFor.ANALYST, Page.IN, "outcome_within"),
    (Direction.IN, Taken.REASSIGNED): Turn(WaitsFor.THIRD_NODE, Page.IN, "outcome_within"),
    (Direction.IN, Taken.DECLINED): _OVER_IN,
    (Direction.IN, Taken.RETURNED): _OVER_IN,
    (Direction.IN, Taken.DONE): _OVER_IN,
}


def turn_of(direction: Direction, state: str) -> Turn:
    """Return who is next about a referral in this state."""
    return _TURNS[direction, Sent(state) if direction is Direction.OUT else Taken(state)]


def due_at(
    direction: Direction, state: str, *, opened_at: datetime, policy: Policy
) -> datetime | None:
    """Return until when the next thing is to be done, counted from the sending or the arrival."""
    name = turn_of(direction, state).within
    if not name:
        return None
    within: timedelta = getattr(policy, name)
    return opened_at + within
