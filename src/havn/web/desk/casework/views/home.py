# SPDX-License-Identifier: Apache-2.0
"""What waits for the person who signed in, and the keys of the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from havn.web.desk.casework import screens, words

if TYPE_CHECKING:
    from django.http import HttpResponse

    from havn.web.desk.access import DeskRequest


def home(request: DeskRequest) -> HttpResponse:
    """Show what waits, by role."""
    return screens.home(request)


def keys(request: DeskRequest) -> HttpResponse:
    """List every key of the desk, and let them be switched off."""
    return screens.show(request, "keys", _("Keys"), groups=words.keys())
