# SPDX-License-Identifier: Apache-2.0
"""Pages of the Alliance's public site."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from havn.lib.clock import now
from havn.web.frame.language import own_name


def languages(request: HttpRequest) -> HttpResponse:
    """Let the visitor choose a language; nothing is remembered but the address."""
    choices = [{"code": code, "name": own_name(code)} for code, _name in settings.LANGUAGES]
    return render(request, "alliance_site/languages.html", {"choices": choices})


def front(request: HttpRequest) -> HttpResponse:
    """Show what the Alliance promised and what this site holds, which is nothing until one joins."""
    holdings = [
        {"what": what, "count": 0}
        for what in (
            _("Countries"),
            _("Commitments under the four targets"),
            _("National reports"),
            _("Quarters that can be compared"),
        )
    ]
    return render(
        request, "alliance_site/front.html", {"today": now().date(), "holdings": holdings}
    )
