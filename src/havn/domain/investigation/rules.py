# SPDX-License-Identifier: Apache-2.0
"""What a package for police holds, which answers police may give, and which lead comes first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

PACKAGE_KIND = "havn-police-package"
PACKAGE_VERSION = 1
SEALED_FOR = "police-package"
REFERENCE_SEALED_FOR = "police-reference"
LONGEST_REFERENCE = 80


class AnswerKind(StrEnum):
    """What police may answer; the states of the police track."""

    TAKEN = "taken"
    KNOWN = "known"
    NOT_ACTIONABLE = "not_actionable"


class NotActionable(StrEnum):
    """Why a lead is not actionable."""

    TOO_LITTLE = "too_little"
    NOT_HERE = "not_here"
    TOO_OLD = "too_old"
    DUPLICATE = "duplicate"
    OTHER = "other"


def kept_reason(kind: str, reason: str) -> str:
    """Return the reason that goes with an answer: a code for what is not actionable, else nothing."""
    return reason if kind == AnswerKind.NOT_ACTIONABLE and reason in set(NotActionable) else ""


class RankReason(StrEnum):
    """The facts that raise a lead; shown beside it."""

    URGENT = "urgent"
    BASELINE = "baseline"
    TOLD_OFTEN = "told_often"
    STILL_UP = "still_up"


def package_payload(
    *,
    item: Mapping[str, object],
    assessment: Mapping[str, object] | None,
    texts: Mapping[str, str],
    contact: Mapping[str, str] | None,
    has_police_consent: bool,
    node: Mapping[str, str],
    made_at: datetime,
) -> dict[str, Any]:
    """Return a package's content, version 1, as it is signed; no contact without consent."""
    payload: dict[str, Any] = {
        "v": PACKAGE_VERSION,
        "made_at": made_at.isoformat(),
        "node": dict(node),
        "item": dict(item),
        "assessment": dict(assessment) if assessment else None,
        "told": dict(texts),
    }
    if contact and has_police_consent:
        payload["contact"] = dict(contact)
    return payload


def rank_reasons(
    *, urgency: str, legal_class: str, told_times: int, availability: str
) -> tuple[RankReason, ...]:
    """Return the facts that raise a lead, the weightiest first."""
    found = []
    if urgency == "urgent":
        found.append(RankReason.URGENT)
    if legal_class == "baseline":
        found.append(RankReason.BASELINE)
    if availability in {"up", "reappeared"}:
        found.append(RankReason.STILL_UP)
    if told_times > 1:
        found.append(RankReason.TOLD_OFTEN)
    return tuple(found)


WEIGHTS = {
    RankReason.URGENT: 8,
    RankReason.BASELINE: 4,
    RankReason.STILL_UP: 2,
    RankReason.TOLD_OFTEN: 1,
}
