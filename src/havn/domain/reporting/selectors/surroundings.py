# SPDX-License-Identifier: Apache-2.0
"""What a report says of promises and of law: states, dates and codes, and of gaps between laws counts alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from havn.domain.actor import Actor
from havn.domain.commitments import rules as promises
from havn.domain.commitments import selectors as commitments
from havn.domain.legislation import selectors as legislation
from havn.lib import wire

_KEPT_OPEN = {
    promises.State.REOPENED: promises.State.IN_PROGRESS
}  # a promise that is worked at again
_MOST = 400


def commitments_of(*, member: str, actor: Actor, at: datetime) -> list[commitments.CommitmentView]:
    """Return the country's public promises as they stand to their days at an instant, by target and due day."""
    found = commitments.public_commitments(actor=actor, at=at, member=member)
    return [each for each in found if each.is_own][:_MOST]


def commitments_part(*, member: str, actor: Actor, at: datetime) -> dict[str, Any] | None:
    """Return the part of the promises; None where nothing was promised."""
    found = commitments_of(member=member, actor=actor, at=at)
    numbers: dict[int, int] = {}
    lines = []
    for each in found:
        target = each.terms.target
        numbers[target] = numbers.get(target, 0) + 1
        lines.append(_promise(each, f"{target}.{numbers[target]}"))
    return {"v": 1, "commitments": lines} if lines else None


def promise_titles(
    *, parts: Mapping[str, Mapping[str, Any]], actor: Actor, at: datetime
) -> dict[str, Mapping[str, str]]:
    """Return the titles, by language, of the promises that a report tells by number. (N18)"""
    ids = [UUID(each["id"]) for each in parts.get("commitments", {}).get("commitments", ())]
    found = commitments.public_commitments(actor=actor, at=at, ids=ids) if ids else []
    return {str(each.id): each.terms.title for each in found}


def _promise(each: commitments.CommitmentView, number: str) -> dict[str, Any]:
    record = each.record
    aim = each.terms.measure if isinstance(each.terms.measure, promises.IndicatorAim) else None
    newest = each.newest_value
    return {
        "id": str(each.id),
        "number": number,
        "target": each.terms.target,
        "state": _KEPT_OPEN.get(each.state, each.state).value,
        "is_late": each.lateness.is_late,
        "is_redated": bool(each.former_dues),
        "indicator": aim.indicator if aim else None,
        "measure": aim.measure if aim else None,
        "baseline": wire.decimal_text(aim.baseline) if aim else None,
        "aim": wire.decimal_text(aim.aim) if aim else None,
        "reached": wire.decimal_text(newest.value) if newest else None,
        "starts": each.terms.start.isoformat(),
        "due": each.due.isoformat(),
        "first_due": each.terms.due.isoformat(),
        "adopted_on": _day_of(record, promises.Kind.ADOPTED),
        "achieved_on": _achieved_on(record),
        "ended_on": _day_of(record, promises.Kind.WITHDRAWN)
        or _day_of(record, promises.Kind.REPLACED),
        "successor": str(record.successor) if record.successor else None,
    }


def _day_of(record: promises.Record, kind: promises.Kind) -> str | None:
    step = record.last(kind)
    return step.at.date().isoformat() if step else None


def _achieved_on(record: promises.Record) -> str | None:
    is_achieved = record.state is promises.State.ACHIEVED
    return _day_of(record, promises.Kind.CONFIRMED) if is_achieved else None


def law_part(*, member: str, year: int, actor: Actor, known_at: datetime) -> dict[str, Any] | None:
    """Return the part of the law: each criterion on the last day of the year, and counts per gap; never a pair."""
    found = legislation.report_part(
        member=member, on=date(year, 12, 31), known_at=known_at, actor=actor
    )
    return found if found["criteria"] else None
