# SPDX-License-Identifier: Apache-2.0
"""One referral with what was said of it, lists by keyset, and those of an item."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Max, Q

from havn.domain.actor import Actor
from havn.domain.audit import services as audit
from havn.domain.errors import NotFoundError
from havn.domain.referral import rules
from havn.domain.referral.models import ReferralStep
from havn.domain.referral.selectors._views import (
    ReferralView,
    StepLine,
    line_of,
    referrals_of,
    view_of,
)
from havn.lib.encoding import list_place, read_list_place
from havn.lib.sealing import open_sealed

MOST_COUNTED = 1000


@dataclass(frozen=True, slots=True)
class ReferralPage:
    """One page of a list; `next_after` is empty on the last one."""

    referrals: tuple[ReferralView, ...]
    next_after: str


def referral(*, referral_id: UUID, actor: Actor) -> ReferralView:
    """Return one referral; raises NotFoundError."""
    row = referrals_of(actor).filter(pk=referral_id).first()
    if row is None:
        raise NotFoundError
    return view_of(row)


def referral_by_reference(
    *, reference: UUID, direction: rules.Direction, actor: Actor
) -> ReferralView | None:
    """Return the referral that both nodes know by this reference, or None."""
    row = referrals_of(actor).filter(reference=reference, direction=direction.value).first()
    return view_of(row) if row else None


def referrals_of_item(*, item_id: UUID, actor: Actor) -> list[ReferralView]:
    """Return the referrals of an item, the newest first."""
    rows = referrals_of(actor).filter(item_id=item_id)
    return [view_of(row) for row in rows.order_by("-opened_at", "-pk")]


def steps(*, referral_id: UUID, actor: Actor) -> list[StepLine]:
    """Return what was said of a referral, the newest first."""
    referral(referral_id=referral_id, actor=actor)
    rows = ReferralStep.objects.filter(referral_id=referral_id)
    return [line_of(row) for row in rows.order_by("-happened_at", "-number")[:200]]


@dataclass(frozen=True, slots=True)
class Carried:
    """What came or went along with a referral: where the item is hosted, as last told, and the sender's clocks."""

    hosting: rules.Hosting
    clocks: rules.Clocks


def carried(*, referral_id: UUID, actor: Actor) -> Carried:
    """Return what a referral carries; raises NotFoundError."""
    row = referrals_of(actor).filter(pk=referral_id).only("hosting", "clocks").first()
    if row is None:
        raise NotFoundError
    return Carried(rules.kept_hosting(row.hosting), rules.kept_clocks(row.clocks))


def proof_of_receipt(*, referral_id: UUID, actor: Actor) -> str:
    """Return the proof that the receiver's receipt holds; empty where there is none yet."""
    referral(referral_id=referral_id, actor=actor)
    rows = ReferralStep.objects.filter(referral_id=referral_id, word=rules.Word.RECEIVED.value)
    return rows.values_list("proof", flat=True).first() or ""


def referral_list(
    *,
    direction: rules.Direction,
    states: Collection[str] = (),
    actor: Actor,
    after: str = "",
    most: int = 50,
) -> ReferralPage:
    """Return one page of one direction, the oldest first.

    `states` narrows to some; `after` is the previous page's `next_after`.
    """
    rows = referrals_of(actor).filter(direction=direction.value)
    if states:
        rows = rows.filter(state__in=list(states))
    begins = read_list_place(after)
    if begins is not None:
        opened_at, row_id = begins
        rows = rows.filter(Q(opened_at__gt=opened_at) | Q(opened_at=opened_at, pk__gt=row_id))
    found = list(rows.order_by("opened_at", "pk")[: most + 1])
    is_last = len(found) <= most
    last = found[min(most, len(found)) - 1] if found else None
    next_after = "" if is_last or last is None else list_place(last.opened_at, last.pk)
    return ReferralPage(tuple(view_of(row) for row in found[:most]), next_after)


def count_to_answer(*, actor: Actor) -> int:
    """Return how many referrals of others wait for an answer; a thousand stands for more."""
    rows = referrals_of(actor).filter(
        direction=rules.Direction.IN.value, state=rules.Taken.ARRIVED.value
    )
    return rows[:MOST_COUNTED].count()


def items_to_answer(*, actor: Actor) -> list[UUID]:
    """Return the items of referrals that wait for an answer; a thousand stands for more."""
    rows = referrals_of(actor).filter(
        direction=rules.Direction.IN.value, state=rules.Taken.ARRIVED.value
    )
    return list(rows.order_by("opened_at", "pk").values_list("item_id", flat=True)[:MOST_COUNTED])


def open_in_of_item(*, item_id: UUID, actor: Actor) -> ReferralView | None:
    """Return the newest referral by which this node has the item from another, if it still has it."""
    rows = referrals_of(actor).filter(
        item_id=item_id,
        direction=rules.Direction.IN.value,
        state__in=list(rules.OPEN[rules.Direction.IN]),
    )
    row = rows.order_by("-opened_at", "-pk").first()
    return view_of(row) if row else None


def items_under_way(*, item_ids: Iterable[UUID], actor: Actor) -> list[UUID]:
    """Return those of the items that are referred, or were referred to this node, and not over."""
    states = {*rules.OPEN[rules.Direction.OUT], *rules.OPEN[rules.Direction.IN]}
    rows = referrals_of(actor).filter(item_id__in=list(item_ids), state__in=list(states))
    return sorted(set(rows.values_list("item_id", flat=True)))


def asked_last(*, node_ids: Iterable[UUID], actor: Actor) -> dict[UUID, datetime]:
    """Return when each of the nodes was last sent an orphan, so that they are asked in turn."""
    rows = referrals_of(actor).filter(
        direction=rules.Direction.OUT.value,
        why=rules.Why.ORPHAN.value,
        node_id__in=list(node_ids),
    )
    return dict(rows.values_list("node_id").annotate(last=Max("opened_at")).order_by())


def referrals_by_country(*, since: datetime, actor: Actor) -> dict[str, int]:
    """Return how many referrals went to and came from each country since then; numbers alone."""
    rows = referrals_of(actor).filter(opened_at__gte=since)
    return dict(rows.values_list("country").annotate(number=Count("pk")).order_by())


@audit.viewed("referral.reason_opened", subject_kind="referral", subject="referral_id")
def personal_reason(*, referral_id: UUID, actor: Actor, at: datetime) -> str:
    """Return why personal data were sent without a legal basis; raises NotFoundError."""
    del at  # The reading entry bears it.
    row = referrals_of(actor).filter(pk=referral_id).first()
    if row is None or not row.sealed_reason:
        raise NotFoundError
    private = settings.HAVN_KEYRING.read("desk-opening-key")
    return open_sealed(bytes(row.sealed_reason), private, purpose=rules.REASON_PURPOSE).decode()
