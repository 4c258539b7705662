# SPDX-License-Identifier: Apache-2.0
"""Views of pages that only tell: choice of language, front page, help, privacy, accessibility, and leaving at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render

from havn.domain.actor import Actor
from havn.domain.members import selectors as members
from havn.web.frame import participants as participants_in_words
from havn.web.frame.headers import CLEAR_SITE_DATA
from havn.web.frame.language import own_name

if TYPE_CHECKING:
    from django.http import HttpRequest

NEUTRAL_SITE = "https://www.wikipedia.org/"


def languages(request: HttpRequest) -> HttpResponse:
    """Let the visitor choose a language; nothing is remembered but the address."""
    choices = [{"code": code, "name": own_name(code)} for code, _name in settings.LANGUAGES]
    return render(request, "public_site/languages.html", {"choices": choices})


def front(request: HttpRequest) -> HttpResponse:
    """Show what the site is for."""
    return render(request, "public_site/front.html")


def help_now(request: HttpRequest) -> HttpResponse:
    """Show whom to call."""
    return render(request, "public_site/help.html")


def privacy(request: HttpRequest) -> HttpResponse:
    """Show what is kept about whom, for how long, and who answers for it."""
    node = members.own_node(actor=Actor.reporter())
    days = settings.HAVN_POLICY.receipt_open_for.days
    return render(request, "public_site/privacy.html", {"node": node, "receipt_days": days})


def accessibility(request: HttpRequest) -> HttpResponse:
    """Show how the site can be used, and what to do where it cannot."""
    node = members.own_node(actor=Actor.reporter())
    return render(request, "public_site/accessibility.html", {"node": node})


def participants(request: HttpRequest) -> HttpResponse:
    """Show who takes part in the Alliance, and what each says of itself."""
    found = members.participants(actor=Actor.reporter())
    shown = {"participants": participants_in_words.rows(found)}
    return render(request, "public_site/participants.html", shown)


def leave(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Send the visitor to a neutral site and have the browser forget ours."""
    answer = HttpResponse(status=303)
    answer["Location"] = NEUTRAL_SITE
    answer["Clear-Site-Data"] = CLEAR_SITE_DATA
    return answer
