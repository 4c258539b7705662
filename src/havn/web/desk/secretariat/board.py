# SPDX-License-Identifier: Apache-2.0
"""The board: members by steps for a year, a member's versions and questions, publishing and withdrawing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from havn.domain.actor import Role
from havn.domain.publication import selectors, services
from havn.lib.clock import now
from havn.web.desk import pages
from havn.web.desk.secretariat import forms, screens, words

if TYPE_CHECKING:
    from havn.domain.actor import Actor
    from havn.domain.publication.selectors import BoardLine, ReportView, ToldLine, YearBoard
    from havn.web.desk.access import DeskRequest


def home(request: DeskRequest) -> HttpResponse:
    """Lead to the newest year's board; who only operates the hub is led to its alarms."""
    if not request.actor.has_role(Role.SECRETARIAT):
        return redirect("secretariat:alarms")
    years = selectors.years(actor=request.actor)
    if years:
        return redirect("secretariat:year", years[0])
    return screens.show(request, "no_year", _("Reports"))


def year(request: DeskRequest, year: str) -> HttpResponse:
    """Show how far every member is with the report of a year."""
    board = selectors.year_board(year=year, actor=request.actor, at=now())
    return screens.show(
        request,
        "year",
        _("National reports %(year)s") % {"year": year},
        board=board,
        lines=[_line(each) for each in board.lines],
        counts=[(words.STEPS[step], count) for step, count in board.counts.items()],
        years=[each for each in selectors.years(actor=request.actor) if each != year],
        waiting=sum(each.waits for each in board.lines),
        heads=list(words.STEPS.values()),
        half_years=_half_years(board, request.actor),
    )


def ask_year(request: DeskRequest) -> HttpResponse:
    """Ask every member for the report of a year."""
    form = forms.YearForm(request.POST or None)
    if screens.tried(
        form,
        lambda: services.ask_year(year=form.cleaned_data["year"], actor=request.actor, at=now()),
    ):
        chosen = form.cleaned_data["year"]
        return pages.done(
            request, _("Every member is asked."), reverse("secretariat:year", args=[chosen])
        )
    return screens.ask(
        request,
        form,
        title=_("Ask for a year"),
        button=_("Ask every member"),
        back=reverse("desk:home"),
        explanation=_(
            "Reminders are planned with it. The hub asks by itself when a year is over."
        ),
    )


def publish_year(request: DeskRequest, year: str) -> HttpResponse:
    """Publish what arrived, after a page that says how much that is."""
    board = selectors.year_board(year=year, actor=request.actor, at=now())
    back = reverse("secretariat:year", args=[year])
    if request.method == "POST":
        count = services.publish_year(year=year, actor=request.actor, at=now())
        sentence = ngettext(
            "%(count)s report is public now.", "%(count)s reports are public now.", count
        ) % {"count": count}
        return pages.done(request, sentence, back)
    waiting = [each.name for each in board.lines if each.waits]
    return screens.show(
        request,
        "publish",
        _("Publish the reports of %(year)s") % {"year": year},
        board=board,
        waiting=waiting,
        missing=[each.name for each in board.lines if not each.reports],
        back_address=back,
        back_text=_("Back"),
    )


def member(request: DeskRequest, year: str, member: str) -> HttpResponse:
    """Show a member's steps, versions, questions and reminders for a year."""
    actor, at = request.actor, now()
    line = selectors.member_board(member=member, year=year, actor=actor, at=at)
    reminders = selectors.reminders_due(actor=actor, at=at, member=member, year=year)
    return screens.show(
        request,
        "member",
        _("%(member)s, report of %(year)s") % {"member": line.name, "year": year},
        line=_line(line),
        year=year,
        reports=[_report(each) for each in line.reports],
        questions=[
            {"asked": each, "way": words.WAYS[each.way]}
            for each in selectors.questions(year=year, member=member, actor=actor)
        ],
        reminders=[
            {"line": each, "to": words.REMINDED[each.to], "way": words.WAYS[each.way]}
            for each in reminders
        ],
        half_years=[
            (line.name, each)
            for each in selectors.half_years_told(since=year, member=member, actor=actor)
        ],
        assessments=selectors.self_assessments(member=member, actor=actor),
        back_address=reverse("secretariat:year", args=[year]),
        back_text=_("All members"),
    )


def ask_member(request: DeskRequest, year: str, member: str) -> HttpResponse:
    """Ask a member a question."""
    line = selectors.member_board(member=member, year=year, actor=request.actor, at=now())
    back = reverse("secretariat:member", args=[year, member])
    form = forms.QuestionForm(request.POST or None)
    if screens.tried(
        form,
        lambda: services.ask_member(
            member=member,
            year=year,
            text=form.cleaned_data["text"],
            actor=request.actor,
            at=now(),
        ),
    ):
        return pages.done(request, _("The question is on its way."), back)
    return screens.ask(
        request,
        form,
        title=_("Ask %(member)s a question") % {"member": line.name},
        button=_("Send the question"),
        back=back,
    )


def publish_report(request: DeskRequest, report_id: UUID) -> HttpResponse:
    """Publish one report by hand."""
    services.publish_report(report_id=report_id, actor=request.actor, at=now())
    return pages.done(request, _("The report is public now."), _page_of(request, report_id))


def withdraw_report(request: DeskRequest, report_id: UUID) -> HttpResponse:
    """Take a version back because it discloses something, after a page that says what follows."""
    back = _page_of(request, report_id)
    form = forms.ConfirmForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        services.withdraw_report(report_id=report_id, actor=request.actor, at=now())
        return pages.done(request, _("The version is public no more."), back)
    return screens.ask(
        request,
        form,
        title=_("Withdraw this version"),
        button=_("Withdraw it now"),
        back=back,
        explanation=_(
            "Do this when a hidden number can be derived from it, and for nothing else. The public page and all "
            "files lose it at once; the member is told, and sends a new version. Its number is not written anywhere."
        ),
    )


def withdraw_half_year(request: DeskRequest, update: UUID) -> HttpResponse:
    """Take a half-year update back because it discloses something, after a page that says what follows."""  # H25
    told = selectors.told_half_year(update=update, actor=request.actor)
    back = reverse("secretariat:member", args=[told.year, told.member])
    form = forms.ConfirmForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        services.withdraw_half_year(update=update, actor=request.actor, at=now())
        return pages.done(request, _("The half-year update is public no more."), back)
    return screens.ask(
        request,
        form,
        title=_("Withdraw the half-year update of %(year)s") % {"year": told.year},
        button=_("Withdraw it now"),
        back=back,
        explanation=_(
            "Do this when a hidden number can be derived from it, and for nothing else. The public page and its "
            "file lose it at once, and no earlier one comes back. Tell the member: its own site shows the same "
            "figures. Write the number nowhere."
        ),
    )


def refused(request: DeskRequest) -> HttpResponse:
    """List what was sent and not taken."""
    actor = request.actor
    return screens.show(
        request,
        "refused",
        _("Not taken"),
        refusals=selectors.refusals(actor=actor),
        waiting=selectors.waiting(actor=actor),
    )


def _half_years(board: YearBoard, actor: Actor) -> list[tuple[str, ToldLine]]:
    """Return the half-year updates of this year and of the one that runs, with the names of their members."""
    names = {each.member: each.name for each in board.lines}
    found = selectors.half_years_told(since=board.year, actor=actor)
    return [(names.get(each.member, each.member), each) for each in found]


def _page_of(request: DeskRequest, report_id: UUID) -> str:
    member_code, year_of_it = selectors.place_of(report_id=report_id, actor=request.actor)
    return reverse("secretariat:member", args=[year_of_it, member_code])


def _line(line: BoardLine) -> dict[str, Any]:
    progress = line.progress
    return {
        "line": line,
        "steps": [(words.STEPS[step], at) for step, at in line.steps],
        "reached": words.STEPS.get(progress.reached or "", ""),
        "next": words.STEPS.get(progress.next_step or "", ""),
        "progress": progress,
    }


def _report(view: ReportView) -> dict[str, Any]:
    return {
        "view": view,
        "state": words.STATES[view.state],
        "colour": words.COLOURS[view.state],
        "basis": words.BASES[view.basis],
        "kind": words.KINDS[view.correction_kind],
        "may_publish": view.state == "accepted",
        "may_withdraw": view.state in {"accepted", "published"},
    }
