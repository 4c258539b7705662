# SPDX-License-Identifier: Apache-2.0
"""Office keys: which office of which member without a node signs with which key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from havn.domain.members import selectors as members
from havn.domain.publication import selectors, services
from havn.lib.clock import now
from havn.web.desk import pages
from havn.web.desk.secretariat import forms, screens

if TYPE_CHECKING:
    from havn.web.desk.access import DeskRequest


def keys(request: DeskRequest) -> HttpResponse:
    """List every key that was registered, those that ended too."""
    found = selectors.office_keys(actor=request.actor)
    return screens.show(request, "keys", _("Office keys"), keys=found)


def add(request: DeskRequest) -> HttpResponse:
    """Register the key of an office."""
    form = forms.OfficeKeyForm(request.POST or None, members=_choices(request))
    if screens.tried(
        form,
        lambda: services.add_office_key(
            key=services.NewOfficeKey(**form.cleaned_data), actor=request.actor, at=now()
        ),
    ):
        return pages.done(
            request, _("The office can sign with its key now."), reverse("secretariat:office_keys")
        )
    return screens.ask(
        request,
        form,
        title=_("Register an office key"),
        button=_("Register the key"),
        back=reverse("secretariat:office_keys"),
    )


def end(request: DeskRequest, key: str) -> HttpResponse:
    """Let a key sign nothing more."""
    back = reverse("secretariat:office_keys")
    form = forms.ConfirmForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        services.end_office_key(key=key, actor=request.actor, at=now())
        return pages.done(request, _("The key signs nothing more."), back)
    return screens.ask(
        request,
        form,
        title=_("End this key"),
        button=_("End the key"),
        back=back,
        explanation=_("What it signed stays. A new key is registered like the first one."),
    )


def _choices(request: DeskRequest) -> list[tuple[str, str]]:
    found = members.participants(actor=request.actor)
    return [("", "")] + [
        (each.code, each.name)
        for each in sorted(found, key=lambda each: each.name)
        if each.kind == "member" and each.state == "active" and not each.nodes
    ]
