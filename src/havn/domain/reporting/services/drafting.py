# SPDX-License-Identifier: Apache-2.0
"""Making the draft of a year, beginning a correction, and withdrawing what told too much."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from havn.domain.actor import Actor
from havn.domain.audit import services as audit
from havn.domain.errors import RefusedError
from havn.domain.jobs import services as jobs
from havn.domain.reporting import rules, selectors
from havn.domain.reporting.models import (
    FigureCorrection,
    FigureRelease,
    NationalReport,
    ReportText,
)
from havn.domain.reporting.services._access import (
    move,
    record,
    report_of,
    require_length,
    require_plain,
    require_rapporteur,
)
from havn.domain.reporting.services._freezing import freeze_year
from havn.domain.reporting.services._telling import order_reminders, tell_step
from havn.lib.encoding import uuid4, uuid7


@audit.action("report.drafted")
def make_draft(*, year: int, actor: Actor, at: datetime) -> UUID:
    """Freeze a year that is over and begin its report; a second one of the same year is refused."""
    require_rapporteur(actor)
    if year < rules.FIRST_YEAR or at.year <= year:
        raise RefusedError(
            "year_open", str(_("This year is not over yet. A report is about a closed year."))
        )
    if NationalReport.objects.filter(organisation=actor.scope, year=str(year)).exists():
        raise RefusedError(
            "already_drafted",
            str(_("There is a report of this year already. Open it, or begin a correction.")),
        )
    release = freeze_year(year=year, actor=actor, at=at)
    row = _new_report(
        str(year),
        release,
        version=rules.FIRST_VERSION,
        due_on=rules.deadline_of(year),
        actor=actor,
        at=at,
    )
    _keep_changes(row, selectors.compared_before(release.pk), at=at)
    tell_step(str(year), "draft", actor=actor, at=at)
    record("report.drafted", ("national_report", row.pk), actor, at, {"year": year})
    return row.pk


@audit.action("report.correction_begun")
def begin_correction(
    *,
    report_id: UUID,
    kind: str,
    note: Mapping[str, str],
    actor: Actor,
    at: datetime,
    discovered_on: date | None = None,
) -> UUID:
    """Begin a version beside a released one: texts go along, figures are computed again unless only words change.

    What was released stays as it is. The note says in public why there is another version.
    """
    require_rapporteur(actor)
    old = report_of(report_id, actor)
    note = {language: text.strip() for language, text in note.items() if text.strip()}
    _require_correctable(old, kind, note)
    found = rules.Correction(kind)
    release = old.release
    if found in rules.RECOMPUTED:
        release = freeze_year(year=int(old.year), actor=actor, at=at)
    versions = NationalReport.objects.filter(organisation=actor.scope, year=old.year)
    version = rules.next_version(list(versions.values_list("version", flat=True)))
    due_on = rules.deadline_of(int(old.year))
    if found is rules.Correction.ERROR_IN_FACTS:
        due_on = rules.corrected_by(discovered_on or at.date())
    row = _new_report(
        old.year, release, version=version, due_on=due_on, actor=actor, at=at, supersedes=old
    )
    NationalReport.objects.filter(pk=row.pk).update(
        correction_kind=kind, correction_note=note, discovered_on=discovered_on
    )
    _copy_texts(old, row, at=at)
    if found is rules.Correction.ERROR_IN_FACTS:
        order_reminders(row.pk, due_on, organisation=actor.scope, at=at)
    if release.pk != old.release_id:
        _keep_changes(row, selectors.compared(old.release_id), at=at)
    record(
        "report.correction_begun",
        ("national_report", row.pk),
        actor,
        at,
        {"of": str(old.pk), "kind": kind},
    )
    return row.pk


@audit.action("report.withdrawn")
def withdraw_report(*, report_id: UUID, actor: Actor, at: datetime) -> None:
    """Take a released version's files back at once, because something hidden could be derived from it.

    So are all versions with the same figures. Entries and events say which versions, and never what could be derived.
    """
    require_rapporteur(actor)
    row = report_of(report_id, actor)
    move(row, rules.ReportState.WITHDRAWN, withdrawn_at=at)
    FigureRelease.objects.filter(pk=row.release_id).update(withdrawn_at=at)
    same = NationalReport.objects.filter(
        release_id=row.release_id,
        state__in=[rules.ReportState.RELEASED, rules.ReportState.CORRECTED],
    )
    for each in [row, *same]:
        if each is not row:
            move(each, rules.ReportState.WITHDRAWN, withdrawn_at=at)
        tell_step(each.year, "withdrawn", report=each.pk, actor=actor, at=at)
        record(
            "report.withdrawn",
            ("national_report", each.pk),
            actor,
            at,
            {"version": each.version},
        )


def _order_brief(row: NationalReport, *, at: datetime) -> None:
    """Order that the signatory is told of the brief, on the day from which it is there."""
    jobs.enqueue(
        kind=rules.SEND_BRIEF,
        key=f"{rules.SEND_BRIEF}:{row.pk}",
        subject_id=row.pk,
        organisation=row.organisation,
        due_at=max(at, datetime.combine(rules.brief_on(int(row.year)), time(6, tzinfo=UTC))),
        at=at,
    )


def _new_report(
    year: str,
    release: FigureRelease,
    *,
    version: str,
    due_on: date,
    actor: Actor,
    at: datetime,
    supersedes: NationalReport | None = None,
) -> NationalReport:
    open_one = NationalReport.objects.filter(
        organisation=actor.scope,
        year=year,
        state__in=[rules.ReportState.DRAFT, rules.ReportState.CONFIRMING],
    )
    if open_one.exists():
        raise RefusedError(
            "draft_open", str(_("A version of this report is being written already. Finish it."))
        )
    row = NationalReport.objects.create(
        id=uuid4(),
        organisation=actor.scope,
        year=year,
        version=version,
        release=release,
        supersedes=supersedes,
        due_on=due_on,
        made_at=at,
    )
    if supersedes is None:
        order_reminders(row.pk, due_on, organisation=actor.scope, at=at)
        _order_brief(row, at=at)
    return row


def _require_correctable(old: NationalReport, kind: str, note: Mapping[str, str]) -> None:
    if kind not in rules.CORRECTION_KINDS:
        raise RefusedError("unknown_kind", str(_("Choose one of the kinds of correction.")))
    is_disclosure = kind == rules.Correction.DISCLOSURE
    wanted = rules.ReportState.WITHDRAWN if is_disclosure else rules.ReportState.RELEASED
    if old.state != wanted:
        raise RefusedError(
            "not_correctable",
            str(
                _("Withdraw this version first; then begin the correction.")
                if is_disclosure
                else _("Only the newest released version can be corrected.")
            ),
        )
    if not note:
        raise RefusedError("note_needed", str(_("Say in a sentence why: this note is public.")))
    require_plain(*note.values())
    for text in note.values():
        require_length(text, rules.MOST_NOTE)


def _copy_texts(old: NationalReport, new: NationalReport, *, at: datetime) -> None:
    ReportText.objects.bulk_create(
        [
            ReportText(
                id=uuid7(at),
                report=new,
                kind=kind,
                language=language,
                text=version.text,
                written_by=version.written_by,
                written_at=version.written_at,
            )
            for (kind, language), versions in selectors.versions_of(old.pk).items()
            for version in rules.heads(versions)
            if version.text
        ]
    )


def _keep_changes(
    row: NationalReport, earlier: Mapping[rules.Key, rules.Compared], *, at: datetime
) -> None:
    """Keep which figures stand otherwise than in the earlier release, and which of them to explain."""
    if not earlier:
        return  # a thousand figures need not be read to find that none of them had another value
    changes = rules.changes_between(earlier, selectors.compared(row.release_id))
    FigureCorrection.objects.bulk_create(
        [
            FigureCorrection(
                id=uuid7(at),
                report=row,
                indicator=change.key[0],
                period=change.key[1],
                measure=change.key[2],
                breakdown=change.key[3],
                code=change.key[4],
                old=change.old,
                new=change.new,
                needs_note=change.needs_note,
            )
            for change in changes
        ]
    )
