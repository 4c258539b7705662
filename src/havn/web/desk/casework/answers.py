# SPDX-License-Identifier: Apache-2.0
"""How an action answers the page's own script, and which lease its form carries."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.http import JsonResponse
from django.utils.translation import gettext as _

from havn.domain.errors import RefusedError

if TYPE_CHECKING:
    from havn.web.desk.access import DeskRequest


def wants_json(request: DeskRequest) -> bool:
    """Whether the page's own script asked."""
    return request.headers.get("Accept") == "application/json"


def refusal(error: RefusedError) -> JsonResponse:
    """Return a refusal as the page's script reads it."""
    return JsonResponse({"code": error.code, "sentence": str(error)}, status=409)


def lease_token(request: DeskRequest) -> UUID:
    """Return the token of the lease that the form carries; a garbled one is a lost lease."""
    try:
        return UUID(request.POST.get("lease_token", ""))
    except ValueError as error:
        raise RefusedError(
            "lease_lost", _("Your time with this item is over. Take the next one.")
        ) from error
