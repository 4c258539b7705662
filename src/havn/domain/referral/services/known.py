# SPDX-License-Identifier: Apache-2.0
"""Whether an address is known elsewhere: what is to be asked, what was heard, what was told, what is taken back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection

from havn.domain.actor import Actor, ActorKind
from havn.domain.audit import services as audit
from havn.domain.errors import NotFoundError, TooManyAsksError
from havn.domain.ledger import services as ledger
from havn.domain.ledger.rules import EventKind
from havn.domain.members import rules as members
from havn.domain.referral import rules
from havn.domain.referral.models import KnownElsewhere, KnownQuestion, KnownRequest, KnownTold
from havn.domain.referral.selectors._views import KnownView, known_view
from havn.lib.encoding import uuid4, uuid7

MOST_ROUNDS = 16  # at one look: a thousand addresses


# 1. What we ask others.


def note_to_ask(*, item_ids: Collection[UUID], actor: Actor, at: datetime) -> None:
    """Note that others are to be asked about items; part of what files them, and no request."""  # E43
    KnownQuestion.objects.bulk_create(
        [
            KnownQuestion(item_id=item_id, organisation=actor.scope, wanted_at=at)
            for item_id in item_ids
        ],
        ignore_conflicts=True,  # asked about once
    )


def begin_rounds(*, actor: Actor, at: datetime) -> list[UUID]:
    """Put what waits to be asked together, once enough waits or the first waited long enough; returns the rounds.

    Part of what orders the asking. Two workers do not begin the same round.
    """
    waiting = KnownQuestion.objects.filter(organisation=actor.scope, round_id__isnull=True)
    locked = waiting.select_for_update(skip_locked=True).order_by("wanted_at", "pk")
    found = list(locked[: MOST_ROUNDS * rules.MOST_DIGESTS])
    if not found:
        return []
    is_due = found[0].wanted_at + settings.HAVN_POLICY.known_ask_every <= at
    if not is_due and len(found) < rules.MOST_DIGESTS:
        return []
    rounds = []
    for first in range(0, len(found), rules.MOST_DIGESTS):
        together = [row.pk for row in found[first : first + rules.MOST_DIGESTS]]
        rounds.append(uuid4())
        waiting.filter(pk__in=together).update(round_id=rounds[-1])
    return rounds


@audit.action("known.heard")
def keep_elsewhere(
    *,
    item_id: UUID,
    node_id: UUID,
    found: rules.KnownThere,
    is_kept: bool,
    actor: Actor,
    at: datetime,
) -> KnownView:
    """Keep what another node told of an item: as its assessment, or to be shown to whoever holds it."""
    row = KnownElsewhere.objects.create(
        id=uuid7(at),
        item_id=item_id,
        organisation=actor.scope,
        node_id=node_id,
        reference=found.reference,
        jurisdiction=found.jurisdiction,
        scheme=found.scheme,
        scheme_version=found.scheme_version,
        age_band=found.age_band,
        sex=found.sex,
        origin=found.origin,
        assessed_at=found.assessed_at,
        availability=found.availability.value,
        is_kept=is_kept,
        heard_at=at,
    )
    detail = {"node": str(node_id), "kept": is_kept}
    _record("known.heard", "item", item_id, actor, at, detail)
    return known_view(row)


@audit.action("known.kept")
def note_kept(*, elsewhere_id: UUID, actor: Actor, at: datetime) -> None:
    """Note that what another node told became an assessment of the item after its holder let it go."""
    row = KnownElsewhere.objects.filter(pk=elsewhere_id, organisation=actor.scope).first()
    if row is None:
        raise NotFoundError
    KnownElsewhere.objects.filter(pk=row.pk).update(is_kept=True)
    _record("known.kept", "item", row.item_id, actor, at, {"node": str(row.node_id)})


@audit.action("known.taken_back", did_nothing=lambda view: view is None)
def hear_withdrawn(
    *, reference: UUID, node_id: UUID, actor: Actor, at: datetime
) -> KnownView | None:
    """Note that another node takes back what it told; None where nothing of it stands here."""  # E47
    rows = KnownElsewhere.objects.filter(
        organisation=actor.scope, node_id=node_id, reference=reference, withdrawn_at__isnull=True
    )
    row = rows.first()
    if row is None or rows.filter(pk=row.pk).update(withdrawn_at=at) != 1:
        return None
    _record("known.taken_back", "item", row.item_id, actor, at, {"node": str(node_id)})
    return known_view(row)


# 2. What others ask us.


@audit.action("known.answered")
def tell_known(
    *, ask: rules.KnownAsk, item_ids: Collection[UUID], actor: Actor, at: datetime
) -> dict[UUID, UUID]:
    """Note which items the asking node is told of, and return by which reference it knows each. (E35)

    Of the question stays about how many digests it was and how many were told, never which (E42). A node
    that asks too often is refused with `too_many_asks` and a time.
    """
    asker = _asker(actor)
    _refuse_too_many(asker, actor, at)
    references = _told(item_ids, asker, actor, at)
    asked, told = len(ask.digests), len(references)
    KnownRequest.objects.create(
        id=uuid7(at),
        organisation=actor.scope,
        asker=asker,
        ask_id=ask.id,
        asked=asked,
        told=told,
        asked_at=at,
    )
    _record("known.answered", "known", ask.id, actor, at, {"asked": asked, "told": told})
    return references


def _refuse_too_many(asker: UUID, actor: Actor, at: datetime) -> None:
    policy = settings.HAVN_POLICY
    since = at - policy.known_digests_within
    recent = KnownRequest.objects.filter(organisation=actor.scope, asker=asker, asked_at__gt=since)
    free_at = members.free_at(
        list(recent.values_list("asked_at", "asked")),
        at=at,
        most=policy.most_known_digests,
        within=policy.known_digests_within,
    )
    if free_at is not None:  # E40, E48
        raise TooManyAsksError(free_at)


def _told(item_ids: Collection[UUID], asker: UUID, actor: Actor, at: datetime) -> dict[UUID, UUID]:
    """Return the reference of each item; who takes an assessment back waits for us, and then finds them."""
    if not item_ids:
        return {}
    KnownTold.objects.bulk_create(
        [
            KnownTold(
                id=uuid7(at),
                item_id=item_id,
                organisation=actor.scope,
                node_id=asker,
                reference=uuid4(),
                told_at=at,
            )
            for item_id in sorted(item_ids)
        ],
        ignore_conflicts=True,  # told before: the same reference
    )
    if connection.vendor == "postgresql":
        # The items are locked against changes where the rows are checked: now, and not at the end.
        connection.check_constraints()
    told = KnownTold.objects.filter(
        item_id__in=list(item_ids), node_id=asker, withdrawn_at__isnull=True
    )
    return dict(told.values_list("item_id", "reference"))


@audit.action("known.withdrawn", did_nothing=lambda told: not told)
def withdraw_told(*, item_ids: Collection[UUID], actor: Actor, at: datetime) -> list[UUID]:
    """Tell every node that was told of these items that the assessment counts no more; returns the items."""  # E45
    standing = KnownTold.objects.filter(
        item_id__in=list(item_ids), organisation=actor.scope, withdrawn_at__isnull=True
    )
    rows = list(standing.select_for_update().order_by("pk"))
    KnownTold.objects.filter(pk__in=[row.pk for row in rows]).update(withdrawn_at=at)
    for row in rows:
        ledger.append_event(
            kind=EventKind.KNOWN_WITHDRAWN,
            subject_id=row.reference,
            organisation=row.organisation,
            payload={},
            audience=[str(row.node_id)],
            at=at,
        )
        _record("known.withdrawn", "item", row.item_id, actor, at, {"node": str(row.node_id)})
    return sorted({row.item_id for row in rows})


def _asker(actor: Actor) -> UUID:
    if actor.kind is not ActorKind.NODE or actor.identifier is None:
        raise NotFoundError
    return actor.identifier


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
