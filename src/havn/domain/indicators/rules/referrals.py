# SPDX-License-Identifier: Apache-2.0
"""What the facts say about each referral: sent or received, acknowledged, and what became of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from havn.domain.indicators.rules.definition import UNKNOWN, FactRead

SENT, RECEIVED = "referral_sent", "referral_received"
ACKNOWLEDGED, OUTCOME = "referral_acknowledged", "referral_outcome"
IN, OUT = "in", "out"
_FACTS = frozenset((SENT, RECEIVED, ACKNOWLEDGED, OUTCOME))
_BY_A_PERSON = frozenset({"accepted", "declined"})  # whatever else arrives is an automatic receipt


@dataclass(slots=True)
class ReferralStory:
    """The instants of one referral as this node knows them, from its own side."""

    direction: str = ""  # `in` was received here, `out` was sent from here
    began_at: datetime | None = None
    acknowledged: list[tuple[datetime, str]] = field(default_factory=list)
    outcomes: list[tuple[datetime, str]] = field(default_factory=list)

    @property
    def acknowledged_at(self) -> datetime | None:
        """When somebody at the receiver first accepted or declined it, as told on this side."""
        return min((at for at, side in self.acknowledged if side == self.direction), default=None)

    def outcome_until(self, end: datetime) -> str | None:
        """Return the kind of the last outcome known by then, None where there is none."""
        known = [(at, kind) for at, kind in self.outcomes if at <= end]
        return max(known, key=lambda each: each[0])[1] if known else None


def stories(facts: Iterable[FactRead]) -> Mapping[UUID, ReferralStory]:
    """Return the story of every referral that the facts speak of."""
    found: dict[UUID, ReferralStory] = defaultdict(ReferralStory)
    for fact in sorted(facts, key=lambda each: each.happened_at):
        if fact.subject_kind == "referral" and fact.name in _FACTS:
            _tell(found[fact.subject_id], fact)
    return found


def _tell(story: ReferralStory, fact: FactRead) -> None:
    if fact.name in {SENT, RECEIVED}:
        if story.began_at is None:
            story.direction = OUT if fact.name == SENT else IN
            story.began_at = fact.happened_at
    elif fact.name == ACKNOWLEDGED:
        if fact.codes.get("how") in _BY_A_PERSON:
            story.acknowledged.append((fact.happened_at, str(fact.codes.get("side", ""))))
    else:
        story.outcomes.append((fact.happened_at, str(fact.codes.get("kind") or UNKNOWN)))
