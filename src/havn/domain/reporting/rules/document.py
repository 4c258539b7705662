# SPDX-License-Identifier: Apache-2.0
"""A report as the document that is signed: its parts, and the head that names them (docs/protocol/national-report.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

from havn.domain.reporting.rules.figures import Figure, cell_of
from havn.domain.reporting.rules.parts import Part, part_of
from havn.lib import wire

_V = 1
FIGURES = "figures/"
BOUNDS = "bounds/"  # of what is hidden: to the secretariat's sums, and to nobody else


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
    obs_status: str


YEARS_BEFORE = 2  # stand beside the year of a report, which makes three
Past = dict[tuple[str, int], list[dict[str, Any]]]  # by indicator and version of its definition


def past_of(parts: Iterable[tuple[str, Mapping[str, Any]]]) -> Past:
    """Return the totals of each report's own year; `parts` are the parts of figures of earlier reports, with the year.

    Only what was computed by one version of a definition stands beside each other.
    """
    found: Past = {}
    for year, part in sorted(parts, key=lambda each: each[0]):
        totals = [
            dict(each)
            for each in part["series"]
            if each["period"] == year and not each["breakdown"]
        ]
        found.setdefault((part["indicator"], part["definition"]), []).extend(totals)
    return found


@dataclass(frozen=True, slots=True)
class Confirmed:
    """That the owner of a part confirmed it: which office, and on which day."""

    part: Part
    office: str
    on: date


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """What an office said, as the report carries it."""

    office: str
    question: str
    figure: Decimal | None
    text: str
    source: str
    on: date


@dataclass(frozen=True, slots=True)
class CorrectedLine:
    """One figure that stands otherwise than before: old, new, of which kind, and why by language."""

    indicator: str
    period: str
    measure: str
    breakdown: str
    code: str
    old: Decimal | None
    new: Decimal | None
    kind: str
    note: Mapping[str, str]


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


def figure_parts(
    rows: Iterable[FrozenValue], *, salt: Callable[[], bytes], provisional: Iterable[str] = ()
) -> dict[str, dict[str, Any]]:
    """Return a part per indicator, and one of the bounds of what is hidden; provisional periods say so.

    `salt` gives 32 random bytes each time. The row of a breakdown that is left away has no code here; the part says so
    by a code of its own.
    """
    marked = frozenset(provisional)
    series: dict[tuple[str, int], list[wire.Figure]] = {}
    for row in rows:
        key = (row.indicator, row.definition_version)
        series.setdefault(key, []).append(_figure(row, marked))
    parts: dict[str, dict[str, Any]] = {}
    for (indicator, version), figures in series.items():
        parts |= wire.figures_and_bounds(indicator, version, figures, salt=salt())
    return parts


def _figure(row: FrozenValue, provisional: frozenset[str]) -> wire.Figure:
    status = row.obs_status
    if status == "A" and row.period in provisional:
        status = "P"
    found = on_wire(row, period=row.period, status=status)
    if status == "Q" and not found.is_left_away:
        return replace(found, low=row.low, high=row.high)
    return found


def on_wire(value: FrozenValue | Figure, *, period: str, status: str) -> wire.Figure:
    """Return a figure as it travels, without limits: of a hidden one no number, also where a page gives its counts."""
    if value.breakdown and not value.code:
        return wire.Figure.left_away(
            period=period, measure=value.measure, breakdown=value.breakdown
        )
    if status == "Q":
        return wire.Figure(
            period=period,
            measure=value.measure,
            breakdown=value.breakdown,
            code=value.code,
            status=status,
        )
    if value.value is None and value.lower_bound is None and status in {"A", "P"}:
        status = "M"  # a quantile of nothing
    return wire.Figure(period=period, status=status, **cell_of(value))


def texts_part(texts: Iterable[tuple[str, str, str]]) -> dict[str, Any]:
    """Return the part of the texts: kind, language and words of each."""
    return wire.texts_part(wire.Text(*each) for each in sorted(texts))


def corrections_part(lines: Iterable[CorrectedLine]) -> dict[str, Any]:
    """Return the part of the corrections; one for a disclosure names no number."""
    found = []
    for line in lines:
        is_silent = line.kind == "disclosure"
        found.append(
            {
                "indicator": line.indicator,
                "period": line.period,
                "measure": line.measure,
                "breakdown": line.breakdown,
                "code": line.code,
                "old": None if is_silent else wire.decimal_text(line.old),
                "new": None if is_silent else wire.decimal_text(line.new),
                "kind": line.kind,
                "note": dict(line.note),
            }
        )
    return {"v": _V, "corrections": found}


def answers_part(answers: Iterable[AnswerLine]) -> dict[str, Any]:
    """Return the part of the offices' answers that the report uses."""
    return {
        "v": _V,
        "answers": [
            {
                "office": each.office,
                "question": each.question,
                "figure": wire.decimal_text(each.figure),
                "text": each.text or None,
                "source": each.source,
                "on": each.on.isoformat(),
            }
            for each in answers
        ],
    }


def head_of(facts: HeadFacts, parts: Sequence[wire.WrittenPart]) -> wire.Head:
    """Return the head: what it says, and every part by name, digest and length.

    Who confirmed a part confirmed each indicator in it.
    """
    confirmations = tuple(
        wire.Confirmation(part.name, each.office, each.on)
        for each in facts.confirmed
        for part in parts
        if part.name.startswith(FIGURES) and part_of(part.name.removeprefix(FIGURES)) is each.part
    )
    correction = wire.Correction(*facts.correction) if facts.correction else None
    return wire.Head(
        report=facts.report,
        member=facts.member,
        node=facts.node,
        year=facts.year,
        basis="computed",
        as_of=facts.as_of,
        parts=tuple(wire.PartLine.of(part) for part in parts),
        released_by=tuple(wire.Release(office, on) for office, on in facts.released_by),
        languages=facts.languages,
        version=facts.version,
        supersedes=facts.supersedes,
        correction=correction,
        log_position=facts.log_position,
        confirmations=confirmations,
    )
