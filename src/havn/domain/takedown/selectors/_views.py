# SPDX-License-Identifier: Apache-2.0
"""One check as a value, with the sentence for what it means."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from havn.domain.takedown import rules
from havn.domain.takedown.models import Check

SENTENCES = {
    "no_such_name": _("The name of the site does not exist, or leads to no address."),
    "challenge": _("A protection service answered instead of the site."),
    "parked": _("The name leads to a parking service."),
    "parked_name": _("A parking service serves the name."),
    "login_page": _("The address leads to a sign-in page."),
    "moved_for_good": _("The address moved to another site: a person should look at that one."),
    "no_answer": _("The site did not answer."),
    "status_gone": _("The site says that the page does not exist."),
    "status_forbidden": _("The site refuses to show the page to us."),
    "status_login": _("The site asks for a name and a password."),
    "status_slow_down": _("The site asks us to come back later."),
    "status_server_error": _("The site has a fault."),
    "start_page": _("The address leads to the start page: a person should look."),
    "first_look": _("The page answers; later checks are compared with this one."),
    "other_content": _("The page answers with something else: a person should look."),
    "same_content": _("The page answers as it did before."),
    "answers_there": _("The page answers there."),
    "other_status": _("The site answered in a way that proves nothing."),
}


@dataclass(frozen=True, slots=True)
class CheckView:
    """One check, as a page shows it."""

    checked_at: datetime
    country: str  # of the node that looked; nothing for our own checks
    method: str
    came_from_sent: bool
    status: int | None
    failure: str
    redirects: tuple[tuple[int, str], ...]
    headers: dict[str, str]
    addresses: tuple[str, ...]
    tls_subject: str
    verdict: str
    rule: str
    sentence: str


def check_view(row: Check) -> CheckView:
    """Return a row of checks as a value."""
    return CheckView(
        checked_at=row.checked_at,
        country=rules.country_of_vantage(row.vantage),
        method=row.method,
        came_from_sent=row.came_from_sent,
        status=row.status,
        failure=row.failure,
        redirects=tuple((int(status), str(url)) for status, url in row.redirects),
        headers=dict(row.headers),
        addresses=tuple(row.addresses),
        tls_subject=row.tls_subject,
        verdict=row.verdict,
        rule=row.rule,
        sentence=str(SENTENCES.get(row.rule, row.rule)),
    )
