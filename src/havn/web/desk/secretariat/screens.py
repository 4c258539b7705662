# SPDX-License-Identifier: Apache-2.0
"""How a page of the secretariat's desk is shown, and asks with a form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import resolve, reverse
from django.utils.translation import gettext as _

from havn.domain.errors import RefusedError
from havn.web.desk import access, pages
from havn.web.desk.secretariat import words

if TYPE_CHECKING:
    from collections.abc import Callable

    from django import forms

    from havn.web.desk.access import DeskRequest

_NAVIGATION = ("desk:home", "secretariat:office_keys", "secretariat:refused", "secretariat:alarms")


def show(request: DeskRequest, page: str, title: str, **shown: Any) -> HttpResponse:
    """Answer with a page of this desk."""
    context = {"title": title, "links": _links(request), **shown}
    return render(request, f"desk/secretariat/{page}.html", context)


def ask(
    request: DeskRequest,
    form: forms.Form,
    *,
    title: str,
    button: str,
    back: str,
    explanation: str = "",
) -> HttpResponse:
    """Answer with one form, and a way back."""
    return pages.ask(
        request,
        form,
        title=title,
        button=button,
        back=(back, _("Back")),
        explanation=explanation,
        links=_links(request),
        desk_page="desk/secretariat/page.html",
    )


def tried(form: forms.Form, act: Callable[[], object]) -> bool:
    """Do it where the form is filled in; a refusal becomes a sentence beside the form."""
    if not form.is_valid():
        return False
    try:
        act()
    except RefusedError as error:
        form.add_error(next(iter(form.fields), None), str(error))
        return False
    return True


def _links(request: DeskRequest) -> list[dict[str, Any]]:
    found = []
    for name in _NAVIGATION:
        address = reverse(name)
        if access.may_open(resolve(address).func, request.actor):
            is_current = request.path == address
            found.append({"address": address, "text": words.PAGES[name], "is_current": is_current})
    return found
