# SPDX-License-Identifier: Apache-2.0
"""What waits for rapporteur, signatory and data owner, as cards of the desk's first page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from havn.domain.reporting import selectors
from havn.lib.clock import now
from havn.web.desk.access import GOVERNMENT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from havn.web.desk.access import DeskRequest


def cards(request: DeskRequest) -> Iterator[dict[str, Any]]:
    """Yield a card for each kind of work that waits for the actor; one that says so where nothing does."""
    if not request.actor.has_role(*GOVERNMENT):
        return
    found = selectors.waiting_for(actor=request.actor, at=now())
    lines = [
        (found.to_confirm, "government:reports", _("parts of a report to confirm")),
        (found.to_release, "government:reports", _("reports wait for your release")),
        (found.open_points, "government:reports", _("things are missing in a report")),
        (found.answers_to_choose, "government:reports", _("offices answered: choose an answer")),
        (found.questions, "government:report_hub", _("questions of the secretariat")),
        (found.years_to_begin, "government:reports", _("years without a report")),
    ]
    waiting = [line for line in lines if line[0]]
    for count, name, text in waiting or [lines[0]]:
        yield {
            "address": reverse(name),
            "title": _("National report"),
            "count": str(count),
            "text": text,
        }
