# SPDX-License-Identifier: Apache-2.0
"""Asking other nodes what they see of an item, and taking and answering what they ask us."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from havn.domain.actor import Actor, ActorKind
from havn.domain.audit import services as audit
from havn.domain.errors import NotFoundError, TooManyAsksError
from havn.domain.jobs import services as jobs
from havn.domain.members import rules as members
from havn.domain.takedown import rules, selectors
from havn.domain.takedown.models import Check, VantageAsk, VantageLook
from havn.domain.takedown.rules import AskState, LookRefusal, LookState
from havn.lib.encoding import canonical_json, uuid4, uuid7
from havn.lib.sealing import seal

LOOK_WORK = "vantage_look"


@dataclass(frozen=True, slots=True)
class TakenAsk:
    """Another node's question as it was taken, now or before."""

    look_id: UUID
    is_repeat: bool


@audit.action("vantage.asked")
def ask_vantages(
    *,
    item_id: UUID,
    points: Collection[rules.VantagePoint],
    reason: rules.AskReason,
    actor: Actor,
    at: datetime,
) -> list[UUID]:
    """Add a question about an item for each of the nodes that is not asked already; returns the new ones."""
    open_states = [state.value for state in rules.OPEN_ASKS]
    known = VantageAsk.objects.filter(
        item_id=item_id, organisation=actor.scope, state__in=open_states
    )
    asked = set(known.values_list("node_id", flat=True))
    rows = [
        VantageAsk(
            id=uuid4(),
            item_id=item_id,
            organisation=actor.scope,
            node_id=point.node,
            country=point.country,
            reason=reason.value,
            asked_at=at,
        )
        for point in points
        if point.node not in asked
    ]
    VantageAsk.objects.bulk_create(rows)
    detail = {"nodes": [str(row.node_id) for row in rows], "reason": reason.value}
    _record("vantage.asked", "item", item_id, actor, at, detail)
    return [row.id for row in rows]


@audit.action("vantage.sent")
def note_ask_sent(*, ask_id: UUID, actor: Actor, at: datetime) -> None:
    """Keep that the other node has the question; the same again changes nothing."""
    row = _ask(ask_id, actor)
    VantageAsk.objects.filter(pk=ask_id, state=AskState.WAITING.value).update(
        state=AskState.ASKED.value, sent_at=at, last_failure=""
    )
    _record("vantage.sent", "item", row.item_id, actor, at, {"ask": str(ask_id)})


@audit.action("vantage.failed")
def note_ask_failed(*, ask_id: UUID, code: str, actor: Actor, at: datetime) -> None:
    """Keep why the other node could not be reached this time."""
    row = _ask(ask_id, actor)
    VantageAsk.objects.filter(pk=ask_id).update(last_failure=code[:60])
    _record(
        "vantage.failed", "item", row.item_id, actor, at, {"ask": str(ask_id), "code": code[:60]}
    )


@audit.action("vantage.closed")
def close_ask(
    *, ask_id: UUID, state: AskState, code: str = "", actor: Actor, at: datetime
) -> None:
    """End a question without an observation: refused, or unanswered in time."""
    row = _ask(ask_id, actor)
    _end(row, state, at=at, code=code)
    detail = {"ask": str(ask_id), "state": state.value, "code": code[:60]}
    _record("vantage.closed", "item", row.item_id, actor, at, detail)


@audit.action("vantage.answered")
def record_vantage(
    *,
    ask_id: UUID,
    found: rules.SeenElsewhere,
    verdict: rules.Verdict,
    actor: Actor,
    at: datetime,
) -> bool:
    """Keep what another node saw as a check from its vantage; false when its answer was known already."""
    row = _ask(ask_id, actor)
    is_new = _end(row, AskState.SEEN, at=at)
    if is_new:
        _keep_check(row, found, verdict, at=at)
    detail = {"ask": str(ask_id), "verdict": verdict.kind.value, "rule": verdict.rule}
    _record("vantage.answered", "item", row.item_id, actor, at, detail)
    return is_new


def _keep_check(
    row: VantageAsk, found: rules.SeenElsewhere, verdict: rules.Verdict, *, at: datetime
) -> None:
    seen = found.seen
    Check.objects.create(
        id=uuid7(at),
        item_id=row.item_id,
        organisation=row.organisation,
        checked_at=found.observed_at,
        vantage=rules.vantage_name(rules.VantagePoint(row.node_id, row.country)),
        came_from_sent=seen.came_from_sent,
        method=seen.method,
        status=seen.status,
        failure=(seen.failure or "")[:30],
        redirects=[list(step) for step in seen.redirects],
        headers=dict(seen.headers),
        verdict=verdict.kind.value,
        rule=verdict.rule,
    )


def _end(row: VantageAsk, state: AskState, *, at: datetime, code: str = "") -> bool:
    still_open = [each.value for each in rules.OPEN_ASKS]
    won = VantageAsk.objects.filter(pk=row.pk, state__in=still_open).update(
        state=state.value, ended_at=at, last_failure=code[:60]
    )
    return won == 1


# What others ask us.


@audit.action("vantage.taken", did_nothing=lambda taken: taken.is_repeat)
def take_ask(*, message: rules.AskMessage, actor: Actor, at: datetime) -> TakenAsk:
    """Take another node's question, sealed until the worker looks; the same id twice is one question.

    A node that asks more often than the policy lets it is refused with `too_many_asks` and a time.
    """
    if actor.kind is not ActorKind.NODE or actor.identifier is None:
        raise NotFoundError
    known = VantageLook.objects.filter(asker=actor.identifier, ask_id=message.id).first()
    if known is not None:
        return TakenAsk(known.id, is_repeat=True)  # V13
    _refuse_too_many(actor.identifier, at)
    named = canonical_json({"v": 1, "address": message.address, "came_from": message.came_from})
    public = settings.HAVN_KEYRING.read("desk-sealing-key.pub")
    row, is_new = VantageLook.objects.get_or_create(
        asker=actor.identifier,
        ask_id=message.id,
        defaults={
            "id": uuid7(at),
            "organisation": actor.scope,
            # V15
            "sealed_ask": seal(named, public, purpose=selectors.ASK_PURPOSE),
            "asked_at": at,
        },
    )
    if not is_new:
        return TakenAsk(row.id, is_repeat=True)
    jobs.enqueue(
        kind=LOOK_WORK,
        key=f"{LOOK_WORK}:{row.id}",
        subject_id=row.id,
        organisation=actor.scope,
        due_at=at,
        at=at,
    )
    # V16
    _record("vantage.taken", "look", row.id, actor, at, {"ask": str(message.id)})
    return TakenAsk(row.id, is_repeat=False)


def _refuse_too_many(asker: UUID, at: datetime) -> None:
    policy = settings.HAVN_POLICY
    recent = VantageLook.objects.filter(asker=asker, asked_at__gt=at - policy.vantage_looks_within)
    free_at = members.free_at(
        [(when, 1) for when in recent.values_list("asked_at", flat=True)],
        at=at,
        most=policy.most_vantage_looks,
        within=policy.vantage_looks_within,
    )
    if free_at is not None:  # V8
        raise TooManyAsksError(free_at)


@audit.action("vantage.looked")
def record_look(
    *, look_id: UUID, seen: rules.Seen, country: str, took: timedelta, actor: Actor, at: datetime
) -> None:
    """Keep what we saw for another node, and forget what it asked; refused where it was a private address."""
    if seen.failure == LookRefusal.PRIVATE_ADDRESS.value:
        _end_look(look_id, actor, at, state=LookState.REFUSED, refusal=LookRefusal.PRIVATE_ADDRESS)
    else:
        told = rules.seen_document(seen, observed_at=at, took=took, country=country)
        _end_look(look_id, actor, at, state=LookState.SEEN, seen=told)
    _record(
        "vantage.looked",
        "look",
        look_id,
        actor,
        at,
        {"private": seen.failure == "private_address"},
    )


@audit.action("vantage.not_looked")
def refuse_look(*, look_id: UUID, refusal: LookRefusal, actor: Actor, at: datetime) -> None:
    """Tell another node that we do not look, and forget what it asked."""
    _end_look(look_id, actor, at, state=LookState.REFUSED, refusal=refusal)
    _record("vantage.not_looked", "look", look_id, actor, at, {"refusal": refusal.value})


def _end_look(
    look_id: UUID,
    actor: Actor,
    at: datetime,
    *,
    state: LookState,
    refusal: LookRefusal | None = None,
    seen: dict[str, object] | None = None,
) -> None:
    rows = VantageLook.objects.filter(pk=look_id, organisation=actor.scope)
    if not rows.exists():
        raise NotFoundError
    rows.filter(state=LookState.WAITING.value).update(
        state=state.value,
        refusal=refusal.value if refusal else "",
        seen={"v": 1, **(seen or {})},
        sealed_ask=b"",  # V15
        ended_at=at,
    )


def _ask(ask_id: UUID, actor: Actor) -> VantageAsk:
    row = VantageAsk.objects.select_for_update().filter(pk=ask_id, organisation=actor.scope)
    found = row.first()
    if found is None:
        raise NotFoundError
    return found


def _record(
    action: str,
    kind: str,
    subject_id: UUID,
    actor: Actor,
    at: datetime,
    detail: Mapping[str, object],
) -> None:
    audit.record(
        action=action,
        actor=actor,
        subject_kind=kind,
        subject_id=subject_id,
        at=at,
        detail=detail,
    )
