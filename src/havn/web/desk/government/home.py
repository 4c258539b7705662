# SPDX-License-Identifier: Apache-2.0
"""What waits for people of a government, on the first page of the desk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from havn.domain.commitments import selectors as commitments
from havn.domain.legislation import selectors as legislation
from havn.lib.clock import now
from havn.web.desk.access import GOVERNMENT

if TYPE_CHECKING:
    from havn.web.desk.access import DeskRequest


def cards(request: DeskRequest) -> Iterator[dict[str, Any]]:
    """Yield the cards of the government's work."""
    if not request.actor.has_role(*GOVERNMENT):
        return
    found = commitments.to_do(actor=request.actor, at=now())
    address, title = reverse("government:commitments"), _("Promises")
    for count, text in (
        (found.to_adopt, _("proposals wait for a signature")),
        (found.to_confirm, _("promises wait for a second office")),
        (found.late, _("promises are late")),
    ):
        yield {"address": address, "title": title, "count": str(count), "text": text}
    law = legislation.to_do(actor=request.actor)
    for address, count, text in (
        ("law_reviews", law.to_review, _("answers about laws of other countries to review")),
        ("law_disputes", law.to_reply, _("disputes of our law wait for a reply")),
    ):
        yield {
            "address": reverse(f"government:{address}"),
            "title": _("Law"),
            "count": str(count),
            "text": text,
        }
