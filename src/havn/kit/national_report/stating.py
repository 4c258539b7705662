# SPDX-License-Identifier: Apache-2.0
"""A workbook as the parts and the head of a report that is stated and not computed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from uuid import UUID

from havn.kit.national_report.layout import StatedFigure, Workbook
from havn.lib import wire
from havn.lib.encoding import number_of, uuid4


def parts_of(workbook: Workbook) -> list[wire.WrittenPart]:
    """Return the parts that a workbook fills: figures by indicator, and texts; raise NationalReportError."""
    by_indicator: dict[tuple[str, int], list[StatedFigure]] = {}
    for each in workbook.figures:
        by_indicator.setdefault((each.row.indicator, each.row.definition), []).append(each)
    parts = [
        wire.write_part(
            f"figures/{indicator}",
            wire.figures_part(indicator, definition, map(_figure, figures)),
        )
        for (indicator, definition), figures in by_indicator.items()
    ]
    texts = [*_texts(workbook), *_notes(workbook)]
    return [*parts, wire.write_part("texts", wire.texts_part(texts))] if texts else parts


def head_of(
    workbook: Workbook,
    parts: Sequence[wire.WrittenPart],
    *,
    offices: Sequence[str],
    on: date,
    at: datetime,
    replaces: tuple[str, UUID, wire.Correction] | None = None,
) -> wire.Head:
    """Return the head of a stated report; `replaces` is its version, the report before it, and why."""  # N8
    version, supersedes, correction = replaces or ("1.0", None, None)
    known_until = workbook.known_until or on
    return wire.Head(
        report=uuid4(),
        member=workbook.member,
        node=None,
        year=workbook.year,
        version=version,
        supersedes=supersedes,
        correction=correction,
        basis="stated",
        as_of=min(datetime.combine(known_until, time(23, 59, 59), UTC), at).replace(microsecond=0),
        parts=tuple(wire.PartLine.of(part) for part in parts),
        released_by=tuple(wire.Release(office, on) for office in offices),
        languages=languages_of(workbook),
    )


def languages_of(workbook: Workbook) -> tuple[str, ...]:
    """Return the languages that a report names: of its notes first, then of its texts."""
    return tuple(dict.fromkeys([workbook.language, *(each.language for each in workbook.texts)]))


def _figure(stated: StatedFigure) -> wire.Figure:
    return wire.Figure(
        period=stated.row.period,
        measure=stated.row.measure,
        breakdown=stated.row.breakdown,
        code=stated.row.code,
        value=number_of(stated.value),
        lower_bound=number_of(stated.lower_bound),
        numerator=stated.numerator,
        denominator=stated.denominator,
        n_started=stated.n,
        status=stated.status,
        source=stated.source or None,
    )


def _texts(workbook: Workbook) -> Iterable[wire.Text]:
    return (wire.Text(each.kind, each.language, each.text) for each in workbook.texts)


def _notes(workbook: Workbook) -> Iterable[wire.Text]:
    """Yield one note for each indicator: what was noted beside its figures, line by line."""
    lines: dict[str, list[str]] = {}
    for each in workbook.figures:
        if each.note:
            line = f"{each.row.what}, {each.row.period}: {each.note}"
            lines.setdefault(each.row.indicator, []).append(line)
    for indicator, found in lines.items():
        yield wire.Text(f"note:{indicator}", workbook.language, "\n".join(found))
