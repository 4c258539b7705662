# SPDX-License-Identifier: Apache-2.0
"""The other nodes: how the exchange with each stands, and alarms about what should not be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from havn.domain.actor import Role
from havn.domain.exchange import selectors as exchange
from havn.domain.exchange import services
from havn.domain.members import selectors as members
from havn.domain.members.rules import SPOKEN
from havn.lib.clock import now
from havn.web.desk import pages
from havn.web.desk.casework import alarm_words, forms, screens

if TYPE_CHECKING:
    from havn.domain.actor import Actor
    from havn.web.desk.access import DeskRequest


def nodes(request: DeskRequest) -> HttpResponse:
    """Show every participant's nodes, our own log, and what waits to leave or to be handled."""
    actor, at = request.actor, now()
    roster = members.roster_state(actor=actor)
    own = members.own_node(actor=actor)
    return screens.show(
        request,
        "nodes",
        _("Other nodes"),
        roster=roster,
        is_usable=roster.is_usable(at),
        own=own,
        log=exchange.own_log(actor=actor),
        counts=exchange.counts(actor=actor),
        peers=exchange.peer_lines(beat=roster.beat, actor=actor, at=at),
        we_speak=SPOKEN,
        may_see_alarms=actor.has_role(Role.SUPERVISOR, Role.OPERATOR),
    )


def alarms(request: DeskRequest, after: str = "") -> HttpResponse:
    """List open alarms, page by page; beside the first, messages that were not taken, and what was settled last."""
    actor = request.actor
    names = exchange.names_of_nodes(actor=actor)
    page = exchange.open_alarms(actor=actor, after=after)
    following = reverse("desk:alarms_after", args=[page.next_after]) if page.next_after else ""
    return screens.show(
        request,
        "alarms",
        _("Alarms"),
        alarms=[_shown(line, names) for line in page.alarms],
        next_address=following,
        not_taken=[] if after else exchange.not_taken(actor=actor),
        settled=[] if after else _settled(names, actor),
    )


def _settled(names: dict[str, str], actor: Actor) -> list[dict[str, Any]]:
    return [_shown(line, names) for line in exchange.settled_alarms(actor=actor, most=20)]


def _shown(line: exchange.AlarmLine, names: dict[str, str]) -> dict[str, Any]:
    words = alarm_words.of(line.code)
    return {
        "line": line,
        "title": words.title,
        "advice": words.advice,
        "about": names.get(line.about, line.about),
        "detail": sorted(line.detail.items()),
    }


def settle(request: DeskRequest, alarm_id: UUID) -> HttpResponse:
    """Close an alarm with what was found out."""
    form = forms.SettleForm(request.POST or None)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        services.settle_alarm(alarm_id=alarm_id, reason=reason, actor=request.actor, at=now())
        return pages.done(request, _("The alarm is settled."), "desk:alarms")
    line = exchange.alarm(alarm_id=alarm_id, actor=request.actor)
    title = _("Settle: %(alarm)s") % {"alarm": alarm_words.of(line.code).title}
    return screens.ask(request, form, title=title, button=_("Settle the alarm"), back="alarms")


def evidence(request: DeskRequest, alarm_id: UUID) -> HttpResponse:
    """Send the evidence of an alarm as a file that anybody can verify."""
    text = exchange.alarm_evidence(alarm_id=alarm_id, actor=request.actor)
    response = HttpResponse(text, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="evidence-{alarm_id}.json"'
    return response
