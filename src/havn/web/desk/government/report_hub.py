# SPDX-License-Identifier: Apache-2.0
"""What the secretariat said and asks, and the private look at the 21 capabilities that only it sees besides us."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.http import Http404
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


def messages(request: DeskRequest) -> HttpResponse:
    """List what the secretariat said, the newest first."""
    found = selectors.hub_messages(actor=request.actor)
    return screens.show(
        request,
        "hub",
        _("The secretariat"),
        is_rapporteur=request.actor.has_role(Role.RAPPORTEUR),
        rows=[
            {
                "message": each,
                "kind": words.of(words.KINDS, each.kind),
                "state": words.of(words.STEPS, each.state) if each.state else "",
            }
            for each in found
        ],
        back_address=reverse("government:reports"),
        back_text=_("All national reports"),
    )


def answer(request: DeskRequest, message_id: UUID) -> HttpResponse:
    """Answer a question of the secretariat."""
    found = selectors.hub_messages(actor=request.actor)
    message = next((m for m in found if m.id == message_id and m.kind == "question"), None)
    if message is None:
        raise Http404
    form = forms.HubAnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.answer_question(
                message_id=message_id,
                text=form.cleaned_data["text"],
                actor=request.actor,
                at=now(),
            )
        except RefusedError as error:
            form.add_error(None, str(error))
        else:
            return pages.done(request, _("Answer sent."), "government:report_hub")
    return pages.ask(
        request,
        form,
        title=_("Answer the secretariat"),
        button=_("Send the answer"),
        back=(reverse("government:report_hub"), _("The secretariat")),
        explanation=message.text,
    )


def withdraw_half_year(request: DeskRequest, update: UUID) -> HttpResponse:
    """Take back what the secretariat was told of a half year, after a page that says what follows."""  # N31
    told = {each.update: each for each in selectors.half_years_told(actor=request.actor)}
    if update not in told:
        raise Http404
    form = forms.SureForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.withdraw_half_year(update=update, actor=request.actor, at=now())
        except RefusedError as error:
            form.add_error(None, str(error))
        else:
            return pages.done(
                request,
                _("Withdrawn. The secretariat is told to show it no more."),
                "government:reports",
            )
    return pages.ask(
        request,
        form,
        title=_("Withdraw what was told of the half year %(year)s") % {"year": told[update].year},
        button=_("Withdraw it"),
        back=(reverse("government:reports"), _("All national reports")),
        explanation=_(
            "Do this when a hidden number can be derived from it. The Alliance's site loses it, and no number is "
            "named. Your own site is not changed, and the node tells no other half-year update of that year."
        ),
    )


def capabilities(request: DeskRequest) -> HttpResponse:
    """Show all 21 capabilities with what was stated last."""
    found = selectors.capabilities(actor=request.actor)
    return screens.show(
        request,
        "capabilities",
        _("How we see ourselves: the 21 capabilities"),
        is_rapporteur=request.actor.has_role(Role.RAPPORTEUR),
        rows=[
            {"view": each, "phase": words.PHASES[each.phase], "has_phase": each.phase > 0}
            for each in found
        ],
        back_address=reverse("government:reports"),
        back_text=_("All national reports"),
    )


def capability(request: DeskRequest, number: int) -> HttpResponse:
    """State one capability."""
    found = selectors.capabilities(actor=request.actor)
    view = next((each for each in found if each.capability.number == number), None)
    if view is None:
        raise Http404
    initial = {
        "phase": view.phase or None,
        "evidence": view.evidence,
        "assessed_on": view.assessed_on or now().date(),
    }
    form = forms.CapabilityForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.state_capability(
                capability=number, actor=request.actor, at=now(), **form.cleaned_data
            )
        except RefusedError as error:
            form.add_error(None, str(error))
        else:
            return pages.done(request, _("Kept."), "government:capabilities")
    return pages.ask(
        request,
        form,
        title=_(rules.CAPABILITIES[number - 1].name),
        button=_("Save"),
        back=(reverse("government:capabilities"), _("All capabilities")),
        explanation=_("Only your country and the secretariat see this. It is part of no report."),
    )
