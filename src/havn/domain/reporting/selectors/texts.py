# SPDX-License-Identifier: Apache-2.0
"""Reading the texts of a report with all their versions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from havn.domain.accounts import selectors as people
from havn.domain.actor import Actor
from havn.domain.reporting import rules
from havn.domain.reporting.models import ReportText
from havn.domain.reporting.selectors._access import own_report
from havn.domain.reporting.selectors._versions import versions_of


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


def independence(*, report_id: UUID, language: str, actor: Actor) -> str:
    """Return how the hotline stays independent of providers, as this report or else the newest before it says.

    In the language given, or in another one; empty where nobody wrote it, or where it was taken out since.
    """
    row = own_report(report_id, actor)
    earlier = ReportText.objects.filter(
        Q(report__year__lt=row.year) | Q(report__year=row.year, report__made_at__lt=row.made_at),
        kind=rules.INDEPENDENCE,
        report__organisation=row.organisation,
    )
    reports = earlier.order_by("-report__year", "-report__made_at").values_list(
        "report_id", flat=True
    )
    for report in dict.fromkeys((row.pk, *reports)):
        said = {
            each: rules.heads(versions)[-1].text  # where two wait for a choice, the newer one
            for (kind, each), versions in versions_of(report).items()
            if kind == rules.INDEPENDENCE and rules.heads(versions)
        }
        if said:
            return said.get(language) or next(filter(None, said.values()), "")
    return ""


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
