# SPDX-License-Identifier: Apache-2.0
"""What the facts say about each referral: sent or received, acknowledged, and what became of it."""

from __future__ import annotations

from datetime import datetime

from havn.domain.indicators.rules.definition import UNKNOWN, FactRead, word

SENT, RECEIVED = "referral_sent", "referral_received"
ACKNOWLEDGED, OUTCOME = "referral_acknowledged", "referral_outcome"
IN, OUT = "in", "out"
_BY_A_PERSON = frozenset({"accepted", "declined"})  # whatever else arrives is an automatic receipt


class ReferralStory:
    """The instants of one referral as this node knows them, from its own side."""

    began: tuple[datetime, str] | None = None  # of one instant, what was received here comes first
    acknowledged: tuple[tuple[datetime, str], ...] = ()
    outcomes: tuple[tuple[datetime, datetime, str], ...] = ()

    @property
    def began_at(self) -> datetime | None:
        """When it was sent from here or arrived here."""
        return self.began[0] if self.began else None

    @property
    def direction(self) -> str:
        """`in` was received here, `out` was sent from here."""
        return self.began[1] if self.began else ""

    @property
    def acknowledged_at(self) -> datetime | None:
        """When somebody at the receiver first accepted or declined it, as told on this side."""
        return min((at for at, side in self.acknowledged if side == self.direction), default=None)

    def outcome_until(self, end: datetime) -> str | None:
        """Return the kind of the last outcome known by then, None where there is none."""
        known = [each for each in self.outcomes if each[0] <= end]
        return max(known)[2] if known else None


def _began(story: ReferralStory, fact: FactRead) -> None:
    began = (fact.happened_at, OUT if fact.name == SENT else IN)
    story.began = min(story.began or began, began)


def _acknowledged(story: ReferralStory, fact: FactRead) -> None:
    if word(fact.codes, "how") in _BY_A_PERSON:
        story.acknowledged += ((fact.happened_at, word(fact.codes, "side")),)


def _ended(story: ReferralStory, fact: FactRead) -> None:
    kind = word(fact.codes, "kind") or UNKNOWN
    story.outcomes += ((fact.happened_at, fact.recorded_at, kind),)


TELLERS = {SENT: _began, RECEIVED: _began, ACKNOWLEDGED: _acknowledged, OUTCOME: _ended}
