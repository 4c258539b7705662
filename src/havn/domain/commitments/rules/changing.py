# SPDX-License-Identifier: Apache-2.0
"""One step further: a record and a step give the next record, or say why not. Nothing is ever taken away."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from havn.domain.commitments.rules.errors import CommitmentError, Fault
from havn.domain.commitments.rules.record import (
    MOST_ENTRIES,
    MOST_LINE,
    MOST_STEPS,
    MOST_TEXT,
    Evidence,
    EvidenceKind,
    IndicatorAim,
    Record,
    Resource,
    Step,
    Terms,
    is_address,
    is_currency,
    same_office,
)
from havn.domain.commitments.rules.states import Kind, Need, State, after, move_of
from havn.domain.commitments.rules.terms import check_line, check_terms


def proposed(*, member: str, terms: Terms, office: str, at: datetime) -> Record:
    """Return the record of a new proposal; raises CommitmentError."""
    check_terms(terms)
    check_line(office, missing=Fault.OFFICE_MISSING)
    step = Step(Kind.PROPOSED, at, office)
    return Record(member, 1, State.PROPOSED, terms, (step,))


def changed(
    record: Record,
    step: Step,
    *,
    number: int = 0,
    terms: Terms | None = None,
    resource: Resource | None = None,
    evidence: Evidence | None = None,
) -> Record:
    """Return the record after a step; raises CommitmentError where it is not possible, or lacks what it needs."""
    state = after(record.state, step.kind)
    if state is None:
        raise CommitmentError(Fault.NOT_NOW, record.state.value)
    if step.at < record.steps[-1].at:
        raise CommitmentError(Fault.BEFORE_LAST_STEP)
    if len(record.steps) >= MOST_STEPS:
        raise CommitmentError(Fault.TOO_MANY)
    check_line(step.office, missing=Fault.OFFICE_MISSING)
    if len(step.reason) > MOST_TEXT:
        raise CommitmentError(Fault.TEXT_TOO_LONG)
    if terms is not None:
        check_terms(terms)
    if resource is not None:
        _check_resource(resource, record)
    if evidence is not None:
        _check_evidence(evidence, record)
    found = replace(
        record,
        number=max(number, record.number + 1),
        state=state,
        terms=terms or record.terms,
        steps=(*record.steps, step),
        resources=record.resources + ((resource,) if resource else ()),
        evidence=record.evidence + ((evidence,) if evidence else ()),
    )
    _check_needs(record, found, step)
    return found


def _check_needs(before: Record, found: Record, step: Step) -> None:
    needs = move_of(step.kind).needs
    today = step.at.date()
    if step.kind is Kind.ADOPTED and found.terms.due < today:
        raise CommitmentError(Fault.DUE_IN_PAST)
    if Need.TERMS in needs and found.terms is before.terms:
        raise CommitmentError(Fault.TEXT_MISSING)
    if Need.REASON in needs and not step.reason.strip():
        raise CommitmentError(Fault.REASON_MISSING)
    if Need.DAY in needs and step.day is None:
        raise CommitmentError(Fault.DAY_MISSING)
    if Need.DAY in needs and step.day is not None and step.day > today:
        raise CommitmentError(Fault.DAY_TO_COME)
    if Need.NEW_DUE in needs:
        _check_new_due(before, step)
    if Need.PROOF in needs:
        check_proof(found)
    if Need.OPEN_CLAIM in needs:
        _check_second_office(before, step)
    if Need.SUCCESSOR in needs and step.successor is None:
        raise CommitmentError(Fault.SUCCESSOR_MISSING)
    if Need.RESOURCE in needs and len(found.resources) == len(before.resources):
        raise CommitmentError(Fault.BAD_RESOURCE)
    if Need.EVIDENCE in needs and len(found.evidence) == len(before.evidence):
        raise CommitmentError(Fault.EVIDENCE_MISSING)


def _check_new_due(before: Record, step: Step) -> None:
    if step.day is None:
        raise CommitmentError(Fault.DAY_MISSING)
    if step.day == before.due:
        raise CommitmentError(Fault.SAME_DUE)
    if step.day < step.at.date():
        raise CommitmentError(Fault.DUE_IN_PAST)
    if step.day < before.terms.start:
        raise CommitmentError(Fault.BAD_DAYS)


def _check_second_office(before: Record, step: Step) -> None:
    claim = before.open_claim
    if claim is None:
        raise CommitmentError(Fault.NOTHING_TO_CONFIRM)
    if any(same_office(step.office, office) for office in (claim.office, before.terms.office)):
        raise CommitmentError(Fault.SAME_OFFICE)


def check_proof(record: Record) -> None:
    """Raise CommitmentError unless the evidence shows what was promised: a value that reaches the aim, or a document.

    The newest value counts: one that reached the aim once and does so no more shows nothing.
    """
    measure = record.terms.measure
    if not isinstance(measure, IndicatorAim):
        if not any(each.kind is EvidenceKind.DOCUMENT for each in record.evidence):
            raise CommitmentError(Fault.EVIDENCE_MISSING)
        return
    newest = newest_value(record)
    if newest is None or newest.value is None:
        raise CommitmentError(Fault.EVIDENCE_MISSING)
    if not measure.is_reached_by(newest.value):
        raise CommitmentError(Fault.AIM_NOT_REACHED)


def newest_value(record: Record) -> Evidence | None:
    """Return the value known last: by its day, then by when it was added."""
    values = [each for each in record.evidence if each.kind is EvidenceKind.VALUE]
    return max(values, key=lambda each: (each.as_of, each.at), default=None)


def _check_resource(found: Resource, record: Record) -> None:
    is_fine = found.amount >= 0 and is_currency(found.currency) and 1990 <= found.year <= 2200
    if not is_fine or len(found.note) > MOST_LINE:
        raise CommitmentError(Fault.BAD_RESOURCE)
    if len(record.resources) >= MOST_ENTRIES:
        raise CommitmentError(Fault.TOO_MANY)


def _check_evidence(found: Evidence, record: Record) -> None:
    check_line(found.title, missing=Fault.EVIDENCE_MISSING)
    if found.source and not is_address(found.source):
        raise CommitmentError(Fault.BAD_SOURCE)
    if (found.kind is EvidenceKind.VALUE) != (found.value is not None):
        raise CommitmentError(Fault.EVIDENCE_MISSING)
    if found.as_of > found.at.date():
        raise CommitmentError(Fault.DAY_TO_COME)
    if len(record.evidence) >= MOST_ENTRIES:
        raise CommitmentError(Fault.TOO_MANY)
