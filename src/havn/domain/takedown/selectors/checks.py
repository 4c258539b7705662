# SPDX-License-Identifier: Apache-2.0
"""Reading checks, and what the plan of the next one needs to know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from havn.domain.actor import Actor
from havn.domain.takedown import rules
from havn.domain.takedown.models import Check
from havn.domain.takedown.selectors._access import require_desk

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
    "other_status": _("The site answered in a way that proves nothing."),
}


@dataclass(frozen=True, slots=True)
class CheckView:
    """One check, as a page shows it."""

    checked_at: datetime
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


@dataclass(frozen=True, slots=True)
class CheckHistory:
    """What the plan needs to know of an item's checks."""

    baseline: rules.Baseline | None
    first_checked_at: datetime | None
    last_checked_at: datetime | None
    count: int
    since: datetime | None  # gone since, as the checks so far tell


def checks(*, item_id: UUID, actor: Actor, most: int = 50) -> list[CheckView]:
    """Return the checks of an item of the actor's organisation, newest first."""
    require_desk(actor)
    rows = Check.objects.filter(item_id=item_id, organisation=actor.scope)
    return [_check_view(row) for row in rows.order_by("-checked_at", "-id")[:most]]


def check_history(*, item_id: UUID, actor: Actor) -> CheckHistory:
    """Return the baseline and the times that decide about the next check."""
    rows = Check.objects.filter(item_id=item_id, organisation=actor.scope)
    ordered = list(rows.order_by("checked_at", "id").values_list("checked_at", "verdict"))
    first = rows.filter(rule=rules.FIRST_LOOK).order_by("checked_at", "id").first()
    return CheckHistory(
        baseline=_baseline(first),
        first_checked_at=ordered[0][0] if ordered else None,
        last_checked_at=ordered[-1][0] if ordered else None,
        count=len(ordered),
        since=rules.gone_since(ordered),
    )


def _baseline(row: Check | None) -> rules.Baseline | None:
    if row is None:
        return None
    final_url = row.redirects[-1][1] if row.redirects else ""
    return rules.Baseline(final_url=final_url, status=row.status or 200, headers=row.headers)


def _check_view(row: Check) -> CheckView:
    return CheckView(
        checked_at=row.checked_at,
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
