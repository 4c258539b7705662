# SPDX-License-Identifier: Apache-2.0
"""What every desk's pages do alike: ask with one form, say what was done, and say why nothing was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect, render

if TYPE_CHECKING:
    from django.forms import BaseForm
    from django.http import HttpResponse

    from havn.domain.errors import RefusedError
    from havn.web.desk.access import DeskRequest


def ask(
    request: DeskRequest,
    form: BaseForm,
    *,
    title: str,
    button: str,
    back: tuple[str, str],
    explanation: str = "",
    template: str = "desk/form.html",
    **context: Any,
) -> HttpResponse:
    """Return a page that asks for a few fields and then does one thing; 422 where the answers cannot be used.

    `back` is an address and what stands on the link to it. `template` extends desk/form.html.
    """
    context |= {
        "form": form,
        "title": title,
        "button": button,
        "explanation": explanation,
        "back_address": back[0],
        "back_text": back[1],
    }
    return render(request, template, context, status=422 if form.is_bound else 200)


def done(request: DeskRequest, sentence: str, address: str, *args: Any) -> HttpResponse:
    """Go to a page that says what was done."""
    messages.success(request, sentence, extra_tags="done")
    return redirect(address, *args)


def refused(request: DeskRequest, error: RefusedError, address: str, *args: Any) -> HttpResponse:
    """Go back to a page that says why nothing was done."""
    messages.warning(request, str(error))
    return redirect(address, *args)
