# SPDX-License-Identifier: Apache-2.0
"""A released report as the document that the node signs."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from havn.domain.actor import Actor
from havn.domain.members import selectors as members
from havn.domain.reporting import rules
from havn.domain.reporting.models import (
    FigureCorrection,
    FrozenFigure,
    NationalReport,
    OfficeAnswer,
    PersonRelease,
)
from havn.domain.reporting.selectors._access import own_report
from havn.domain.reporting.selectors._parts import confirmations_of
from havn.domain.reporting.selectors._versions import versions_of
from havn.domain.reporting.selectors.surroundings import commitments_part, law_part

_DEFAULT_NOTE = "Facts that were recorded later."


@dataclass(frozen=True, slots=True)
class Document:
    """What is signed: the head's facts, and the parts as plain objects."""

    facts: rules.HeadFacts
    parts: dict[str, dict[str, Any]]
    is_signed: bool


def document_of(*, report_id: UUID, actor: Actor) -> Document:
    """Return a report as it is signed, or as it would be if it were signed now."""
    row = own_report(report_id, actor)
    node = members.own_node(actor=actor)
    texts = _texts(row)
    languages = tuple(sorted({language for _kind, language, _text in texts})) or ("en",)
    releases = PersonRelease.objects.filter(report=row, given_back_at__isnull=True).order_by("at")
    correction = None
    if row.correction_kind:
        correction = (row.correction_kind, dict(row.correction_note))
    facts = rules.HeadFacts(
        report=row.pk,
        member=node.member_code,
        node=node.node_id,
        year=row.year,
        version=row.version,
        supersedes=row.supersedes_id,
        correction=correction,
        as_of=row.release.as_of,
        log_position=row.release.log_position,
        confirmed=tuple(
            rules.Confirmed(rules.Part(part), said.office, said.at.date())
            for part, said in sorted(confirmations_of(row).items())
            if said.is_confirmed
        ),
        released_by=tuple((each.office, each.at.date()) for each in releases),
        languages=languages,
    )
    parts = _parts(row, texts) | _surroundings(row, node.member_code, actor)
    return Document(facts, parts, is_signed=bool(row.signed_head))


def _surroundings(row: NationalReport, member: str, actor: Actor) -> dict[str, dict[str, Any]]:
    """Return the parts of promises and law, as they stand when the figures were frozen."""
    as_of = row.release.as_of
    found = {
        "commitments": commitments_part(member=member, actor=actor, at=as_of),
        "law": law_part(member=member, year=int(row.year), actor=actor, known_at=as_of),
    }
    return {name: part for name, part in found.items() if part is not None}


def _parts(row: NationalReport, texts: list[tuple[str, str, str]]) -> dict[str, dict[str, Any]]:
    rows = list(
        FrozenFigure.objects.filter(release_id=row.release_id).order_by(
            "indicator", "period", "measure", "breakdown", "code"
        )
    )
    as_of = row.release.as_of
    provisional = {each.period for each in rows if not rules.is_final(each.period, as_of)}
    parts = rules.figure_parts(rows, salt=lambda: secrets.token_bytes(32), provisional=provisional)
    if texts:
        parts["texts"] = rules.texts_part(texts)
    corrected = _corrected(row, texts)
    if corrected:
        parts["corrections"] = rules.corrections_part(corrected)
    answers = _answers(row)
    if answers:
        parts["answers"] = rules.answers_part(answers)
    return parts


def _texts(row: NationalReport) -> list[tuple[str, str, str]]:
    return [
        (kind, language, version.text)
        for (kind, language), versions in versions_of(row.pk).items()
        for version in rules.heads(versions)[:1]
        if version.text and kind != rules.INDEPENDENCE
    ]


def _corrected(
    row: NationalReport, texts: list[tuple[str, str, str]]
) -> list[rules.CorrectedLine]:
    """Return what stands otherwise than before; why is the indicator's note, or the correction's."""
    notes: dict[str, dict[str, str]] = {}
    for kind, language, text in texts:
        indicator = rules.indicator_of_note(kind)
        if indicator:
            notes.setdefault(indicator, {})[language] = text[: rules.MOST_NOTE]
    general = dict(row.correction_note) or {"en": _DEFAULT_NOTE}
    kind = row.correction_kind or rules.Correction.LATE_FACTS.value
    return [
        rules.CorrectedLine(
            indicator=each.indicator,
            period=each.period,
            measure=each.measure,
            breakdown=each.breakdown,
            code=each.code,
            old=each.old,
            new=each.new,
            kind=kind,
            note=notes.get(each.indicator, general),
        )
        for each in FigureCorrection.objects.filter(report=row).order_by(
            "indicator", "period", "measure", "breakdown", "code"
        )[:400]
    ]


def _answers(row: NationalReport) -> list[rules.AnswerLine]:
    chosen = OfficeAnswer.objects.select_related("ask").filter(
        organisation=row.organisation, ask__report__year=row.year, chosen_at__isnull=False
    )
    return [
        rules.AnswerLine(
            office=each.ask.office,
            question=each.ask.question,
            figure=each.figure,
            text=each.text,
            source=each.source,
            on=each.known_on,
        )
        for each in chosen.order_by("ask__office", "ask_id")[:200]
    ]
