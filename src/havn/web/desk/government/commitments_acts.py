# SPDX-License-Identifier: Apache-2.0
"""Pages of political acts at the government's desk: what stands on the country's page, and adding to it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from havn.domain.commitments import rules, selectors, services
from havn.domain.errors import RefusedError
from havn.domain.members import selectors as members
from havn.lib.clock import now
from havn.web.desk import pages
from havn.web.desk.government import commitments_act_forms as forms
from havn.web.desk.government import screens
from havn.web.frame import promises

if TYPE_CHECKING:
    from django.http import HttpResponse

    from havn.web.desk.access import DeskRequest


def political_acts(request: DeskRequest) -> HttpResponse:
    """List what politics of the own country did."""
    own = members.own_node(actor=request.actor)
    found = selectors.political_acts(member=own.member_code, actor=request.actor)
    may_write = bool(request.actor.roles & rules.MAY_PROPOSE)
    ours = {each.id for view in found for each in (view, *view.corrections) if each.is_own}
    return screens.show(
        request,
        "commitments/acts",
        _("Political acts"),
        acts=promises.acts(found),
        ours=ours if may_write else set(),
        may_write=may_write,
    )


def state(request: DeskRequest) -> HttpResponse:
    """Take a new act."""
    form = forms.ActForm(request.POST or None)
    return _taken(request, form, corrects=None) or _ask(
        request,
        form,
        title=_("Add a political act"),
        button=_("Make it public"),
        explanation=_(
            "A debate, a decision, a budget line, a minister named: with its day and its source."
        ),
    )


def correct(request: DeskRequest, act_id: UUID) -> HttpResponse:
    """Take a correction, which stands beside the entry that it corrects."""
    view = selectors.own_act(act_id=act_id, actor=request.actor)
    form = forms.ActForm(request.POST or None, initial=forms.initial_of_act(view.act))
    return _taken(request, form, corrects=act_id) or _ask(
        request,
        form,
        title=_("Correct a political act"),
        button=_("Make the correction public"),
        explanation=_("The former entry stays where it is, and yours stands beside it."),
    )


def _taken(
    request: DeskRequest, form: forms.ActForm, *, corrects: UUID | None
) -> HttpResponse | None:
    if not form.is_valid():
        return None
    at = now()
    try:
        services.state_political_act(
            act=form.act(at, corrects=corrects), actor=request.actor, at=at
        )
    except RefusedError as error:
        form.take_refusal(error)
        return None
    return pages.done(
        request, _("It stands on the page of your country now."), "government:political_acts"
    )


def _ask(
    request: DeskRequest, form: forms.ActForm, *, title: str, button: str, explanation: str
) -> HttpResponse:
    return pages.ask(
        request,
        form,
        title=title,
        button=button,
        explanation=explanation,
        back=(reverse("government:political_acts"), _("Political acts")),
    )
