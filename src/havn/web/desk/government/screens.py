# SPDX-License-Identifier: Apache-2.0
"""How a page of the government's desk is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import render

if TYPE_CHECKING:
    from django.http import HttpResponse

    from havn.web.desk.access import DeskRequest


def show(
    request: DeskRequest, template: str, title: str, *, status: int = 200, **context: Any
) -> HttpResponse:
    """Return a page of the government's desk; `template` stands below desk/government/."""
    context["title"] = title
    return render(request, f"desk/government/{template}.html", context, status=status)
