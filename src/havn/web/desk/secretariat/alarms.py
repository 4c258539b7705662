# SPDX-License-Identifier: Apache-2.0
"""Alarms of the exchange at a hub, for its operator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from havn.domain.exchange import selectors as exchange
from havn.domain.exchange import services
from havn.domain.jobs import selectors as jobs
from havn.domain.jobs import services as services_of_jobs
from havn.lib.clock import now
from havn.web.desk import pages
from havn.web.desk.casework import alarm_words, code_words, words
from havn.web.desk.secretariat import forms, screens

if TYPE_CHECKING:
    from havn.web.desk.access import DeskRequest


def alarms(request: DeskRequest) -> HttpResponse:
    """List open alarms, the newest first, and what was not taken."""
    names = exchange.names_of_nodes(actor=request.actor)
    page = exchange.open_alarms(actor=request.actor)
    return screens.show(
        request,
        "alarms",
        _("Alarms and work"),
        alarms=[_shown(line, names) for line in page.alarms],
        has_more=bool(page.next_after),
        given_up=[
            {
                "job": each,
                "kind": words.of("job", each.kind),
                "why": code_words.why(each.last_error),
            }
            for each in jobs.given_up_jobs(actor=request.actor)
        ],
    )


def retry(request: DeskRequest, job_id: UUID) -> HttpResponse:
    """Put given-up work back."""
    services_of_jobs.retry_job(job_id=job_id, actor=request.actor, at=now())
    return pages.done(request, _("It is tried again now."), reverse("secretariat:alarms"))


def settle(request: DeskRequest, alarm_id: UUID) -> HttpResponse:
    """Close an alarm with what was found out."""
    back = reverse("secretariat:alarms")
    line = exchange.alarm(alarm_id=alarm_id, actor=request.actor)
    form = forms.SettleForm(request.POST or None)
    if screens.tried(
        form,
        lambda: services.settle_alarm(
            alarm_id=alarm_id, reason=form.cleaned_data["reason"], actor=request.actor, at=now()
        ),
    ):
        return pages.done(request, _("The alarm is settled."), back)
    return screens.ask(
        request,
        form,
        title=_("Settle: %(alarm)s") % {"alarm": alarm_words.of(line.code).title},
        button=_("Settle the alarm"),
        back=back,
    )


def _shown(line: exchange.AlarmLine, names: dict[str, str]) -> dict[str, Any]:
    found = alarm_words.of(line.code)
    return {
        "line": line,
        "title": found.title,
        "advice": found.advice,
        "about": names.get(line.about, line.about),
        "detail": sorted(line.detail.items()),
    }
