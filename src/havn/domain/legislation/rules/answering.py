# SPDX-License-Identifier: Apache-2.0
"""What may be said of a law: which answers, reviews and disputes are whole, and what is wrong with others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from havn.domain.legislation.rules.catalogue import CRITERIA
from havn.domain.legislation.rules.criterion import Criterion, Value
from havn.domain.legislation.rules.laws import Answer
from havn.lib.encoding import holds_encoded_file

MOST_LAW, MOST_ARTICLE, MOST_URL, MOST_TEXT, MOST_OFFICE = 300, 120, 500, 1000, 200
EARLIEST, LONGEST_AHEAD = date(1800, 1, 1), timedelta(days=3660)
_DIGEST = re.compile(r"[0-9a-f]{64}")
_ADDRESS = re.compile(r"https?://[!-~]+\.[!-~]+")


class Verdict(StrEnum):
    """What a reviewing country says of an answer."""

    AGREES = "agrees"
    DIFFERS = "differs"


class Fault(StrEnum):
    """What is wrong with something that is said of a law."""

    UNKNOWN_CRITERION = "unknown_criterion"
    ARTICLE_MISSING = "article_missing"
    LAW_MISSING = "law_missing"
    SOURCE_MISSING = "source_missing"
    REASON_MISSING = "reason_missing"
    NOTE_MISSING = "note_missing"
    NUMBER_MISSING = "number_missing"
    NUMBER_NOT_ASKED = "number_not_asked"
    NUMBER_OUT_OF_RANGE = "number_out_of_range"
    NUMBER_TOO_SMALL_FOR_YES = "number_too_small_for_yes"
    NOT_UNLIMITED = "not_unlimited"
    TWO_NUMBERS = "two_numbers"
    ENDS_BEFORE_IT_BEGINS = "ends_before_it_begins"
    DAY_OUT_OF_RANGE = "day_out_of_range"
    ASSESSED_LATER = "assessed_later"
    NO_ADDRESS = "no_address"
    NO_DIGEST = "no_digest"
    TEXT_MISSING = "text_missing"
    TEXT_TOO_LONG = "text_too_long"
    PICTURE_IN_TEXT = "picture_in_text"


@dataclass(frozen=True, slots=True)
class NewAnswer:
    """An answer to a criterion, as a country gives it."""

    key: str
    value: Value
    in_force_from: date
    number: int | None = None
    is_unlimited: bool = False
    law: str = ""
    article: str = ""
    in_force_to: date | None = None
    source_url: str = ""
    quote_hash: str = ""
    reason: str = ""
    note: str = ""
    is_weakest_part: bool = False  # of a federal state whose parts have different laws
    assessed_on: date | None = None
    supersedes: UUID | None = None

    @property
    def answer(self) -> Answer:
        """Return what of it counts for rules."""
        return Answer(self.value, self.number, self.is_unlimited, self.in_force_from)


def cleaned(text: str) -> str:
    """Return a text without space at its ends and without the sign that no text holds."""
    return text.replace("\0", "").strip()


def cleaned_answer(given: NewAnswer) -> NewAnswer:
    """Return an answer whose texts are cleaned, as every node reads them."""
    texts = ("law", "article", "source_url", "quote_hash", "reason", "note")
    return replace(given, **{name: cleaned(getattr(given, name)) for name in texts})


def faults_of(given: NewAnswer, *, today: date) -> list[tuple[str, Fault]]:
    """Return what is wrong with an answer, each with the field that it is wrong in."""
    criterion = CRITERIA.get(given.key)
    if criterion is None:
        return [("key", Fault.UNKNOWN_CRITERION)]
    return [
        *_citation_faults(given),
        *_number_faults(given, criterion),
        *_day_faults(given, today),
        *_text_faults(given),
    ]


def _citation_faults(given: NewAnswer) -> Iterator[tuple[str, Fault]]:  # J6
    must_cite = given.value in {Value.YES, Value.PARTLY}
    if not given.law and (must_cite or given.article):
        yield "law", Fault.LAW_MISSING
    if given.law and not given.article:
        yield "article", Fault.ARTICLE_MISSING
    if must_cite and not given.source_url:
        yield "source_url", Fault.SOURCE_MISSING
    if given.value is Value.PARTLY and not given.reason:
        yield "reason", Fault.REASON_MISSING
    if given.is_weakest_part and not given.note:
        yield "note", Fault.NOTE_MISSING


def _number_faults(given: NewAnswer, criterion: Criterion) -> Iterator[tuple[str, Fault]]:  # J7
    rule, number = criterion.number, given.number
    if rule is None or given.value is Value.UNKNOWN:
        if number is not None or given.is_unlimited:
            yield "number", Fault.NUMBER_NOT_ASKED
        return
    if given.is_unlimited and not rule.may_be_unlimited:
        yield "is_unlimited", Fault.NOT_UNLIMITED
    elif given.is_unlimited and number is not None:
        yield "number", Fault.TWO_NUMBERS
    elif number is None and not given.is_unlimited and given.value in rule.needed_for:
        yield "number", Fault.NUMBER_MISSING
    elif number is not None and not rule.least <= number <= rule.most:
        yield "number", Fault.NUMBER_OUT_OF_RANGE
    elif given.value is Value.YES and number is not None and number < (rule.least_for_yes or 0):
        yield "number", Fault.NUMBER_TOO_SMALL_FOR_YES


def _day_faults(given: NewAnswer, today: date) -> Iterator[tuple[str, Fault]]:  # J8
    if not EARLIEST <= given.in_force_from <= today + LONGEST_AHEAD:
        yield "in_force_from", Fault.DAY_OUT_OF_RANGE
    if given.in_force_to is not None and given.in_force_to < given.in_force_from:
        yield "in_force_to", Fault.ENDS_BEFORE_IT_BEGINS
    if given.assessed_on is not None and given.assessed_on > today:
        yield "assessed_on", Fault.ASSESSED_LATER


def _text_faults(given: NewAnswer) -> Iterator[tuple[str, Fault]]:
    for field, most in (
        ("law", MOST_LAW), ("article", MOST_ARTICLE), ("reason", MOST_TEXT), ("note", MOST_TEXT),
    ):  # fmt: skip
        yield from ((field, fault) for fault in text_faults(getattr(given, field), most=most))
    yield from address_faults(given.source_url)
    if given.quote_hash and not _DIGEST.fullmatch(given.quote_hash):
        yield "quote_hash", Fault.NO_DIGEST


def text_faults(text: str, *, most: int, is_needed: bool = False) -> Iterator[Fault]:
    """Yield what is wrong with a text of words."""
    if is_needed and not text:
        yield Fault.TEXT_MISSING
    if len(text) > most:
        yield Fault.TEXT_TOO_LONG
    if holds_encoded_file(text):
        yield Fault.PICTURE_IN_TEXT


def address_faults(address: str, *, field: str = "source_url") -> Iterator[tuple[str, Fault]]:
    """Yield what is wrong with the address of a source; an empty one is none."""
    if len(address) > MOST_URL:
        yield field, Fault.TEXT_TOO_LONG
    elif address and not _ADDRESS.fullmatch(address):
        yield field, Fault.NO_ADDRESS
    elif holds_encoded_file(address):
        yield field, Fault.PICTURE_IN_TEXT
