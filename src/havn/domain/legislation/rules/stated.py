# SPDX-License-Identifier: Apache-2.0
"""What the national report of a member without a node says of its law: read as an answer, with less beside it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from havn.domain.legislation.rules.answering import Fault, NewAnswer, faults_of
from havn.domain.legislation.rules.criterion import Value

# A report names law and article, but neither where it can be read nor why only partly.
_NOT_IN_A_REPORT = {Fault.SOURCE_MISSING, Fault.REASON_MISSING}


def stated_id(report: UUID, key: str) -> UUID:
    """Return the id of the answer that a report gives to a criterion: the same each time it is read."""
    return uuid5(report, key)


def stated_answer(given: Mapping[str, Any], *, today: date) -> NewAnswer | None:
    """Return one criterion of a report as an answer; None where it cannot stand as one."""
    if given["in_force_from"] is None:
        return None
    number = given["number"]
    cited = given["citations"][0] if given["citations"] else {"act": "", "article": ""}
    answer = NewAnswer(
        key=given["criterion"],
        value=Value(given["value"]),
        in_force_from=date.fromisoformat(given["in_force_from"]),
        number=None if number == "unlimited" else number,
        is_unlimited=number == "unlimited",
        law=cited["act"],
        article=cited["article"],
        in_force_to=_day(given["in_force_to"]),
        assessed_on=_day(given["assessed_on"]),
    )
    faults = {fault for _, fault in faults_of(answer, today=today)}
    return None if faults - _NOT_IN_A_REPORT else answer


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
