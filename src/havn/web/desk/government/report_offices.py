# SPDX-License-Identifier: Apache-2.0
"""What offices are asked by a link, what is still out, and which answer counts."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from havn.domain.actor import Role
from havn.domain.errors import RefusedError
from havn.domain.reporting import selectors, services
from havn.lib.clock import now
from havn.web.desk import pages
from havn.web.desk.government import report_forms as forms
from havn.web.desk.government import report_screens as screens
from havn.web.frame.national_report import number

if TYPE_CHECKING:
    from django.http import HttpResponse

    from havn.web.desk.access import DeskRequest

TIME_TO_ANSWER = timedelta(days=14)


def offices(request: DeskRequest, national_id: UUID) -> HttpResponse:
    """List what was asked: what is out first, with its age, then what waits for a choice."""
    actor, at = request.actor, now()
    report = selectors.report(report_id=national_id, actor=actor)
    return screens.of_report(
        request,
        "offices",
        _("Offices"),
        report_id=national_id,
        may_ask=report.is_draft and actor.has_role(Role.RAPPORTEUR),
        rows=[
            {
                "ask": ask,
                "days": ask.age(at),
                "is_expired": ask.expires_at <= at,
                "answers": [
                    {
                        "answer": each,
                        "figure": number(str(each.figure)) if each.figure is not None else "",
                    }
                    for each in ask.answers
                ],
            }
            for ask in selectors.asks(report_id=national_id, actor=actor)
        ],
    )


def ask(request: DeskRequest, national_id: UUID) -> HttpResponse:
    """Ask an office."""
    report = selectors.report(report_id=national_id, actor=request.actor)
    # Of a report that is late, the day that it was due on can be asked of nobody any more.
    due_on = max(report.line.due_on, now().date() + TIME_TO_ANSWER)
    initial = {"language": get_language(), "due_on": due_on}
    form = forms.AskForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.ask_office(
                report_id=national_id,
                ask=services.NewAsk(**form.cleaned_data),
                actor=request.actor,
                at=now(),
            )
        except RefusedError as error:
            form.add_error(None, str(error))
        else:
            return pages.done(
                request,
                _("Asked. The link is on its way, and reminders go out by themselves."),
                "government:report_offices",
                national_id,
            )
    return pages.ask(
        request,
        form,
        title=_("Ask an office"),
        button=_("Send the link"),
        back=(reverse("government:report_offices", args=[national_id]), _("All offices")),
    )


def withdraw(request: DeskRequest, national_id: UUID, ask_id: UUID) -> HttpResponse:
    """Withdraw a link."""
    try:
        services.withdraw_ask(ask_id=ask_id, actor=request.actor, at=now())
    except RefusedError as error:
        return pages.refused(request, error, "government:report_offices", national_id)
    return pages.done(
        request,
        _("Withdrawn: the link opens nothing more."),
        "government:report_offices",
        national_id,
    )


def choose(request: DeskRequest, national_id: UUID, said_id: UUID) -> HttpResponse:
    """Take one answer into the report."""
    try:
        services.choose_answer(answer_id=said_id, actor=request.actor, at=now())
    except RefusedError as error:
        return pages.refused(request, error, "government:report_offices", national_id)
    return pages.done(
        request, _("Taken into the report."), "government:report_offices", national_id
    )
