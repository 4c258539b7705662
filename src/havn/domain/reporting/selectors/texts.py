# SPDX-License-Identifier: Apache-2.0
"""Reading the texts of a report with all their versions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from havn.domain.accounts import selectors as people
from havn.domain.actor import Actor
from havn.domain.reporting import rules
from havn.domain.reporting.models import ReportText
from havn.domain.reporting.selectors._access import own_report


@dataclass(frozen=True, slots=True)
class VersionView:
    """One version of a text, as a page shows it."""

    id: UUID
    text: str
    author: str
    written_at: datetime
    is_proposal: bool


@dataclass(frozen=True, slots=True)
class TextView:
    """One text of a report in one language: what stands, what waits for a choice, and what stood before."""

    kind: str
    language: str
    heads: tuple[VersionView, ...]
    proposals: tuple[VersionView, ...]
    versions: tuple[VersionView, ...]

    @property
    def text(self) -> str:
        """The text where one stands; nothing while two wait for a choice."""
        return self.heads[0].text if len(self.heads) == 1 else ""

    @property
    def waits_for_choice(self) -> bool:
        """Whether somebody must choose between versions."""
        return len(self.heads) > 1 or bool(self.proposals)

    @property
    def based_on(self) -> str:
        """The versions that whoever writes now has before them, as a form carries them."""
        return " ".join(str(each.id) for each in self.heads)


def versions_of(report_id: UUID) -> dict[tuple[str, str], tuple[rules.TextVersion, ...]]:
    """Return every version of every text of a report, by kind and language."""
    found: dict[tuple[str, str], list[rules.TextVersion]] = {}
    for row in ReportText.objects.filter(report_id=report_id).order_by("written_at", "id"):
        found.setdefault((row.kind, row.language), []).append(
            rules.TextVersion(
                id=row.pk,
                text=row.text,
                written_at=row.written_at,
                written_by=row.written_by,
                based_on=tuple(UUID(each) for each in row.based_on),
                is_proposal=row.is_proposal,
            )
        )
    return {key: tuple(versions) for key, versions in found.items()}


def texts(*, report_id: UUID, actor: Actor) -> dict[tuple[str, str], TextView]:
    """Return the texts of a report by kind and language."""
    row = own_report(report_id, actor)
    found = versions_of(row.pk)
    authors = {v.written_by for versions in found.values() for v in versions if v.written_by}
    names = people.names_of(person_ids=authors, actor=actor)

    def view(version: rules.TextVersion) -> VersionView:
        author = names.get(version.written_by, "") if version.written_by else ""
        return VersionView(
            version.id, version.text, author, version.written_at, version.is_proposal
        )

    return {
        (kind, language): TextView(
            kind,
            language,
            heads=tuple(view(each) for each in rules.heads(versions)),
            proposals=tuple(view(each) for each in rules.proposals(versions)),
            versions=tuple(view(each) for each in reversed(versions)),
        )
        for (kind, language), versions in found.items()
    }
