# SPDX-License-Identifier: Apache-2.0
"""The public record of a commitment as JSON, and reading what another node says strictly (docs/protocol/promises.md)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, NoReturn, TypeVar
from uuid import UUID

from havn.domain.commitments.rules.errors import CommitmentError, Fault
from havn.domain.commitments.rules.record import (
    MOST_ENTRIES,
    MOST_LANGUAGES,
    MOST_LINE,
    MOST_STEPS,
    MOST_TEXT,
    MOST_TITLE,
    TARGETS,
    Deliverable,
    Evidence,
    EvidenceKind,
    IndicatorAim,
    Record,
    Resource,
    ResourceKind,
    Step,
    Terms,
    Texts,
    is_address,
    is_currency,
    is_language,
    number_text,
    read_number,
)
from havn.domain.commitments.rules.states import PUBLIC, Kind, State, after
from havn.domain.members.rules import RosterError
from havn.domain.members.rules.reading import Fields
from havn.lib.encoding import holds_encoded_file, instant_of

VERSION = 1
MOST_NUMBER = 100_000
_PLACE = "body"
_GOAL = r"|G[1-4]\.[1-9]"
_INDICATOR = r"[A-Z][0-9]{1,2}"
_MEASURE = r"[a-z][a-z0-9_]{0,39}"
_MEMBER = r"[A-Z]{2}"
_E = TypeVar("_E", bound=StrEnum)
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def record_body(record: Record, *, is_public: bool = True) -> dict[str, Any]:
    """Return the record as JSON; what was edited before a promise became public is not told to others."""
    told = [step for step in record.steps if not (is_public and step.kind is Kind.EDITED)]
    return {
        "v": VERSION,
        "member": record.member,
        "number": record.number,
        "state": record.state.value,
        "terms": _terms_body(record.terms),
        "steps": [_step_body(step) for step in told],
        "resources": [_resource_body(each) for each in record.resources],
        "evidence": [_evidence_body(each) for each in record.evidence],
    }


def _terms_body(terms: Terms) -> dict[str, Any]:
    return {
        "target": terms.target,
        "goal": terms.goal,
        "title": dict(terms.title),
        "text": dict(terms.text),
        "office": terms.office,
        "measure": _measure_body(terms.measure),
        "start": terms.start.isoformat(),
        "due": terms.due.isoformat(),
    }


def _measure_body(measure: IndicatorAim | Deliverable) -> dict[str, Any]:
    if isinstance(measure, Deliverable):
        return {"kind": "deliverable", "what": dict(measure.what), "today": dict(measure.today)}
    return {
        "kind": "indicator",
        "indicator": measure.indicator,
        "measure": measure.measure,
        "direction": measure.direction,
        "baseline": number_text(measure.baseline),
        "baseline_on": measure.baseline_on.isoformat(),
        "aim": number_text(measure.aim),
    }


def _step_body(step: Step) -> dict[str, Any]:
    return {
        "kind": step.kind.value,
        "at": step.at.isoformat(),
        "office": step.office,
        "reason": step.reason,
        "day": step.day.isoformat() if step.day else None,
        "successor": str(step.successor) if step.successor else None,
    }


def _resource_body(found: Resource) -> dict[str, Any]:
    return {
        "kind": found.kind.value,
        "amount": number_text(found.amount),
        "currency": found.currency,
        "year": found.year,
        "note": found.note,
        "at": found.at.isoformat(),
    }


def _evidence_body(found: Evidence) -> dict[str, Any]:
    return {
        "kind": found.kind.value,
        "as_of": found.as_of.isoformat(),
        "value": None if found.value is None else number_text(found.value),
        "title": found.title,
        "source": found.source,
        "at": found.at.isoformat(),
    }


def read_record(body: object, *, is_public: bool = True) -> Record:
    """Return the record in a body; raises CommitmentError for everything that is not exactly one. (C2, C5)

    The steps must lead to the state by the table of moves, in the order of their times.
    """
    try:
        fields = begin(
            body,
            {"v", "member", "number", "state", "terms", "steps", "resources", "evidence"},
        )
        record = Record(
            member=fields.matching("member", _MEMBER, what="a country's two letters"),
            number=fields.number("number", least=1, most=MOST_NUMBER),
            state=one_of(fields, "state", State),
            terms=_terms(fields),
            steps=fields.each("steps", _step, most=MOST_STEPS),
            resources=fields.each("resources", _resource, most=MOST_ENTRIES),
            evidence=fields.each("evidence", _evidence, most=MOST_ENTRIES),
        )
    except RosterError as error:
        raise CommitmentError(Fault.BAD_BODY, str(error)) from error
    _check_steps(record)
    if is_public and record.state not in PUBLIC:
        refuse("state")
    if is_public and any(step.kind is Kind.EDITED for step in record.steps):
        refuse("steps")
    return record


def begin(body: object, names: set[str]) -> Fields:
    """Return the fields of a body of this version, exactly these."""
    if not isinstance(body, Mapping):
        refuse(_PLACE)
    if type(body.get("v")) is not int or body["v"] != VERSION:
        refuse("v")
    return Fields.of(dict(body), _PLACE, names=names)


def refuse(place: str) -> NoReturn:
    """Raise CommitmentError about a place in a body."""
    raise CommitmentError(Fault.BAD_BODY, place)


def _check_steps(record: Record) -> None:
    """Refuse steps that no sequence of moves makes. (C4)"""
    state, before = State.PROPOSED, None
    for place, step in enumerate(record.steps):
        if (step.kind is Kind.PROPOSED) != (place == 0) or (before and step.at < before):
            refuse(f"steps[{place}]")
        found = state if place == 0 else after(state, step.kind)
        if found is None:
            refuse(f"steps[{place}]")
        if step.kind in {Kind.REDATED, Kind.STARTED} and step.day is None:
            refuse(f"steps[{place}].day")
        state, before = found, step.at
    if not record.steps or state is not record.state or record.number < len(record.steps):
        refuse("steps")


def _terms(fields: Fields) -> Terms:
    names = {"target", "goal", "title", "text", "office", "measure", "start", "due"}
    inner = fields.inner("terms", names=names)
    found = Terms(
        target=inner.number("target", least=TARGETS[0], most=TARGETS[-1]),
        goal=inner.matching("goal", _GOAL, what="a goal like G1.1, or nothing"),
        title=texts(inner, "title", most=MOST_TITLE),
        text=texts(inner, "text", most=MOST_TEXT),
        office=line(inner, "office"),
        measure=_measure(inner),
        start=inner.day("start"),
        due=inner.day("due"),
    )
    if found.due < found.start or (found.goal and found.goal[1] != str(found.target)):
        refuse("terms")
    return found


def _measure(fields: Fields) -> IndicatorAim | Deliverable:
    value = fields.values["measure"]
    kind = value.get("kind") if isinstance(value, dict) else None
    if kind == "deliverable":
        inner = fields.inner("measure", names={"kind", "what", "today"})
        return Deliverable(
            texts(inner, "what", most=MOST_TEXT), texts(inner, "today", most=MOST_TEXT)
        )
    names = {"kind", "indicator", "measure", "direction", "baseline", "baseline_on", "aim"}
    inner = fields.inner("measure", names=names)
    inner.choice("kind", ("indicator",))
    found = IndicatorAim(
        indicator=inner.matching("indicator", _INDICATOR, what="an indicator like R05"),
        measure=inner.matching("measure", _MEASURE, what="a measure of an indicator"),
        direction=inner.choice("direction", ("up", "down")),
        baseline=number(inner, "baseline"),
        baseline_on=inner.day("baseline_on"),
        aim=number(inner, "aim"),
    )
    if found.is_reached_by(found.baseline):  # C6
        refuse("terms.measure.aim")
    return found


def _step(value: Any, place: str) -> Step:
    names = {"kind", "at", "office", "reason", "day", "successor"}
    fields = Fields.of(value, place, names=names)
    has_successor = fields.values["successor"] is not None
    found = Step(
        kind=one_of(fields, "kind", Kind),
        at=instant(fields, "at"),
        office=line(fields, "office"),
        reason=text(fields, "reason", least=0),
        day=fields.day_or_none("day"),
        successor=fields.identifier("successor") if has_successor else None,
    )
    if has_successor != (found.kind is Kind.REPLACED):  # C10
        refuse(f"{place}.successor")
    return found


def _resource(value: Any, place: str) -> Resource:
    names = {"kind", "amount", "currency", "year", "note", "at"}
    fields = Fields.of(value, place, names=names)
    found = Resource(
        kind=one_of(fields, "kind", ResourceKind),
        amount=number(fields, "amount"),
        currency=fields.text("currency", most=3),
        year=fields.number("year", least=1990, most=2200),
        note=line(fields, "note", least=0),
        at=instant(fields, "at"),
    )
    if found.amount < 0 or not is_currency(found.currency):
        refuse(place)
    return found


def _evidence(value: Any, place: str) -> Evidence:
    names = {"kind", "as_of", "value", "title", "source", "at"}
    fields = Fields.of(value, place, names=names)
    found = Evidence(
        kind=one_of(fields, "kind", EvidenceKind),
        as_of=fields.day("as_of"),
        value=None if fields.values["value"] is None else number(fields, "value"),
        title=line(fields, "title"),
        source=source(fields, "source"),
        at=instant(fields, "at"),
    )
    if (found.kind is EvidenceKind.VALUE) != (found.value is not None):
        refuse(f"{place}.value")
    return found


def texts(fields: Fields, name: str, *, most: int) -> Texts:
    """Return texts by language, at least one."""
    value = fields.values[name]
    if not isinstance(value, dict) or not 1 <= len(value) <= MOST_LANGUAGES:
        refuse(f"{fields.place}.{name}")
    for language, said in value.items():
        if not is_language(language) or not _is_text(said, most=most, least=1):
            refuse(f"{fields.place}.{name}")
    return dict(value)


def text(fields: Fields, name: str, *, most: int = MOST_TEXT, least: int = 1) -> str:
    """Return a text that may have several lines."""
    value = fields.values[name]
    if not _is_text(value, most=most, least=least):
        refuse(f"{fields.place}.{name}")
    return str(value)


def line(fields: Fields, name: str, *, most: int = MOST_LINE, least: int = 1) -> str:
    """Return a text of one line."""
    found = text(fields, name, most=most, least=least)
    if "\n" in found:
        refuse(f"{fields.place}.{name}")
    return found


def source(fields: Fields, name: str) -> str:
    """Return the address of a document, or nothing."""
    found = line(fields, name, most=500, least=0)
    if found and not is_address(found):
        refuse(f"{fields.place}.{name}")
    return found


def _is_text(value: object, *, most: int, least: int) -> bool:
    return (
        isinstance(value, str)
        and least <= len(value) <= most
        and value.strip() == value
        and not _CONTROL.search(value)
        and not holds_encoded_file(value)
        and _is_encodable(value)
    )


def _is_encodable(value: str) -> bool:
    return not any(0xD800 <= ord(sign) <= 0xDFFF for sign in value)


def number(fields: Fields, name: str) -> Decimal:
    """Return a number written in its one form."""
    try:
        return read_number(fields.values[name])
    except CommitmentError as error:
        raise CommitmentError(Fault.BAD_BODY, f"{fields.place}.{name}") from error


def instant(fields: Fields, name: str) -> datetime:
    """Return an instant with its offset."""
    value = fields.values[name]
    found = instant_of(value) if isinstance(value, str) and len(value) <= 40 else None
    if found is None:
        refuse(f"{fields.place}.{name}")
    return found


def one_of(fields: Fields, name: str, values: type[_E]) -> _E:
    """Return one of the words of an enumeration."""
    return values(fields.choice(name, tuple(each.value for each in values)))


def identifier_text(value: UUID | None) -> str | None:
    """Return a UUID as it travels, or nothing."""
    return str(value) if value else None


def follows(before: Record, found: Record) -> bool:
    """Whether a later record of another node keeps all that an earlier one said. (C8)"""
    return all(
        later[: len(earlier)] == earlier
        for earlier, later in (
            (before.steps, found.steps),
            (before.resources, found.resources),
            (before.evidence, found.evidence),
        )
    ) and (before.terms == found.terms)
