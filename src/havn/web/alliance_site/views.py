# SPDX-License-Identifier: Apache-2.0
"""Pages of the Alliance's public site."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from havn.lib.clock import now


@require_safe
def choose_language(request: HttpRequest) -> HttpResponse:
    """Show the choice of language."""
    return render(request, "alliance_site/language.html")


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """Show what the Alliance is and what this site will hold; there is no member's result yet."""
    return render(request, "alliance_site/front.html", {"today": now().date()})
