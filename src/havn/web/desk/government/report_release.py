# SPDX-License-Identifier: Apache-2.0
"""Releasing a report with the second factor given again, giving it back, correcting and withdrawing it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from havn.domain.actor import Role
from havn.domain.errors import RefusedError
from havn.domain.reporting import rules, selectors, services
from havn.lib.clock import now
from havn.web.desk import pages
from havn.web.desk.government import report_forms as forms
from havn.web.desk.government import report_screens as screens
from havn.web.desk.government import report_words as words

if TYPE_CHECKING:
    from django.http import HttpResponse

    from havn.web.desk.access import DeskRequest


def release(request: DeskRequest, national_id: UUID) -> HttpResponse:
    """Show what is released and by whom, and take a release with a code typed just now."""
    actor = request.actor
    found = selectors.report(report_id=national_id, actor=actor)
    form = forms.ReleaseForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        at = now()
        try:
            services.release_report(
                report_id=national_id,
                office=form.cleaned_data["office"],
                factor_at=at,
                actor=actor,
                at=at,
            )
        except RefusedError as error:
            form.add_error(None, str(error))
        else:
            return pages.done(request, _("Released."), "government:national_report", national_id)
    points = selectors.what_is_open(report_id=national_id, actor=actor) if found.is_draft else []
    return screens.of_report(
        request,
        "release",
        _("Release the national report %(year)s") % {"year": found.line.year},
        report_id=national_id,
        status=422 if form.errors else 200,
        found=found,
        form=form,
        points=[
            {"sentence": each.sentence, "who": words.of(words.ROLES, each.who.value)}
            for each in points
        ],
        is_turn=_is_turn(request, found) and not points,
        is_confirming=found.line.state == rules.ReportState.CONFIRMING,
    )


def _is_turn(request: DeskRequest, found: selectors.ReportView) -> bool:
    """Whether the page offers this person to release."""
    if found.line.state == rules.ReportState.DRAFT:
        return request.actor.has_role(Role.RAPPORTEUR)
    is_confirming = found.line.state == rules.ReportState.CONFIRMING
    return is_confirming and request.actor.has_role(Role.SIGNATORY)


def give_back(request: DeskRequest, national_id: UUID) -> HttpResponse:
    """Take the first release back."""
    try:
        services.give_back(report_id=national_id, actor=request.actor, at=now())
    except RefusedError as error:
        return pages.refused(request, error, "government:national_report", national_id)
    return pages.done(
        request,
        _("Given back: texts can change again."),
        "government:national_report",
        national_id,
    )


def send_again(request: DeskRequest, national_id: UUID) -> HttpResponse:
    """Send a refused version to the secretariat once more."""
    try:
        services.send_again(report_id=national_id, actor=request.actor, at=now())
    except RefusedError as error:
        return pages.refused(request, error, "government:national_report", national_id)
    return pages.done(
        request, _("Sent again, unchanged."), "government:national_report", national_id
    )


def correct(request: DeskRequest, national_id: UUID) -> HttpResponse:
    """Begin a version beside a released one."""
    found = selectors.report(report_id=national_id, actor=request.actor)
    is_withdrawn = found.line.state == rules.ReportState.WITHDRAWN
    form = forms.CorrectForm(request.POST or None, is_withdrawn=is_withdrawn)
    if request.method == "POST" and form.is_valid():
        try:
            new = services.begin_correction(
                report_id=national_id,
                kind=form.cleaned_data["kind"],
                note=form.note,
                discovered_on=form.cleaned_data["discovered_on"],
                actor=request.actor,
                at=now(),
            )
        except RefusedError as error:
            form.add_error(None, str(error))
        else:
            return pages.done(
                request, _("The next version is begun."), "government:national_report", new
            )
    return pages.ask(
        request,
        form,
        title=_("Begin a correction of version %(version)s") % {"version": found.line.version},
        button=_("Begin the next version"),
        back=_back(national_id),
        explanation=_(
            "The released version stays readable beside the new one. Figures are computed again, "
            "unless only words change, and two persons release it again."
        ),
    )


def withdraw(request: DeskRequest, national_id: UUID) -> HttpResponse:
    """Take a version's files back at once."""
    found = selectors.report(report_id=national_id, actor=request.actor)
    form = forms.SureForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.withdraw_report(report_id=national_id, actor=request.actor, at=now())
        except RefusedError as error:
            form.add_error(None, str(error))
        else:
            return pages.done(
                request,
                _("Withdrawn. Now begin the correction, so that a safe version follows."),
                "government:report_correct",
                national_id,
            )
    return pages.ask(
        request,
        form,
        title=_("Withdraw version %(version)s") % {"version": found.line.version},
        button=_("Withdraw it"),
        back=_back(national_id),
        explanation=_(
            "Do this when a hidden number can be derived from what was released. The files are "
            "gone at once; that there was this version stays listed, and no number is named."
        ),
    )


def _back(national_id: UUID) -> tuple[str, str]:
    return reverse("government:national_report", args=[national_id]), _("The report")
