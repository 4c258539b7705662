# SPDX-License-Identifier: Apache-2.0
"""What a report still waits for, and who must act next."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from havn.domain.actor import Actor, Role
from havn.domain.reporting import rules
from havn.domain.reporting.models import (
    FigureCorrection,
    NationalReport,
    OfficeAsk,
)
from havn.domain.reporting.selectors._access import own_report
from havn.domain.reporting.selectors._parts import confirmations_of, owners_of
from havn.domain.reporting.selectors._versions import versions_of

PART_NAMES = {
    rules.Part.HOTLINE: gettext_noop("Hotline"),
    rules.Part.POLICE: gettext_noop("Police"),
    rules.Part.VICTIM_SERVICES: gettext_noop("Victim services"),
    rules.Part.EDUCATION: gettext_noop("Education"),
}


@dataclass(frozen=True, slots=True)
class OpenPoint:
    """One thing that is missing before a report can be released, and whose turn it is."""

    code: str
    sentence: str
    who: Role


def what_is_open(*, report_id: UUID, actor: Actor) -> list[OpenPoint]:
    """Return what is missing before the report can be released, in the order in which to do it."""
    row = own_report(report_id, actor)
    return [*_parts(row), *_asks(row), *_texts(row), *_notes(row)]


def _parts(row: NationalReport) -> list[OpenPoint]:
    said, owners = confirmations_of(row), owners_of(row.organisation)
    found = []
    for part in rules.PARTS:
        name = _(PART_NAMES[part])
        if part not in owners and part not in said:
            sentence = _("Nobody answers for the part “%(part)s”. Name its data owner.")
            found.append(_point("owner_missing", sentence, Role.RAPPORTEUR, part=name))
        elif part not in said:
            sentence = _("The part “%(part)s” is not confirmed by its data owner yet.")
            found.append(_point("part_not_confirmed", sentence, Role.DATA_OWNER, part=name))
        elif not said[part].is_confirmed:
            sentence = _("The data owner of “%(part)s” has a question. Answer it together.")
            found.append(_point("part_questioned", sentence, Role.RAPPORTEUR, part=name))
    return found


def _asks(row: NationalReport) -> list[OpenPoint]:
    waiting = OfficeAsk.objects.filter(
        report__organisation=row.organisation,
        report__year=row.year,
        settled_at__isnull=True,
        withdrawn_at__isnull=True,
    ).order_by("due_on", "id")
    sentence = _(
        "%(office)s was asked and no answer is chosen. Wait, choose one, or withdraw the link and "
        "say under “what is missing” why."
    )
    return [_point("office_open", sentence, Role.RAPPORTEUR, office=ask.office) for ask in waiting]


def _texts(row: NationalReport) -> list[OpenPoint]:
    found = versions_of(row.pk)
    points = []
    for (kind, language), versions in sorted(found.items()):
        if kind == rules.INDEPENDENCE:
            continue  # it stands in no part that is signed, so a release need not wait for it
        if len(rules.heads(versions)) > 1 or rules.proposals(versions):
            sentence = _("Of the text “%(kind)s” (%(language)s) two versions stand. Choose one.")
            points.append(
                _point("text_choice", sentence, Role.RAPPORTEUR, kind=kind, language=language)
            )
    written = {kind for (kind, _language), versions in found.items() if _stands(versions)}
    if "overview" not in written:
        sentence = _("The overview is missing: a page in plain words.")
        points.append(_point("overview_missing", sentence, Role.RAPPORTEUR))
    return points


def _notes(row: NationalReport) -> list[OpenPoint]:
    changed = FigureCorrection.objects.filter(report=row, needs_note=True)
    wanted = set(changed.values_list("indicator", flat=True))
    if not wanted:
        return []
    found = versions_of(row.pk)
    noted = {
        rules.indicator_of_note(kind) for (kind, _lang), versions in found.items() if _stands(versions)
    }  # fmt: skip
    sentence = _("%(indicator)s changed by more than five percent or ten cases. Write why.")
    return [
        _point("note_missing", sentence, Role.RAPPORTEUR, indicator=each)
        for each in sorted(wanted - noted)
    ]


def _stands(versions: tuple[rules.TextVersion, ...]) -> bool:
    return any(version.text for version in rules.heads(versions))


def _point(code: str, sentence: str, who: Role, **words: object) -> OpenPoint:
    return OpenPoint(code, sentence % {key: str(each) for key, each in words.items()}, who)
