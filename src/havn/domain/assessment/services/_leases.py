# SPDX-License-Identifier: Apache-2.0
"""What all writes on the queue share: roles, the holder's entry, and leases that ran out."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import F, Q
from django.utils.translation import gettext as _

from havn.domain.actor import Actor, ActorKind, Role
from havn.domain.assessment import rules
from havn.domain.assessment.models import Exposure, QueueEntry, Skip
from havn.domain.audit import services as audit
from havn.domain.errors import NotFoundError, RefusedError

MOST_LAPSED = 50


def require_analyst(actor: Actor) -> UUID:
    """Return the person's UUID, or refuse whoever is neither analyst nor supervisor."""
    if actor.kind is not ActorKind.PERSON or actor.identifier is None:
        raise NotFoundError
    if not actor.has_role(Role.ANALYST, Role.SUPERVISOR):
        if actor.has_role(Role.INVESTIGATOR):
            raise RefusedError("not_your_role", _("Your role does not allow this."))
        raise NotFoundError
    return actor.identifier


def held_entry(*, item_id: UUID, lease_token: UUID, actor: Actor, at: datetime) -> QueueEntry:
    """Return the entry that the actor holds now, locked until the transaction ends.

    Raises RefusedError("lease_over") otherwise. An exposure clock is stopped after this, never before:
    who locks both does so in one order.
    """
    person = require_analyst(actor)
    entries = QueueEntry.objects.select_for_update().filter(organisation=actor.scope)
    entry = entries.filter(pk=item_id).first()
    if entry is None:
        raise NotFoundError
    is_mine = entry.holder_id == person and entry.lease_token == lease_token
    if not is_mine or entry.lease_until is None or entry.lease_until <= at:
        raise RefusedError(
            "lease_over", _("Your time with this item is over. Take the next item.")
        )
    return entry


def free(at: datetime) -> Q:
    """Return what makes an entry nobody's: no holder, or one whose lease ran out."""
    return Q(holder_id__isnull=True) | Q(lease_until__lt=at)


def count_lapses(*, actor: Actor, at: datetime) -> None:
    """Take leases that ran out back and count them; the third one goes to the supervisor."""
    lapsed = QueueEntry.objects.filter(
        organisation=actor.scope, holder_id__isnull=False, lease_until__lt=at
    ).exclude(state=rules.QueueState.DONE.value)
    for entry in lapsed.order_by("lease_until")[:MOST_LAPSED]:
        if _take_back(entry, actor=actor, at=at):
            send_up_if_due(entry.pk, lapses=entry.lapses + 1)


@audit.action("item.lapsed", did_nothing=lambda was_ours: not was_ours)
def _take_back(entry: QueueEntry, *, actor: Actor, at: datetime) -> bool:
    """Let an item whose lease ran out wait again, and count it; false when somebody was quicker."""
    won = QueueEntry.objects.filter(pk=entry.pk, lease_token=entry.lease_token).update(
        holder_id=None, lease_token=None, lease_until=None, lapses=F("lapses") + 1
    )
    if won != 1:
        return False
    # Nobody knows what the person did after that: the clock ends with the time.
    running = Exposure.objects.filter(item_id=entry.pk, ended_at__isnull=True)
    running.filter(person_id__in=[entry.holder_id]).update(ended_at=entry.lease_until)
    audit.record(
        action="item.lapsed",
        actor=actor,
        subject_kind="item",
        subject_id=entry.pk,
        at=at,
        detail={"lapses": entry.lapses + 1},
    )
    return True


def stop_clock(person: UUID, *, at: datetime) -> int:
    """End the person's exposure clock where one runs; returns how many ran."""
    running = Exposure.objects.filter(person_id=person, ended_at__isnull=True)
    return running.update(ended_at=at)


def send_up_if_due(item_id: UUID, *, lapses: int) -> None:
    """Put an item that was let go too often before the supervisor."""
    skips = Skip.objects.filter(item_id=item_id).count()
    if rules.goes_to_supervisor(lapses=lapses, skips=skips, policy=settings.HAVN_POLICY):
        QueueEntry.objects.filter(pk=item_id, state=rules.QueueState.WAITING.value).update(
            state=rules.QueueState.SUPERVISOR.value
        )
