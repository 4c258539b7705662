# SPDX-License-Identifier: Apache-2.0
"""Writing the texts of a report: every version is kept, and what two people wrote at once waits for a choice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from havn.domain.actor import Actor
from havn.domain.audit import services as audit
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.reporting import rules, selectors
from havn.domain.reporting.models import NationalReport, ReportText
from havn.domain.reporting.services._access import (
    open_report,
    record,
    require_length,
    require_plain,
    require_rapporteur,
)
from havn.lib import wire
from havn.lib.encoding import uuid7


@dataclass(frozen=True, slots=True)
class ProposedText:
    """A text that came back from clearance: of which kind and language, and the digest of what was sent out."""

    kind: str
    language: str
    text: str
    was: str | None  # SHA-256 of the text that the document had, in hex


@audit.action("report_text.written")
def write_text(
    *,
    report_id: UUID,
    kind: str,
    language: str,
    text: str,
    based_on: Sequence[UUID],
    actor: Actor,
    at: datetime,
) -> bool:
    """Keep a version of a text; false when somebody wrote another meanwhile, and a choice waits.

    `based_on` are the versions that the page showed. An empty text takes the text out of the report.
    """
    author = require_rapporteur(actor)
    row = open_report(report_id, actor)
    words = _checked(row, kind, language, text)
    known = _known(row.pk, kind, language, based_on)
    _add(row, kind, language, text=words, based_on=known, author=author, at=at)
    detail = {"kind": kind, "language": language}
    record("report_text.written", ("national_report", row.pk), actor, at, detail)
    return len(rules.heads(_versions(row.pk, kind, language))) == 1


@audit.action("report_text.chosen")
def choose_text(*, report_id: UUID, version_id: UUID, actor: Actor, at: datetime) -> None:
    """Let one of the versions that stand side by side be the text; the others stay readable."""
    author = require_rapporteur(actor)
    row = open_report(report_id, actor)
    chosen = ReportText.objects.filter(pk=version_id, report=row).first()
    if chosen is None:
        raise NotFoundError
    versions = _versions(row.pk, chosen.kind, chosen.language)
    waiting = [each.id for each in (*rules.heads(versions), *rules.proposals(versions))]
    if chosen.pk not in waiting:
        raise RefusedError(
            "text_settled", str(_("A newer text was written meanwhile. Look at it first."))
        )
    _add(
        row,
        chosen.kind,
        chosen.language,
        text=chosen.text,
        based_on=waiting,
        author=author,
        at=at,
    )
    record(
        "report_text.chosen",
        ("national_report", row.pk),
        actor,
        at,
        {"version": str(version_id), "kind": chosen.kind},
    )


@audit.action("report_text.proposed")
def propose_texts(
    *, report_id: UUID, proposed: Iterable[ProposedText], actor: Actor, at: datetime
) -> int:
    """Keep texts that came back from clearance beside those that stand; returns how many differ.

    None becomes the text by itself: the rapporteur chooses. Figures are not taken.
    """
    author = require_rapporteur(actor)
    row = open_report(report_id, actor)
    added = 0
    for each in proposed:
        words = _checked(row, each.kind, each.language, each.text)
        versions = _versions(row.pk, each.kind, each.language)
        current = rules.heads(versions)
        if any(version.text == words for version in (*current, *rules.proposals(versions))):
            continue
        based_on = [
            v.id for v in versions if each.was is not None and wire.text_digest(v.text) == each.was
        ]
        ReportText.objects.create(
            id=uuid7(at),
            report=row,
            kind=each.kind,
            language=each.language,
            text=words,
            based_on=[str(found) for found in based_on],
            is_proposal=True,
            written_by=author,
            written_at=at,
        )
        added += 1
    record("report_text.proposed", ("national_report", row.pk), actor, at, {"texts": added})
    return added


def _checked(row: NationalReport, kind: str, language: str, text: str) -> str:
    indicators = selectors.indicators_in(row.release_id)
    if not rules.is_text_kind(kind, indicators=indicators):
        raise RefusedError(
            "unknown_kind", str(_("A report has no text of this kind. Choose one of the page."))
        )
    if not (2 <= len(language) <= 11):
        raise RefusedError("unknown_language", str(_("Choose one of the languages.")))
    words = text.replace("\r\n", "\n").strip()
    require_plain(words)
    require_length(words, rules.MOST_TEXT)
    return words


def _known(report_id: UUID, kind: str, language: str, based_on: Sequence[UUID]) -> list[UUID]:
    """Return those of the named versions that are versions of this text."""
    found = {version.id for version in _versions(report_id, kind, language)}
    return [each for each in based_on if each in found]


def _versions(report_id: UUID, kind: str, language: str) -> tuple[rules.TextVersion, ...]:
    return selectors.versions_of(report_id).get((kind, language), ())


def _add(
    row: NationalReport,
    kind: str,
    language: str,
    *,
    text: str,
    based_on: Sequence[UUID],
    author: UUID | None,
    at: datetime,
) -> None:
    ReportText.objects.create(
        id=uuid7(at),
        report=row,
        kind=kind,
        language=language,
        text=text,
        based_on=[str(each) for each in based_on],
        written_by=author,
        written_at=at,
    )
