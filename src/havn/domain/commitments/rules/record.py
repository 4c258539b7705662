# SPDX-License-Identifier: Apache-2.0
"""The record of a commitment as values: its terms, its steps, what it cost, and what shows that it was kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from havn.domain.commitments.rules.errors import CommitmentError, Fault
from havn.domain.commitments.rules.states import Kind, State

Texts = Mapping[str, str]  # by language
TARGETS = (1, 2, 3, 4)
MOST_TITLE, MOST_TEXT, MOST_LINE, MOST_LANGUAGES = 160, 2000, 200, 4
MOST_STEPS, MOST_ENTRIES = 200, 60
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Z]{2})?")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,11})(?:\.[0-9]{0,5}[1-9])?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_ADDRESS = re.compile(r"https://[^\s<>\"]{1,400}")


class ResourceKind(StrEnum):
    """Whether money was promised or spent."""

    PROMISED = "promised"
    SPENT = "spent"


class EvidenceKind(StrEnum):
    """What shows it: an indicator's value as known on a day, or a document."""

    VALUE = "value"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class IndicatorAim:
    """A value that an indicator had on a day, and the value that it shall have."""

    indicator: str
    measure: str
    direction: str  # up, down
    baseline: Decimal
    baseline_on: date
    aim: Decimal

    def is_reached_by(self, value: Decimal) -> bool:
        """Whether a value is as good as the aim, or better."""
        return value >= self.aim if self.direction == "up" else value <= self.aim


@dataclass(frozen=True, slots=True)
class Deliverable:
    """Something that shall be there, and what there is of it today."""

    what: Texts
    today: Texts


@dataclass(frozen=True, slots=True)
class Terms:
    """What was promised, by which office, from when until when."""

    target: int
    goal: str  # like G1.1; empty for a promise under no goal
    title: Texts
    text: Texts
    office: str
    measure: IndicatorAim | Deliverable
    start: date
    due: date


@dataclass(frozen=True, slots=True)
class Step:
    """One step: when, by which office, and what belongs to it."""

    kind: Kind
    at: datetime
    office: str
    reason: str = ""
    day: date | None = None  # of the first step, or the new due day
    successor: UUID | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """Money promised or spent in a year."""

    kind: ResourceKind
    amount: Decimal
    currency: str
    year: int
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Evidence:
    """What shows how far a commitment is."""

    kind: EvidenceKind
    as_of: date
    value: Decimal | None
    title: str
    source: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Record:
    """A commitment as it stands after one change; a later one never holds fewer steps, resources or evidence."""

    member: str
    number: int
    state: State
    terms: Terms
    steps: tuple[Step, ...]
    resources: tuple[Resource, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    @property
    def due(self) -> date:
        """The due day in force."""
        days = [step.day for step in self.steps if step.kind is Kind.REDATED and step.day]
        return days[-1] if days else self.terms.due

    @property
    def open_claim(self) -> Step | None:
        """The claim that waits for a second office, if there is one."""
        for step in reversed(self.steps):
            if step.kind in {Kind.CONFIRMED, Kind.DECLINED, Kind.REOPENED}:
                return None
            if step.kind is Kind.CLAIMED:
                return step
        return None

    @property
    def successor(self) -> UUID | None:
        """The commitment that replaced this one."""
        found = [step.successor for step in self.steps if step.kind is Kind.REPLACED]
        return found[-1] if found else None

    def last(self, kind: Kind) -> Step | None:
        """Return the last step of a kind."""
        return next((step for step in reversed(self.steps) if step.kind is kind), None)


def number_text(value: Decimal) -> str:
    """Return a number in its one written form."""
    text = format(value.normalize(), "f")
    return "0" if text in {"-0", "0"} else text


def read_number(text: object) -> Decimal:
    """Return a number written in its one form; raises CommitmentError."""
    if not isinstance(text, str) or not _NUMBER.fullmatch(text) or text == "-0":
        raise CommitmentError(Fault.BAD_NUMBER, str(text)[:40])
    return Decimal(text)


def is_language(code: str) -> bool:
    """Whether this is written as the code of a language."""
    return bool(_LANGUAGE.fullmatch(code))


def is_currency(code: str) -> bool:
    """Whether this is written as the code of a currency."""
    return bool(_CURRENCY.fullmatch(code))


def is_address(text: str) -> bool:
    """Whether this is the address of a document on the web."""
    return bool(_ADDRESS.fullmatch(text))


def same_office(one: str, other: str) -> bool:
    """Whether two names mean the same office, however they are written."""
    return " ".join(one.casefold().split()) == " ".join(other.casefold().split())
