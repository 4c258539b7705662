# SPDX-License-Identifier: Apache-2.0
"""The bodies of `law.assessed`, `law.reviewed` and `law.disputed`: built from values, and read strictly. (J1, J2)"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, NoReturn
from uuid import UUID

from havn.domain.legislation.rules import answering
from havn.domain.legislation.rules.answering import NewAnswer, Verdict
from havn.domain.legislation.rules.criterion import Value
from havn.lib.encoding import holds_encoded_file

BODY_VERSION = 1
_MEMBER = re.compile(r"[A-Z]{2}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class BodyFault(StrEnum):
    """What is wrong with the body of an event."""

    NOT_AN_OBJECT = "body_not_an_object"
    UNKNOWN_VERSION = "body_unknown_version"
    UNKNOWN_FIELD = "body_unknown_field"
    MISSING_FIELD = "body_missing_field"
    WRONG_TYPE = "body_wrong_type"
    BAD_VALUE = "body_bad_value"
    TOO_LONG = "body_too_long"
    HOLDS_A_FILE = "body_holds_a_file"


class BodyError(Exception):
    """The body cannot be taken; `code` names the fault, `field` where it is."""

    def __init__(self, code: str, field: str) -> None:
        self.code, self.field = str(code), field
        super().__init__(f"{code}: {field}")


class Step(StrEnum):
    """What an event about a dispute says."""

    FILED = "filed"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class AssessmentBody:
    """An answer to a criterion, as it travels."""

    id: UUID
    member: str
    given: NewAnswer


@dataclass(frozen=True, slots=True)
class ReviewBody:
    """What one country says of another's answer, as it travels."""

    id: UUID
    answer: UUID
    about: str
    by: str
    verdict: Verdict
    note: str
    on: date


@dataclass(frozen=True, slots=True)
class DisputeBody:
    """A dispute of a third country, or what the country whose law it is answers."""

    id: UUID
    step: Step
    dispute: UUID
    answer: UUID
    about: str
    by: str
    text: str
    source: str
    on: date


def assessment_body(made: AssessmentBody) -> dict[str, Any]:
    """Return the body of `law.assessed`. (J5)"""
    given = made.given
    return {
        "id": str(made.id),
        "member": made.member,
        "criterion": given.key,
        "value": given.value.value,
        "number": given.number,
        "is_unlimited": given.is_unlimited,
        "law": given.law,
        "article": given.article,
        "in_force_from": given.in_force_from.isoformat(),
        "in_force_to": given.in_force_to.isoformat() if given.in_force_to else None,
        "source": given.source_url,
        "quote_hash": given.quote_hash,
        "reason": given.reason,
        "note": given.note,
        "is_weakest_part": given.is_weakest_part,
        "assessed_on": given.assessed_on.isoformat() if given.assessed_on else None,
        "supersedes": str(given.supersedes) if given.supersedes else None,
    }


def review_body(made: ReviewBody) -> dict[str, Any]:
    """Return the body of `law.reviewed`."""
    return {
        "id": str(made.id),
        "answer": str(made.answer),
        "about": made.about,
        "by": made.by,
        "verdict": made.verdict.value,
        "note": made.note,
        "on": made.on.isoformat(),
    }


def dispute_body(made: DisputeBody) -> dict[str, Any]:
    """Return the body of `law.disputed`."""
    return {
        "id": str(made.id),
        "step": made.step.value,
        "dispute": str(made.dispute),
        "answer": str(made.answer),
        "about": made.about,
        "by": made.by,
        "text": made.text,
        "source": made.source,
        "on": made.on.isoformat(),
    }


def read_assessment(body: Any, *, today: date) -> AssessmentBody:
    """Return what `law.assessed` says; raises BodyError."""
    read = _read(body, _ASSESSMENT)
    given = NewAnswer(
        key=read["criterion"],
        value=read["value"],
        number=read["number"],
        is_unlimited=read["is_unlimited"],
        law=read["law"],
        article=read["article"],
        in_force_from=read["in_force_from"],
        in_force_to=read["in_force_to"],
        source_url=read["source"],
        quote_hash=read["quote_hash"],
        reason=read["reason"],
        note=read["note"],
        is_weakest_part=read["is_weakest_part"],
        assessed_on=read["assessed_on"],
        supersedes=read["supersedes"],
    )
    for field, fault in answering.faults_of(given, today=today):
        raise BodyError(fault, field)
    return AssessmentBody(read["id"], read["member"], given)


def read_review(body: Any) -> ReviewBody:
    """Return what `law.reviewed` says; raises BodyError. (J10)"""
    made = ReviewBody(**_read(body, _REVIEW))
    if made.about == made.by:
        raise BodyError(BodyFault.BAD_VALUE, "by")
    if made.verdict is Verdict.DIFFERS and not made.note:
        raise BodyError(BodyFault.BAD_VALUE, "note")
    return made


def read_dispute(body: Any) -> DisputeBody:
    """Return what `law.disputed` says; raises BodyError. (J11)"""
    made = DisputeBody(**_read(body, _DISPUTE))
    is_filed = made.step is Step.FILED
    if (made.about == made.by) is is_filed:
        raise BodyError(BodyFault.BAD_VALUE, "by")
    if (made.id == made.dispute) is not is_filed:
        raise BodyError(BodyFault.BAD_VALUE, "dispute")
    if not made.text:
        raise BodyError(BodyFault.BAD_VALUE, "text")
    for field, fault in answering.address_faults(made.source, field="source"):
        raise BodyError(fault, field)
    if is_filed and not made.source:
        raise BodyError(BodyFault.BAD_VALUE, "source")
    return made


Reader = Callable[[Any, str], Any]


def _read(body: Any, fields: Mapping[str, Reader]) -> dict[str, Any]:
    if not isinstance(body, Mapping):
        raise BodyError(BodyFault.NOT_AN_OBJECT, "body")
    version = body.get("v")
    if type(version) is not int or version != BODY_VERSION:
        raise BodyError(BodyFault.UNKNOWN_VERSION, "v")
    for field in sorted(set(body) - set(fields) - {"v"}, key=str):
        raise BodyError(BodyFault.UNKNOWN_FIELD, str(field)[:40])
    for field in fields:
        if field not in body:
            raise BodyError(BodyFault.MISSING_FIELD, field)
    return {field: read(body[field], field) for field, read in fields.items()}


def _bad(field: str) -> NoReturn:
    raise BodyError(BodyFault.BAD_VALUE, field)


def _text(most: int) -> Reader:
    def read(value: Any, field: str) -> str:
        if not isinstance(value, str):
            raise BodyError(BodyFault.WRONG_TYPE, field)
        if len(value) > most:
            raise BodyError(BodyFault.TOO_LONG, field)
        if holds_encoded_file(value):
            raise BodyError(BodyFault.HOLDS_A_FILE, field)
        return value if value == value.strip() and "\0" not in value else _bad(field)

    return read


def _matching(pattern: re.Pattern[str], most: int) -> Reader:
    text = _text(most)

    def read(value: Any, field: str) -> str:
        found: str = text(value, field)
        return found if pattern.fullmatch(found) else _bad(field)

    return read


def _one_of(values: type[StrEnum]) -> Reader:
    text = _text(40)

    def read(value: Any, field: str) -> StrEnum:
        found = text(value, field)
        return values(found) if found in set(values) else _bad(field)

    return read


def _day(value: Any, field: str) -> date:
    found = _matching(_DAY, 10)(value, field)
    try:
        return date.fromisoformat(found)
    except ValueError:
        _bad(field)


def _uuid(value: Any, field: str) -> UUID:
    found = _text(36)(value, field)
    try:
        made = UUID(found)
    except ValueError:
        _bad(field)
    return made if str(made) == found else _bad(field)


def _flag(value: Any, field: str) -> bool:
    if not isinstance(value, bool):
        raise BodyError(BodyFault.WRONG_TYPE, field)
    return value


def _number(value: Any, field: str) -> int:
    if type(value) is not int:
        raise BodyError(BodyFault.WRONG_TYPE, field)
    return value


def _or_none(read: Reader) -> Reader:
    return lambda value, field: None if value is None else read(value, field)


_member = _matching(_MEMBER, 2)  # J3
_ASSESSMENT: dict[str, Reader] = {
    "id": _uuid,
    "member": _member,
    "criterion": _text(20),
    "value": _one_of(Value),
    "number": _or_none(_number),
    "is_unlimited": _flag,
    "law": _text(answering.MOST_LAW),
    "article": _text(answering.MOST_ARTICLE),
    "in_force_from": _day,
    "in_force_to": _or_none(_day),
    "source": _text(answering.MOST_URL),
    "quote_hash": _text(64),
    "reason": _text(answering.MOST_TEXT),
    "note": _text(answering.MOST_TEXT),
    "is_weakest_part": _flag,
    "assessed_on": _day,
    "supersedes": _or_none(_uuid),
}
_REVIEW: dict[str, Reader] = {
    "id": _uuid,
    "answer": _uuid,
    "about": _member,
    "by": _member,
    "verdict": _one_of(Verdict),
    "note": _text(answering.MOST_TEXT),
    "on": _day,
}
_DISPUTE: dict[str, Reader] = {
    "id": _uuid,
    "step": _one_of(Step),
    "dispute": _uuid,
    "answer": _uuid,
    "about": _member,
    "by": _member,
    "text": _text(answering.MOST_TEXT),
    "source": _text(answering.MOST_URL),
    "on": _day,
}
