# SPDX-License-Identifier: Apache-2.0
"""How pages of the government's desk are put together: a page, a form, and the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import render

if TYPE_CHECKING:
    from django.http import HttpResponse

    from havn.web.desk.access import DeskRequest
    from havn.web.frame.forms import FrameForm


def show(
    request: DeskRequest, template: str, title: str, *, status: int = 200, **context: Any
) -> HttpResponse:
    """Return a page of the government's desk; `template` stands below desk/government/."""
    context["title"] = title
    return render(request, f"desk/government/{template}.html", context, status=status)


def ask(
    request: DeskRequest,
    form: FrameForm,
    *,
    title: str,
    button: str,
    back: str,
    back_text: str,
    explanation: str = "",
    template: str = "commitments/form",
    **context: Any,
) -> HttpResponse:
    """Show a page that asks for a few fields and then does one thing; `back` is an address."""
    return show(
        request,
        template,
        title,
        status=422 if form.is_bound else 200,
        form=form,
        button=button,
        explanation=explanation,
        back_address=back,
        back_text=back_text,
        **context,
    )
