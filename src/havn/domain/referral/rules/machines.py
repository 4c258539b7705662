# SPDX-License-Identifier: Apache-2.0
"""Both sides of a referral as values: what a receiver says next, and what a sender makes of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from havn.domain.referral.rules.said import Said
from havn.domain.referral.rules.states import (
    START,
    Direction,
    Step,
    Word,
    missing_steps,
    state_after,
    state_of,
)
from havn.domain.referral.rules.ways import Ended, Progress


@dataclass(frozen=True, slots=True)
class Receiver:
    """The receiver's side: its state, and how many things it has said."""

    state: str = START[Direction.IN]
    said: int = 0


@dataclass(frozen=True, slots=True)
class Sender:
    """The sender's side: what it has heard, by number."""

    heard: frozenset[Step] = frozenset()

    @property
    def state(self) -> str:
        """Return where the referral stands by what was heard."""
        return state_of(Direction.OUT, self.heard)

    @property
    def missing(self) -> tuple[int, ...]:
        """Return the numbers of what must have been said and was not heard."""
        return missing_steps(self.heard)


def say(
    receiver: Receiver,
    word: Word,
    *,
    code: str = "",
    country: str = "",
    node: UUID | None = None,
    proof: str = "",
) -> tuple[Receiver, Said] | None:
    """Return the receiver after it said something, and what it said; None where that makes no sense now. (E21)"""
    target: str | None
    if word in {Word.RECEIVED, Word.PROGRESS}:
        target = receiver.state
    else:
        target = state_after(Direction.IN, receiver.state, word)
    if target is None:
        return None
    number = receiver.said + 1
    said = Said(number, word, code=code, country=country, node=node, proof=proof)
    return replace(receiver, state=target, said=number), said


def hear(sender: Sender, said: Said) -> Sender:
    """Return the sender after it heard something; what it heard before changes nothing. (E32)"""
    if any(step.number == said.number for step in sender.heard):
        return sender
    return replace(sender, heard=sender.heard | {said.step})


def words_for(receiver: Receiver, action: Progress) -> tuple[tuple[Word, str], ...]:
    """Return what a receiver says when this happened to the item there: each word with its code. (E24)"""
    if action is Progress.REAPPEARED:
        is_over = receiver.state == "done"
        return ((Word.REOPENED if is_over else Word.PROGRESS, action.value),)
    if action is Progress.REMOVED:
        return (Word.PROGRESS, action.value), (Word.ENDED, Ended.REMOVED.value)
    if action is Progress.NOT_ILLEGAL:
        return (Word.PROGRESS, action.value), (Word.ENDED, Ended.NOT_ILLEGAL.value)
    return ((Word.PROGRESS, action.value),)
