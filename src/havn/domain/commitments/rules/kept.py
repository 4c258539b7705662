# SPDX-License-Identifier: Apache-2.0
"""Reading what this program itself stored: the same record as by the strict reading, without its checks, many times as fast."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from havn.domain.commitments.rules.record import (
    Deliverable,
    Evidence,
    EvidenceKind,
    IndicatorAim,
    Record,
    Resource,
    ResourceKind,
    Step,
    Terms,
)
from havn.domain.commitments.rules.states import Kind, State


def kept_record(body: Mapping[str, Any]) -> Record:
    """Return the record in a body that was read strictly, or made here, before it was stored."""
    return Record(
        member=body["member"],
        number=body["number"],
        state=State(body["state"]),
        terms=_terms(body["terms"]),
        steps=tuple(_step(each) for each in body["steps"]),
        resources=tuple(_resource(each) for each in body["resources"]),
        evidence=tuple(_evidence(each) for each in body["evidence"]),
    )


def _terms(body: Mapping[str, Any]) -> Terms:
    return Terms(
        target=body["target"],
        goal=body["goal"],
        title=body["title"],
        text=body["text"],
        office=body["office"],
        measure=_measure(body["measure"]),
        start=date.fromisoformat(body["start"]),
        due=date.fromisoformat(body["due"]),
    )


def _measure(body: Mapping[str, Any]) -> IndicatorAim | Deliverable:
    if body["kind"] == "deliverable":
        return Deliverable(body["what"], body["today"])
    return IndicatorAim(
        indicator=body["indicator"],
        measure=body["measure"],
        direction=body["direction"],
        baseline=Decimal(body["baseline"]),
        baseline_on=date.fromisoformat(body["baseline_on"]),
        aim=Decimal(body["aim"]),
    )


def _step(body: Mapping[str, Any]) -> Step:
    day, successor = body["day"], body["successor"]
    return Step(
        kind=Kind(body["kind"]),
        at=datetime.fromisoformat(body["at"]),
        office=body["office"],
        reason=body["reason"],
        day=date.fromisoformat(day) if day else None,
        successor=UUID(successor) if successor else None,
    )


def _resource(body: Mapping[str, Any]) -> Resource:
    return Resource(
        kind=ResourceKind(body["kind"]),
        amount=Decimal(body["amount"]),
        currency=body["currency"],
        year=body["year"],
        note=body["note"],
        at=datetime.fromisoformat(body["at"]),
    )


def _evidence(body: Mapping[str, Any]) -> Evidence:
    value = body["value"]
    return Evidence(
        kind=EvidenceKind(body["kind"]),
        as_of=date.fromisoformat(body["as_of"]),
        value=None if value is None else Decimal(value),
        title=body["title"],
        source=body["source"],
        at=datetime.fromisoformat(body["at"]),
    )
