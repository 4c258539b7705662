# SPDX-License-Identifier: Apache-2.0
"""The national report on the desk: all years, one report at a glance, its figures, the whole page, the brief."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from havn.domain.actor import Role
from havn.domain.errors import RefusedError
from havn.domain.indicators import rules as indicators
from havn.domain.reporting import rules, selectors, services
from havn.lib.clock import now
from havn.web.desk import pages
from havn.web.desk.government import report_forms as forms
from havn.web.desk.government import report_screens as screens
from havn.web.desk.government import report_words as words
from havn.web.frame import national_report, report_document
from havn.web.frame.language import day

if TYPE_CHECKING:
    from django.http import HttpResponse

    from havn.web.desk.access import DeskRequest


def reports(request: DeskRequest) -> HttpResponse:
    """List every version of every year, and offer to begin a year that is over."""
    return _list(request, None)


def begin(request: DeskRequest) -> HttpResponse:
    """Begin the report of a year."""
    form = forms.BeginForm(request.POST)
    if not form.is_valid():
        return _list(request, form, status=422)
    try:
        national_id = services.make_draft(
            year=form.cleaned_data["year"], actor=request.actor, at=now()
        )
    except RefusedError as error:
        form.add_error("year", str(error))
        return _list(request, form, status=409)
    return pages.done(
        request,
        _("The report is begun: its figures are frozen."),
        "government:national_report",
        national_id,
    )


def _list(
    request: DeskRequest, form: forms.BeginForm | None, *, status: int = 200
) -> HttpResponse:
    actor, at = request.actor, now()
    found = selectors.reports(actor=actor)
    waiting = selectors.years_to_draft(actor=actor, at=at)
    initial = {"year": waiting[-1]} if waiting else {}
    return screens.show(
        request,
        "reports",
        _("National reports"),
        status=status,
        reports=[screens.line(each, at.date()) for each in found],
        half_years=selectors.half_years_told(actor=actor),
        years=waiting,
        form=form or forms.BeginForm(initial=initial),
        may_begin=actor.has_role(Role.RAPPORTEUR),
    )


def overview(request: DeskRequest, national_id: UUID) -> HttpResponse:
    """Show what is in, what is out, and who must act next."""
    actor, at = request.actor, now()
    found = selectors.report(report_id=national_id, actor=actor)
    points = selectors.what_is_open(report_id=national_id, actor=actor) if found.is_draft else []
    asks = selectors.asks(report_id=national_id, actor=actor)
    return screens.show(
        request,
        "overview",
        _("National report %(year)s, version %(version)s")
        % {"year": found.line.year, "version": found.line.version},
        found=found,
        line=screens.line(found.line, at.date()),
        points=[
            {"sentence": each.sentence, "who": words.of(words.ROLES, each.who.value)}
            for each in points
        ],
        out=[{"ask": ask, "days": ask.age(at)} for ask in asks if ask.is_out],
        to_choose=[ask for ask in asks if ask.waits_for_choice],
        parts=selectors.part_views(report_id=national_id, actor=actor),
        part_words=words.PARTS,
        versions=[screens.line(each, at.date()) for each in found.versions],
        messages_of_hub=_hub(request, found),
        is_refused=_is_refused(request, found),
        is_rapporteur=actor.has_role(Role.RAPPORTEUR),
        is_releasing=actor.has_role(Role.RAPPORTEUR, Role.SIGNATORY),
        next_step=_next_step(found, points),
        back_address="../",
        back_text=_("All national reports"),
    )


def _hub(request: DeskRequest, found: selectors.ReportView) -> list[dict[str, object]]:
    """Return what the secretariat said of this version, and of its year."""
    said = selectors.hub_messages(actor=request.actor, year=found.line.year)
    return [
        {
            "kind": words.of(words.KINDS, each.kind),
            "state": words.of(words.STEPS, each.state) if each.state else "",
            "code": each.code,
            "text": each.text,
            "proof": each.proof,
            "at": each.said_at,
        }
        for each in said
        if each.report_id in {None, found.id}
    ]


def _is_refused(request: DeskRequest, found: selectors.ReportView) -> bool:
    """Whether the secretariat's last word on this version is that it refuses it."""
    said = selectors.hub_messages(actor=request.actor, year=found.line.year)
    last = next((m for m in said if m.kind == "receipt" and m.report_id == found.id), None)
    return last is not None and last.state == "refused"


def _next_step(found: selectors.ReportView, points: list[selectors.OpenPoint]) -> str:
    """Return who must act next, in a sentence."""
    state = found.line.state
    if state == rules.ReportState.DRAFT:
        if not points:
            return _("Nothing is missing. The rapporteur can release it.")
        return points[0].sentence
    if state == rules.ReportState.CONFIRMING:
        return _("The rapporteur released it. Now the signatory, another person, releases.")
    if state == rules.ReportState.RELEASED and found.line.signed_at is None:
        return _("Both released it. The node signs and sends it within minutes.")
    return ""


def figures(request: DeskRequest, national_id: UUID) -> HttpResponse:
    """Show the frozen figures with their marks, changes and notes."""
    actor = request.actor
    found = selectors.report_figures(report_id=national_id, actor=actor)
    document = selectors.document_of(report_id=national_id, actor=actor)
    shown = national_report.shown(
        document.parts, indicators.DEFINITIONS, language=get_language() or "en"
    )
    sections = {each.id: each for each in shown.indicators}
    return screens.of_report(
        request,
        "figures",
        _("Figures"),
        report_id=national_id,
        found=found,
        sections=[
            {
                "section": sections[each.definition.id],
                "part": words.of(words.PARTS, each.part.value),
                "needs_note": each.needs_note,
                "changes": each.changes,
                "note_kind": f"{rules.INDICATOR_NOTE}{each.definition.id}",
            }
            for each in found.indicators
            if each.definition.id in sections
        ],
        language=get_language() or "en",
        is_rapporteur=actor.has_role(Role.RAPPORTEUR),
    )


def whole(request: DeskRequest, national_id: UUID) -> HttpResponse:
    """Show the whole report as everybody will read it."""
    found = selectors.report(report_id=national_id, actor=request.actor)
    document = selectors.document_of(report_id=national_id, actor=request.actor)
    shown = national_report.shown(
        document.parts,
        indicators.DEFINITIONS,
        language=get_language() or "en",
        past=selectors.own_past(year=found.line.year, actor=request.actor),
        titles=selectors.promise_titles(parts=document.parts, actor=request.actor, at=now()),
    )
    title = _("National report %(year)s, version %(version)s")
    return screens.of_report(
        request,
        "whole",
        title % {"year": found.line.year, "version": found.line.version},
        report_id=national_id,
        report=shown,
        found=found,
    )


def brief(request: DeskRequest, national_id: UUID) -> HttpResponse:
    """Show the minister's page."""
    found = selectors.brief(report_id=national_id, actor=request.actor, today=now().date())
    return screens.of_report(
        request,
        "brief",
        _("Brief for the minister, %(year)s") % {"year": found.year},
        report_id=national_id,
        found=found,
        rows=brief_rows(found),
        promises=brief_promises(found),
        when_public=" ".join(report_document.when_public(found)),
        public_lines=report_document.public_lines(found),
        is_rapporteur=request.actor.has_role(Role.RAPPORTEUR),
        language=get_language() or "en",
    )


def brief_rows(found: selectors.Brief) -> list[dict[str, str]]:
    """Return the minister's figures as they read: now, and the year before."""
    return [
        {
            "what": _what(each),
            "now": national_report.HIDDEN
            if each.is_hidden
            else national_report.number(_written(each.now), each.unit),
            "before": national_report.number(_written(each.before), each.unit),
        }
        for each in found.headlines
    ]


def _what(each: selectors.HeadlineRow) -> str:
    """Return what a figure is: often a measure is called as its indicator is, and is named once."""
    return ": ".join(dict.fromkeys((_(each.name), _(each.title))))


def brief_promises(found: selectors.Brief) -> list[str]:
    """Return in sentences how the promises of the year stand."""
    return [_promise(each) for each in found.promises]


def _promise(each: selectors.PromiseRow) -> str:
    """Return in a line how a promise stands: kept, late, or with another day."""
    title = each.title.get(get_language() or "en") or next(iter(each.title.values()), "")
    words_of = {"title": title, "day": day(each.due)}
    if each.state == "achieved":
        text = _("%(title)s: kept, late.") if each.is_late else _("%(title)s: kept.")
    elif each.state in {"withdrawn", "replaced"}:
        text = _("%(title)s: given up.")
    elif each.is_late:
        text = _("%(title)s: late, due on %(day)s.")
    else:
        text = _("%(title)s: due on %(day)s.")
    line = text % words_of
    if each.former_dues:
        first = day(each.former_dues[0])
        line += " " + _("It was promised for %(day)s at first.") % {"day": first}
    return line


def _written(value: object) -> str | None:
    return None if value is None else str(value)
