# SPDX-License-Identifier: Apache-2.0
"""What receiver and sender say of a referral afterwards: built from values, and read strictly."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from havn.domain.referral.rules._reading import BodyError, BodyFault, Fields
from havn.domain.referral.rules.body import (
    MOST_STEPS,
    Hosting,
    Made,
    assessment_body,
    begin,
    hosting_body,
    read_assessment,
    read_hosting,
)
from havn.domain.referral.rules.states import Step, Word
from havn.domain.referral.rules.ways import Decline, Ended, Progress

LONGEST_PROOF = 20_000


class Kind(StrEnum):
    """The kinds of events about a referral; the names travel."""

    SENT = "referral.sent"
    REASSESSED = "referral.reassessed"
    RECEIVED = "referral.received"
    ACKNOWLEDGED = "referral.acknowledged"
    PROGRESS = "referral.progress"
    OUTCOME = "referral.outcome"
    REASSIGNED = "referral.reassigned"
    RETURNED = "referral.returned"


_KIND_OF = {
    Word.RECEIVED: Kind.RECEIVED,
    Word.ACCEPTED: Kind.ACKNOWLEDGED,
    Word.DECLINED: Kind.ACKNOWLEDGED,
    Word.PROGRESS: Kind.PROGRESS,
    Word.REOPENED: Kind.PROGRESS,
    Word.ENDED: Kind.OUTCOME,
    Word.REASSIGNED: Kind.REASSIGNED,
    Word.RETURNED: Kind.RETURNED,
}


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that the receiver says: its number, what it means, and its particulars."""

    number: int
    word: Word
    code: str = ""  # a reason, an action or an outcome
    country: str = ""
    node: UUID | None = None  # whose word it is, or to whom it was reassigned
    proof: str = ""
    hosting: Hosting | None = None

    @property
    def step(self) -> Step:
        """Return what it does to the state."""
        return Step(self.number, self.word)

    @property
    def kind(self) -> Kind:
        """Return the kind of event that says it."""
        return _KIND_OF[self.word]


def body_said(said: Said) -> dict[str, Any]:
    """Return the body of an event of the receiver. (E20)"""
    body: dict[str, Any] = {"step": said.number}
    if said.kind is Kind.RECEIVED:
        return body | {"proof": said.proof}
    if said.kind is Kind.ACKNOWLEDGED:
        return body | {"answer": said.word.value, "reason": said.code, "country": said.country}
    if said.kind is Kind.PROGRESS:
        return body | {"action": said.code, "country": said.country, "word_of": str(said.node)}
    if said.kind is Kind.OUTCOME:
        return body | {"outcome": said.code, "word_of": str(said.node)}
    hosting = hosting_body(said.hosting) if said.hosting else None
    body |= {"country": said.country, "hosting": hosting}
    return body | ({"to": str(said.node)} if said.kind is Kind.REASSIGNED else {})


def read_said(kind: Kind, body: Any) -> Said:
    """Return what the body of an event of the receiver says; raises BodyError. (E4, E20)"""
    given = begin(body)
    number = given.number("step", least=1, most=MOST_STEPS)
    if kind not in _READERS:
        raise BodyError(BodyFault.BAD_VALUE, "body")
    found = _READERS[kind](number, given)
    given.done()
    return found


def reassessed_body(number: int, made: Made | None) -> dict[str, Any]:
    """Return the body of `referral.reassessed`: another assessment, or that there is none any more. (E27)"""
    return {"step": number, "assessment": assessment_body(made) if made else None}


def read_reassessed(body: Any) -> tuple[int, Made | None]:
    """Return the number and the assessment of `referral.reassessed`; raises BodyError. (E27)"""
    given = begin(body)
    number = given.number("step", least=1, most=MOST_STEPS)
    part = given.part_or_none("assessment")
    made = read_assessment(part) if part else None
    given.done()
    return number, made


def _received(number: int, given: Fields) -> Said:
    return Said(number, Word.RECEIVED, proof=given.proof("proof", most=LONGEST_PROOF))


def _acknowledged(number: int, given: Fields) -> Said:
    answer = given.text("answer", most=20)
    country = given.country("country")
    if answer == Word.ACCEPTED:
        if given.text("reason", most=40):
            raise BodyError(BodyFault.BAD_VALUE, "body.reason")
        return Said(number, Word.ACCEPTED, country=country)
    if answer != Word.DECLINED:
        raise BodyError(BodyFault.BAD_VALUE, "body.answer")
    return Said(number, Word.DECLINED, given.one_of("reason", Decline).value, country)


def _progress(number: int, given: Fields) -> Said:
    action = given.one_of("action", Progress)
    word = Word.REOPENED if action is Progress.REAPPEARED else Word.PROGRESS
    return Said(number, word, action.value, given.country("country"), given.uuid("word_of"))


def _outcome(number: int, given: Fields) -> Said:
    outcome = given.one_of("outcome", Ended)
    return Said(number, Word.ENDED, outcome.value, node=given.uuid("word_of"))


def _reassigned(number: int, given: Fields) -> Said:
    return Said(
        number,
        Word.REASSIGNED,
        country=given.country("country", may_be_empty=False),
        node=given.uuid("to"),
        hosting=_hosting(given),
    )


def _returned(number: int, given: Fields) -> Said:
    country = given.country("country", may_be_empty=False)
    return Said(number, Word.RETURNED, country=country, hosting=_hosting(given))


def _hosting(given: Fields) -> Hosting | None:
    part = given.part_or_none("hosting")
    return read_hosting(part) if part else None


_READERS = {
    Kind.RECEIVED: _received,
    Kind.ACKNOWLEDGED: _acknowledged,
    Kind.PROGRESS: _progress,
    Kind.OUTCOME: _outcome,
    Kind.REASSIGNED: _reassigned,
    Kind.RETURNED: _returned,
}
