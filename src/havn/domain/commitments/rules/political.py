# SPDX-License-Identifier: Apache-2.0
"""Political acts: a debate, a decision, a budget line, a minister named; dated, sourced, and corrected beside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from havn.domain.commitments.rules.errors import CommitmentError, Fault
from havn.domain.commitments.rules.record import (
    MOST_TEXT,
    MOST_TITLE,
    Texts,
    is_address,
    is_currency,
    number_text,
)
from havn.domain.commitments.rules.terms import check_line, check_texts
from havn.domain.commitments.rules.wire import (
    VERSION,
    begin,
    identifier_text,
    instant,
    line,
    number,
    one_of,
    refuse,
    source,
    texts,
)
from havn.domain.members.rules import RosterError


class ActKind(StrEnum):
    """What politics did."""

    DEBATE = "debate"
    DECISION = "decision"
    BUDGET = "budget"
    MINISTER = "minister"


@dataclass(frozen=True, slots=True)
class PoliticalAct:
    """One act; `corrects` names the entry that this one stands beside."""

    member: str
    kind: ActKind
    day: date
    title: Texts
    text: Texts
    source_title: str
    source: str
    amount: Decimal | None
    currency: str
    corrects: UUID | None
    at: datetime


def check_act(act: PoliticalAct) -> None:
    """Raise CommitmentError for an act that is not dated, sourced and said in two languages."""
    check_texts(act.title, most=MOST_TITLE)
    check_texts(act.text, most=MOST_TEXT)
    check_line(act.source_title, missing=Fault.BAD_SOURCE)
    if act.source and not is_address(act.source):
        raise CommitmentError(Fault.BAD_SOURCE)
    if act.day > act.at.date():
        raise CommitmentError(Fault.DAY_TO_COME)
    if (act.amount is not None) != bool(act.currency):
        raise CommitmentError(Fault.BAD_RESOURCE)
    if act.amount is not None and (act.amount < 0 or not is_currency(act.currency)):
        raise CommitmentError(Fault.BAD_RESOURCE)


def act_body(act: PoliticalAct) -> dict[str, Any]:
    """Return an act as it travels."""
    return {
        "v": VERSION,
        "member": act.member,
        "kind": act.kind.value,
        "day": act.day.isoformat(),
        "title": dict(act.title),
        "text": dict(act.text),
        "source_title": act.source_title,
        "source": act.source,
        "amount": None if act.amount is None else number_text(act.amount),
        "currency": act.currency,
        "corrects": identifier_text(act.corrects),
        "at": act.at.isoformat(),
    }


def read_act(body: object) -> PoliticalAct:
    """Return the act in a body; raises CommitmentError for everything that is not exactly one. (C11)"""
    names = {
        "v", "member", "kind", "day", "title", "text", "source_title", "source",
        "amount", "currency", "corrects", "at",
    }  # fmt: skip
    try:
        fields = begin(body, names)
        has_amount = fields.values["amount"] is not None
        is_correction = fields.values["corrects"] is not None
        found = PoliticalAct(
            member=fields.matching("member", r"[A-Z]{2}", what="a country's two letters"),
            kind=one_of(fields, "kind", ActKind),
            day=fields.day("day"),
            title=texts(fields, "title", most=MOST_TITLE),
            text=texts(fields, "text", most=MOST_TEXT),
            source_title=line(fields, "source_title"),
            source=source(fields, "source"),
            amount=number(fields, "amount") if has_amount else None,
            currency=line(fields, "currency", most=3, least=0),
            corrects=fields.identifier("corrects") if is_correction else None,
            at=instant(fields, "at"),
        )
    except RosterError as error:
        raise CommitmentError(Fault.BAD_BODY, str(error)) from error
    has_currency = bool(found.currency)
    if has_amount != has_currency or (has_currency and not is_currency(found.currency)):
        refuse("currency")
    if found.amount is not None and found.amount < 0:
        refuse("amount")
    return found
