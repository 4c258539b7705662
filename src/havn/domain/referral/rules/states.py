# SPDX-License-Identifier: Apache-2.0
"""Where a referral stands on either side: states, what moves them, and the state that steps add up to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Direction(StrEnum):
    """On which side of a referral this node is."""

    OUT = "out"
    IN = "in"


class Sent(StrEnum):
    """The sender's side."""

    SENT = "sent"
    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    DECLINED = "declined"
    REASSIGNED = "reassigned"
    RETURNED = "returned"
    OUTCOME = "outcome"


class Taken(StrEnum):
    """The receiver's side."""

    ARRIVED = "arrived"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REASSIGNED = "reassigned"
    RETURNED = "returned"
    DONE = "done"


class Word(StrEnum):
    """What the receiver says of a referral; each is one event, and each moves both sides alike."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REASSIGNED = "reassigned"
    RETURNED = "returned"
    ENDED = "ended"
    REOPENED = "reopened"
    PROGRESS = "progress"  # moves nothing
    REASSESSED = "reassessed"  # the one word of the sender; moves nothing by itself


@dataclass(frozen=True, slots=True)
class Change:
    """One allowed change of a referral's state."""

    source: str
    target: str
    word: Word


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that the receiver said, with its number among all that it said of this referral."""

    number: int
    word: Word


def _table(*rows: tuple[tuple[str, ...], str, Word]) -> tuple[Change, ...]:
    return tuple(
        Change(source, target, word) for sources, target, word in rows for source in sources
    )


_UNANSWERED = ("sent", "received")
_UNDER_WAY = (*_UNANSWERED, "acknowledged", "reassigned")
_HAS_IT = ("arrived", "accepted", "reassigned")

# The two tables are the definition: docs/states.md is drawn from them. (E30)
CHANGES: dict[Direction, tuple[Change, ...]] = {
    Direction.OUT: _table(
        (("sent",), "received", Word.RECEIVED),
        ((*_UNANSWERED, "reassigned"), "acknowledged", Word.ACCEPTED),
        (_UNDER_WAY, "declined", Word.DECLINED),
        (_UNDER_WAY, "reassigned", Word.REASSIGNED),
        (_UNDER_WAY, "returned", Word.RETURNED),
        (_UNDER_WAY, "outcome", Word.ENDED),
        (("outcome",), "acknowledged", Word.REOPENED),
    ),
    Direction.IN: _table(
        (("arrived", "reassigned"), "accepted", Word.ACCEPTED),
        (_HAS_IT, "declined", Word.DECLINED),
        (_HAS_IT, "reassigned", Word.REASSIGNED),
        (_HAS_IT, "returned", Word.RETURNED),
        (_HAS_IT, "done", Word.ENDED),
        (("done",), "accepted", Word.REOPENED),
    ),
}
START = {Direction.OUT: Sent.SENT.value, Direction.IN: Taken.ARRIVED.value}
# What the sender's side shows when it has heard all that the receiver's side said. (E31)
AGREES = {
    Taken.ARRIVED: Sent.RECEIVED,
    Taken.ACCEPTED: Sent.ACKNOWLEDGED,
    Taken.DECLINED: Sent.DECLINED,
    Taken.REASSIGNED: Sent.REASSIGNED,
    Taken.RETURNED: Sent.RETURNED,
    Taken.DONE: Sent.OUTCOME,
}


def states_of(direction: Direction) -> tuple[str, ...]:
    """Return all states of one side, in the order of a referral's life."""
    return tuple(each.value for each in (Sent if direction is Direction.OUT else Taken))


def state_after(direction: Direction, state: str, word: Word) -> str | None:
    """Return the state that a word leads to; None where it changes nothing there."""
    for change in CHANGES[direction]:
        if (change.source, change.word) == (state, word):
            return change.target
    return None


def state_of(direction: Direction, steps: Iterable[Step]) -> str:
    """Return where a referral stands by all that the receiver said so far.

    By the numbers, and not by when each arrived: the order of delivery and repeats change nothing. (E32)
    """
    state = START[direction]
    heard = {step.number: step for step in steps}
    for number in sorted(heard):
        state = state_after(direction, state, heard[number].word) or state
    return state


def missing_steps(steps: Iterable[Step]) -> tuple[int, ...]:
    """Return the numbers that were not heard yet although a later one was."""
    heard = {step.number for step in steps}
    return tuple(number for number in range(1, max(heard, default=0)) if number not in heard)


OPEN = {
    Direction.OUT: frozenset(_UNDER_WAY),
    Direction.IN: frozenset(_HAS_IT),
}


def is_open(direction: Direction, state: str) -> bool:
    """Whether somebody has still to do something about it."""
    return state in OPEN[direction]
