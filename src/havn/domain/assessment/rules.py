# SPDX-License-Identifier: Apache-2.0
"""Decisions of analysts: what they may say, which one counts, and in which order items wait."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from havn.domain.cases.rules import LegalClass, Policy

DRAFT_PURPOSE = "assessment-draft"
NOTE_PURPOSE = "handover-note"
MOST_SKIPS = 3  # after so many, the item goes to the supervisor


class AgeBand(StrEnum):
    """Apparent age of the youngest child (SDMX bands of the indicator handbook)."""

    UNKNOWN = "unknown"
    INFANT = "0_2"
    CHILD = "3_13"
    ADOLESCENT = "14_17"


class Sex(StrEnum):
    """Apparent sex."""

    UNDETERMINED = "undetermined"
    FEMALE = "female"
    MALE = "male"
    BOTH = "both"


class Origin(StrEnum):
    """How the material was made."""

    UNKNOWN = "unknown"
    PHOTOGRAPHIC = "photographic"
    DRAWN = "drawn"
    AI_GENERATED = "ai_generated"
    AI_ALTERED = "ai_altered"


class SkipReason(StrEnum):
    """Why an item is passed by; never a measure of the person."""

    TOO_HARD_TODAY = "too_hard_today"
    KNOWN_PERSON = "known_person"
    LANGUAGE = "language"
    TECHNICAL = "technical"
    NEEDS_SECOND_VIEW = "needs_second_view"


class QueueState(StrEnum):
    """Where an entry of the queue stands."""

    WAITING = "waiting"
    SUPERVISOR = "supervisor"
    DONE = "done"


AGE_BANDS = tuple(AgeBand)
SEXES = tuple(Sex)
ORIGINS = tuple(Origin)
SKIP_REASONS = tuple(SkipReason)


@dataclass(frozen=True, slots=True)
class Decision:
    """What an analyst decides about one item."""

    legal_class: LegalClass
    jurisdiction: str
    scheme: str
    scheme_version: str
    age_band: AgeBand = AgeBand.UNKNOWN
    sex: Sex = Sex.UNDETERMINED
    origin: Origin = Origin.UNKNOWN
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """One assessment as the rule that counts them sees it."""

    legal_class: LegalClass
    jurisdiction: str
    assessed_at: datetime
    is_withdrawn: bool = False
    is_of_another: bool = False  # of the node that referred the item


def default_decision(policy: Policy, *, jurisdiction: str) -> Decision:
    """Return the decision that the node's policy proposes."""
    return Decision(
        legal_class=policy.default_legal_class,
        jurisdiction=jurisdiction,
        scheme=policy.default_scheme,
        scheme_version=policy.default_scheme_version,
        origin=Origin.PHOTOGRAPHIC,
    )


def refusal_of(decision: Decision) -> str | None:
    """Return why a decision cannot stand, or None: baseline means a real child (INTERPOL)."""
    is_made_up = decision.origin in {Origin.DRAWN, Origin.AI_GENERATED}
    if decision.legal_class is LegalClass.BASELINE and is_made_up:
        return "baseline_needs_a_real_child"
    return None


def counting_class(made: Sequence[Made], *, jurisdiction: str) -> LegalClass | None:
    """Return the class that counts: the latest of the jurisdiction that was not taken back.

    What another node found baseline is never assessed again here, unless somebody reported a picture
    of themselves here; what it found national counts until the law here says otherwise.
    """
    standing = [m for m in made if not m.is_withdrawn]
    own = _latest([m for m in standing if not m.is_of_another and m.jurisdiction == jurisdiction])
    others = _latest([m for m in standing if m.is_of_another])
    if own is None or (others is LegalClass.BASELINE and own is not LegalClass.SELF_REPORTED):
        return others
    return own


def _latest(made: Sequence[Made]) -> LegalClass | None:
    return max(made, key=lambda each: each.assessed_at).legal_class if made else None


def has_been_told(*, police: str, notice: str) -> bool:
    """Whether police or a provider were told of an item, after which nobody assesses it anew."""
    return police not in {"none", "due"} or notice not in {"none", "queued", "no_provider"}


def deadline_for(policy: Policy, *, urgency: str, received_at: datetime) -> datetime:
    """Return until when an item of this urgency is to be assessed."""
    within = policy.assess_within.get(urgency) or policy.assess_within["normal"]
    return received_at + within


def class_rank(urgency: str) -> int:
    """Return which of two items with one deadline comes first; smaller is sooner."""
    return 1 if urgency == "urgent" else 5


def goes_to_supervisor(*, lapses: int, skips: int, policy: Policy) -> bool:
    """Whether an item was let go so often that the supervisor must look."""
    return lapses >= policy.lapses_before_supervisor or skips >= MOST_SKIPS
