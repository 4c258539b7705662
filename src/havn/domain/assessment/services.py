# SPDX-License-Identifier: Apache-2.0
"""The queue and assessments: enter, take, renew, draft, hand over, skip, assess, withdraw, exposure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from havn.domain.accounts import selectors as people
from havn.domain.actor import Actor, Role
from havn.domain.assessment import rules, selectors
from havn.domain.assessment.models import Assessment, Exposure, QueueEntry, Skip, Withdrawal
from havn.domain.assessment.rules import Decision, EntryState
from havn.domain.audit import services as audit
from havn.domain.cases import selectors as cases
from havn.domain.cases import services as record
from havn.domain.cases.rules import LegalClass
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.ledger import services as ledger
from havn.domain.ledger.rules import EventKind, FactName
from havn.lib.encoding import uuid4, uuid7
from havn.lib.sealing import seal

__all__ = ["BatchResult", "Decision", "Held"]
_CANDIDATES = 20
REFUSALS = {
    "baseline_needs_a_real_child": gettext_lazy(
        "Drawn or AI-generated material cannot be “Baseline”. Choose “National” or another class."
    ),
    "scheme_needed": gettext_lazy("A confirming decision needs a scheme. Ask the operator."),
}


@dataclass(frozen=True, slots=True)
class Held:
    """An item that a person holds until an instant."""

    item_id: UUID
    lease_token: UUID
    lease_until: datetime
    deadline_at: datetime
    is_resumed: bool = False


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What one decision for many items did; nothing when the same batch came again."""

    batch_id: UUID
    assessed: tuple[UUID, ...]
    is_repeat: bool = False


@audit.action("queue.entered")
def enter_queue(*, item_id: UUID, actor: Actor, at: datetime) -> None:
    """Put an item into the queue, or back into it."""
    item = cases.item(item_id=item_id, actor=actor)
    deadline = rules.deadline_for(
        settings.HAVN_POLICY, urgency=item.urgency, received_at=item.received_at
    )
    QueueEntry.objects.update_or_create(
        item_id=item_id,
        defaults={
            "organisation": actor.scope,
            "state": EntryState.WAITING.value,
            "deadline_at": deadline,
            "class_rank": rules.class_rank(item.urgency),
            "received_at": item.received_at,
            **_NOBODY,
        },
    )
    _record("queue.entered", item_id, actor, at)


@audit.action("queue.left")
def leave_queue(*, item_id: UUID, actor: Actor, at: datetime) -> None:
    """Take an item out of the queue without an assessment."""
    _finish(item_id)
    _record("queue.left", item_id, actor, at)


def _is_idle(held: Held | None) -> bool:
    return held is None or held.is_resumed


@audit.action("item.taken", did_nothing=_is_idle)
def take_next(*, actor: Actor, at: datetime) -> Held | None:
    """Give the person the item that is next, or what they hold already; None when nothing waits.

    By deadline, class and age; one conditional update decides who gets an item.
    """
    person = _caseworker(actor)
    _reclaim_lapsed(actor, at=at)
    mine = QueueEntry.objects.filter(
        organisation=actor.scope, holder_id=person, lease_until__gt=at
    ).exclude(state=EntryState.DONE.value)
    resumed = mine.order_by("deadline_at").first()
    if resumed is not None:
        return _held(resumed, is_resumed=True)
    while candidates := list(selectors.free_entries(actor=actor, at=at)[:_CANDIDATES]):
        for entry in candidates:
            held = _lease(entry, person, at=at)
            if held is not None:
                _record("item.taken", entry.pk, actor, at)
                return held
    return None


@audit.action("item.taken_by_choice")
def take_item(*, item_id: UUID, actor: Actor, at: datetime) -> Held:
    """Give the person this very item: supervisors any that waits, analysts a waiting one."""
    person = _caseworker(actor)
    _reclaim_lapsed(actor, at=at)
    entry = _entry(item_id, actor)
    is_waiting = entry.state == EntryState.WAITING.value
    if entry.state == EntryState.DONE.value or not (is_waiting or actor.has_role(Role.SUPERVISOR)):
        raise RefusedError("not_waiting", _("This item does not wait for an assessment."))
    held = _held(entry) if entry.holder_id == person else _lease(entry, person, at=at)
    if held is None:
        raise RefusedError("held_by_colleague", _("A colleague holds this item."))
    _record("item.taken_by_choice", item_id, actor, at)
    return held


def renew_lease(*, item_id: UUID, lease_token: UUID, actor: Actor, at: datetime) -> datetime:
    """Give the holder a full lease again and return its end; raises RefusedError("lease_lost")."""
    until: datetime = at + settings.HAVN_POLICY.lease
    won = (
        _my_lease(item_id, lease_token, actor).filter(lease_until__gt=at).update(lease_until=until)
    )
    if won != 1:
        raise _lost()
    return until


def keep_draft(
    *,
    item_id: UUID,
    lease_token: UUID,
    draft: Mapping[str, str],
    drawn_from: datetime | None,
    actor: Actor,
    at: datetime,
) -> datetime:
    """Keep the answers as they stand and return the draft's time, which is its version.

    Raises RefusedError: "lease_lost"; "draft_changed" when a newer one than the page was drawn
    from is kept; "draft_too_long".
    """
    text = json.dumps(dict(draft), sort_keys=True)
    if len(text) > rules.LONGEST_DRAFT:
        raise RefusedError("draft_too_long", _("The draft is too long to be kept."))
    mine = _my_lease(item_id, lease_token, actor)
    same = Q(draft_at=drawn_from) if drawn_from else Q(draft_at__isnull=True)
    won = mine.filter(same).update(draft=_sealed(text, "draft"), draft_at=at)
    if won == 1:
        return at
    if mine.exists():
        raise RefusedError(
            "draft_changed", _("A newer draft is kept: open the item again to see both.")
        )
    raise _lost()


@audit.action("item.handed_to_colleague")
def hand_over(
    *, item_id: UUID, lease_token: UUID, to_person: UUID, note: str, actor: Actor, at: datetime
) -> None:
    """Give the item to a colleague with a note; it waits for them alone until they took it."""
    colleagues = people.colleagues(actor=actor, roles=[Role.ANALYST, Role.SUPERVISOR])
    if to_person not in {each.id for each in colleagues}:
        raise RefusedError("no_such_colleague", _("Choose a colleague of your organisation."))
    changes = _NOBODY | {
        "reserved_for": to_person,
        "reserved_until": at + settings.HAVN_POLICY.assess_within["normal"],
        "handover_note": _sealed(note.strip()[: rules.LONGEST_NOTE], "note") if note else b"",
    }
    _let_go(item_id, lease_token, actor, changes)
    _record("item.handed_to_colleague", item_id, actor, at, {"to": str(to_person)})


@audit.action("item.skipped")
def skip(*, item_id: UUID, lease_token: UUID, reason: str, actor: Actor, at: datetime) -> None:
    """Pass the item by with a reason: not offered to the person that day; the third skip goes on."""
    if reason not in rules.SKIP_REASONS:
        raise RefusedError("reason_needed", _("Choose one of the reasons."))
    _let_go(item_id, lease_token, actor, dict(_NOBODY))
    Skip.objects.create(
        id=uuid7(at),
        item_id=item_id,
        person_id=_caseworker(actor),
        reason=reason,
        skipped_at=at,
        skipped_date=at.date(),
    )
    if rules.goes_to_supervisor(
        Skip.objects.filter(item_id=item_id).count(), settings.HAVN_POLICY
    ):
        QueueEntry.objects.filter(pk=item_id).update(state=EntryState.SUPERVISOR.value)
    _record("item.skipped", item_id, actor, at, {"reason": reason})


@audit.action("item.released")
def release(*, item_id: UUID, lease_token: UUID, actor: Actor, at: datetime) -> None:
    """Give the item back to the queue; the draft stays with it."""
    _let_go(item_id, lease_token, actor, dict(_NOBODY))
    _record("item.released", item_id, actor, at)


@audit.action("item.assessed")
def assess(
    *, item_id: UUID, lease_token: UUID, decision: Decision, actor: Actor, at: datetime
) -> UUID:
    """Keep the holder's decision, which counts from now on, and end the lease."""
    person = _caseworker(actor)
    _require_sound(decision)
    won = _my_lease(item_id, lease_token, actor).update(
        state=EntryState.DONE.value, draft=b"", draft_at=None, **_NOBODY
    )
    if won != 1:
        raise _lost()
    assessment_id = _keep(item_id, decision, person, batch_id=None, actor=actor, at=at)
    _end_exposures(person, item_id=item_id, at=at)
    _record("item.assessed", item_id, actor, at, {"class": decision.legal_class.value})
    return assessment_id


@audit.action("batch.assessed", did_nothing=lambda result: result.is_repeat)
def assess_many(
    *,
    item_ids: Sequence[UUID],
    decision: Decision,
    batch_id: UUID,
    actor: Actor,
    at: datetime,
) -> BatchResult:
    """Keep one decision for many waiting items, all or none; the same batch again does nothing.

    Raises RefusedError("rows_changed") when a colleague holds or assessed one of them.
    """
    person = _caseworker(actor)
    _require_sound(decision)
    if Assessment.objects.filter(batch_id=batch_id, organisation=actor.scope).exists():
        return BatchResult(batch_id=batch_id, assessed=(), is_repeat=True)
    wanted = list(dict.fromkeys(item_ids))
    free = QueueEntry.objects.filter(organisation=actor.scope, pk__in=wanted).exclude(
        state=EntryState.DONE.value
    )
    free = free.filter(Q(holder_id__isnull=True) | Q(holder_id=person) | Q(lease_until__lte=at))
    won = free.update(state=EntryState.DONE.value, draft=b"", draft_at=None, **_NOBODY)
    if won != len(wanted):
        raise RefusedError(
            "rows_changed",
            _("A colleague holds or assessed one of these rows. Load the page again."),
        )
    for item_id in wanted:
        _keep(item_id, decision, person, batch_id=batch_id, actor=actor, at=at)
        _end_exposures(person, item_id=item_id, at=at)
    audit.record(
        action="batch.assessed",
        actor=actor,
        subject_kind="batch",
        subject_id=batch_id,
        at=at,
        detail={"class": decision.legal_class.value, "items": len(wanted)},
    )
    return BatchResult(batch_id=batch_id, assessed=tuple(wanted))


@audit.action("batch.withdrawn")
def withdraw_batch(*, batch_id: UUID, actor: Actor, at: datetime) -> list[UUID]:
    """Take a batch back while nothing was sent: earlier assessments count again, items wait again."""
    person = _caseworker(actor)
    found = selectors.batch(batch_id=batch_id, actor=actor, at=at)
    if found.is_withdrawn or found.may_undo_until <= at:
        raise RefusedError("too_late", _("It is too late to undo this: the work has begun."))
    rows = Assessment.objects.filter(batch_id=batch_id, organisation=actor.scope)
    Withdrawal.objects.bulk_create(
        Withdrawal(assessment=row, withdrawn_by=person, withdrawn_at=at) for row in rows
    )
    for item_id in found.item_ids:
        counting = selectors.counting(item_id=item_id, actor=actor)
        legal_class = LegalClass(counting.legal_class) if counting else None
        record.set_legal_class(item_id=item_id, legal_class=legal_class, actor=actor, at=at)
        enter_queue(item_id=item_id, actor=actor, at=at)
    audit.record(
        action="batch.withdrawn", actor=actor, subject_kind="batch", subject_id=batch_id, at=at
    )
    return list(found.item_ids)


@audit.action("item.address_handed_over")
def start_exposure(*, item_id: UUID, actor: Actor, at: datetime) -> str:
    """Return the item's address for the isolated viewer and start the person's clock."""
    person = _caseworker(actor)
    item = cases.item(item_id=item_id, actor=actor)
    if not item.href:
        raise RefusedError("no_address", _("This item has no web address."))
    _end_exposures(person, item_id=None, at=at)
    Exposure.objects.create(id=uuid7(at), item_id=item_id, person_id=person, started_at=at)
    _record("item.address_handed_over", item_id, actor, at)
    return item.href


@audit.action("item.viewing_ended")
def end_exposure(*, item_id: UUID, actor: Actor, at: datetime) -> None:
    """Stop the person's clock for this item."""
    cases.item(item_id=item_id, actor=actor)
    _end_exposures(_caseworker(actor), item_id=item_id, at=at)
    _record("item.viewing_ended", item_id, actor, at)


_NOBODY: dict[str, object] = {
    "holder_id": None,
    "lease_until": None,
    "lease_token": None,
    "reserved_for": None,
    "reserved_until": None,
}


def _caseworker(actor: Actor) -> UUID:
    if actor.identifier is None or not actor.has_role(Role.ANALYST, Role.SUPERVISOR):
        raise RefusedError("not_your_role", _("Only analysts and supervisors assess."))
    return actor.identifier


def _entry(item_id: UUID, actor: Actor) -> QueueEntry:
    row = QueueEntry.objects.filter(pk=item_id, organisation=actor.scope).first()
    if row is None:
        raise NotFoundError
    return row


def _my_lease(item_id: UUID, lease_token: UUID, actor: Actor) -> QuerySet[QueueEntry]:
    person = _caseworker(actor)
    rows = QueueEntry.objects.filter(pk=item_id, organisation=actor.scope)
    if not rows.exists():
        raise NotFoundError
    return rows.filter(holder_id=person, lease_token=lease_token)


def _lost() -> RefusedError:
    return RefusedError(
        "lease_lost",
        _("Your time with this item is over and it went back. What you chose is kept as a draft."),
    )


def _lease(entry: QueueEntry, person: UUID, *, at: datetime) -> Held | None:
    """Take the entry if nobody else did since it was read; the row count decides."""
    token, until = uuid4(), at + settings.HAVN_POLICY.lease
    won = QueueEntry.objects.filter(
        pk=entry.pk, state=entry.state, holder_id__isnull=True, reserved_for=entry.reserved_for
    ).update(
        holder_id=person,
        lease_token=token,
        lease_until=until,
        reserved_for=None,
        reserved_until=None,
    )
    return Held(entry.pk, token, until, entry.deadline_at) if won == 1 else None


def _held(entry: QueueEntry, *, is_resumed: bool = False) -> Held:
    if entry.lease_token is None or entry.lease_until is None:
        raise _lost()
    return Held(entry.pk, entry.lease_token, entry.lease_until, entry.deadline_at, is_resumed)


def _let_go(item_id: UUID, lease_token: UUID, actor: Actor, changes: Mapping[str, object]) -> None:
    if _my_lease(item_id, lease_token, actor).update(**changes) != 1:
        raise _lost()


def _reclaim_lapsed(actor: Actor, *, at: datetime) -> None:
    """Give lapsed leases back to the queue, each counted once; the third goes to the supervisor."""
    lapsed = QueueEntry.objects.filter(
        organisation=actor.scope, holder_id__isnull=False, lease_until__lte=at
    )
    for entry in lapsed[:200]:
        is_over = rules.goes_to_supervisor(entry.lapses + 1, settings.HAVN_POLICY)
        state = EntryState.SUPERVISOR.value if is_over else entry.state
        QueueEntry.objects.filter(
            pk=entry.pk, lease_token=entry.lease_token, lease_until__lte=at
        ).update(lapses=F("lapses") + 1, state=state, **_NOBODY)


def _finish(item_id: UUID) -> None:
    QueueEntry.objects.filter(pk=item_id).update(
        state=EntryState.DONE.value, draft=b"", draft_at=None, handover_note=b"", **_NOBODY
    )


def _require_sound(decision: Decision) -> None:
    code = rules.refusal_of(decision)
    if code is not None:
        raise RefusedError(code, str(REFUSALS[code]))


def _keep(
    item_id: UUID,
    decision: Decision,
    person: UUID,
    *,
    batch_id: UUID | None,
    actor: Actor,
    at: datetime,
) -> UUID:
    item = cases.item(item_id=item_id, actor=actor)
    is_first = not Assessment.objects.filter(item_id=item_id).exists()
    row = Assessment.objects.create(
        id=uuid7(at),
        item_id=item_id,
        organisation=actor.scope,
        legal_class=decision.legal_class.value,
        jurisdiction=decision.jurisdiction,
        scheme=decision.scheme,
        scheme_version=decision.scheme_version,
        labels=list(decision.labels),
        age_band=str(decision.age_band),
        sex=str(decision.sex),
        origin=str(decision.origin),
        assessor_id=person,
        batch_id=batch_id,
        policy_version=f"{settings.HAVN_POLICY.name} {settings.HAVN_POLICY.version}"[:40],
        assessed_at=at,
        recorded_at=at,
    )
    record.set_legal_class(item_id=item_id, legal_class=decision.legal_class, actor=actor, at=at)
    _tell(item, decision, is_first=is_first, at=at, actor=actor)
    return row.pk


def _tell(
    item: cases.ItemView, decision: Decision, *, is_first: bool, at: datetime, actor: Actor
) -> None:
    ledger.record_fact(
        name=FactName.ITEM_ASSESSED,
        subject_kind="item",
        subject_id=item.id,
        organisation=actor.scope,
        at=at,
        codes={
            "legal_class": decision.legal_class.value,
            "origin": str(decision.origin),
            "first": is_first,
            "received_at": item.received_at.isoformat(),
        },
    )
    ledger.append_event(
        kind=EventKind.ITEM_ASSESSED,
        subject_id=item.id,
        organisation=actor.scope,
        payload={"legal_class": decision.legal_class.value},
        audience=["alliance"],
        at=at,
    )


def _end_exposures(person: UUID, *, item_id: UUID | None, at: datetime) -> None:
    running = Exposure.objects.filter(person_id=person, ended_at__isnull=True)
    if item_id is not None:
        running = running.filter(item_id=item_id)
    running.update(ended_at=at)


def _sealed(text: str, purpose: str) -> bytes:
    public = settings.HAVN_KEYRING.read("desk-sealing-key.pub")
    return seal(text.encode(), public, purpose=f"queue-{purpose}")


def _record(
    action: str,
    item_id: UUID,
    actor: Actor,
    at: datetime,
    detail: Mapping[str, object] | None = None,
) -> None:
    audit.record(
        action=action, actor=actor, subject_kind="item", subject_id=item_id, at=at, detail=detail
    )
