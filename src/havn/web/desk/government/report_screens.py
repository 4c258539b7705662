# SPDX-License-Identifier: Apache-2.0
"""What the pages of a report share: the frame, the way back to the report, and a version as a list shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from havn.web.desk.government import report_words as words

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

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
