# SPDX-License-Identifier: Apache-2.0
"""What other countries see of an item: who is asked, what follows from their answers, and our looks for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from havn.domain.actor import Actor, Role
from havn.domain.audit import services as audit
from havn.domain.cases import selectors as cases
from havn.domain.cases.rules import Availability
from havn.domain.errors import RefusedError
from havn.domain.members import selectors as members
from havn.domain.takedown import rules as takedown_rules
from havn.domain.takedown import selectors as takedown
from havn.domain.takedown import services as looks
from havn.domain.takedown.rules import AskReason, AskState, VerdictKind
from havn.domain.workflow.services import _availability, _notices, _orders
from havn.domain.workflow.services._again import again_at
from havn.domain.workflow.services._orders import Work

__all__ = [
    "looked_for_another",
    "not_looked_for_another",
    "vantage_answered",
    "vantage_closed",
    "vantage_sent",
    "vantage_waits",
    "vantages_asked",
    "vantages_wanted",
]


@audit.action("casework.vantages_wanted")
def vantages_wanted(*, item_id: UUID, actor: Actor, at: datetime) -> None:
    """Order, for a person, that other countries are asked what they see; refused where nobody may look."""
    item = cases.item(item_id=item_id, actor=actor)
    if not actor.has_role(Role.ANALYST, Role.SUPERVISOR):
        raise RefusedError("not_your_role", str(_("Your role does not allow this.")))
    if cases.is_held(item_id=item_id, actor=actor, at=at):
        raise RefusedError(
            "held_by_police", str(_("Police hold this item: nobody looks at it now."))
        )
    if not item.may_be_asked_about:
        raise RefusedError(
            "not_to_be_asked", str(_("Other countries are asked about confirmed addresses only."))
        )
    reason = f"{item_id}:person:{at:%Y%m%dT%H%M%S%f}"
    _orders.order(Work.VANTAGES, item_id, reason, due_at=at, actor=actor, at=at)
    _entry("casework.vantages_wanted", item_id, actor, at)


@audit.action("casework.vantages_asked")
def vantages_asked(
    *,
    item_id: UUID,
    points: Sequence[takedown_rules.VantagePoint],
    reason: AskReason,
    actor: Actor,
    at: datetime,
) -> int:
    """Choose nodes of other countries and order the questions to them; returns how many are asked."""
    item = cases.item(item_id=item_id, actor=actor)
    _entry("casework.vantages_asked", item_id, actor, at)
    is_needed = reason is AskReason.PERSON or item.availability in _NOT_YET_REMOVED
    if not (is_needed and item.may_be_asked_about):
        return 0
    if cases.is_held(item_id=item_id, actor=actor, at=at):  # V17
        return 0
    chosen = takedown_rules.chosen_points(
        points,
        own_country=members.own_node(actor=actor).member_code,
        hosting_country=item.hosting_country,
        item_id=item_id,
        most=settings.HAVN_POLICY.vantages_asked,
    )
    asked = looks.ask_vantages(item_id=item_id, points=chosen, reason=reason, actor=actor, at=at)
    _orders.order_all(
        [(Work.VANTAGE_ASK, item_id, ask_id) for ask_id in asked], due_at=at, actor=actor, at=at
    )
    return len(asked)


_NOT_YET_REMOVED = frozenset({Availability.UNAVAILABLE, Availability.UNCLEAR})


@audit.action("casework.vantage_sent")
def vantage_sent(*, ask_id: UUID, actor: Actor, at: datetime) -> datetime:
    """Keep that a node has our question, and return when to ask for its answer."""
    ask = takedown.ask(ask_id=ask_id, actor=actor)
    looks.note_ask_sent(ask_id=ask_id, actor=actor, at=at)
    _entry("casework.vantage_sent", ask.item_id, actor, at)
    return at + settings.HAVN_POLICY.vantage_poll_every


@audit.action("casework.vantage_waits", did_nothing=lambda again_at: again_at is not None)
def vantage_waits(
    *,
    ask_id: UUID,
    code: str = "",
    retry_after_seconds: float | None = None,
    actor: Actor,
    at: datetime,
) -> datetime | None:
    """Return when to try again; None when the time for an answer is over, which ends the question."""
    policy = settings.HAVN_POLICY
    ask = takedown.ask(ask_id=ask_id, actor=actor)
    over_at = ask.asked_at + policy.vantage_waits_at_most
    if at >= over_at:  # V22
        why = code or ask.last_failure
        looks.close_ask(ask_id=ask_id, state=AskState.UNANSWERED, code=why, actor=actor, at=at)
        _entry("casework.vantage_waits", ask.item_id, actor, at)
        return None
    if code and code != ask.last_failure:
        looks.note_ask_failed(ask_id=ask_id, code=code, actor=actor, at=at)
    every = policy.vantage_poll_every
    wait = takedown_rules.next_poll_in(at - ask.asked_at, every=every)
    return again_at(at, wait=wait, retry_after_seconds=retry_after_seconds, over_at=over_at)


@audit.action("casework.vantage_closed")
def vantage_closed(*, ask_id: UUID, code: str, actor: Actor, at: datetime) -> None:
    """End a question that the other node refuses."""
    ask = takedown.ask(ask_id=ask_id, actor=actor)
    looks.close_ask(ask_id=ask_id, state=AskState.REFUSED, code=code, actor=actor, at=at)
    _entry("casework.vantage_closed", ask.item_id, actor, at)


@audit.action("casework.vantage_answered")
def vantage_answered(
    *, ask_id: UUID, found: takedown_rules.SeenElsewhere, actor: Actor, at: datetime
) -> None:
    """Keep what another country sees; what is gone here and there elsewhere comes before a person."""
    ask = takedown.ask(ask_id=ask_id, actor=actor)
    history = takedown.check_history(item_id=ask.item_id, actor=actor)
    verdict = takedown_rules.verdict_elsewhere(found.seen, history.baseline)
    is_new = looks.record_vantage(ask_id=ask_id, found=found, verdict=verdict, actor=actor, at=at)
    if is_new and history.since is not None:
        _show_hidden(ask.item_id, since=history.since, actor=actor, at=at)
    _entry("casework.vantage_answered", ask.item_id, actor, at)


def _show_hidden(item_id: UUID, *, since: datetime, actor: Actor, at: datetime) -> None:
    """Move what our checks find gone since then and another country sees."""
    item = cases.item(item_id=item_id, actor=actor)
    if not _notices.is_confirmed(item) or cases.is_held(item_id=item_id, actor=actor, at=at):
        return  # The next check of our own decides with all that is known then.
    moves = _availability.moves_of_hidden(
        item_id, Availability(item.availability), VerdictKind.GONE, since=since, actor=actor
    )
    reason = takedown_rules.Agreement.THERE_ELSEWHERE.value
    if moves and _availability.move(
        item_id, moves, since=since, reason=reason, actor=actor, at=at
    ):
        _availability.follow(item_id, VerdictKind.UNCLEAR, moves, actor=actor, at=at)


@audit.action("casework.looked_for_another")
def looked_for_another(
    *, look_id: UUID, seen: takedown_rules.Seen, took: timedelta, actor: Actor, at: datetime
) -> None:
    """Keep what we saw for another node, until it asks for it."""
    own = members.own_node(actor=actor)
    looks.record_look(
        look_id=look_id, seen=seen, country=own.member_code, took=took, actor=actor, at=at
    )
    _entry("casework.looked_for_another", look_id, actor, at, kind="look")


@audit.action("casework.not_looked_for_another")
def not_looked_for_another(*, look_id: UUID, actor: Actor, at: datetime) -> None:
    """Tell another node that we do not look there; not why, since police may hold it here."""  # V7
    refusal = takedown_rules.LookRefusal.NOT_POSSIBLE
    looks.refuse_look(look_id=look_id, refusal=refusal, actor=actor, at=at)
    _entry("casework.not_looked_for_another", look_id, actor, at, kind="look")


def _entry(
    action: str, subject_id: UUID, actor: Actor, at: datetime, *, kind: str = "item"
) -> None:
    audit.record(action=action, actor=actor, subject_kind=kind, subject_id=subject_id, at=at)
