# SPDX-License-Identifier: Apache-2.0
"""What the pages of a report share: the frame, a form on a page of its own, and how a refusal is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from havn.web.desk.government import report_words as words

if TYPE_CHECKING:
    from uuid import UUID

    from django.forms import BaseForm
    from django.http import HttpResponse

    from havn.domain.errors import RefusedError
    from havn.domain.reporting.selectors import ReportLine
    from havn.web.desk.access import DeskRequest


def show(
    request: DeskRequest, template: str, title: str, *, status: int = 200, **context: Any
) -> HttpResponse:
    """Return a page of the report."""
    context["title"] = title
    return render(request, f"desk/government/report/{template}.html", context, status=status)


def of_report(
    request: DeskRequest,
    template: str,
    title: str,
    *,
    report_id: UUID,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    """Return a page below one report, with the way back to it."""
    context |= {
        "report_id": report_id,
        "back_address": reverse("government:national_report", args=[report_id]),
        "back_text": _("The report"),
    }
    return show(request, template, title, status=status, **context)


def ask(
    request: DeskRequest,
    form: BaseForm,
    *,
    title: str,
    button: str,
    back: tuple[str, str],
    explanation: str = "",
) -> HttpResponse:
    """Return a page that asks for a few fields and then does one thing."""
    return show(
        request,
        "form",
        title,
        status=422 if form.is_bound else 200,
        form=form,
        button=button,
        explanation=explanation,
        back_address=back[0],
        back_text=back[1],
    )


def done(request: DeskRequest, sentence: str, address: str, *args: Any) -> HttpResponse:
    """Go to a page that says what was done."""
    messages.success(request, sentence, extra_tags="done")
    return redirect(address, *args)


def refused(request: DeskRequest, error: RefusedError, address: str, *args: Any) -> HttpResponse:
    """Go back to a page that says why nothing was done."""
    messages.warning(request, str(error))
    return redirect(address, *args)


def line(found: ReportLine, today: Any) -> dict[str, Any]:
    """Return a version as a list shows it."""
    return {
        "id": found.id,
        "year": found.year,
        "version": found.version,
        "state": words.of(words.STATES, found.state),
        "colour": words.COLOURS.get(found.state, "grey"),
        "is_late": found.is_late(today),
        "due_on": found.due_on,
        "released_at": found.released_at,
        "as_of": found.as_of,
        "is_being_signed": found.released_at is not None and found.signed_at is None,
        "correction": words.of(words.CORRECTIONS, found.correction_kind)
        if found.correction_kind
        else "",
    }
