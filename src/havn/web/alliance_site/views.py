# SPDX-License-Identifier: Apache-2.0
"""Pages of the Alliance's public site."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from havn.domain.actor import Actor
from havn.domain.commitments import selectors as commitments
from havn.domain.commitments.rules import State, Timing
from havn.domain.indicators.rules import DEFINITIONS
from havn.domain.members import selectors as members
from havn.domain.publication.selectors import public
from havn.lib.clock import now
from havn.web.alliance_site import results, words
from havn.web.frame import participants as participants_in_words
from havn.web.frame.language import own_name

# What the front page shows first, one or two of each target; times and shares only.
HEADLINES = frozenset({"V05", "P09", "P10", "A03", "R05", "R06", "X1"})


def languages(request: HttpRequest) -> HttpResponse:
    """Let the visitor choose a language; nothing is remembered but the address."""
    choices = [{"code": code, "name": own_name(code)} for code, _name in settings.LANGUAGES]
    return render(request, "alliance_site/languages.html", {"choices": choices})


def front(request: HttpRequest) -> HttpResponse:
    """Show the Alliance at a glance: who takes part, what was promised, received, and is newest."""
    anybody = Actor.reporter()
    found = members.participants(actor=anybody)
    countries = sum(each.kind == "member" and each.state == "active" for each in found)
    held = public.holdings(actor=anybody)
    periods = public.periods(actor=anybody)
    period = results.newest_year(periods)
    made = commitments.overview(actor=anybody, at=now())
    holdings = [
        {"what": what, "count": count}
        for what, count in (
            (_("Countries that launched the Alliance"), _founders()),
            (_("Countries that take part in this site"), countries),
            (_("Promises made"), sum(made.states.values())),
            (_("Promises kept"), _of(made.states, State.ACHIEVED)),
            (
                _("Promises that are late"),
                _of(made.timings, Timing.LATE) + _of(made.timings, Timing.LATE_REDATED),
            ),
            (_("National reports"), held.reports),
            (_("Periods with figures"), len(periods)),
        )
    ]
    latest = results.headlines(
        [each for each in DEFINITIONS if each.id in HEADLINES], period=period
    )
    shown = {
        "today": now().date(),
        "holdings": holdings,
        "countries": countries,
        "held": held,
        "period": period,
        "period_text": words.period(period) if period else "",
        "latest": [line for line in latest if line[2]],
        "targets": [(number, words.target(number)) for number in results.TARGETS],
    }
    return render(request, "alliance_site/front.html", shown)


def _founders() -> int:
    found = members.alliance_members(actor=Actor.reporter())
    return sum(each.is_founder for each in found)


def _of(counts: Mapping[tuple[int, Any], int], wanted: Any) -> int:
    """Return the sum over all targets of one state, or of being late."""
    return sum(count for (_target, each), count in counts.items() if each == wanted)


def participants(request: HttpRequest) -> HttpResponse:
    """Show who takes part, and what each says of itself."""
    found = members.participants(actor=Actor.reporter())
    shown = {"participants": participants_in_words.rows(found)}
    return render(request, "alliance_site/participants.html", shown)
