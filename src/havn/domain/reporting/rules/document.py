# SPDX-License-Identifier: Apache-2.0
"""A report as the document that is signed: its parts as plain objects, and the head that names them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

from havn.domain.reporting.rules.parts import Part, part_of

DOCUMENT_VERSION = 1
FIGURES = "figures/"


class FrozenValue(Protocol):
    """A frozen figure as the document carries it."""

    indicator: str
    definition_version: int
    period: str
    measure: str
    breakdown: str
    code: str
    value: Decimal | None
    lower_bound: Decimal | None
    numerator: int | None
    denominator: int | None
    n_started: int | None
    n_done: int | None
    n_censored: int | None
    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class Confirmed:
    """That the owner of a part confirmed it: which office, and on which day."""

    part: Part
    office: str
    on: date


@dataclass(frozen=True, slots=True)
class HeadFacts:
    """What the head of a report says besides its parts."""

    report: UUID
    member: str
    node: UUID
    year: str
    version: str
    supersedes: UUID | None
    correction: tuple[str, Mapping[str, str]] | None  # kind, and why by language
    as_of: datetime
    log_position: UUID | None
    confirmed: tuple[Confirmed, ...]
    released_by: tuple[tuple[str, date], ...]  # office and day: rapporteur, then signatory
    languages: tuple[str, ...]


def decimal_text(value: Decimal | None) -> str | None:
    """Return the one way to write a decimal: no exponent, and no zeros that say nothing."""
    if value is None:
        return None
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", ""} else text


def figure_parts(
    rows: Iterable[FrozenValue], *, status: Mapping[tuple[str, str], str]
) -> dict[str, dict[str, Any]]:
    """Return one part per indicator; `status` is what a row's mark becomes, by (period, stored mark)."""
    parts: dict[str, dict[str, Any]] = {}
    for row in rows:
        part = parts.setdefault(
            f"{FIGURES}{row.indicator}",
            {
                "v": DOCUMENT_VERSION,
                "indicator": row.indicator,
                "definition": row.definition_version,
                "series": [],
            },
        )
        part["series"].append(_series(row, status))
    return parts


def _series(row: Any, status: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    is_hidden = row.obs_status == "Q"
    return {
        "period": row.period,
        "measure": row.measure,
        "breakdown": row.breakdown,
        "code": row.code,
        "value": None if is_hidden else decimal_text(row.value),
        "lower_bound": None if is_hidden else decimal_text(row.lower_bound),
        "numerator": None if is_hidden else row.numerator,
        "denominator": None if is_hidden else row.denominator,
        "n_started": None if is_hidden else row.n_started,
        "n_done": None if is_hidden else row.n_done,
        "n_censored": None if is_hidden else row.n_censored,
        "status": status.get((row.period, row.obs_status), row.obs_status),
        "low": row.low if is_hidden else None,
        "high": row.high if is_hidden else None,
    }


def texts_part(texts: Iterable[tuple[str, str, str]]) -> dict[str, Any]:
    """Return the part of the texts: kind, language and words of each."""
    return {
        "v": DOCUMENT_VERSION,
        "texts": [
            {"kind": kind, "language": language, "text": text}
            for kind, language, text in sorted(texts)
        ],
    }


def corrections_part(corrections: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the part of the corrections: old, new and why of each figure."""
    return {
        "v": DOCUMENT_VERSION,
        "corrections": [
            {**each, "old": decimal_text(each["old"]), "new": decimal_text(each["new"])}
            for each in corrections
        ],
    }


def answers_part(answers: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the part of the offices' answers that the report uses."""
    return {
        "v": DOCUMENT_VERSION,
        "answers": [{**each, "figure": decimal_text(each["figure"])} for each in answers],
    }


def head_of(facts: HeadFacts, parts: Sequence[tuple[str, str, int]]) -> dict[str, Any]:
    """Return the head: what it says, and every part by name, digest and length.

    Who confirmed a part confirmed each indicator in it.
    """
    confirmations = [
        {"part": name, "office": each.office, "on": each.on.isoformat()}
        for each in facts.confirmed
        for name, _digest, _length in parts
        if name.startswith(FIGURES) and part_of(name.removeprefix(FIGURES)) is each.part
    ]
    correction = None
    if facts.correction is not None:
        kind, note = facts.correction
        correction = {"kind": kind, "note": dict(note)}
    return {
        "v": DOCUMENT_VERSION,
        "report": str(facts.report),
        "member": facts.member,
        "node": str(facts.node),
        "year": facts.year,
        "version": facts.version,
        "supersedes": str(facts.supersedes) if facts.supersedes else None,
        "correction": correction,
        "basis": "computed",
        "as_of": instant(facts.as_of),
        "log_position": str(facts.log_position) if facts.log_position else None,
        "parts": [
            {"name": name, "sha256": digest, "bytes": length} for name, digest, length in parts
        ],
        "confirmations": confirmations,
        "released_by": [
            {"office": office, "on": on.isoformat()} for office, on in facts.released_by
        ],
        "languages": list(facts.languages),
    }


def instant(at: datetime) -> str:
    """Return an instant as the document writes it."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
