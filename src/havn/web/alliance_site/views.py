# SPDX-License-Identifier: Apache-2.0
"""Pages of the Alliance's public site."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from havn.domain.actor import Actor
from havn.domain.members import selectors as members
from havn.lib.clock import now
from havn.web.frame import participants as participants_in_words
from havn.web.frame.language import own_name


def languages(request: HttpRequest) -> HttpResponse:
    """Let the visitor choose a language; nothing is remembered but the address."""
    choices = [{"code": code, "name": own_name(code)} for code, _name in settings.LANGUAGES]
    return render(request, "alliance_site/languages.html", {"choices": choices})


def front(request: HttpRequest) -> HttpResponse:
    """Show what the Alliance promised and what this site holds."""
    found = members.participants(actor=Actor.reporter())
    countries = sum(each.kind == "member" and each.state == "active" for each in found)
    holdings = [
        {"what": what, "count": count}
        for what, count in (
            (_("Countries"), countries),
            (_("Commitments under the four targets"), 0),
            (_("National reports"), 0),
            (_("Quarters that can be compared"), 0),
        )
    ]
    shown = {"today": now().date(), "holdings": holdings, "countries": countries}
    return render(request, "alliance_site/front.html", shown)


def participants(request: HttpRequest) -> HttpResponse:
    """Show who takes part, and what each says of itself."""
    found = members.participants(actor=Actor.reporter())
    shown = {"participants": participants_in_words.rows(found)}
    return render(request, "alliance_site/participants.html", shown)
