# SPDX-License-Identifier: Apache-2.0
"""Versions of one text: nothing is overwritten, and what two people wrote at once is shown side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class TextVersion:
    """One version of a text: what it says, by whom, and which versions its writer had before them."""

    id: UUID
    text: str
    written_at: datetime
    written_by: UUID | None = None
    based_on: tuple[UUID, ...] = ()
    is_proposal: bool = False


def heads(versions: Sequence[TextVersion]) -> tuple[TextVersion, ...]:
    """Return the versions that nobody wrote a newer one from; one is the text, two wait for a choice.

    What came back from clearance is a proposal, and never a head by itself.
    """
    passed = {each for version in versions if not version.is_proposal for each in version.based_on}
    found = [v for v in versions if not v.is_proposal and v.id not in passed]
    return tuple(sorted(found, key=lambda version: (version.written_at, version.id)))


def proposals(versions: Sequence[TextVersion]) -> tuple[TextVersion, ...]:
    """Return the proposals that nobody decided about yet."""
    decided = {each for version in versions for each in version.based_on}
    found = [v for v in versions if v.is_proposal and v.id not in decided]
    return tuple(sorted(found, key=lambda version: (version.written_at, version.id)))
