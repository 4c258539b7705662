# SPDX-License-Identifier: Apache-2.0
"""What the facts say about each commitment, each criterion of law and each national report."""

from __future__ import annotations

from datetime import datetime

from havn.domain.indicators.rules.definition import FactRead, word
from havn.domain.indicators.rules.people import Told, earlier


class CommitmentStory:
    """One commitment: when it first fell due, when it was first achieved, whether it was withdrawn."""

    due: Told | None = None
    achieved_at: datetime | None = None
    is_withdrawn = False

    @property
    def due_at(self) -> datetime | None:
        """The first due date; a later one does not count."""
        return self.due[0] if self.due else None


class CriterionStory:
    """One criterion of law, with each assessment of it."""

    assessed: tuple[tuple[datetime, datetime, str, str, str], ...] = ()

    def last_before(self, end: datetime) -> tuple[str, str, str] | None:
        """Return criterion, group and value as last assessed before `end`."""
        known = [each for each in self.assessed if each[0] < end]
        return max(known)[2:] if known else None


class ReportStory:
    """One national report, with each signature."""

    signed: Told | None = None


def _due(story: CommitmentStory, fact: FactRead) -> None:
    if word(fact.codes, "state") == "withdrawn":
        story.is_withdrawn = True
    story.due = earlier(story.due, fact)


def _achieved(story: CommitmentStory, fact: FactRead) -> None:
    story.achieved_at = min(story.achieved_at or fact.happened_at, fact.happened_at)


def _assessed(story: CriterionStory, fact: FactRead) -> None:
    words = [word(fact.codes, name) for name in ("criterion", "group", "value")]
    criterion, group, value = words
    story.assessed += ((fact.happened_at, fact.recorded_at, criterion, group, value),)


def _signed(story: ReportStory, fact: FactRead) -> None:
    story.signed = earlier(story.signed, fact)


COMMITMENT_TELLERS = {"commitment_due": _due, "commitment_achieved": _achieved}
CRITERION_TELLERS = {"criterion_assessed": _assessed}
REPORT_TELLERS = {"national_report_signed": _signed}
