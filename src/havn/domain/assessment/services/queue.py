# SPDX-License-Identifier: Apache-2.0
"""The queue: taking, holding, keeping a draft, handing over, skipping, giving back."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from havn.domain.accounts import selectors as people
from havn.domain.actor import Actor, Role
from havn.domain.assessment import rules
from havn.domain.assessment.models import QueueEntry, Skip
from havn.domain.assessment.services import _leases
from havn.domain.assessment.services._assessments import require_not_bound
from havn.domain.audit import services as audit
from havn.domain.cases import selectors as cases
from havn.domain.errors import NotFoundError, RefusedError, require_words
from havn.lib.encoding import uuid4, uuid7
from havn.lib.sealing import seal

CANDIDATES = 8
LONGEST_NOTE = 1000
FREED = {"holder_id": None, "lease_token": None, "lease_until": None}


@dataclass(frozen=True, slots=True)
class Held:
    """An item that is the actor's until `lease_until`."""

    item_id: UUID
    lease_token: UUID
    lease_until: datetime


@audit.action("items.queued", did_nothing=lambda entered: entered == 0)
def enter_queue(*, items: Mapping[UUID, Collection[UUID]], actor: Actor, at: datetime) -> int:
    """Let items wait for an assessment; one that waits already keeps its place.

    The items are given by the report that brought them: one entry about each names them. Returns how
    many there are; with none, nothing is recorded.
    """
    wanted = {item_id for each in items.values() for item_id in each}
    found = cases.items_to_assess(item_ids=wanted, actor=actor)
    if len(found) != len(wanted):
        raise NotFoundError
    QueueEntry.objects.bulk_create(
        [_entry_of(item, actor) for item in found],
        update_conflicts=True,
        unique_fields=["item"],
        update_fields=["state"],
    )
    for report_id, entered in items.items():
        if entered:
            audit.record(
                action="items.queued",
                actor=actor,
                subject_kind="report",
                subject_id=report_id,
                at=at,
                detail={"items": [str(item_id) for item_id in entered]},
            )
    return len(found)


def _entry_of(item: cases.ItemToAssess, actor: Actor) -> QueueEntry:
    return QueueEntry(
        item_id=item.id,
        organisation=actor.scope,
        state=rules.QueueState.WAITING.value,
        deadline_at=rules.deadline_for(
            settings.HAVN_POLICY, urgency=item.urgency, received_at=item.received_at
        ),
        class_rank=rules.class_rank(item.urgency),
        received_at=item.received_at,
    )


@audit.action("item.taken", did_nothing=lambda held: held is None)
def take_next(*, actor: Actor, at: datetime) -> Held | None:
    """Give the actor the item that is next, which nobody else holds; None when nothing waits.

    Order: what a colleague handed over, then deadline, class, age. Skipped items are not offered
    to the same person again that day.
    """
    person = _leases.require_analyst(actor)
    _leases.count_lapses(actor=actor, at=at)
    while True:
        candidates = list(_offered(person, actor, at).values_list("pk", flat=True)[:CANDIDATES])
        if not candidates:
            return None
        for item_id in candidates:
            held = _take(item_id, person, actor, at)
            if held is not None:
                _record("item.taken", item_id, actor, at)
                return held


@audit.action("item.chosen")
def take_item(*, item_id: UUID, actor: Actor, at: datetime) -> Held:
    """Give the actor this very item; what waits for a supervisor is taken by one only."""
    person = _leases.require_analyst(actor)
    _leases.count_lapses(actor=actor, at=at)
    entry = QueueEntry.objects.filter(pk=item_id, organisation=actor.scope).first()
    if entry is None:
        raise NotFoundError
    if entry.state == rules.QueueState.SUPERVISOR and not actor.has_role(Role.SUPERVISOR):
        raise RefusedError("not_your_role", _("This item waits for a supervisor."))
    held = _take(item_id, person, actor, at)
    if held is None:
        raise RefusedError("held", _("Somebody else works on this item, or it is assessed."))
    _record("item.chosen", item_id, actor, at)
    return held


@audit.action("item.to_assess_again")
def assess_again(*, item_id: UUID, actor: Actor, at: datetime) -> Held:
    """Give a supervisor an assessed item for another assessment; until then the last one counts."""
    person = _leases.require_analyst(actor)
    if not actor.has_role(Role.SUPERVISOR):
        raise RefusedError("not_your_role", _("Only a supervisor may do this."))
    cases.item(item_id=item_id, actor=actor)
    require_not_bound(item_id, actor=actor)
    won = QueueEntry.objects.filter(
        pk=item_id, organisation=actor.scope, state=rules.QueueState.DONE.value
    ).update(state=rules.QueueState.SUPERVISOR.value, lapses=0)
    held = _take(item_id, person, actor, at) if won == 1 else None
    if held is None:
        raise RefusedError("not_assessed", _("This item waits for an assessment already."))
    _record("item.to_assess_again", item_id, actor, at)
    return held


def _offered(person: UUID, actor: Actor, at: datetime) -> QuerySet[QueueEntry]:
    skipped = Skip.objects.filter(person_id=person, skipped_date=at.date())
    mine_first = Case(
        When(reserved_for=person, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    return (
        QueueEntry.objects.filter(
            _leases.free(at),
            Q(reserved_for__isnull=True) | Q(reserved_for=person) | Q(reserved_until__lt=at),
            organisation=actor.scope,
            state=rules.QueueState.WAITING.value,
        )
        .exclude(pk__in=skipped.values("item_id"))
        .order_by(mine_first, "deadline_at", "class_rank", "received_at", "pk")
    )


def _take(item_id: UUID, person: UUID, actor: Actor, at: datetime) -> Held | None:
    """Claim the entry by one conditional update; its row count decides."""
    token, until = uuid4(), at + settings.HAVN_POLICY.lease
    won = (
        QueueEntry.objects.filter(_leases.free(at), pk=item_id, organisation=actor.scope)
        .exclude(state=rules.QueueState.DONE.value)
        .update(holder_id=person, lease_token=token, lease_until=until, reserved_for=None)
    )
    return Held(item_id, token, until) if won == 1 else None


@transaction.atomic
def renew_lease(*, item_id: UUID, lease_token: UUID, actor: Actor, at: datetime) -> datetime:
    """Make a lease in force last as long as a new one, and return its end."""
    entry = _leases.held_entry(item_id=item_id, lease_token=lease_token, actor=actor, at=at)
    until = at + settings.HAVN_POLICY.lease
    QueueEntry.objects.filter(pk=entry.pk, lease_token=lease_token).update(lease_until=until)
    return until


@transaction.atomic
def keep_draft(
    *,
    item_id: UUID,
    lease_token: UUID,
    draft: Mapping[str, str],
    drawn_from: datetime | None,
    actor: Actor,
    at: datetime,
) -> datetime:
    """Keep an unfinished decision, encrypted, and return its version.

    Raises RefusedError("draft_changed") when another page kept a newer one than `drawn_from`.
    """
    entry = _leases.held_entry(item_id=item_id, lease_token=lease_token, actor=actor, at=at)
    sealed = _sealed(json.dumps(dict(draft)), purpose=rules.DRAFT_PURPOSE)
    won = QueueEntry.objects.filter(
        pk=entry.pk, lease_token=lease_token, draft_at=drawn_from
    ).update(draft=sealed, draft_at=at)
    if won != 1:
        raise RefusedError("draft_changed", _("Another page kept a newer draft of this item."))
    return at


@audit.action("item.handed_over")
def hand_over(
    *, item_id: UUID, lease_token: UUID, to_person: UUID, note: str, actor: Actor, at: datetime
) -> None:
    """Reserve the item for a colleague for four leases, with a note that only the desk can read."""
    entry = _leases.held_entry(item_id=item_id, lease_token=lease_token, actor=actor, at=at)
    roles = (Role.ANALYST, Role.SUPERVISOR)
    if to_person not in {each.id for each in people.colleagues(actor=actor, roles=roles)}:
        raise NotFoundError
    if len(note) > LONGEST_NOTE:
        raise RefusedError("note_too_long", _("The note has more than 1,000 characters."))
    require_words(note)
    _leases.stop_clock(_leases.require_analyst(actor), at=at)
    QueueEntry.objects.filter(pk=entry.pk).update(
        **FREED,
        state=rules.QueueState.WAITING.value,  # a supervisor may hand it to an analyst
        reserved_for=to_person,
        reserved_until=at + settings.HAVN_POLICY.lease * 4,
        handover_note=_sealed(note, purpose=rules.NOTE_PURPOSE) if note else b"",
    )
    audit.record(
        action="item.handed_over",
        actor=actor,
        subject_kind="item",
        subject_id=item_id,
        at=at,
        detail={"to": str(to_person)},
    )


@audit.action("item.skipped")
def skip(*, item_id: UUID, lease_token: UUID, reason: str, actor: Actor, at: datetime) -> None:
    """Pass an item by with one of five reasons; after three skips it waits for the supervisor."""
    if reason not in set(rules.SkipReason):
        raise RefusedError("unknown_reason", _("Choose one of the reasons."))
    entry = _leases.held_entry(item_id=item_id, lease_token=lease_token, actor=actor, at=at)
    person = _leases.require_analyst(actor)
    _leases.stop_clock(person, at=at)
    Skip.objects.create(
        id=uuid7(at),
        item_id=item_id,
        person_id=person,
        reason=reason,
        skipped_at=at,
        skipped_date=at.date(),
    )
    QueueEntry.objects.filter(pk=entry.pk).update(**FREED)
    _leases.send_up_if_due(item_id, lapses=entry.lapses)
    audit.record(
        action="item.skipped",
        actor=actor,
        subject_kind="item",
        subject_id=item_id,
        at=at,
        detail={"reason": reason},
    )


@audit.action("item.given_back")
def release(*, item_id: UUID, lease_token: UUID, actor: Actor, at: datetime) -> None:
    """Give an item back to the queue with its draft."""
    entry = _leases.held_entry(item_id=item_id, lease_token=lease_token, actor=actor, at=at)
    _leases.stop_clock(_leases.require_analyst(actor), at=at)
    QueueEntry.objects.filter(pk=entry.pk).update(**FREED)
    _record("item.given_back", item_id, actor, at)


def _sealed(text: str, *, purpose: str) -> bytes:
    public = settings.HAVN_KEYRING.read("desk-sealing-key.pub")
    return seal(text.encode(), public, purpose=purpose)


def _record(action: str, item_id: UUID, actor: Actor, at: datetime) -> None:
    audit.record(action=action, actor=actor, subject_kind="item", subject_id=item_id, at=at)
