# SPDX-License-Identifier: Apache-2.0
"""What waits for the person who signed in, and the keys of the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from django.http import HttpResponse

    from havn.web.desk.access import DeskRequest


def home(request: DeskRequest) -> HttpResponse:
    """Show what waits, by role."""
    return render(request, "desk/casework/home.html", {"title": _("Home")})


def keys(request: DeskRequest) -> HttpResponse:
    """List every key of the desk, and let them be switched off."""
    return render(request, "desk/casework/keys.html", {"title": _("Keys")})
