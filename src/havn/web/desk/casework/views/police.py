# SPDX-License-Identifier: Apache-2.0
"""Leads for police: ranked list, signed package, answers, and holds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from havn.domain.actor import Role
from havn.domain.cases import selectors as cases
from havn.domain.cases.rules import Place
from havn.domain.errors import RefusedError
from havn.domain.investigation import selectors as investigation
from havn.domain.workflow.services import casework
from havn.lib.clock import now
from havn.web.desk import pages
from havn.web.desk.casework import forms, screens, words

if TYPE_CHECKING:
    from havn.web.desk.access import DeskRequest


def leads(request: DeskRequest, after: str = "") -> HttpResponse:
    """List leads, the most urgent first, each with the reasons of its rank."""
    page = investigation.leads(actor=request.actor, after=after)
    following = reverse("desk:leads_after", args=[page.next_after]) if page.next_after else ""
    rows = [words.lead(lead) for lead in page.leads]
    return screens.show(request, "leads", _("Leads"), leads=rows, next_address=following)


def lead(request: DeskRequest, item_id: UUID) -> HttpResponse:
    """Show one lead, and take the answer about it."""
    if request.method != "POST":
        return screens.lead(request, item_id)
    form = forms.PoliceAnswerForm(request.POST)
    if not form.is_valid():
        return screens.lead(request, item_id, form=form, status=422)
    try:
        casework.package_answered(
            item_id=item_id, actor=request.actor, at=now(), **form.cleaned_data
        )
    except RefusedError as error:
        return screens.lead(request, item_id, form=form, sentences=[str(error)], status=409)
    return pages.done(request, _("Answer saved."), "desk:leads")


def package(request: DeskRequest, item_id: UUID) -> HttpResponse:
    """Show the signed package; this leaves an audit entry."""
    found = investigation.package(item_id=item_id, actor=request.actor, at=now())
    return screens.show(
        request,
        "package",
        _("Package"),
        item_id=item_id,
        token=found.token,
        readable=json.dumps(found.payload, indent=2, ensure_ascii=False),
        back_address=reverse("desk:lead", args=[item_id]),
        back_text=_("The lead"),
    )


def download(request: DeskRequest, item_id: UUID) -> HttpResponse:
    """Send the signed package as a file; this leaves an audit entry too."""
    found = investigation.package(item_id=item_id, actor=request.actor, at=now())
    text = json.dumps({"v": 1, "token": found.token, "payload": found.payload}, indent=2)
    response = HttpResponse(text, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="havn-{item_id}.json"'
    return response


def holds(request: DeskRequest, after: str = "") -> HttpResponse:
    """List the holds in force, and the items that wait for their end."""
    actor, at = request.actor, now()
    items = cases.items_at(place=Place.HOLDS, actor=actor, at=at, after=after)
    return screens.show(
        request,
        "holds",
        _("Holds in force"),
        holds=cases.holds_in_force(actor=actor, at=at),
        may_lift=actor.has_role(Role.INVESTIGATOR),
        rest=items,
        rest_address=screens.following("holds_rest", items),
    )


def hold_reason(request: DeskRequest, hold_id: UUID) -> HttpResponse:
    """Show why police hold; this leaves an audit entry."""
    text = cases.hold_reason(hold_id=hold_id, actor=request.actor, at=now())
    back, texts = reverse("desk:holds"), {"hold_reason": text}
    return screens.opened(
        request, _("Reason of the hold"), texts, back=back, back_text=_("All holds")
    )


def reference(request: DeskRequest, item_id: UUID) -> HttpResponse:
    """Show the case number that police gave; this leaves an audit entry."""
    text = investigation.reference(item_id=item_id, actor=request.actor, at=now())
    back, texts = reverse("desk:lead", args=[item_id]), {"reference": text}
    return screens.opened(
        request, _("Case number of police"), texts, back=back, back_text=_("The lead")
    )


def place_hold(request: DeskRequest, item_id: UUID) -> HttpResponse:
    """Hold an item or its host: nobody is notified meanwhile."""
    found = cases.item(item_id=item_id, actor=request.actor)
    form = forms.HoldForm(request.POST or None)
    if not form.is_valid():
        return _ask_hold(request, item_id, form)
    is_host = form.cleaned_data["scope"] == "host"
    try:
        casework.hold_placed(
            item_id=None if is_host else item_id,
            host=found.host if is_host else "",
            reason=form.cleaned_data["reason"],
            hours=form.cleaned_data["hours"],
            actor=request.actor,
            at=now(),
        )
    except RefusedError as error:
        form.add_error(None, str(error))
        return _ask_hold(request, item_id, form)
    return pages.done(request, _("Held. It ends by itself."), "desk:lead", item_id)


def _ask_hold(request: DeskRequest, item_id: UUID, form: forms.HoldForm) -> HttpResponse:
    title = _("Place a hold")
    return screens.ask(
        request, form, title=title, button=_("Place the hold"), back="lead", item_id=item_id
    )


def lift_hold(request: DeskRequest, hold_id: UUID) -> HttpResponse:
    """End a hold before its time."""
    casework.hold_lifted(hold_id=hold_id, actor=request.actor, at=now())
    return pages.done(request, _("Lifted."), "desk:holds")
