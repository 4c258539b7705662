# SPDX-License-Identifier: Apache-2.0
"""What a package for police holds, which answers police may give, and which lead comes first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

PACKAGE_KIND = "havn-police-package"
PACKAGE_VERSION = 1
SEALED_FOR = "police-package"
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


class RankReason(StrEnum):
    """The facts that raise a lead; shown beside it."""

    URGENT = "urgent"
    BASELINE = "baseline"
    TOLD_OFTEN = "told_often"
    STILL_UP = "still_up"


@dataclass(frozen=True, slots=True)
class PackageFacts:
    """All that goes into a package about one item; the contact only with the consent ticked."""

    item_id: UUID
    address: str
    host: str
    kind: str
    received_at: datetime
    told_times: int
    legal_class: str
    hosting_country: str
    sender: Mapping[str, str]
    assessments: Sequence[Mapping[str, str]] = ()
    hosting: Sequence[Mapping[str, object]] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    contact: Mapping[str, str] | None = None
    has_police_consent: bool = False


def package_payload(facts: PackageFacts, *, at: datetime) -> dict[str, object]:
    """Return the package's content, version 1, as it is signed."""
    payload: dict[str, object] = {
        "v": PACKAGE_VERSION,
        "made_at": at.isoformat(),
        "sender": dict(facts.sender),
        "item": {
            "reference": str(facts.item_id),
            "kind": facts.kind,
            "address": facts.address,
            "host": facts.host,
            "received_at": facts.received_at.isoformat(),
            "told_times": facts.told_times,
            "legal_class": facts.legal_class,
            "hosting_country": facts.hosting_country,
        },
        "assessments": [dict(each) for each in facts.assessments],
        "hosting": [dict(each) for each in facts.hosting],
        "told": dict(facts.texts),
    }
    if facts.contact and facts.has_police_consent:
        payload["contact"] = dict(facts.contact)
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


def rank_of(reasons: Sequence[RankReason]) -> int:
    """Return how far up a lead stands; larger is sooner."""
    weights = {
        RankReason.URGENT: 8,
        RankReason.BASELINE: 4,
        RankReason.STILL_UP: 2,
        RankReason.TOLD_OFTEN: 1,
    }
    return sum(weights[reason] for reason in reasons)
