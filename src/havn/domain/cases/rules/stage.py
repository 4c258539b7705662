# SPDX-License-Identifier: Apache-2.0
"""The one stage of an item, computed from the assessment that counts and the tracks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class LegalClass(StrEnum):
    """Legal classes of an assessment (standards: INHOPE's baseline and national)."""

    BASELINE = "baseline"
    NATIONAL = "national"
    NOT_ILLEGAL = "not_illegal"
    UNDETERMINED = "undetermined"
    SELF_REPORTED = "self_reported"


CONFIRMING = frozenset({LegalClass.BASELINE, LegalClass.NATIONAL})


class StageName(StrEnum):
    """The stages; closed ones carry a reason."""

    RECEIVED = "received"
    ASSESSED = "assessed"
    WORKING = "working"
    CLOSED = "closed"


class ClosedReason(StrEnum):
    """Why an item is closed."""

    REMOVED = "removed"
    NOT_ILLEGAL = "not_illegal"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True)
class Stage:
    """The stage of an item."""

    name: StageName
    reason: ClosedReason | None = None

    @property
    def is_open(self) -> bool:
        """Whether a report on the same address is swallowed by this item."""
        return self.name is not StageName.CLOSED


def is_confirming(legal_class: LegalClass | None) -> bool:
    """Whether the class confirms an illegal item, so that notices and police may follow."""
    return legal_class in CONFIRMING


def stage_of(
    *, legal_class: LegalClass | None, police: str, notice: str, availability: str, assignment: str
) -> Stage:
    """Return the stage: closed only when the assessment or the availability says so."""
    if legal_class is None:
        return Stage(StageName.RECEIVED)
    if legal_class is LegalClass.NOT_ILLEGAL:
        return Stage(StageName.CLOSED, ClosedReason.NOT_ILLEGAL)
    if legal_class is LegalClass.UNDETERMINED:
        return Stage(StageName.CLOSED, ClosedReason.UNDETERMINED)
    # Of a self-reported item nobody is told; what is gone keeps police no longer waiting. Of what another
    # node referred and nobody here took up, or that it has again, that node told its own police.
    is_theirs = police == "none" and assignment in {"offered", "member"}
    is_told = police not in {"none", "due"} or legal_class is LegalClass.SELF_REPORTED
    if availability == "removed" and (is_told or is_theirs):
        return Stage(StageName.CLOSED, ClosedReason.REMOVED)
    untouched = police in {"none", "due"} and notice == "none"
    if untouched and availability == "unknown" and assignment == "here":
        return Stage(StageName.ASSESSED)
    return Stage(StageName.WORKING)
